import { describe, expect, it } from 'vitest'
import { activitySince } from '../../src/desk/activity.ts'
import { calendarDaysOf, removeCalendarDay, setCalendarDay } from '../../src/desk/calendar-days.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import { reckonDeadlines } from '../../src/desk/reckon-deadlines.ts'
import { addWorkingDays } from '../../src/desk/working-time.ts'
import { createDatabase } from '../support/database.ts'
import { aContact, anOfficer, aTicket, COMMUNE_UNIT, calendarBook, desk, MONDAY, ticketNow } from './desk-builders.ts'

const { sql } = await createDatabase()
const by = { officerId: (await anOfficer(sql, { unitId: null, roles: ['administrator'] })).id }

/** A desk whose calendars no other test changes. */
const aDesk = () => ({ ...desk, calendars: createCalendars(calendarBook) })
const storm = { day: '2026-11-24', isWorked: false, name: 'Nghỉ tránh bão' }

describe('a day set in the console', () => {
  it('moves the open deadlines of the unit, with a line that says from when to when', async () => {
    const services = aDesk()
    const { id, number, dueAt } = await aTicket(sql, await aContact(sql))
    await reckonDeadlines(sql, services, MONDAY)

    await setCalendarDay(sql, services, { unitId: COMMUNE_UNIT, ...storm }, by, MONDAY)
    await reckonDeadlines(sql, services, MONDAY)

    const after = await ticketNow(sql, number)
    expect(dueAt).toEqual(new Date('2026-11-24T08:30:00+07:00'))
    expect(after.dueAt).toEqual(new Date('2026-11-25T08:30:00+07:00'))
    expect((await activitySince(sql, id, 1)).map((line) => [line.verb, line.facts])).toEqual([
      ['calendar-changed', { from: dueAt.toISOString(), to: after.dueAt?.toISOString() }],
    ])
    const [set] = await calendarDaysOf(sql, '2026-11-01', COMMUNE_UNIT)
    await removeCalendarDay(sql, services, set?.id ?? 0, by, MONDAY)
    await reckonDeadlines(sql, services, MONDAY)
    expect((await ticketNow(sql, number)).dueAt).toEqual(dueAt)
  })

  it('counts for that unit alone, and one of the unit wins over one of all', async () => {
    const services = aDesk()
    await setCalendarDay(sql, services, { unitId: null, ...storm }, by, MONDAY)
    await setCalendarDay(sql, services, { unitId: 'tt_tgpl', ...storm, isWorked: true }, by, MONDAY)

    const next = (unitId: string) => addWorkingDays(services.calendars.of(unitId), MONDAY, 1).toISOString().slice(0, 10)

    expect([next('tt_tgpl'), next('nhcsxh')]).toEqual(['2026-11-24', '2026-11-25'])
    await sql`delete from calendar_days`
  })

  it('is known to another process once it reads the days anew', async () => {
    const [here, there] = [aDesk(), aDesk()]
    await setCalendarDay(sql, here, { unitId: null, ...storm }, by, MONDAY)

    await there.calendars.refresh(sql)

    expect(there.calendars.of('nhcsxh').holidays.has(storm.day)).toBe(true)
    await sql`delete from calendar_days`
  })

  it('set twice is one day', async () => {
    const services = aDesk()
    await setCalendarDay(sql, services, { unitId: null, ...storm }, by, MONDAY)

    await setCalendarDay(sql, services, { unitId: null, ...storm, name: 'Bão số 9' }, by, MONDAY)

    expect((await calendarDaysOf(sql, '2026-11-01')).map(({ name }) => name)).toEqual(['Bão số 9'])
    await sql`delete from calendar_days`
  })
})
