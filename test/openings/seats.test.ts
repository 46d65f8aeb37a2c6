import { describe, expect, it } from 'vitest'
import { activitySince } from '../../src/desk/activity.ts'
import { checkIn, isNight } from '../../src/desk/check-in.ts'
import { confirmResolved, reopenByCitizen, wantOpening } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { explainByCitizen, rateByCitizen } from '../../src/desk/rate.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { closeSilent } from '../../src/desk/round.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import type { OpeningFacts } from '../../src/openings/opening.ts'
import { findOpening, keepOpening } from '../../src/openings/store.ts'
import {
  aContact,
  anOfficer,
  aTicket,
  desk,
  hoursLater,
  MONDAY,
  type TestContact,
  ticketNow,
  wordsTo,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const UNIT = 'tt_dvvl'
const officer = await anOfficer(sql, { unitId: UNIT, roles: ['department_officer'] })

let numbers = 0

function facts(some: Partial<OpeningFacts> = {}): OpeningFacts {
  return {
    kind: 'vacancy',
    ownNumber: String(++numbers),
    title: 'Công nhân may',
    trade: 'sewing',
    offeredBy: 'Công ty Sông Hồng',
    area: 'province',
    communeCode: null,
    payWords: null,
    payFrom: null,
    payTo: null,
    payUnit: null,
    seats: 1,
    requirements: null,
    startsOn: null,
    applyBy: '2026-12-31',
    contact: 'Trung tâm',
    ...some,
  }
}

function anOpening(some: Partial<OpeningFacts> = {}): Promise<string> {
  return sql.begin((tx) => keepOpening(tx, UNIT, facts(some), officer.id, MONDAY))
}

/** A request for work that an officer has. */
async function aJobTicket(contact: TestContact, by: Officer = officer) {
  const ticket = await aTicket(sql, contact, { topic: 'jobs', requestType: 'jobs' })
  await claim(sql, desk, { number: ticket.number, officer: by, seen: 1 }, MONDAY)
  return ticket
}

async function place(number: string, opening: string | null, result: 'placed' | 'advised' = 'placed') {
  const { lastSeq } = await ticketNow(sql, number)
  const said = { reason: 'Công ty nhận', basis: null, nextStep: 'Đi làm ngày 1/12', text: null }
  return resolve(sql, desk, { number, officer, seen: lastSeq, result, ...said, opening }, MONDAY)
}

const seatsTaken = async (id: string) => (await findOpening(sql, id))?.seatsTaken

const onContact = <Result>(act: (tx: Parameters<Parameters<typeof sql.begin>[1]>[0]) => Promise<Result>) =>
  sql.begin(act)

describe('an opening that is over', () => {
  it.each([
    [
      'was withdrawn',
      async () => {
        const id = await anOpening()
        await sql`update openings set withdrawn_at = ${MONDAY} where id = ${id}`
        return id
      },
    ],
    ['took applications until yesterday', () => anOpening({ applyBy: '2026-11-22' })],
  ])('gives no seat when it %s', async (_, make) => {
    const opening = await make()
    const { number } = await aJobTicket(await aContact(sql))

    const outcome = await place(number, opening)

    expect(outcome).toMatchObject({ kind: 'invalid', faults: [{ where: 'opening' }] })
    expect(await seatsTaken(opening)).toBe(0)
  })

  it('still gives one on its last day', async () => {
    const opening = await anOpening({ applyBy: '2026-11-23' })
    const { number } = await aJobTicket(await aContact(sql))

    expect((await place(number, opening)).kind).toBe('done')
  })
})

describe('two people and the last seat', () => {
  it('one gets it, the other ticket stays at work', async () => {
    const opening = await anOpening()
    const tickets = await Promise.all([aJobTicket(await aContact(sql)), aJobTicket(await aContact(sql))])

    const outcomes = await Promise.all(tickets.map(({ number }) => place(number, opening)))

    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['done', 'invalid'])
    expect(await seatsTaken(opening)).toBe(1)
    const statuses = await Promise.all(tickets.map(async ({ number }) => (await ticketNow(sql, number)).status))
    expect(statuses.toSorted()).toEqual(['assigned', 'resolved'])
  })

  it('the other gets it after the first one says that it came to nothing', async () => {
    const opening = await anOpening()
    const first = await aJobTicket(await aContact(sql))
    const second = await aJobTicket(await aContact(sql))
    await place(first.number, opening)

    await onContact((tx) => reopenByCitizen(tx, desk, first.id, MONDAY))
    const outcome = await place(second.number, opening)

    expect(outcome.kind).toBe('done')
    expect(await seatsTaken(opening)).toBe(1)
  })
})

describe('an officer who names an opening', () => {
  it('is told that it goes only with a placement', async () => {
    const opening = await anOpening()
    const { number } = await aJobTicket(await aContact(sql))

    const outcome = await place(number, opening, 'advised')

    expect(outcome).toMatchObject({ kind: 'invalid', faults: [{ where: 'opening' }] })
    expect(await seatsTaken(opening)).toBe(0)
  })

  it('is told when there is none such', async () => {
    const { number } = await aJobTicket(await aContact(sql))

    const outcome = await place(number, '00000000-0000-4000-8000-000000000000')

    expect(outcome).toMatchObject({ kind: 'invalid', faults: [{ where: 'opening' }] })
  })
})

