import { z } from 'zod'
import { isoLocal } from '../clock.ts'
import type { ActivityLine } from '../desk/activity.ts'
import type { TicketLine } from '../desk/list-tickets.ts'
import type { TicketDetails } from '../desk/read-ticket.ts'
import { routingReasonSchema } from '../desk/services.ts'
import { isOverdue } from '../desk/ticket.ts'
import { communeOfToday } from '../territory/territory.ts'
import type { ApiServices } from './services.ts'

/* The JSON of tickets: snake_case, times in ISO 8601 with offset. */

const time = z.string().describe('ISO 8601 with offset')
const person = z.object({ id: z.string(), name: z.string() })
const assignee = z.object({ id: z.string(), username: z.string(), name: z.string() }).nullable()
const unit = z.object({ id: z.string(), name: z.string() })

export const activitySchema = z.looseObject({
  seq: z.number(),
  at: time,
  actor: z.string().describe('citizen, bot, officer or system'),
  verb: z.string(),
  officer: person.optional(),
})

const common = {
  number: z.string(),
  topic: z.string(),
  request_type: z.string(),
  status: z.string(),
  urgent: z.boolean(),
  commune: z.string().nullable().describe('code'),
  commune_name: z.string().nullable(),
  accountable_unit: unit,
  offered_to: unit.nullable(),
  assignee,
  promise: z.string().nullable().describe('first_answer or result'),
  due_at: time.nullable(),
  paused_at: time.nullable(),
  overdue: z.boolean(),
  created_at: time,
}

export const ticketLineSchema = z.object({ ...common, last_seq: z.number() })

export const ticketSchema = z.object({
  ...common,
  filed_by_officer: z.boolean(),
  routing: z.object({ reason: z.string(), basis: z.string() }),
  answers: z.array(z.object({ id: z.string(), label: z.string(), value: z.string() })),
  screening: z.unknown().describe('determinations as they were shown; null without a screening'),
  resolution: z
    .object({
      result: z.string(),
      reason: z.string().nullable(),
      basis: z.string().nullable(),
      next_step: z.string(),
      text: z.string().nullable(),
    })
    .nullable(),
  messages: z.array(
    z.object({
      id: z.number(),
      at: time,
      author: z.string().describe('citizen, bot, officer or note'),
      text: z.string().nullable().describe('null once the person was erased'),
      officer: person.optional(),
      attachments: z.array(z.string()),
      delivery: z
        .object({
          state: z.string().describe('sent, sending, waits, retrying, failed, withdrawn'),
          reason: z.string().nullable(),
        })
        .optional()
        .describe('of words to the person in a chat, while it is known'),
    }),
  ),
  attachments: z.array(
    z.object({
      id: z.string(),
      media_type: z.string().nullable(),
      size_bytes: z.number().nullable(),
      at: time,
      fetched: z.boolean(),
      failure: z.string().nullable(),
    }),
  ),
  activity: z.array(activitySchema),
  resolved_at: time.nullable(),
  closed_at: time.nullable(),
})

type Territorial = Pick<ApiServices, 'territory'>

export function activityJson(line: ActivityLine): z.output<typeof activitySchema> {
  const { seq, at, actor, verb, officer, facts } = line
  return { ...facts, seq, at: isoLocal(at), actor, verb, ...(officer ? { officer } : {}) }
}

type Common = Omit<z.output<typeof ticketLineSchema>, 'last_seq' | 'assignee'>
type CommonFields = Omit<TicketLine, 'assigneeId' | 'assigneeUsername' | 'assigneeName'>

function commonJson(services: Territorial, ticket: CommonFields, now: Date): Common {
  const { communeCode, offeredUnitId } = ticket
  return {
    number: ticket.number,
    topic: ticket.topic,
    request_type: ticket.requestType,
    status: ticket.status,
    urgent: ticket.urgent,
    commune: communeCode,
    commune_name: communeCode === null ? null : (communeOfToday(services.territory, communeCode)?.name ?? null),
    accountable_unit: unitJson(services, ticket.unitId),
    offered_to: offeredUnitId === null ? null : unitJson(services, offeredUnitId),
    promise: ticket.promise,
    due_at: ticket.dueAt && isoLocal(ticket.dueAt),
    paused_at: ticket.pausedAt && isoLocal(ticket.pausedAt),
    overdue: isOverdue(ticket, now),
    created_at: isoLocal(ticket.createdAt),
  }
}

export function ticketLineJson(services: Territorial, line: TicketLine, now: Date): z.output<typeof ticketLineSchema> {
  const { assigneeId, assigneeUsername, assigneeName } = line
  const holder =
    assigneeId === null ? null : { id: assigneeId, username: assigneeUsername ?? '', name: assigneeName ?? '' }
  return { ...commonJson(services, line, now), assignee: holder, last_seq: line.lastSeq }
}

export function ticketJson(
  services: Pick<ApiServices, 'territory' | 'texts'>,
  details: TicketDetails,
  now: Date,
): z.output<typeof ticketSchema> {
  const { ticket, resolution } = details
  const { texts } = services
  const reason = routingReasonSchema.parse(ticket.routingReason)
  return {
    ...commonJson(services, ticket, now),
    assignee: details.assignee,
    filed_by_officer: ticket.filedBy !== null,
    routing: {
      reason: texts.has('vi', reason.key) ? texts.text('vi', reason.key, reason.values) : reason.key,
      basis: texts.has('vi', ticket.routingBasis) ? texts.text('vi', ticket.routingBasis) : ticket.routingBasis,
    },
    answers: details.answers,
    screening: details.screening ?? null,
    resolution: resolution && {
      result: ticket.result ?? '',
      reason: resolution.reason,
      basis: resolution.basis,
      next_step: resolution.nextStep,
      text: resolution.text,
    },
    messages: details.messages.map((message) => ({
      id: message.id,
      at: isoLocal(message.at),
      author: message.author,
      text: message.text,
      ...(message.officer ? { officer: message.officer } : {}),
      attachments: message.attachmentIds,
      ...(message.delivery ? { delivery: message.delivery } : {}),
    })),
    attachments: details.attachments.map((file) => ({
      id: file.id,
      media_type: file.mediaType,
      size_bytes: file.sizeBytes,
      at: isoLocal(file.createdAt),
      fetched: file.isFetched,
      failure: file.failure,
    })),
    activity: details.activity.map(activityJson),
    resolved_at: ticket.resolvedAt && isoLocal(ticket.resolvedAt),
    closed_at: ticket.closedAt && isoLocal(ticket.closedAt),
  }
}

export function unitJson({ territory }: Territorial, id: string): { id: string; name: string } {
  return { id, name: territory.unitById.get(id)?.name.vi ?? id }
}
