import { z } from 'zod'
import {
  audienceSchema,
  BROADCAST_KINDS,
  BROADCAST_STATUSES,
  type BroadcastContent,
  contentSchema,
} from '../broadcasts/broadcast.ts'
import type { SendingPlan } from '../broadcasts/plan.ts'
import { type AudiencePreview, previewSchema } from '../broadcasts/preview.ts'
import type { BroadcastDetails, BroadcastListLine, RecipientLine } from '../broadcasts/read-broadcast.ts'
import type { BroadcastLine } from '../broadcasts/store.ts'
import { isoLocal } from '../clock.ts'
import type { ApiServices } from './services.ts'
import { unitJson } from './ticket-json.ts'

/* The JSON of policy messages: snake_case, times in ISO 8601 with offset. */

const time = z.string().describe('ISO 8601 with offset')
const person = z.object({ id: z.string(), name: z.string() })

/** A text may be given as it is or as `{text}`. */
const asText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => (typeof text === 'string' ? { text } : text), schema)

/** Without a topic a message is of the general one. */
export const GENERAL_TOPIC = 'general_support'

const { shape } = contentSchema
const textsSchema = z.strictObject({ vi: asText(shape.texts.shape.vi), en: asText(shape.texts.shape.en) })

/** The body of a new message. */
export const newBroadcastSchema = z
  .object({
    ...shape,
    texts: textsSchema,
    topic: shape.topic
      .default(GENERAL_TOPIC)
      .describe('what replies are filed under; of information, what people chose'),
    audience: audienceSchema,
    unit: z.string().max(60).optional().describe('who answers for it; your unit unless told'),
  })
  .strict()

/** Whatever is left out stays as it is. */
export const editSchema = z
  .object({
    kind: shape.kind.optional(),
    topic: shape.topic.optional(),
    texts: textsSchema.optional(),
    link: shape.link.unwrap().optional(),
    attachment: shape.attachment.unwrap().optional(),
    buttons: shape.buttons.unwrap().optional(),
    audience: audienceSchema.optional(),
    schedule: shape.schedule.unwrap().optional(),
    not_after: shape.not_after.unwrap().optional(),
    catch_up: shape.catch_up.unwrap().optional(),
    zalo_template: shape.zalo_template.unwrap().optional(),
    unit: z.string().max(60).optional(),
    seen: z.int().nonnegative().optional(),
  })
  .strict()

/** What a correction may say otherwise; audience and kind are the original's. */
export const correctionSchema = z.object({
  texts: editSchema.shape.texts.unwrap(),
  link: editSchema.shape.link,
  attachment: editSchema.shape.attachment,
  buttons: editSchema.shape.buttons,
  schedule: editSchema.shape.schedule,
  not_after: editSchema.shape.not_after,
  zalo_template: editSchema.shape.zalo_template,
})

/** Fields that were given, so that one that was not does not take back what stands. */
export function given<Body extends object>(body: Body): { [Name in keyof Body]: Exclude<Body[Name], undefined> } {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as never
}

const planSchema = z.object({
  channels: z.array(
    z.object({
      channel: z.string(),
      free: z.number(),
      paid: z.number(),
      template: z.number(),
      cost: z.number().describe('in đồng, of what has a known price'),
      without_price: z.number().describe('messages whose price nobody knows; not in `cost`'),
      seconds: z.number(),
    }),
  ),
  visits: z.number(),
  cost: z.number(),
  without_price: z.number(),
  starts_at: time,
  ends_at: time,
  too_late: z.boolean().describe('would end after `not_after`'),
})

const audiencePreviewSchema = z.object({
  estimated: z.boolean().describe('projected from people drawn at random'),
  looked_at: z.number(),
  small_hidden: z.boolean().describe('numbers of one to four are shown as four, so that nobody is found by counting'),
  people: z.number(),
  reached: previewSchema.shape.reached,
  visits: previewSchema.shape.visits,
  excluded: previewSchema.shape.excluded,
  sample: previewSchema.shape.sample,
})

export const countedSchema = z.object({ preview: audiencePreviewSchema, plan: planSchema })

const lineSchema = z.looseObject({ seq: z.number(), at: time, verb: z.string(), actor: person.nullable() })

const common = {
  id: z.string(),
  kind: z.enum(BROADCAST_KINDS),
  status: z.enum(BROADCAST_STATUSES),
  topic: z.string(),
  unit: person.nullable(),
  households: z.number().nullable().describe('people concerned, as counted or frozen; null before'),
  corrects: z.string().nullable(),
  scheduled_at: time.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  created_at: time,
}

export const broadcastLineSchema = z.object({ ...common, author: z.string(), beginning: z.string() })

