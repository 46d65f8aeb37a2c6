/**
 * When a promise falls due: working time of an office, with its shifts, weekends, holidays and exchanged Saturdays.
 * Pure; days and hours are those of Việt Nam, which has one offset all year. Every worked day has the same shifts, so a
 * moment is a count of worked days and a place in one of them: once the worked days of a calendar are numbered, no span
 * is walked through, however long it is.
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

/** The moment at which so much working time has passed; at the end of a shift rather than the start of the next. Zero minutes: `from` itself. */
export function addWorkingMinutes(calendar: WorkingCalendar, from: Date, minutes: number): Date {
  if (minutes <= 0) return new Date(from)
  const { worked, before, inDay } = placeOf(calendar, from)
  const target = inDay + minutes * MINUTE_MS
  const days = Math.ceil(target / worked.dayMs) - 1
  return momentIn(calendar, worked, before + days, target - days * worked.dayMs, 'ending')
}

/** The moment from which so much working time is left until `to`; at the start of a shift rather than the end of the one before. */
export function subtractWorkingMinutes(calendar: WorkingCalendar, to: Date, minutes: number): Date {
  const { worked, before, inDay } = placeOf(calendar, to)
  const target = inDay - Math.max(0, minutes) * MINUTE_MS
  const days = Math.floor(target / worked.dayMs)
  return momentIn(calendar, worked, before + days, target - days * worked.dayMs, 'beginning')
}

/** The end of the last shift of the n-th working day after the day of `from`; zero: of that day, or the next that is worked. */
export function addWorkingDays(calendar: WorkingCalendar, from: Date, days: number): Date {
  const day = dayOf(from)
  const worked = workedDays(calendar, day)
  const place = days > 0 ? countBefore(worked, day + 1) + days - 1 : countBefore(worked, day)
  return momentIn(calendar, worked, place, worked.dayMs, 'ending')
}

/** Working time between two moments, in minutes (fractions kept); 0 when `to` is not after `from`. */
export function workingMinutesBetween(calendar: WorkingCalendar, from: Date, to: Date): number {
  if (to <= from) return 0
  // One numbering for both ends: a wider one counts from another day.
  workedDays(calendar, dayOf(from))
  const last = placeOf(calendar, to)
  const first = placeOf(calendar, from)
  return ((last.before - first.before) * first.worked.dayMs + last.inDay - first.inDay) / MINUTE_MS
}

/** Whether an office is at work; the last minute of a shift has passed when it ends. */
export function isWorkingMoment(calendar: WorkingCalendar, moment: Date): boolean {
  const day = dayOf(moment)
  const worked = workedDays(calendar, day)
  if (countBefore(worked, day) === countBefore(worked, day + 1)) return false
  const minute = (moment.getTime() - midnightOf(day)) / MINUTE_MS
  return calendar.shifts.some((shift) => shift.from <= minute && minute < shift.to)
}

/** The moment itself when the office is at work, or else the start of its next shift. */
export function nextWorkingMoment(calendar: WorkingCalendar, moment: Date): Date {
  return isWorkingMoment(calendar, moment) ? moment : subtractWorkingMinutes(calendar, moment, 0)
}

/** The worked days of some years, numbered. */
interface WorkedDays {
  /** Days since 1970-01-01; the first and the one after the last that were looked at. */
  from: number
  to: number
  /** How many worked days there are before each day. */
  before: Int32Array
  days: Int32Array
  /** Working time of one day. */
  dayMs: number
}

const YEAR = 366
const known = new WeakMap<WorkingCalendar, WorkedDays>()

/** Numbers the days some years around a day, so that no promise reaches beyond them; again and wider when one does. */
function workedDays(calendar: WorkingCalendar, day: number, margin = YEAR): WorkedDays {
  const found = known.get(calendar)
  if (found && found.from + margin <= day && day + margin < found.to) return found
  const from = Math.min(found?.from ?? day, day - margin - 2 * YEAR)
  const to = Math.max(found?.to ?? day, day + margin + 4 * YEAR)
  const made = numberDays(calendar, from, to)
  known.set(calendar, made)
  return made
}

function numberDays(calendar: WorkingCalendar, from: number, to: number): WorkedDays {
  const holidays = dayNumbers(calendar.holidays)
  const extraDays = dayNumbers(calendar.extraDays)
  const before = new Int32Array(to - from + 1)
  const days = new Int32Array(to - from)
  let count = 0
  for (let day = from; day < to; day++) {
    before[day - from] = count
    const isWorked = extraDays.has(day) || !(calendar.weekend.has(weekdayOf(day)) || holidays.has(day))
    if (isWorked) days[count++] = day
  }
  before[to - from] = count
  const dayMs = calendar.shifts.reduce((sum, shift) => sum + (shift.to - shift.from) * MINUTE_MS, 0)
  return { from, to, before, days: days.slice(0, count), dayMs }
}

/** Worked days before the moment's day, and the working time of that day which has passed. */
function placeOf(calendar: WorkingCalendar, moment: Date): { worked: WorkedDays; before: number; inDay: number } {
  const day = dayOf(moment)
  const worked = workedDays(calendar, day)
  const before = countBefore(worked, day)
  if (before === countBefore(worked, day + 1)) return { worked, before, inDay: 0 }
  const time = moment.getTime() - midnightOf(day)
  let inDay = 0
  for (const shift of calendar.shifts) {
    inDay += Math.max(0, Math.min(time, shift.to * MINUTE_MS) - shift.from * MINUTE_MS)
  }
  return { worked, before, inDay }
}

/** The moment on the worked day with a number, after so much of its working time. */
function momentIn(
  calendar: WorkingCalendar,
  worked: WorkedDays,
  place: number,
  inDay: number,
  between: 'ending' | 'beginning',
): Date {
  const day = worked.days[place]
  if (day === undefined) return beyond(calendar, worked, place, inDay, between)
  let left = inDay
  for (const shift of calendar.shifts) {
    const span = (shift.to - shift.from) * MINUTE_MS
    if (between === 'ending' ? left <= span : left < span) {
      return new Date(midnightOf(day) + shift.from * MINUTE_MS + left)
    }
    left -= span
  }
  throw new Error('A place in a working day lies outside of its shifts')
}

/** The same where the numbering does not reach: numbers more days, whose count begins elsewhere. */
function beyond(
  calendar: WorkingCalendar,
  worked: WorkedDays,
  place: number,
  inDay: number,
  between: 'ending' | 'beginning',
): Date {
  const missing = place < 0 ? -place : place - worked.days.length
  // At least one day of the week is worked, holidays are few.
  const margin = missing * 7 + 2 * YEAR
  const wider = workedDays(calendar, place < 0 ? worked.from : worked.to, margin)
  const shifted = place + countBefore(wider, worked.from)
  return momentIn(calendar, wider, shifted, inDay, between)
}

function countBefore(worked: WorkedDays, day: number): number {
  return worked.before[day - worked.from] ?? 0
}

/** Days since 1970-01-01 by the calendar of Việt Nam. */
function dayOf(moment: Date): number {
  return Math.floor((moment.getTime() + VIETNAM_OFFSET_MS) / DAY_MS)
}

function midnightOf(day: number): number {
  return day * DAY_MS - VIETNAM_OFFSET_MS
}

/** 0 Sunday … 6 Saturday; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

function dayNumbers(days: ReadonlySet<string>): Set<number> {
  return new Set([...days].map((day) => Date.parse(day) / DAY_MS))
}
