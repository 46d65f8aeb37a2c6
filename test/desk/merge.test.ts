import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { readAttachment } from '../../src/console/read-attachment.ts'
import { activitySince } from '../../src/desk/activity.ts'
import { ask } from '../../src/desk/ask.ts'
import { citizenSays } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { merge } from '../../src/desk/merge.ts'
import { note } from '../../src/desk/note.ts'
import { layFile } from '../../src/desk/officer-files.ts'
import { readTicket } from '../../src/desk/read-ticket.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { strangeAttachments } from '../../src/desk/ticket-attachments.ts'
import { ticketsOfPerson } from '../../src/desk/tickets-of-contact.ts'
import { newId } from '../../src/ids.ts'
import { noticesOf } from '../../src/notices/read-notices.ts'
import { addInterest } from '../../src/openings/seats.ts'
import { TINY_JPEG } from '../fakes/zalo.ts'
import { createDatabase } from '../support/database.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  COMMUNE_UNIT,
  DEPARTMENT,
  desk,
  hoursLater,
  MONDAY,
  ticketNow,
  wordsTo,
  workByHand,
} from './desk-builders.ts'

const { sql } = await createDatabase()
await workByHand(sql, COMMUNE_UNIT, DEPARTMENT)
const officer = await anOfficer(sql)
const reason = 'Cùng xin một thẻ'

describe('a matter that was filed twice', () => {
  it('goes on in one ticket: the other is resolved as a duplicate, and the person is told which counts', async () => {
    const contact = await aContact(sql)
    const main = await aTicket(sql, contact)
    const twice = await aTicket(sql, contact)

    const outcome = await merge(
      sql,
      desk,
      { number: twice.number, officer, seen: 1, into: main.number, reason },
      MONDAY,
    )

    expect(outcome.kind).toBe('done')
    expect(await ticketNow(sql, twice.number)).toMatchObject({
      status: 'resolved',
      result: 'duplicate',
      mergedInto: main.id,
      dueAt: null,
    })
    expect((await wordsTo(sql, contact)).join()).toContain(main.number)
    expect((await activitySince(sql, main.id, 1)).map((line) => [line.verb, line.facts.number])).toEqual([
      ['took-in', twice.number],
    ])
  })

  it('keeps the words of both in one place, and gets what the person says later', async () => {
    const contact = await aContact(sql)
    const main = await aTicket(sql, contact)
    const twice = await aTicket(sql, contact)
    const early = await aMessage(sql, contact, 'nói trước')
    await sql.begin((tx) => citizenSays(tx, desk, { ticketId: twice.id, messageId: early, attachmentIds: [] }, MONDAY))
    await merge(sql, desk, { number: twice.number, officer, seen: 2, into: main.number, reason }, MONDAY)
    const late = await aMessage(sql, contact, 'nói sau', hoursLater(1))

    await sql.begin((tx) =>
      citizenSays(tx, desk, { ticketId: twice.id, messageId: late, attachmentIds: [] }, hoursLater(1)),
    )

    const read = await readTicket(sql, desk.secrets, officer, main.number, MONDAY)
    const said = read.kind === 'done' ? read.details.messages.filter((one) => one.author === 'citizen') : []
    expect(said.map((one) => one.text)).toEqual(['nói trước', 'nói sau'])
    expect((await activitySince(sql, main.id, 0)).at(-1)).toMatchObject({ actor: 'citizen', verb: 'said' })
  })

  it('stands once in the list of the person', async () => {
    const contact = await aContact(sql)
    const main = await aTicket(sql, contact)
    const twice = await aTicket(sql, contact)
    await merge(sql, desk, { number: twice.number, officer, seen: 1, into: main.number, reason }, MONDAY)

    const listed = await sql.begin((tx) => ticketsOfPerson(tx, [contact], MONDAY))

    expect(listed.map((one) => one.number)).toEqual([main.number])
  })

  it('stays urgent when one of the two was', async () => {
    const contact = await aContact(sql)
    const main = await aTicket(sql, contact)
    const twice = await aTicket(sql, contact, { urgent: true })

    await merge(sql, desk, { number: twice.number, officer, seen: 1, into: main.number, reason }, MONDAY)

    const after = await ticketNow(sql, main.number)
    expect(after.urgent).toBe(true)
    expect(after.dueAt).toEqual(twice.dueAt)
  })

  it('is read whole also for somebody without a chat', async () => {
    const main = await aTicket(sql, null)
    const twice = await aTicket(sql, null)
    await note(sql, desk, { number: twice.number, officer, seen: 1, text: 'bà nói ở quầy', attachmentIds: [] }, MONDAY)
    await merge(sql, desk, { number: twice.number, officer, seen: 2, into: main.number, reason }, MONDAY)

    const read = await readTicket(sql, desk.secrets, officer, main.number, MONDAY)

    expect(read.kind === 'done' && read.details.messages.map((one) => one.text)).toContain('bà nói ở quầy')
  })
})