describe('somebody who is interested', () => {
  it('stands on the ticket once, however often they tap', async () => {
    const opening = await anOpening()
    const { id, number } = await aJobTicket(await aContact(sql))
    const want = () => onContact((tx) => wantOpening(tx, desk, { ticketId: id, openingId: opening }, MONDAY))

    const outcomes = await Promise.all([want(), want(), want()])

    expect(outcomes.toSorted()).toEqual(['known', 'known', 'noted'])
    const lines = (await activitySince(sql, (await ticketNow(sql, number)).id, 0)).filter(
      ({ verb }) => verb === 'interested',
    )
    expect(lines.map((line) => line.facts)).toEqual([{ opening }])
  })
})

describe('a rating', () => {
  async function aSettledTicket() {
    const ticket = await aJobTicket(await aContact(sql))
    await place(ticket.number, null)
    await onContact((tx) => confirmResolved(tx, desk, ticket.id, MONDAY))
    return ticket
  }
  const rate = (ticketId: number, rating: number, at = MONDAY) =>
    onContact((tx) => rateByCitizen(tx, desk, { ticketId, rating }, at))

  it('can be changed for a day, and not longer', async () => {
    const { id, number } = await aSettledTicket()

    const outcomes = [await rate(id, 2), await rate(id, 4, hoursLater(23)), await rate(id, 1, hoursLater(25))]

    expect(outcomes).toEqual(['rated', 'changed', 'too-late'])
    expect((await ticketNow(sql, number)).rating).toBe(4)
  })

  it('needs somebody to have said that the matter is settled', async () => {
    const { id, number } = await aJobTicket(await aContact(sql))
    await place(number, null)

    const outcome = await rate(id, 5)

    expect(outcome).toBe('not-finished')
  })

  it('goes with what it was for: a ticket that was reopened has none', async () => {
    const { id, number } = await aSettledTicket()
    await rate(id, 5)

    await onContact((tx) => reopenByCitizen(tx, desk, id, MONDAY))
    await onContact((tx) => explainByCitizen(tx, desk, { ticketId: id, why: 'wrong' }, MONDAY))

    const ticket = await ticketNow(sql, number)
    expect({ rating: ticket.rating, confirmedAt: ticket.confirmedAt, status: ticket.status }).toEqual({
      rating: null,
      confirmedAt: null,
      status: 'assigned',
    })
    const last = (await activitySince(sql, ticket.id, 0)).at(-1)
    expect(last).toMatchObject({ verb: 'explained', facts: { why: 'wrong' } })
  })
})

describe('two weeks of silence', () => {
  async function aSilentTicket() {
    const contact = await aContact(sql)
    const ticket = await aJobTicket(contact)
    await place(ticket.number, null)
    return { contact, ...ticket }
  }
  const question = (number: string) => desk.texts.text('vi', 'desk.checkIn', { number, unit: 'x' }).slice(0, 30)
  const asked = async (contact: TestContact, number: string) =>
    (await wordsTo(sql, contact)).filter((text) => text.startsWith(question(number))).length
  const evening = new Date('2026-12-08T21:30:00+07:00')
  const morning = new Date('2026-12-09T07:00:00+07:00')

  it('close the ticket at once and ask in the morning, once', async () => {
    const { contact, number } = await aSilentTicket()

    await closeSilent(sql, desk, evening)
    await checkIn(sql, desk, evening)
    const atNight = await asked(contact, number)
    await checkIn(sql, desk, morning)
    await checkIn(sql, desk, hoursLater(1, morning))

    expect((await ticketNow(sql, number)).status).toBe('closed')
    expect(atNight).toBe(0)
    expect(await asked(contact, number)).toBe(1)
  })

  it.each([
    ['wants no messages of ours', 'all_stopped_at'],
    ['cannot be reached', 'unreachable_at'],
  ])('ask nobody who %s', async (_, column) => {
    const { contact, number } = await aSilentTicket()
    await sql`update contacts set ${sql(column)} = ${MONDAY} where id = ${contact.id}`

    await closeSilent(sql, desk, evening)
    await checkIn(sql, desk, morning)

    expect(await asked(contact, number)).toBe(0)
    expect((await ticketNow(sql, number)).checkInAt).toBeNull()
  })

  it('ask nobody who answered meanwhile', async () => {
    const { contact, id, number } = await aSilentTicket()
    await closeSilent(sql, desk, evening)
    await onContact((tx) => confirmResolved(tx, desk, id, evening))

    await checkIn(sql, desk, morning)

    expect(await asked(contact, number)).toBe(0)
  })

  it('ask one person once although two processes look at the same moment', async () => {
    const { contact, number } = await aSilentTicket()
    await closeSilent(sql, desk, evening)

    await Promise.all([checkIn(sql, desk, morning), checkIn(sql, desk, morning)])

    expect(await asked(contact, number)).toBe(1)
  })

  it.each([
    ['06:59', true],
    ['07:00', false],
    ['20:59', false],
    ['21:00', true],
  ])('at %s it is night: %s', (time, night) => {
    const at = isNight(new Date(`2026-12-09T${time}:00+07:00`))

    expect(at).toBe(night)
  })
})
