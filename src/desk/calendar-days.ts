import { recordAudit } from '../audit/record.ts'
import type { Sql } from '../db/client.ts'
import type { DeskServices } from './services.ts'

/** A day that differs from `calendar.yaml`. */
export interface CalendarDay {
  id: number
  /** Null: of all units. */
  unitId: string | null
  /** `YYYY-MM-DD`. */
  day: string
  isWorked: boolean
  name: string
}

type Author = { officerId: string }

/** Days set in the console from a day on: those of all units and those of one, or of every unit. */
export async function calendarDaysOf(sql: Sql, from: string, unitId?: string): Promise<CalendarDay[]> {
  const ofUnit = unitId === undefined ? sql`` : sql`and (unit_id is null or unit_id = ${unitId})`
  return sql<CalendarDay[]>`
    select id, unit_id as "unitId", day::text as day, is_worked as "isWorked", name from calendar_days
    where day >= ${from} ${ofUnit} order by day, unit_id nulls first limit 500`
}

/** Sets a day, over what was set for it before. Open deadlines follow within a minute. */
export async function setCalendarDay(
  sql: Sql,
  services: Pick<DeskServices, 'calendars'>,
  day: Omit<CalendarDay, 'id'>,
  by: Author,
  now: Date,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into calendar_days (unit_id, day, is_worked, name, set_by, set_at)
      values (${day.unitId}, ${day.day}, ${day.isWorked}, ${day.name}, ${by.officerId}, ${now})
      on conflict (coalesce(unit_id, ''), day) do update set is_worked = excluded.is_worked, name = excluded.name,
        set_by = excluded.set_by, set_at = excluded.set_at`
    const facts = { unit: day.unitId, is_worked: day.isWorked }
    await recordAudit(
      tx,
      { actorId: by.officerId, action: 'calendar-day-set', subjectKind: 'calendar', subjectId: day.day, facts },
      now,
    )
  })
  await services.calendars.refresh(sql)
}

/** Takes a day back: the calendar of the file counts again. Says whether there was one. */
export async function removeCalendarDay(
  sql: Sql,
  services: Pick<DeskServices, 'calendars'>,
  id: number,
  by: Author,
  now: Date,
): Promise<boolean> {
  const isRemoved = await sql.begin(async (tx) => {
    const [gone] = await tx<{ day: string; unit_id: string | null }[]>`
      delete from calendar_days where id = ${id} returning day::text as day, unit_id`
    if (gone === undefined) return false
    const entry = {
      actorId: by.officerId,
      action: 'calendar-day-removed',
      subjectKind: 'calendar',
      subjectId: gone.day,
    }
    await recordAudit(tx, { ...entry, facts: { unit: gone.unit_id } }, now)
    return true
  })
  if (isRemoved) await services.calendars.refresh(sql)
  return isRemoved
}
