import type { Ticket } from './locked-ticket.ts'
import { resultDue } from './ticket.ts'
import { type WorkingCalendar, workingMinutesBetween } from './working-time.ts'

interface Measures {
  firstAnswerMinutes?: number
  answeredLate?: boolean
  resolutionMinutes?: number | null
  resolvedLate?: boolean
}

/**
 * How long the office took, in whole working minutes, where this change answered the person for the first time, settled
 * the matter, or took that back. Null when it did none of these. The wait for the citizen is not the office's time. Pure.
 */
export function measuredBy(before: Ticket, after: Ticket, calendar: WorkingCalendar): Measures | null {
  const measures: Measures = {}
  if (before.firstAnsweredAt === null && after.firstAnsweredAt !== null) {
    measures.firstAnswerMinutes = officeMinutes(after, after.firstAnsweredAt, calendar)
    measures.answeredLate = before.dueAt !== null && before.dueAt < after.firstAnsweredAt
  }
  if (before.resolvedAt === null && after.resolvedAt !== null) {
    measures.resolutionMinutes = officeMinutes(after, after.resolvedAt, calendar)
    measures.resolvedLate = resultDue(after, calendar) < after.resolvedAt
  }
  if (before.resolvedAt !== null && after.resolvedAt === null) {
    measures.resolutionMinutes = null
    measures.resolvedLate = false
  }
  return Object.keys(measures).length === 0 ? null : measures
}

function officeMinutes(ticket: Ticket, until: Date, calendar: WorkingCalendar): number {
  return Math.max(0, Math.floor(workingMinutesBetween(calendar, ticket.createdAt, until) - ticket.pausedMinutes))
}
