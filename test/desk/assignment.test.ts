import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { assignOpen, spreadWorkOfAway } from '../../src/desk/assign.ts'
import { assignTo } from '../../src/desk/assign-to.ts'
import { type Candidate, chooseOfficer } from '../../src/desk/choose-officer.ts'
import { claim } from '../../src/desk/claim.ts'
import { release } from '../../src/desk/release.ts'
import { setUnitSettings } from '../../src/desk/unit-settings.ts'
import { noticesOf } from '../../src/notices/read-notices.ts'
import { setLeave } from '../../src/officers/leave.ts'
import { createDatabase } from '../support/database.ts'
import { aContact, anOfficer, aTicket, desk, hoursLater, MONDAY, ticketNow } from './desk-builders.ts'

const { sql, url } = await createDatabase()
const communes = desk.territory.places.filter((place) => place.to === null)
let used = 0

/** A commune of one test's own, with so many officers. */
async function aUnit(count: number) {
  const commune = communes[used++]?.code ?? ''
  const unitId = `xa_${commune}`
  const officers = []
  for (let at = 0; at < count; at++) officers.push(await anOfficer(sql, { unitId }))
  const file = async (options: Parameters<typeof aTicket>[2] = {}) =>
    aTicket(sql, await aContact(sql), { communeCode: commune, ...options })
  return { unitId, officers, file }
}

async function loadOf(officers: readonly { id: string }[]): Promise<number[]> {
  const rows = await sql<{ id: string; count: number }[]>`
    select o.id, count(t.id)::int as count from officers o
    left join tickets t on t.assignee_id = o.id and t.status in ('assigned', 'pending')
    where o.id = any (${officers.map(({ id }) => id)}) group by o.id`
  return rows.map((row) => row.count)
}
const spreadOf = (loads: readonly number[]) => Math.max(...loads) - Math.min(...loads)

describe('the choice of an officer', () => {
  const candidate = fc.record({
    id: fc.uuid(),
    openWork: fc.integer({ min: 0, max: 30 }),
    nextDueAt: fc.option(fc.date({ min: MONDAY, max: hoursLater(400), noInvalidDate: true })),
  })

  it('falls on nobody who has more than another, whatever their work', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1 }), (candidates) => {
        const least = Math.min(...candidates.map(({ openWork }) => openWork))
        expect(chooseOfficer(candidates)?.openWork).toBe(least)
      }),
    )
  })

  it('keeps the spread among equals at one ticket at most, however many come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 200 }), (officers, tickets) => {
        const loads: Candidate[] = Array.from({ length: officers }, (_, at) => ({
          id: `officer-${at}`,
          openWork: 0,
          nextDueAt: null,
        }))
        for (let count = 0; count < tickets; count++) {
          const chosen = chooseOfficer(loads)
          if (chosen) chosen.openWork += 1
        }
        expect(spreadOf(loads.map(({ openWork }) => openWork))).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('falls, among equals, on the one whose next deadline is farthest', () => {
    const chosen = chooseOfficer([
      { id: 'a', openWork: 2, nextDueAt: hoursLater(1) },
      { id: 'b', openWork: 2, nextDueAt: hoursLater(9) },
    ])

    expect(chosen?.id).toBe('b')
  })

  it('falls on nobody where there is nobody', () => {
    expect(chooseOfficer([])).toBeNull()
  })
})

describe('a ticket filed with a unit of several officers', () => {
  it('is at work at once, with a notice to the one who has it', async () => {
    const { officers, file } = await aUnit(2)

    const { number } = await file()

    const ticket = await ticketNow(sql, number)
    expect(ticket).toMatchObject({ status: 'assigned', lastSeq: 2 })
    expect(officers.map(({ id }) => id)).toContain(ticket.assigneeId)
    const { items } = await noticesOf(sql, ticket.assigneeId ?? '', { limit: 10 })
    expect(items).toMatchObject([{ kind: 'assigned', ticketNumber: number, readAt: null }])
  })

  it('goes evenly to all of them, also when many file at the same moment', async () => {
    const { officers, file } = await aUnit(3)

    await Promise.all(Array.from({ length: 13 }, () => file()))

    expect(spreadOf(await loadOf(officers))).toBe(1)
  })

  it('passes over who is on leave', async () => {
    const { officers, file } = await aUnit(2)
    const [away, here] = officers
    await setLeave(sql, { officerId: away?.id ?? '', fromDay: '2026-11-23', toDay: '2026-11-27' }, MONDAY)

    const { number } = await file()

    expect((await ticketNow(sql, number)).assigneeId).toBe(here?.id)
  })

  it('goes, when it is urgent and nobody is at work, to who is on call', async () => {
    const { unitId, officers, file } = await aUnit(3)
    const [, , awake] = officers
    const night = new Date('2026-11-23T23:40:00+07:00')
    const on = { assignment: 'even' as const, onCall: [awake?.id ?? ''] }
    await setUnitSettings(sql, unitId, on, { officerId: awake?.id ?? '' }, MONDAY)

    const filed = [await file({ urgent: true, at: night }), await file({ urgent: true, at: night })]

    const have = await Promise.all(filed.map(async ({ number }) => (await ticketNow(sql, number)).assigneeId))
    expect(have).toEqual([awake?.id, awake?.id])
  })

  it('waits, when it is urgent and nobody is at work or on call, for whoever wakes first; in the morning it is given out', async () => {
    const { officers, file } = await aUnit(2)
    const night = new Date('2026-11-23T23:40:00+07:00')
    const { number } = await file({ urgent: true, at: night })

    await assignOpen(sql, desk, night)
    const atNight = await ticketNow(sql, number)
    await assignOpen(sql, desk, new Date('2026-11-24T08:00:00+07:00'))

    expect(atNight).toMatchObject({ status: 'open', assigneeId: null })
    expect(officers.map(({ id }) => id)).toContain((await ticketNow(sql, number)).assigneeId)
  })

  it('waits in the queue where the unit takes work by hand, and all of its officers hear of it', async () => {
    const { unitId, officers, file } = await aUnit(2)
    const [one] = officers
    await setUnitSettings(sql, unitId, { assignment: 'by_hand', onCall: [] }, { officerId: one?.id ?? '' }, MONDAY)

    const { number } = await file()

    expect(await ticketNow(sql, number)).toMatchObject({ status: 'open', assigneeId: null })
    const kinds = await Promise.all(officers.map(async ({ id }) => (await noticesOf(sql, id, { limit: 5 })).items))
    expect(kinds).toMatchObject([[{ kind: 'new_ticket' }], [{ kind: 'new_ticket' }]])
  })

  it('waits in the queue of a unit with one officer', async () => {
    const { file } = await aUnit(1)

    const { number } = await file()

    expect((await ticketNow(sql, number)).status).toBe('open')
  })
})

