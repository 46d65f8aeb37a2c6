import { createHash } from 'node:crypto'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { WorkingCalendar } from './working-time.ts'

/** What `calendar.yaml` says: the calendar of all units, and of those that keep other hours or days. */
export interface CalendarBook {
  base: WorkingCalendar
  ofUnit: ReadonlyMap<string, WorkingCalendar>
}

/** The working time of each unit. */
export interface Calendars {
  of(unitId: string): WorkingCalendar
}

/** Calendars that follow the days set in the console. */
export interface LiveCalendars extends Calendars {
  /** Reads the days anew. Every process calls it at its start and then again and again. */
  refresh(sql: Sql): Promise<void>
}

interface SetDay {
  unitId: string | null
  day: string
  isWorked: boolean
}

/** One calendar object per unit stays the same for as long as its days do. */
export function createCalendars(book: CalendarBook): LiveCalendars {
  let days: readonly SetDay[] = []
  let read = ''
  let made = new Map<string, WorkingCalendar>()

  return {
    of(unitId) {
      // Units without days of their own share one calendar.
      const own = book.ofUnit.has(unitId) || days.some((day) => day.unitId === unitId) ? unitId : ''
      let calendar = made.get(own)
      if (calendar === undefined) {
        calendar = withDays(book.ofUnit.get(unitId) ?? book.base, daysOf(days, unitId))
        made.set(own, calendar)
      }
      return calendar
    },
    async refresh(sql) {
      const rows = await sql<SetDay[]>`
        select unit_id as "unitId", day::text as day, is_worked as "isWorked" from calendar_days
        order by unit_id nulls first, day`
      const now = JSON.stringify(rows)
      if (now === read) return
      days = [...rows]
      read = now
      made = new Map()
    },
  }
}

/** Days of all units, then the unit's own, which win. */
function daysOf(days: readonly SetDay[], unitId: string): SetDay[] {
  return [...days.filter((day) => day.unitId === null), ...days.filter((day) => day.unitId === unitId)]
}

function withDays(base: WorkingCalendar, days: readonly SetDay[]): WorkingCalendar {
  if (days.length === 0) return base
  const holidays = new Set(base.holidays)
  const extraDays = new Set(base.extraDays)
  for (const { day, isWorked } of days) {
    if (isWorked) extraDays.add(day)
    else extraDays.delete(day)
    if (isWorked) holidays.delete(day)
    else holidays.add(day)
  }
  return { ...base, holidays, extraDays }
}

const REFRESH_EVERY_MS = 30_000

/** Every process reads the days again and again: they may have been set through another one. */
export function keepFresh(calendars: LiveCalendars, sql: Sql, log: Logger): { stop(): Promise<void> } {
  let reading: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    reading = calendars.refresh(sql).catch((error: unknown) => {
      log.error({ err: error }, 'the days of the calendar were not read')
    })
  }, REFRESH_EVERY_MS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await reading
    },
  }
}

const fingerprints = new WeakMap<WorkingCalendar, string>()

/** Says whether two calendars are the same, also between processes. */
export function fingerprintOf(calendar: WorkingCalendar): string {
  const known = fingerprints.get(calendar)
  if (known !== undefined) return known
  const { shifts, weekend, holidays, extraDays } = calendar
  const text = JSON.stringify([
    shifts.map(({ from, to }) => [from, to]),
    [...weekend].sort(),
    [...holidays].sort(),
    [...extraDays].sort(),
  ])
  const made = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  fingerprints.set(calendar, made)
  return made
}
