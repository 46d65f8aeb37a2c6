import { createHash } from 'node:crypto'
import { z } from 'zod'
import { FLIP_KINDS } from './flips.ts'

/*
 * The rules of a policy message: which verb moves which status, who may not do what after whom, and what an approval is
 * bound to. Pure: no database, no clock, no network.
 */

export const BROADCAST_KINDS = ['duty', 'information'] as const
/** `duty`: the law obliges the office to tell; `information`: for those who asked to hear of the topic. */
export type BroadcastKind = (typeof BROADCAST_KINDS)[number]

export const BROADCAST_STATUSES = [
  'draft',
  'submitted',
  'approved',
  'scheduled',
  'freezing',
  'sending',
  'paused',
  'done',
  'cancelled',
  'rejected',
] as const
export type BroadcastStatus = (typeof BROADCAST_STATUSES)[number]

export const BROADCAST_VERBS = [
  'edit',
  'submit',
  'approve',
  'reject',
  'schedule',
  'freeze',
  'frozen',
  'send',
  'pause',
  'resume',
  'finish',
  'cancel',
] as const
export type BroadcastVerb = (typeof BROADCAST_VERBS)[number]

/** Where each verb leads from each status; a status that is not named refuses the verb. */
const moves = {
  // Whatever was approved is not approved any more.
  edit: { draft: 'draft', submitted: 'draft', approved: 'draft', scheduled: 'draft', rejected: 'draft' },
  submit: { draft: 'submitted', rejected: 'submitted' },
  // Stays submitted while a second approval is needed.
  approve: { submitted: 'approved' },
  reject: { submitted: 'rejected', approved: 'rejected', scheduled: 'rejected' },
  schedule: { approved: 'scheduled' },
  // The audience is frozen as soon as the message stands in line, and then waits for its time.
  freeze: { scheduled: 'freezing' },
  frozen: { freezing: 'scheduled' },
  send: { scheduled: 'sending' },
  // A pause while the audience is frozen ends in line again, and freezing goes on where it was.
  pause: { scheduled: 'paused', freezing: 'paused', sending: 'paused' },
  resume: { paused: 'sending' },
  finish: { sending: 'done' },
  cancel: {
    draft: 'cancelled',
    submitted: 'cancelled',
    approved: 'cancelled',
    scheduled: 'cancelled',
    freezing: 'cancelled',
    sending: 'cancelled',
    paused: 'cancelled',
    rejected: 'cancelled',
  },
} as const satisfies Record<BroadcastVerb, Partial<Record<BroadcastStatus, BroadcastStatus>>>

/** The status after the verb; null when the verb is not possible in this status. */
export function broadcastStatusAfter(verb: BroadcastVerb, from: BroadcastStatus): BroadcastStatus | null {
  const possible: Partial<Record<BroadcastStatus, BroadcastStatus>> = moves[verb]
  return possible[from] ?? null
}

const day = z.iso.date()
const ids = z.array(z.string().min(1).max(60)).min(1).max(200)

