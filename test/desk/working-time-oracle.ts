import type { WorkingCalendar } from '../../src/desk/working-time.ts'

/*
 * Working time counted minute by minute: slow, and plainly right. It shares nothing with what it judges but the shape of
 * a calendar.
 */

const MINUTE = 60_000

const DAY = 1440 * MINUTE
const HANOI = 7 * 60 * MINUTE

/** Which days have no work, looked up once per day and calendar: asking the date of every minute took most of the time. */
const freeDays = new WeakMap<WorkingCalendar, Map<number, boolean>>()

function isFree(calendar: WorkingCalendar, day: number): boolean {
  const known = freeDays.get(calendar) ?? new Map<number, boolean>()
  freeDays.set(calendar, known)
  const found = known.get(day)
  if (found !== undefined) return found
  const date = new Date(day * DAY)
  const name = date.toISOString().slice(0, 10)
  const free = !calendar.extraDays.has(name) && (calendar.holidays.has(name) || calendar.weekend.has(date.getUTCDay()))
  known.set(day, free)
  return free
}

function isWorked(calendar: WorkingCalendar, moment: number): boolean {
  const day = Math.floor((moment + HANOI) / DAY)
  if (isFree(calendar, day)) return false
  const minute = (moment + HANOI - day * DAY) / MINUTE
  return calendar.shifts.some((shift) => minute >= shift.from && minute < shift.to)
}

/** `from` stands at a whole minute; so do all others. */
export function slowlyAdded(calendar: WorkingCalendar, from: Date, minutes: number): Date {
  let moment = from.getTime()
  for (let left = minutes; left > 0; moment += MINUTE) if (isWorked(calendar, moment)) left--
  return new Date(moment)
}

/** The latest moment from which exactly so much is left; with nothing left, the start of the next worked minute. */
export function slowlySubtracted(calendar: WorkingCalendar, to: Date, minutes: number): Date {
  let moment = to.getTime()
  if (minutes === 0) {
    while (!isWorked(calendar, moment)) moment += MINUTE
    return new Date(moment)
  }
  for (let left = minutes; left > 0; ) {
    moment -= MINUTE
    if (isWorked(calendar, moment)) left--
  }
  return new Date(moment)
}

export function slowlyBetween(calendar: WorkingCalendar, from: Date, to: Date): number {
  let count = 0
  for (let moment = from.getTime(); moment < to.getTime(); moment += MINUTE) if (isWorked(calendar, moment)) count++
  return count
}

/** The minute after the last worked one of the n-th worked day after the day of `from`; zero: of that day or the next worked one. */
export function slowlyDaysAdded(calendar: WorkingCalendar, from: Date, days: number): Date {
  let day = Math.floor((from.getTime() + HANOI) / DAY) + (days === 0 ? 0 : 1)
  for (let found = 0; ; day++) {
    if (!isFree(calendar, day)) found++
    if (found === Math.max(1, days)) break
  }
  let moment = (day + 1) * DAY - HANOI
  while (!isWorked(calendar, moment - MINUTE)) moment -= MINUTE
  return new Date(moment)
}
