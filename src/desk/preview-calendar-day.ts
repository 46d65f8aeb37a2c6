import type { Sql } from '../db/client.ts'
import type { CalendarDay } from './calendar-days.ts'
import type { DeskServices } from './services.ts'
import { nextPromise, type Promises, type TicketStatus } from './ticket.ts'
import type { WorkingCalendar } from './working-time.ts'

/** Beyond so many the count is "so many or more": nobody weighs the difference, and the page must answer at once. */
export const PREVIEWED_AT_MOST = 20_000

/** How many open tickets would get another deadline if the day were set so. Changes nothing. */
export async function previewCalendarDay(
  sql: Sql,
  services: Pick<DeskServices, 'calendars'>,
  { unitId, day, isWorked }: Pick<CalendarDay, 'unitId' | 'day' | 'isWorked'>,
): Promise<number> {
  const begins = new Date(`${day}T00:00:00+07:00`)
  const ofUnit =
    unitId === null
      ? sql`and unit_id not in (select unit_id from calendar_days where day = ${day} and unit_id is not null)`
      : sql`and unit_id = ${unitId}`
  const calendars = new Map<string, WorkingCalendar>()
  const calendarOf = (unit: string) => {
    const known = calendars.get(unit) ?? withDay(services.calendars.of(unit), day, isWorked)
    calendars.set(unit, known)
    return known
  }
  const rows = await sql<Row[]>`
    select unit_id as "unitId", status, urgent, created_at as "createdAt", first_answered_at as "firstAnsweredAt",
      paused_minutes as "pausedMinutes", promises, due_at as "dueAt"
    from tickets where due_at >= ${begins} ${ofUnit} order by due_at limit ${PREVIEWED_AT_MOST}`
  return rows.filter((row) => {
    const { dueAt } = nextPromise(row, calendarOf(row.unitId))
    return dueAt !== null && dueAt.getTime() !== row.dueAt.getTime()
  }).length
}

interface Row {
  unitId: string
  status: TicketStatus
  urgent: boolean
  createdAt: Date
  firstAnsweredAt: Date | null
  pausedMinutes: number
  promises: Promises
  dueAt: Date
}

function withDay(calendar: WorkingCalendar, day: string, isWorked: boolean): WorkingCalendar {
  const holidays = new Set(calendar.holidays)
  const extraDays = new Set(calendar.extraDays)
  if (isWorked) {
    holidays.delete(day)
    extraDays.add(day)
  } else {
    holidays.add(day)
    extraDays.delete(day)
  }
  return { ...calendar, holidays, extraDays }
}
