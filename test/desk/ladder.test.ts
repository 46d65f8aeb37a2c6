import { describe, expect, it } from 'vitest'
import { activitySince } from '../../src/desk/activity.ts'
import { claim } from '../../src/desk/claim.ts'
import { climbLadders } from '../../src/desk/escalate.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { nextRung } from '../../src/desk/ladder.ts'
import { listTickets } from '../../src/desk/list-tickets.ts'
import { reply } from '../../src/desk/reply.ts'
import { moveToSuccessors } from '../../src/desk/round.ts'
import { setUnitSettings } from '../../src/desk/unit-settings.ts'
import { isWorkingMoment } from '../../src/desk/working-time.ts'
import { noticesOf } from '../../src/notices/read-notices.ts'
import { standingOf } from '../../src/officers/permissions.ts'
import { successorOf } from '../../src/territory/successor.ts'
import { createDatabase } from '../support/database.ts'
import {
  aContact,
  anOfficer,
  aTicket,
  COMMUNE,
  COMMUNE_UNIT,
  DEPARTMENT,
  desk,
  hoursLater,
  MONDAY,
  ticketNow,
} from './desk-builders.ts'

const { sql } = await createDatabase()

const officer = await anOfficer(sql)
const head = await anOfficer(sql, { roles: ['head_of_unit'] })
const ofDepartment = await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] })
const ofCoordinator = await anOfficer(sql, { unitId: 'so_nnmt', roles: ['department_officer'] })

async function told(who: { id: string }, number: string): Promise<string[]> {
  const { items } = await noticesOf(sql, who.id, { limit: 50 })
  return items.filter((item) => item.ticketNumber === number).map((item) => item.kind)
}

async function steps(id: number): Promise<unknown[]> {
  const lines = await activitySince(sql, id, 0)
  return lines.filter((line) => line.verb === 'escalated').map((line) => line.facts.step)
}

/** Half an hour after half an hour, as the service does every minute; returns when it said something. */
async function letPass(hours: number): Promise<Date[]> {
  const said: Date[] = []
  for (let half = 0; half <= hours * 2; half++) {
    const now = hoursLater(half / 2)
    if ((await climbLadders(sql, desk, now)) > 0) said.push(now)
  }
  return said
}

describe('a promise that nobody keeps', () => {
  it('is warned of, then climbs from the officer to the coordinator, never at night, each step once', async () => {
    const { id, number } = await aTicket(sql, await aContact(sql))

    const said = await letPass(24 * 5)

    expect(await steps(id)).toEqual(['warning', 'officer', 'head', 'department', 'coordinator'])
    expect(said.filter((moment) => !isWorkingMoment(desk.calendars.of(COMMUNE_UNIT), moment))).toEqual([])
    expect(await told(officer, number)).toEqual(['overdue', 'due_soon', 'new_ticket'])
    expect(await told(head, number)).toEqual(['escalated'])
    expect(await told(ofDepartment, number)).toEqual(['escalated'])
    expect(await told(ofCoordinator, number)).toEqual(['escalated'])
    expect(await ticketNow(sql, number)).toMatchObject({ escalationLevel: 4, ladderAt: null })
  })

  it('can be opened by everybody who is told of it, also where the ticket was filed under another coordinator', async () => {
    const { id, number } = await aTicket(sql, await aContact(sql))
    await sql`update tickets set department_id = 'so_ldtbxh', escalation_unit_id = 'so_ldtbxh' where id = ${id}`

    await letPass(24 * 5)

    const ticket = await ticketNow(sql, number)
    const those = [officer, head, ofDepartment, ofCoordinator]
    const heard = await Promise.all(those.map(async (who) => ((await told(who, number)).length > 0 ? [who] : [])))
    const standings = heard.flat().map((who) => standingOf(who, { ...ticket, isOverdue: true }))
    expect(heard.flat()).toContain(ofCoordinator)
    expect(standings).not.toContain(null)
    const { items } = await listTickets(
      sql,
      desk.secrets,
      ofCoordinator,
      { queue: 'escalated' },
      { limit: 50 },
      hoursLater(120),
    )
    expect(items.map((item) => item.number)).toContain(number)
  })

  it('waits for the morning when the deadline passed while the service stood still', async () => {
    const { id } = await aTicket(sql, await aContact(sql))
    const evening = new Date('2026-11-24T21:15:00+07:00')
    const morning = new Date('2026-11-25T07:30:00+07:00')

    await climbLadders(sql, desk, evening)
    const saidAtNight = await steps(id)
    await climbLadders(sql, desk, morning)

    expect(saidAtNight).toEqual([])
    expect(await steps(id)).toEqual(['warning', 'officer', 'head'])
  })

  it('is said the next morning when the deadline is the end of the day', () => {
    const dueAt = new Date('2026-11-23T17:00:00+07:00')
    const ticket = { promise: 'result', dueAt, warnedAt: MONDAY, escalationLevel: 0 }

    const rung = nextRung(ticket, desk.territory.routing.ladder, desk.calendars.of(COMMUNE_UNIT))

    expect(rung).toEqual({ kind: 'step', to: 'officer', at: new Date('2026-11-24T07:30:00+07:00') })
  })

  it('leaves what an officer writes meanwhile good: a warning is no reason to refuse it', async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
    await climbLadders(sql, desk, hoursLater(24.4))

    const answered = await reply(
      sql,
      desk,
      { number, officer, seen: 2, text: 'Chào bà', attachmentIds: [] },
      hoursLater(24.45),
    )

    expect(answered.kind).toBe('done')
    // The first answer came; the next promise has its own ladder.
    expect(await ticketNow(sql, number)).toMatchObject({ promise: 'result', escalationLevel: 0, warnedAt: null })
  })
})