describe('what the ticket that goes on takes over', () => {
  const join = (number: string, into: string, now: Date) =>
    ticketNow(sql, number).then(({ lastSeq }) =>
      merge(sql, desk, { number, officer, seen: lastSeq, into, reason }, now),
    )

  it('is the deadline of the one that was filed first', async () => {
    const contact = await aContact(sql)
    const early = await aTicket(sql, contact)
    const late = await aTicket(sql, contact, { at: hoursLater(24) })

    await join(early.number, late.number, hoursLater(25))

    const after = await ticketNow(sql, late.number)
    expect(after.dueAt).toEqual(early.dueAt)
    expect(after.createdAt).toEqual(MONDAY)
  })

  it('is no deadline that comes later', async () => {
    const contact = await aContact(sql)
    const early = await aTicket(sql, contact)
    const late = await aTicket(sql, contact, { at: hoursLater(24) })

    await join(late.number, early.number, hoursLater(25))

    expect((await ticketNow(sql, early.number)).dueAt).toEqual(early.dueAt)
  })

  it('is the vacancies that the person would like', async () => {
    const contact = await aContact(sql)
    const [main, twice] = [await aTicket(sql, contact), await aTicket(sql, contact)]
    const [both, one] = [newId(), newId()]
    await sql.begin(async (tx) => {
      await addInterest(tx, { ticketId: main.id, openingId: both }, MONDAY)
      await addInterest(tx, { ticketId: twice.id, openingId: both }, MONDAY)
      await addInterest(tx, { ticketId: twice.id, openingId: one }, MONDAY)
    })

    await join(twice.number, main.number, MONDAY)

    const rows = await sql<
      { opening_id: string }[]
    >`select opening_id from opening_interests where ticket_id = ${main.id}`
    expect(rows.map((row) => row.opening_id).sort()).toEqual([both, one].sort())
    expect([...(await sql`select from opening_interests where ticket_id = ${twice.id}`)]).toEqual([])
  })

  it('is the papers that are still awaited', async () => {
    const contact = await aContact(sql)
    const [main, twice] = [await aTicket(sql, contact), await aTicket(sql, contact)]
    for (const [{ number }, papers] of [
      [main, ['Căn cước', 'Giấy khai sinh']],
      [twice, ['Căn cước', 'Ảnh']],
    ] as const) {
      await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
      await ask(sql, desk, { number, officer, seen: 2, text: 'Xin gửi', papers }, MONDAY)
    }

    await join(twice.number, main.number, MONDAY)

    const [listed] = await sql.begin((tx) => ticketsOfPerson(tx, [contact], MONDAY))
    expect(listed?.missingPapers).toEqual(['Căn cước', 'Giấy khai sinh', 'Ảnh'])
  })

  it.each([
    ['in a chat', async () => aContact(sql)],
    ['without a chat', async () => null],
  ])('is the answers of somebody %s, beside its own', async (_, who) => {
    const contact = await who()
    const name = { id: 'full_name', label: 'Họ tên', value: `Lê ${newId()}` }
    const main = await aTicket(sql, contact, { answers: [name] })
    const twice = await aTicket(sql, contact, { answers: [name, { id: 'card', label: 'Số thẻ', value: 'GD 4 33' }] })
    await sql`update tickets set search_hashes = (select search_hashes from tickets where id = ${main.id}) where id = ${twice.id}`
    await join(twice.number, main.number, MONDAY)

    const read = await readTicket(sql, desk.secrets, officer, main.number, MONDAY)

    const joined = read.kind === 'done' ? read.details.joined : []
    expect(joined).toMatchObject([{ number: twice.number, answers: [{}, { label: 'Số thẻ', value: 'GD 4 33' }] }])
  })

  it('is that it is urgent, of which the head and who is on call hear', async () => {
    const head = await anOfficer(sql, { roles: ['head_of_unit'] })
    const contact = await aContact(sql)
    const main = await aTicket(sql, contact)
    const twice = await aTicket(sql, contact, { urgent: true })
    await sql`delete from officer_notices where officer_id = ${head.id}`

    await join(twice.number, main.number, MONDAY)

    const { items } = await noticesOf(sql, head.id, { limit: 5 })
    expect(items).toMatchObject([{ kind: 'urgent', ticketNumber: main.number }])
  })

  it('is the papers that came with the other one: they open, and may be sent on', async () => {
    const contact = await aContact(sql)
    const [main, twice] = [await aTicket(sql, contact), await aTicket(sql, contact)]
    const laid = await layFile(
      sql,
      desk,
      { number: twice.number, officer },
      { content: TINY_JPEG, mediaType: 'image/jpeg' },
      MONDAY,
    )
    const id = laid.kind === 'done' ? laid.id : ''
    await join(twice.number, main.number, MONDAY)
    const stranger = await aTicket(sql, await aContact(sql))
    const services = { sql, ...desk, log: pino({ level: 'silent' }) }

    const opened = await readAttachment(services, officer, { number: main.number, id }, MONDAY)
    const elsewhere = await readAttachment(services, officer, { number: stranger.number, id }, MONDAY)
    const strange = await sql.begin((tx) => strangeAttachments(tx, main.id, [id]))

    expect(opened).toMatchObject({ kind: 'file', mediaType: 'image/jpeg' })
    expect(elsewhere.kind).toBe('none')
    expect(strange).toEqual([])
  })
})