export const broadcastSchema = z.object({
  ...common,
  texts: z.object({ vi: z.object({ text: z.string() }), en: z.object({ text: z.string() }).optional() }),
  link: z.string().nullable(),
  attachment: z.string().nullable(),
  buttons: z.array(z.object({ opens: z.string(), id: z.string().nullable() })),
  audience: z.unknown(),
  schedule: z.string().nullable(),
  not_after: z.string().nullable(),
  catch_up: z.string(),
  zalo_template: z.unknown(),
  hash: z.string().describe('of everything an approval is bound to'),
  author: person,
  approvers: z.array(person),
  needs_second_approval: z.boolean(),
  submitted_at: time.nullable(),
  approved_at: time.nullable(),
  frozen_at: time.nullable(),
  paused_reason: z.string().nullable(),
  preview: audiencePreviewSchema.nullable(),
  plan: planSchema.nullable(),
  counts: z.array(z.object({ channel: z.string(), state: z.string(), count: z.number() })),
  excluded: z.record(z.string(), z.number()).describe('people who get no row, by reason, as frozen'),
  corrections: z.array(z.object({ id: z.string(), status: z.string() })),
  activity: z.array(lineSchema),
  last_seq: z.number(),
})

export const recipientSchema = z.object({
  contact: z.string(),
  channel: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  commune: z.string().nullable(),
  sent_at: time.nullable(),
  settled_at: time.nullable(),
  read_at: time.nullable(),
  tapped_at: time.nullable(),
  replied_at: time.nullable(),
  understood_at: time.nullable(),
})

type Territorial = Pick<ApiServices, 'territory'>

export function broadcastJson(services: Territorial, details: BroadcastDetails): z.output<typeof broadcastSchema> {
  const { broadcast, author, approvers, preview, plan } = { ...details, preview: details.broadcast.preview }
  const { content } = broadcast
  return {
    ...commonJson(services, broadcast),
    ...contentJson(content),
    hash: broadcast.contentHash,
    author,
    approvers,
    needs_second_approval: details.needsTwo,
    submitted_at: at(broadcast.submittedAt),
    approved_at: at(broadcast.approvedAt),
    frozen_at: at(broadcast.frozenAt),
    paused_reason: broadcast.pausedReason,
    preview: preview && previewJson(preview),
    plan: plan && planJson(plan),
    counts: details.counts.map(({ channel, what, count }) => ({ channel, state: what, count })),
    excluded: Object.fromEntries(details.exclusions.map(({ reason, count }) => [reason, count])),
    corrections: details.corrections,
    activity: details.activity.map(lineJson),
    last_seq: broadcast.lastSeq,
  }
}

function contentJson({ kind: _, topic: __, ...content }: BroadcastContent) {
  const { vi, en } = content.texts
  return { ...content, texts: en === undefined ? { vi } : { vi, en } }
}

type Common = Omit<z.output<typeof broadcastLineSchema>, 'author' | 'beginning'>

function commonJson(services: Territorial, broadcast: Omit<BroadcastListLine, 'authorName' | 'beginning'>): Common {
  return {
    id: broadcast.id,
    kind: broadcast.kind,
    status: broadcast.status,
    topic: broadcast.topic,
    unit: broadcast.unitId === null ? null : unitJson(services, broadcast.unitId),
    households: broadcast.households,
    corrects: broadcast.corrects,
    scheduled_at: at(broadcast.scheduleAt),
    started_at: at(broadcast.startedAt),
    ended_at: at(broadcast.endedAt),
    created_at: isoLocal(broadcast.createdAt),
  }
}

export function broadcastLineJson(
  services: Territorial,
  line: BroadcastListLine,
): z.output<typeof broadcastLineSchema> {
  return { ...commonJson(services, line), author: line.authorName, beginning: line.beginning }
}

export function recipientJson(line: RecipientLine): z.output<typeof recipientSchema> {
  return {
    contact: line.contactId,
    channel: line.channel,
    state: line.state,
    reason: line.reason,
    commune: line.communeCode,
    sent_at: at(line.sentAt),
    settled_at: at(line.settledAt),
    read_at: at(line.readAt),
    tapped_at: at(line.tappedAt),
    replied_at: at(line.repliedAt),
    understood_at: at(line.understoodAt),
  }
}

export function lineJson({ seq, at: when, verb, actor, facts }: BroadcastLine): z.output<typeof lineSchema> {
  return { ...facts, seq, at: isoLocal(when), verb, actor }
}

export function previewJson({
  lookedAt,
  smallHidden,
  ...preview
}: AudiencePreview): z.output<typeof audiencePreviewSchema> {
  return { ...preview, looked_at: lookedAt, small_hidden: smallHidden }
}

export function planJson(plan: SendingPlan): z.output<typeof planSchema> {
  return {
    channels: plan.channels.map(({ withoutPrice, account: _, ...line }) => ({ ...line, without_price: withoutPrice })),
    visits: plan.visits,
    cost: plan.cost,
    without_price: plan.withoutPrice,
    starts_at: isoLocal(plan.startsAt),
    ends_at: isoLocal(plan.endsAt),
    too_late: plan.isTooLate,
  }
}

function at(time: Date | null): string | null {
  return time && isoLocal(time)
}