describe('a complaint that nobody answers', () => {
  it('climbs past the unit complained of', async () => {
    const about = await anOfficer(sql, { unitId: 'so_nnmt', roles: ['department_officer'] })
    const { number } = await aTicket(sql, await aContact(sql), { topic: 'complaint', complaintAbout: 'so_nnmt' })

    await letPass(24 * 5)

    expect((await ticketNow(sql, number)).escalationLevel).toBe(4)
    expect(await told(about, number)).toEqual([])
    expect(await told(ofCoordinator, number)).toEqual([])
  })
})

describe('an urgent ticket filed at night', () => {
  const night = new Date('2026-11-23T23:40:00+07:00')

  it('reaches the head of the unit at once', async () => {
    const { number } = await aTicket(sql, await aContact(sql), { urgent: true, at: night })

    expect(await told(head, number)).toEqual(['urgent'])
  })

  it('reaches who is on call beside the head', async () => {
    const on = { assignment: 'even' as const, onCall: [officer.id] }
    await setUnitSettings(sql, COMMUNE_UNIT, on, { officerId: head.id }, MONDAY)

    const { number } = await aTicket(sql, await aContact(sql), { urgent: true, at: night, communeCode: COMMUNE })

    expect(await told(officer, number)).toEqual(['urgent'])
    expect(await told(head, number)).toEqual(['urgent'])
  })

  it('reaches all officers of a unit that has neither', async () => {
    const all = await Promise.all(
      [1, 2].map(() => anOfficer(sql, { unitId: 'tt_tgpl', roles: ['department_officer'] })),
    )

    const { number } = await aTicket(sql, await aContact(sql), { topic: 'legal_aid', urgent: true, at: night })

    expect(await Promise.all(all.map(async (one) => (await told(one, number)).includes('urgent')))).toEqual([
      true,
      true,
    ])
  })

  it('reaches the head of the unit to which it is offered, and of the one that takes over when units end', async () => {
    const headOfDepartment = await anOfficer(sql, { unitId: DEPARTMENT, roles: ['head_of_unit'] })
    const { number, id } = await aTicket(sql, await aContact(sql), { urgent: true, at: night })
    const request = { number, officer, seen: (await ticketNow(sql, number)).lastSeq }
    await sql`update tickets set assignee_id = null, status = 'open' where id = ${id}`
    await handOff(sql, desk, { ...request, toUnit: DEPARTMENT, toOfficer: null, reason: 'x' }, night)
    await sql`update tickets set unit_id = 'so_ldtbxh', offered_unit_id = null where id = ${id}`
    const heir = successorOf(desk.territory, 'so_ldtbxh', '2026-11-23', 'health_insurance').id
    const headOfHeir = await anOfficer(sql, { unitId: heir, roles: ['head_of_unit'] })
    const handlesThere = await anOfficer(sql, { unitId: heir, roles: ['department_officer'] })

    await moveToSuccessors(sql, desk, night)

    expect(await told(headOfDepartment, number)).toContain('offered')
    expect(await told(headOfHeir, number)).toEqual(['urgent'])
    expect(await told(handlesThere, number)).toEqual(['urgent'])
  })

  it('never reaches the unit complained of', async () => {
    const { number } = await aTicket(sql, await aContact(sql), {
      topic: 'complaint',
      complaintAbout: COMMUNE_UNIT,
      urgent: true,
      at: night,
    })

    expect(await told(head, number)).toEqual([])
    expect(await told(officer, number)).toEqual([])
  })
})
