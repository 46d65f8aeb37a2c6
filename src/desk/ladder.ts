import type { Ladder, LadderStep } from '../territory/territory.ts'
import {
  addWorkingMinutes,
  isWorkingMoment,
  nextWorkingMoment,
  subtractWorkingMinutes,
  type WorkingCalendar,
} from './working-time.ts'

/*
 * The ladder of a promise: a warning before it falls due, then step by step who hears that it was broken. All of it is
 * dated in working time, so that nobody is told at night. Pure.
 */

export interface OnLadder {
  promise: string | null
  dueAt: Date | null
  warnedAt: Date | null
  /** Steps climbed. */
  escalationLevel: number
}

/** What is to be said next, and when; null when all was said. */
export function nextRung(
  ticket: OnLadder,
  ladder: Ladder,
  calendar: WorkingCalendar,
): { kind: 'warning'; at: Date } | { kind: 'step'; to: LadderStep; at: Date } | null {
  const { dueAt } = ticket
  if (dueAt === null) return null
  if (ticket.warnedAt === null && ticket.escalationLevel === 0) {
    const minutes = ladder.warnMinutes[ticket.promise === 'result' ? 'result' : 'first_answer']
    return { kind: 'warning', at: subtractWorkingMinutes(calendar, dueAt, minutes) }
  }
  const step = ladder.steps[ticket.escalationLevel]
  if (step === undefined) return null
  return {
    kind: 'step',
    to: step.to,
    at: nextWorkingMoment(calendar, addWorkingMinutes(calendar, dueAt, step.afterMinutes)),
  }
}

/** Whether something may be said now: its time has come and the office is at work. */
export function isToBeSaid(at: Date, now: Date, calendar: WorkingCalendar): boolean {
  return at <= now && isWorkingMoment(calendar, now)
}