describe('a merge is refused', () => {
  const refused = async (number: string, into: string, seen = 1) => {
    const outcome = await merge(sql, desk, { number, officer, seen, into, reason }, MONDAY)
    return outcome.kind === 'invalid' ? outcome.faults.map(({ where }) => where) : outcome.kind
  }

  it('with a ticket of somebody else', async () => {
    const mine = await aTicket(sql, await aContact(sql))
    const theirs = await aTicket(sql, await aContact(sql))
    const walkIn = await aTicket(sql, null)

    expect(await refused(mine.number, theirs.number)).toEqual(['into'])
    expect(await refused(mine.number, walkIn.number)).toEqual(['into'])
    expect((await ticketNow(sql, mine.number)).status).toBe('open')
  })

  it('with a ticket of another person who has no chat either', async () => {
    const of = (value: string) => aTicket(sql, null, { answers: [{ id: 'full_name', label: 'Họ tên', value }] })
    const [dao, binh] = [await of('Nguyễn Thị Đào'), await of('Trần Văn Bình')]
    const [unnamed, alsoUnnamed] = [
      await aTicket(sql, null, { answers: [] }),
      await aTicket(sql, null, { answers: [] }),
    ]

    expect(await refused(dao.number, binh.number)).toEqual(['into'])
    expect(await refused(unnamed.number, alsoUnnamed.number)).toEqual(['into'])
    expect(await refused(unnamed.number, dao.number)).toEqual(['into'])
  })

  it('with itself, with none, and with one that is finished', async () => {
    const contact = await aContact(sql)
    const one = await aTicket(sql, contact)
    const done = await aTicket(sql, contact)
    const end = { result: 'advised' as const, reason, basis: null, nextStep: 'x', text: null }
    await resolve(sql, desk, { number: done.number, officer, seen: 1, ...end }, MONDAY)

    expect(await refused(one.number, one.number)).toEqual(['into'])
    expect(await refused(one.number, 'HY-2026-999999')).toEqual(['into'])
    expect(await refused(one.number, done.number)).toEqual(['into'])
  })

  it('with one that the officer may not see', async () => {
    const contact = await aContact(sql)
    const one = await aTicket(sql, contact)
    const elsewhere = await aTicket(sql, contact, { topic: 'legal_aid' })

    expect(await refused(one.number, elsewhere.number)).toEqual(['into'])
  })

  it('of a complaint with what the unit complained of may read', async () => {
    const contact = await aContact(sql)
    const admin = await anOfficer(sql, { unitId: null, roles: ['administrator'] })
    const ordinary = await aTicket(sql, contact)
    const complaint = await aTicket(sql, contact, { topic: 'complaint', complaintAbout: COMMUNE_UNIT })
    const request = { number: complaint.number, officer: admin, seen: 1, into: ordinary.number, reason }

    expect((await merge(sql, desk, request, MONDAY)).kind).toBe('invalid')
  })
})

describe('two tickets merged crosswise at the same moment', () => {
  it('leave one of them open', async () => {
    const [left, right] = [await aTicket(sql, null), await aTicket(sql, null)]

    const outcomes = await Promise.all([
      merge(sql, desk, { number: left.number, officer, seen: 1, into: right.number, reason }, MONDAY),
      merge(sql, desk, { number: right.number, officer, seen: 1, into: left.number, reason }, MONDAY),
    ])

    const after = await Promise.all([left, right].map(({ number }) => ticketNow(sql, number)))
    expect(outcomes.filter(({ kind }) => kind === 'done').length).toBeLessThanOrEqual(1)
    expect(after.filter(({ status }) => status === 'open').length).toBeGreaterThanOrEqual(1)
  })
})
