import { z } from 'zod'
import { addWorkingDays, addWorkingMinutes, type WorkingCalendar, workingMinutesBetween } from './working-time.ts'

/*
 * The rules of a ticket: which verb moves which status, whose verb it is, and when the next promise falls due. Pure: no
 * database, no clock, no network.
 */

export const STATUSES = ['open', 'assigned', 'pending', 'resolved', 'closed'] as const
export type TicketStatus = (typeof STATUSES)[number]

export const VERBS = [
  'claim',
  'release',
  'reply',
  'note',
  'ask',
  'hand-off',
  'accept',
  'return',
  'resolve',
  'merge',
  'reopen',
  'assign',
] as const
export type Verb = (typeof VERBS)[number]

export const RESULTS = [
  'granted',
  'referred',
  'placed',
  'enrolled',
  'advised',
  'refused',
  'withdrawn',
  'duplicate',
] as const
export type Result = (typeof RESULTS)[number]

/** Where each verb leads from each status; a status that is not named refuses the verb. */
const moves = {
  claim: { open: 'assigned' },
  release: { assigned: 'open', pending: 'open' },
  reply: { open: 'open', assigned: 'assigned', pending: 'pending', resolved: 'resolved' },
  note: { open: 'open', assigned: 'assigned', pending: 'pending', resolved: 'resolved', closed: 'closed' },
  ask: { assigned: 'pending', pending: 'pending' },
  'hand-off': { open: 'open', assigned: 'assigned', pending: 'pending' },
  // Whoever accepts has it; papers asked for before are still awaited.
  accept: { open: 'assigned', assigned: 'assigned', pending: 'pending' },
  return: { open: 'open', assigned: 'assigned', pending: 'pending' },
  resolve: { open: 'resolved', assigned: 'resolved', pending: 'resolved' },
  merge: { open: 'resolved', assigned: 'resolved', pending: 'resolved' },
  assign: { open: 'assigned', assigned: 'assigned', pending: 'pending' },
  reopen: { resolved: 'assigned', closed: 'assigned' },
} as const satisfies Record<Verb, Partial<Record<TicketStatus, TicketStatus>>>

/** The status after the verb; null when the verb is not possible in this status. */
export function statusAfter(verb: Verb, from: TicketStatus): TicketStatus | null {
  const possible: Partial<Record<TicketStatus, TicketStatus>> = moves[verb]
  return possible[from] ?? null
}

/** What binds an officer to a ticket; decides which verbs are theirs. */
export type Standing = 'accountable' | 'offered' | 'escalated' | 'over-all' | 'reads-only'

const mayUse = {
  claim: ['accountable', 'over-all'],
  release: ['accountable', 'over-all'],
  reply: ['accountable', 'over-all'],
  note: ['accountable', 'offered', 'escalated', 'over-all'],
  ask: ['accountable', 'over-all'],
  'hand-off': ['accountable', 'escalated', 'over-all'],
  accept: ['accountable', 'offered', 'over-all'],
  return: ['accountable', 'offered', 'over-all'],
  resolve: ['accountable', 'over-all'],
  merge: ['accountable', 'over-all'],
  // Within the unit only its head: `mayDo` looks at that.
  assign: ['accountable', 'over-all'],
  reopen: ['accountable', 'over-all'],
} as const satisfies Record<Verb, readonly Standing[]>

/**
 * `isNamed`: the ticket was offered to this very officer. Within the accountable unit only the colleague it was offered
 * to may accept; the others have given it away. `isHead`: the officer heads a unit.
 */
export function mayDo(verb: Verb, standing: Standing, isNamed = false, isHead = false): boolean {
  const standings: readonly Standing[] = mayUse[verb]
  if (verb === 'assign' && standing === 'accountable' && !isHead) return false
  if (verb === 'accept' && standing === 'accountable' && !isNamed) return false
  return standings.includes(standing)
}

/** Verbs of one colleague who has the ticket: nobody else of the unit may use them meanwhile. */
const ofTheAssignee: ReadonlySet<Verb> = new Set<Verb>([
  'claim',
  'release',
  'reply',
  'ask',
  'hand-off',
  'resolve',
  'merge',
])