describe('work that lies open', () => {
  it('finds an officer by itself, but not the one who gave it back', async () => {
    const { officers, file } = await aUnit(2)
    const { number } = await file()
    const before = await ticketNow(sql, number)
    const first = officers.find(({ id }) => id === before.assigneeId)
    if (!first) throw new Error('nobody has it')
    await release(sql, desk, { number, officer: first, seen: before.lastSeq }, MONDAY)

    await assignOpen(sql, desk, MONDAY)

    const after = await ticketNow(sql, number)
    expect(after).toMatchObject({ status: 'assigned' })
    expect(after.assigneeId).not.toBe(first.id)
  })
})

describe('an officer who is away', () => {
  it('gives the work to the others, evenly, with the deadline kept', async () => {
    const { officers, file } = await aUnit(3)
    const filed: { number: string }[] = []
    for (let count = 0; count < 9; count++) filed.push(await file())
    const [away, ...here] = officers
    const deadlines = async () => Promise.all(filed.map(async ({ number }) => (await ticketNow(sql, number)).dueAt))
    const before = await deadlines()
    await setLeave(sql, { officerId: away?.id ?? '', fromDay: '2026-11-24', toDay: '2026-11-24' }, MONDAY)

    await spreadWorkOfAway(sql, desk, hoursLater(20))

    expect(await loadOf([away ?? { id: '' }])).toEqual([0])
    expect((await loadOf(here)).sort()).toEqual([4, 5])
    expect(await deadlines()).toEqual(before)
  })

  it('gives it back to the queue when there is nobody else', async () => {
    const { officers, file } = await aUnit(1)
    const [only] = officers
    const { number } = await file()
    if (!only) throw new Error('nobody')
    await claim(sql, desk, { number, officer: only, seen: 1 }, MONDAY)
    await sql`update officers set disabled_at = ${MONDAY} where id = ${only.id}`

    await spreadWorkOfAway(sql, desk, MONDAY)

    expect(await ticketNow(sql, number)).toMatchObject({ status: 'open', assigneeId: null })
  })
})

describe('two who reach for one ticket at the same moment', () => {
  it('never both have it', async () => {
    const { officers, file } = await aUnit(1)
    const [one] = officers
    const { number } = await file()
    const other = await anOfficer(sql, { unitId: one?.unitId ?? null })
    const second = connect({ url, max: 2 })
    if (!one) throw new Error('nobody')
    const unitsWork = () => assignOpen(second, desk, MONDAY)

    const [first, , next] = await Promise.all([
      claim(sql, desk, { number, officer: one, seen: 1 }, MONDAY),
      unitsWork(),
      claim(second, desk, { number, officer: other, seen: 1 }, MONDAY),
    ])

    await second.end()
    const has = (await ticketNow(sql, number)).assigneeId
    const lines = await sql<{ verb: string }[]>`
      select verb from activity a join tickets t on t.id = a.ticket_id where t.number = ${number} order by seq`
    expect([first.kind, next.kind].filter((kind) => kind === 'done').length).toBeLessThanOrEqual(1)
    expect([one.id, other.id]).toContain(has)
    expect(lines.filter(({ verb }) => verb === 'claim' || verb === 'assigned')).toHaveLength(1)
  })
})

describe('the head of a unit', () => {
  it('gives a ticket to a colleague; an officer may not', async () => {
    const { unitId, officers, file } = await aUnit(1)
    const [colleague] = officers
    const head = await anOfficer(sql, { unitId, roles: ['head_of_unit'] })
    const { number } = await file()
    if (!colleague) throw new Error('nobody')
    const to = { number, seen: 1, toOfficer: colleague.username }

    const refused = await assignTo(sql, desk, { ...to, officer: colleague }, MONDAY)
    const outcome = await assignTo(sql, desk, { ...to, officer: head }, MONDAY)

    expect(refused.kind).toBe('forbidden')
    expect(outcome.kind).toBe('done')
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'assigned', assigneeId: colleague.id })
  })
})