/** Whom a message concerns. Everything given must hold; what is not known of somebody is no match unless asked for. */
export const audienceSchema = z.strictObject({
  /** Communes of today or of before; people count where they live today. */
  communes: ids.optional(),
  /** Wards (urban) or communes (rural) of today. */
  areas: z
    .array(z.enum(['urban', 'rural']))
    .min(1)
    .optional(),
  household_status: z
    .array(
      z.strictObject({
        status: z.string().min(1).max(60),
        /** `verified`: by the commune's register; `said`: by the people themselves. */
        source: z.enum(['verified', 'said', 'any']).default('any'),
      }),
    )
    .min(1)
    .max(20)
    .optional(),
  /** Years of any member of the household, both ends included. */
  ages: z
    .strictObject({ from: z.int().min(0).max(130), to: z.int().min(0).max(130) })
    .refine(({ from, to }) => from <= to, 'begins after it ends')
    .optional(),
  /** What the rules say of the household on a day. */
  programme: z
    .strictObject({
      id: z.string().min(1).max(80),
      outcomes: z.array(z.enum(['eligible', 'needs_officer', 'unknown', 'not_eligible', 'not_in_force'])).min(1),
      day,
      /** Only where the outcome on that day is another one: whom a change of the rules concerns. */
      differs_from: day.optional(),
    })
    .optional(),
  /** Households for which the new rules of a programme, in force from that day, change something. */
  flip: z
    .strictObject({
      programme: z.string().min(1).max(80),
      day,
      kinds: z.array(z.enum(FLIP_KINDS)).min(1).optional(),
    })
    .optional(),
  /** People who asked to hear of one of these topics. */
  topics: ids.optional(),
  /** People who wrote in so many days. */
  last_contact_within_days: z.int().min(1).max(3650).optional(),
  /** Also those of whom it is not known. */
  include_unknown: z.boolean().optional(),
})
export type Audience = z.infer<typeof audienceSchema>

const textSchema = z.strictObject({ text: z.string().trim().min(1).max(4_000) })

export const contentSchema = z.strictObject({
  kind: z.enum(BROADCAST_KINDS),
  topic: z.string().min(1).max(60),
  texts: z.strictObject({ vi: textSchema, en: textSchema.optional() }),
  link: z
    .url({ protocol: /^https$/ })
    .max(500)
    .nullable()
    .default(null),
  /** A picture or document laid on the draft before. */
  attachment: z.uuid().nullable().default(null),
  /** Ways into a talk: a programme or topic that a tap opens. */
  buttons: z
    .array(z.strictObject({ opens: z.enum(['screening', 'topic', 'programme']), id: z.string().max(80).nullable() }))
    .max(3)
    .default([]),
  audience: audienceSchema,
  /** Not before; null: as soon as it is frozen. */
  schedule: z.iso.datetime({ offset: true }).nullable().default(null),
  not_after: z.iso.datetime({ offset: true }).nullable().default(null),
  /** What becomes of rows whose time went by while nothing could be sent. */
  catch_up: z.enum(['send', 'skip']).default('send'),
  /** The approved template for Zalo outside the reply window, with its parameters. */
  zalo_template: z
    .strictObject({ id: z.string().min(1).max(40), params: z.record(z.string().max(60), z.string().max(200)) })
    .nullable()
    .default(null),
})
/** Everything that an approval is bound to. */
export type BroadcastContent = z.infer<typeof contentSchema>

/** Equal for equal content, whatever the order of its fields. */
export function contentHash(content: BroadcastContent): string {
  return createHash('sha256').update(canonical(content)).digest('hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, held]) => held !== undefined)
  const sorted = fields.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${sorted.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join(',')}}`
}

export type ApprovalOutcome =
  | { kind: 'complete' }
  /** One more person has to approve. */
  | { kind: 'first-of-two' }
  | { kind: 'refused'; because: 'own-message' | 'same-approver' | 'changed' }

/**
 * What one more approval does. Nobody approves their own message; a duty message to many households needs two people.
 * `hash`: of what the approver read; another one than the content's now means it was edited meanwhile.
 */
export function approval(
  broadcast: { kind: BroadcastKind; authorId: string; contentHash: string; approverId: string | null },
  given: { approverId: string; hash: string; households: number },
  rules: { secondApprovalAbove: number },
): ApprovalOutcome {
  if (given.approverId === broadcast.authorId) return { kind: 'refused', because: 'own-message' }
  if (given.hash !== broadcast.contentHash) return { kind: 'refused', because: 'changed' }
  if (given.approverId === broadcast.approverId) return { kind: 'refused', because: 'same-approver' }
  const needsTwo = broadcast.kind === 'duty' && given.households > rules.secondApprovalAbove
  return needsTwo && broadcast.approverId === null ? { kind: 'first-of-two' } : { kind: 'complete' }
}
