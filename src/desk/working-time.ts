/**
 * When a promise falls due: working time of an office, with its two shifts, weekends, holidays and exchanged Saturdays.
 * Pure; days and hours are those of Việt Nam, which has one offset all year.
 */

export interface WorkingCalendar {
  /** Minutes of the day, in order, not overlapping; at least one. */
  shifts: readonly { from: number; to: number }[]
  /** Days of the week without work, 0 Sunday … 6 Saturday; at least one day is left. */
  weekend: ReadonlySet<number>
  /** `YYYY-MM-DD`. */
  holidays: ReadonlySet<string>
  /** Weekend days that are worked in exchange. */
  extraDays: ReadonlySet<string>
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const VIETNAM_OFFSET_MS = 7 * 60 * MINUTE_MS

/** The moment at which so much working time has passed. Zero minutes: `from` itself. */
export function addWorkingMinutes(calendar: WorkingCalendar, from: Date, minutes: number): Date {
  let left = minutes * MINUTE_MS
  if (left <= 0) return new Date(from)
  for (let day = dayOf(from); ; day++) {
    for (const { start, end } of shiftsOn(calendar, day)) {
      const begin = Math.max(start, from.getTime())
      const span = end - begin
      if (span <= 0) continue
      if (left <= span) return new Date(begin + left)
      left -= span
    }
  }
}

/** The end of the last shift of the n-th working day after the day of `from`; zero: of that day, or the next that is worked. */
export function addWorkingDays(calendar: WorkingCalendar, from: Date, days: number): Date {
  let left = days
  let day = dayOf(from)
  if (left > 0) day++
  for (; ; day++) {
    const last = shiftsOn(calendar, day).at(-1)
    if (!last) continue
    if (left <= 1) return new Date(last.end)
    left--
  }
}

/** Working time between two moments, in minutes (fractions kept); 0 when `to` is not after `from`. */
export function workingMinutesBetween(calendar: WorkingCalendar, from: Date, to: Date): number {
  let sum = 0
  const lastDay = dayOf(to)
  for (let day = dayOf(from); day <= lastDay; day++) {
    for (const { start, end } of shiftsOn(calendar, day)) {
      sum += Math.max(0, Math.min(end, to.getTime()) - Math.max(start, from.getTime()))
    }
  }
  return sum / MINUTE_MS
}

/** Days since 1970-01-01 by the calendar of Việt Nam. */
function dayOf(moment: Date): number {
  return Math.floor((moment.getTime() + VIETNAM_OFFSET_MS) / DAY_MS)
}

function shiftsOn(calendar: WorkingCalendar, day: number): { start: number; end: number }[] {
  if (!isWorked(calendar, day)) return []
  const midnight = day * DAY_MS - VIETNAM_OFFSET_MS
  return calendar.shifts.map((shift) => ({
    start: midnight + shift.from * MINUTE_MS,
    end: midnight + shift.to * MINUTE_MS,
  }))
}

function isWorked(calendar: WorkingCalendar, day: number): boolean {
  const name = new Date(day * DAY_MS).toISOString().slice(0, 10)
  if (calendar.extraDays.has(name)) return true
  // 1970-01-01 was a Thursday.
  return !calendar.weekend.has((day + 4) % 7) && !calendar.holidays.has(name)
}
