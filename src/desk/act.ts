import type { Sql, Transaction } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import type { Language } from '../i18n.ts'
import { beginAnew } from '../messaging/person.ts'
import { hasRole, type Officer, standingOf } from '../officers/permissions.ts'
import { officers } from '../officers/tables.ts'
import { type ActivityLine, activitySince, type Change, change } from './activity.ts'
import { lockTicket, reachOf, type Ticket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { isOverdue, isTakenFrom, mayDo, type Standing, statusAfter, type TicketStatus, type Verb } from './ticket.ts'
import type { Speaker } from './words.ts'

/** Which ticket an officer acts on, and the last `activity.seq` they had before their eyes. */
export interface ActRequest {
  number: string
  officer: Officer
  seen: number
}

/** What came of one officer's action. */
export type ActOutcome =
  | { kind: 'done'; ticket: Ticket }
  /** Something happened that the officer has not seen. */
  | { kind: 'stale'; activity: ActivityLine[] }
  | { kind: 'taken'; by: { id: string; name: string }; activity: ActivityLine[] }
  | { kind: 'wrong-status'; from: TicketStatus }
  | { kind: 'not-found' }
  | { kind: 'forbidden' }
  | { kind: 'invalid'; faults: Fault[] }

/** The ticket, locked, with the one who acts on it. */
export interface Step extends Speaker {
  services: DeskServices
  officer: Officer
  standing: Standing
  /** The ticket's next status, unless the action says otherwise. */
  to: TicketStatus
  /** The citizen's. */
  language: Language
}

export type Applied = Pick<Change, 'set' | 'facts' | 'tell'> | { faults: Fault[] }

/** Lines of the service that change nothing of what an officer decides on: not having seen them is no reason to refuse. */
const QUIET: ReadonlySet<string> = new Set([
  'escalated',
  'register-linked',
  'calendar-changed',
  'papers-named',
  'paper-failed',
  'checked-in',
  'not-asked',
])

/**
 * The one path of every officer's action: lock, check what the officer saw, who may and whether the status allows it,
 * then apply; row, activity and message to the citizen are committed together.
 */
export async function act(
  sql: Sql | Transaction,
  services: DeskServices,
  verb: Verb,
  request: ActRequest,
  now: Date,
  apply: (step: Step) => Promise<Applied>,
): Promise<ActOutcome> {
  const { officer } = request
  return beginAnew(sql, async (tx): Promise<ActOutcome> => {
    const locked = await lockTicket(tx, services.secrets, { number: request.number })
    if (!locked) return { kind: 'not-found' }
    const { ticket, key } = locked
    const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
    const isNamed = ticket.offeredOfficerId === officer.id
    if (standing === null || !mayDo(verb, standing, isNamed, hasRole(officer, 'head_of_unit')))
      return { kind: 'forbidden' }
    const since = () => activitySince(tx, ticket.id, request.seen)
    const isTaken = isTakenFrom(verb, ticket, officer.id, standing)
    if (ticket.assigneeId !== null && isTaken && (verb === 'claim' || request.seen === ticket.lastSeq)) {
      const [holder] = await drizzleOn(tx).select().from(officers).where(eq(officers.id, ticket.assigneeId))
      return { kind: 'taken', by: { id: ticket.assigneeId, name: holder?.name ?? '' }, activity: await since() }
    }
    if (request.seen < ticket.lastSeq) {
      const lines = await since()
      if (lines.some((line) => !QUIET.has(line.verb))) return { kind: 'stale', activity: lines }
    }
    if (request.seen > ticket.lastSeq) {
      return invalid('seen', `the last activity of this ticket is ${ticket.lastSeq}`)
    }
    const to = statusAfter(verb, ticket.status)
    if (to === null) return { kind: 'wrong-status', from: ticket.status }
    if (key === null) return invalid('number', 'this person asked to be forgotten; nothing more can be done here')
    const reach = await reachOf(tx, locked, now)
    const language = reach?.language ?? 'vi'
    const speaker = { ...locked, key, reach, tx, now, officerId: officer.id }
    const step: Step = { ...speaker, officer, standing, services, to, language }
    const applied = await apply(step)
    if ('faults' in applied) return { kind: 'invalid', faults: applied.faults }
    const made: Change = {
      ...applied,
      set: { status: to, ...applied.set },
      actor: 'officer',
      officerId: officer.id,
      verb,
    }
    return { kind: 'done', ticket: await change(tx, ticket, services, made, now) }
  })
}

function invalid(where: string, what: string): ActOutcome {
  return { kind: 'invalid', faults: [{ where, what }] }
}

/** The name of the unit that answers for the ticket, in the citizen's language. */
export function unitName(step: Pick<Step, 'services' | 'language'>, unitId: string): string {
  return step.services.territory.unitById.get(unitId)?.name[step.language] ?? unitId
}

/** A text of the desk in the citizen's language, with the ticket's number and unit filled in. */
export function say(step: Step, key: string, values: Record<string, unknown> = {}): string {
  const unit = unitName(step, step.ticket.unitId)
  return step.services.texts.text(step.language, `desk.${key}`, { number: step.ticket.number, unit, ...values })
}