/** Whether somebody else has the ticket, so that this officer must leave it alone. Who is over all may step in, but not claim. */
export function isTakenFrom(
  verb: Verb,
  ticket: { status: TicketStatus; assigneeId: string | null },
  officerId: string,
  standing: Standing,
): boolean {
  if (ticket.status !== 'assigned' && ticket.status !== 'pending') return false
  if (ticket.assigneeId === null || ticket.assigneeId === officerId || !ofTheAssignee.has(verb)) return false
  return verb === 'claim' || standing === 'accountable'
}

/** Why one ticket cannot go on in another; null when it can. */
export function mergeFault(
  duplicate: { id: number; complaintAbout: string | null },
  main: { id: number; status: TicketStatus; complaintAbout: string | null; mergedInto: number | null },
  isSamePerson: boolean,
): string | null {
  if (duplicate.id === main.id) return 'name another ticket'
  if (!isSamePerson) return 'is a ticket of somebody else'
  if (main.mergedInto !== null || main.status === 'resolved' || main.status === 'closed') {
    return 'is finished; reopen it first, or merge it into this one'
  }
  // Otherwise the words of a complaint would come before the eyes of the unit complained of.
  if (duplicate.complaintAbout !== main.complaintAbout) return 'a complaint goes on only in one about the same unit'
  return null
}

export const promisesSchema = z.object({
  firstAnswerMinutes: z.number(),
  urgentMinutes: z.number(),
  resultDays: z.number(),
})
/** Promised working minutes and working days, as they stood when the ticket was filed. */
export type Promises = z.infer<typeof promisesSchema>

interface Clocked {
  status: TicketStatus
  urgent: boolean
  createdAt: Date
  firstAnsweredAt: Date | null
  pausedMinutes: number
  promises: Promises
}

/**
 * The one next deadline: the first answer, then the result, none once resolved. It follows from the filing alone, so
 * neither a hand-off nor a reopening starts a new clock; only time spent waiting for the citizen is added.
 */
export function nextPromise(
  ticket: Clocked,
  calendar: WorkingCalendar,
): { promise: 'first_answer' | 'result'; dueAt: Date } | { promise: null; dueAt: null } {
  if (ticket.status === 'resolved' || ticket.status === 'closed') return { promise: null, dueAt: null }
  if (ticket.firstAnsweredAt === null) {
    const minutes = ticket.urgent ? ticket.promises.urgentMinutes : ticket.promises.firstAnswerMinutes
    return {
      promise: 'first_answer',
      dueAt: addWorkingMinutes(calendar, ticket.createdAt, minutes + ticket.pausedMinutes),
    }
  }
  return { promise: 'result', dueAt: resultDue(ticket, calendar) }
}

/** Whether the deadline that runs is still the right one: nothing changed on which it rests. */
export function isSamePromise(
  before: Omit<Clocked, 'createdAt' | 'promises'> & { dueAt: Date | null },
  after: Omit<Clocked, 'createdAt' | 'promises'>,
): boolean {
  const isFinished = after.status === 'resolved' || after.status === 'closed'
  return (
    before.dueAt !== null &&
    !isFinished &&
    before.urgent === after.urgent &&
    before.pausedMinutes === after.pausedMinutes &&
    (before.firstAnsweredAt === null) === (after.firstAnsweredAt === null)
  )
}

/** When the result is promised. */
export function resultDue(
  ticket: Pick<Clocked, 'createdAt' | 'promises' | 'pausedMinutes'>,
  calendar: WorkingCalendar,
): Date {
  const unpaused = addWorkingDays(calendar, ticket.createdAt, ticket.promises.resultDays)
  return ticket.pausedMinutes === 0 ? unpaused : addWorkingMinutes(calendar, unpaused, ticket.pausedMinutes)
}

/** The clock of a ticket that leaves or enters `pending`. */
export function pauseAfter(
  ticket: { pausedAt: Date | null; pausedMinutes: number },
  to: TicketStatus,
  now: Date,
  calendar: WorkingCalendar,
): { pausedAt: Date | null; pausedMinutes: number } {
  if (to === 'pending') return { pausedAt: ticket.pausedAt ?? now, pausedMinutes: ticket.pausedMinutes }
  if (ticket.pausedAt === null) return { pausedAt: null, pausedMinutes: ticket.pausedMinutes }
  return { pausedAt: null, pausedMinutes: ticket.pausedMinutes + workingMinutesBetween(calendar, ticket.pausedAt, now) }
}

export function isOverdue(ticket: { dueAt: Date | null; pausedAt: Date | null }, now: Date): boolean {
  return ticket.dueAt !== null && ticket.pausedAt === null && ticket.dueAt < now
}
