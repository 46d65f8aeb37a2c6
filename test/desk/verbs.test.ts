import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { acceptHandOff } from '../../src/desk/accept-hand-off.ts'
import { ask } from '../../src/desk/ask.ts'
import { citizenSays, confirmResolved, reopenByCitizen, withdrawTickets } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { note } from '../../src/desk/note.ts'
import { readTicket } from '../../src/desk/read-ticket.ts'
import { release } from '../../src/desk/release.ts'
import { reopen } from '../../src/desk/reopen.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { returnHandOff } from '../../src/desk/return-hand-off.ts'
import { closeSilent, lapseHandOffs, moveToSuccessors } from '../../src/desk/round.ts'
import { takeAction, ticketsOfPerson } from '../../src/desk/tickets-of-contact.ts'
import { enqueue } from '../../src/outbox/enqueue.ts'
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
  talkOf,
  ticketNow,
  wordsTo,
  workByHand,
} from './desk-builders.ts'

const { sql, url } = await createDatabase()
await workByHand(sql, COMMUNE_UNIT, DEPARTMENT)

const finished = {
  result: 'advised',
  reason: 'Đã hướng dẫn',
  basis: null,
  nextStep: 'Chờ thẻ mới',
  text: null,
} as const
const talk = (text: string) => ({ text, attachmentIds: [] })

describe('a ticket that was just filed', () => {
  it('has a number of its year, waits with the commune and has one deadline', async () => {
    const contact = await aContact(sql)

    const filed = await aTicket(sql, contact)

    expect(filed.number).toMatch(/^HY-2026-\d{6}$/)
    expect(filed.unitName.vi).toBe('UBND phường Phố Hiến')
    expect(filed.resultBy).toBe('2026-12-07')
    expect(await ticketNow(sql, filed.number)).toMatchObject({
      status: 'open',
      unitId: COMMUNE_UNIT,
      departmentId: DEPARTMENT,
      promise: 'first_answer',
      dueAt: filed.dueAt,
      lastSeq: 1,
    })
  })

  it('carries the talk that led to it', async () => {
    const contact = await aContact(sql)
    await aMessage(sql, contact, 'chuyện trước')
    const from = await aMessage(sql, contact, 'tôi cần thẻ bảo hiểm')
    const officer = await anOfficer(sql)

    const { number } = await aTicket(sql, contact, { talkFromMessageId: from })

    const read = await readTicket(sql, desk.secrets, officer, number, MONDAY)
    expect(read.kind === 'done' && read.details.messages.map((message) => message.text)).toEqual([
      'tôi cần thẻ bảo hiểm',
    ])
  })

  it('goes to another unit than the one complained of', async () => {
    const contact = await aContact(sql)

    const { number } = await aTicket(sql, contact, { complaintAbout: COMMUNE_UNIT })

    const ticket = await ticketNow(sql, number)
    const read = await readTicket(sql, desk.secrets, await anOfficer(sql), number, MONDAY)
    expect(ticket.unitId).not.toBe(COMMUNE_UNIT)
    expect(read.kind).toBe('forbidden')
  })
})

describe('an officer at work', () => {
  it('takes a ticket, and the bot falls silent', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { id, number } = await aTicket(sql, contact)
    await sql.begin((tx) =>
      enqueue(tx, {
        contact,
        author: 'bot',
        messages: [{ text: 'Câu hỏi của bot', actions: [], attachmentId: null }],
        now: MONDAY,
      }),
    )

    const outcome = await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    expect(outcome).toMatchObject({ kind: 'done', ticket: { status: 'assigned', assigneeId: officer.id, lastSeq: 2 } })
    expect(await talkOf(sql, contact)).toBe(id)
    expect(await wordsTo(sql, contact)).toEqual([expect.stringContaining(`đã nhận hồ sơ ${number}`)])
  })

  it('answers, and the promise becomes that of the result', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    const outcome = await reply(
      sql,
      desk,
      { number, officer, seen: 2, ...talk('Chào bà {{unit}} $t(desk.moved)') },
      MONDAY,
    )

    expect(outcome).toMatchObject({ kind: 'done', ticket: { status: 'assigned', promise: 'result' } })
    expect((await wordsTo(sql, contact)).at(-1)).toContain(
      `Cán bộ UBND phường Phố Hiến trả lời hồ sơ ${number}:\nChào bà {{unit}} $t(desk.moved)\n`,
    )
  })

  it('writes to a person in that person’s language', async () => {
    const contact = await aContact(sql, { language: 'en' })
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)

    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    expect(await wordsTo(sql, contact)).toEqual([expect.stringContaining(`has taken your request ${number}`)])
  })

  it('asks for papers: the clock stands still until the citizen answers', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { id, number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
    await ask(sql, desk, { number, officer, seen: 2, text: 'Chụp rõ giúp', papers: ['Sổ hộ nghèo'] }, MONDAY)
    const waiting = await ticketNow(sql, number)
    const listed = await sql.begin((tx) => ticketsOfPerson(tx, [contact], MONDAY))

    const messageId = await aMessage(sql, contact, 'đây ạ')
    await sql.begin((tx) => citizenSays(tx, desk, { ticketId: id, messageId, attachmentIds: [] }, hoursLater(2)))

    expect(waiting).toMatchObject({ status: 'pending', pausedAt: MONDAY })
    expect(listed).toMatchObject([{ number, missingPapers: ['Sổ hộ nghèo'], officerSpoke: true }])
    expect(await ticketNow(sql, number)).toMatchObject({
      status: 'assigned',
      pausedAt: null,
      // Two working hours after the end of the tenth working day.
      dueAt: new Date('2026-12-08T09:30:00+07:00'),
    })
  })

  it('gives a ticket back, and the bot speaks again', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    await release(sql, desk, { number, officer, seen: 2 }, MONDAY)

    expect(await ticketNow(sql, number)).toMatchObject({ status: 'open', assigneeId: null })
    expect(await talkOf(sql, contact)).toBeNull()
  })

  it('keeps a note from the citizen', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)

    await note(sql, desk, { number, officer, seen: 1, ...talk('đã gọi cho trưởng thôn') }, MONDAY)

    const read = await readTicket(sql, desk.secrets, officer, number, MONDAY)
    expect(await wordsTo(sql, contact)).toEqual([])
    expect(read).toMatchObject({ details: { messages: [{ author: 'note', text: 'đã gọi cho trưởng thôn' }] } })
  })

  it('resolves with a result, and the citizen opens it again with one tap on the first clock', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { id, number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
    await resolve(sql, desk, { number, officer, seen: 2, ...finished }, MONDAY)
    const resolved = await ticketNow(sql, number)
    const buttons = await sql<{ id: string; effect: string }[]>`
      select id, effect from ticket_actions where ticket_id = ${id} order by effect`

    const action = await sql.begin((tx) => takeAction(tx, contact.id, buttons[1]?.id ?? ''))
    await sql.begin((tx) => reopenByCitizen(tx, desk, id, hoursLater(24)))

    expect(resolved).toMatchObject({ status: 'resolved', dueAt: null, result: 'advised' })
    expect(buttons.map((button) => button.effect)).toEqual(['confirm_resolved', 'reopen'])
    expect(action).toEqual({ effect: 'reopen', ticketId: id, number })
    expect(await ticketNow(sql, number)).toMatchObject({
      status: 'assigned',
      assigneeId: officer.id,
      promise: 'result',
      dueAt: new Date('2026-12-07T17:00:00+07:00'),
      result: null,
    })
  })

  it('takes up a closed ticket again, with a reason', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { id, number } = await aTicket(sql, contact)
    await resolve(sql, desk, { number, officer, seen: 1, ...finished }, MONDAY)
    await sql.begin((tx) => confirmResolved(tx, desk, id, MONDAY))
    const closed = await ticketNow(sql, number)

    await reopen(sql, desk, { number, officer, seen: closed.lastSeq, reason: 'thẻ bị lỗi' }, MONDAY)

    expect(closed.status).toBe('closed')
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'assigned', closedAt: null, resolvedAt: null })
  })

  it('helps somebody without a chat', async () => {
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, null, { filedBy: officer.id })
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    const outcome = await reply(sql, desk, { number, officer, seen: 2, ...talk('mời bà đến lấy thẻ') }, MONDAY)

    const read = await readTicket(sql, desk.secrets, officer, number, MONDAY)
    expect(outcome.kind).toBe('done')
    expect(read).toMatchObject({
      details: {
        answers: [{ value: 'Nguyễn Thị Đào' }],
        messages: [{ author: 'officer', text: expect.stringContaining('mời bà đến lấy thẻ') }],
      },
    })
  })
})

describe('two officers and one ticket', () => {
  it('is held by exactly one of two who claim it at once', async () => {
    const contact = await aContact(sql)
    const [one, other] = [await anOfficer(sql, { name: 'Một' }), await anOfficer(sql, { name: 'Hai' })]
    const { number } = await aTicket(sql, contact)
    const another = connect({ url, max: 2 })

    const outcomes = await Promise.all([
      claim(sql, desk, { number, officer: one, seen: 1 }, MONDAY),
      claim(another, desk, { number, officer: other, seen: 1 }, MONDAY),
    ])
    await another.end()

    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['done', 'taken'])
    expect((await ticketNow(sql, number)).lastSeq).toBe(2)
  })

  it('tells the one who was not looking what happened meanwhile', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { id, number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
    const messageId = await aMessage(sql, contact, 'tôi nhầm ngày')
    await sql.begin((tx) => citizenSays(tx, desk, { ticketId: id, messageId, attachmentIds: [] }, MONDAY))

    const outcome = await reply(sql, desk, { number, officer, seen: 2, ...talk('vâng') }, MONDAY)

    expect(outcome).toMatchObject({
      kind: 'stale',
      activity: [{ seq: 3, actor: 'citizen', verb: 'said', facts: { message: messageId } }],
    })
    expect(await wordsTo(sql, contact)).toHaveLength(1)
  })

  it('keeps a colleague from answering in place of the one who has it', async () => {
    const contact = await aContact(sql)
    const [one, other] = [await anOfficer(sql, { name: 'Một' }), await anOfficer(sql)]
    const { number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer: one, seen: 1 }, MONDAY)

    const outcome = await reply(sql, desk, { number, officer: other, seen: 2, ...talk('vâng') }, MONDAY)

    expect(outcome).toMatchObject({ kind: 'taken', by: { id: one.id, name: 'Một' } })
  })

  it('refuses what the status does not allow', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)

    const outcome = await ask(sql, desk, { number, officer, seen: 1, text: 'x', papers: [] }, MONDAY)

    expect(outcome).toEqual({ kind: 'wrong-status', from: 'open' })
  })
})

describe('a hand-off', () => {
  it('leaves the sender accountable, on the same clock, until somebody accepts', async () => {
    const contact = await aContact(sql)
    const sender = await anOfficer(sql)
    const receiver = await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] })
    const { number } = await aTicket(sql, contact)
    const offer = { number, officer: sender, seen: 1, toUnit: DEPARTMENT, toOfficer: null, reason: 'thuộc Sở' }

    await handOff(sql, desk, offer, MONDAY)
    const offered = await ticketNow(sql, number)
    await acceptHandOff(sql, desk, { number, officer: receiver, seen: 2 }, hoursLater(1))

    expect(offered).toMatchObject({ unitId: COMMUNE_UNIT, offeredUnitId: DEPARTMENT, status: 'open' })
    expect(await ticketNow(sql, number)).toMatchObject({
      unitId: DEPARTMENT,
      offeredUnitId: null,
      assigneeId: receiver.id,
      status: 'assigned',
      dueAt: offered.dueAt,
    })
  })

  it('goes to the colleague of the same unit it was offered to, and to no other', async () => {
    const contact = await aContact(sql)
    const [sender, colleague, another] = [await anOfficer(sql), await anOfficer(sql), await anOfficer(sql)]
    const { number } = await aTicket(sql, contact)
    const offer = { toUnit: COMMUNE_UNIT, toOfficer: colleague.username, reason: 'nghỉ phép' }
    await handOff(sql, desk, { number, officer: sender, seen: 1, ...offer }, MONDAY)

    const refused = await acceptHandOff(sql, desk, { number, officer: another, seen: 2 }, MONDAY)
    const taken = await acceptHandOff(sql, desk, { number, officer: colleague, seen: 2 }, MONDAY)

    expect(refused.kind).toBe('forbidden')
    expect(taken).toMatchObject({ kind: 'done', ticket: { assigneeId: colleague.id, offeredUnitId: null } })
  })

  it('comes back with a reason', async () => {
    const contact = await aContact(sql)
    const sender = await anOfficer(sql)
    const receiver = await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] })
    const { number } = await aTicket(sql, contact)
    await handOff(
      sql,
      desk,
      { number, officer: sender, seen: 1, toUnit: DEPARTMENT, toOfficer: null, reason: 'x' },
      MONDAY,
    )

    await returnHandOff(sql, desk, { number, officer: receiver, seen: 2, reason: 'việc của xã' }, MONDAY)

    expect(await ticketNow(sql, number)).toMatchObject({ unitId: COMMUNE_UNIT, offeredUnitId: null })
  })

  it('lapses when nobody accepts in time', async () => {
    const contact = await aContact(sql)
    const sender = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)
    await handOff(
      sql,
      desk,
      { number, officer: sender, seen: 1, toUnit: DEPARTMENT, toOfficer: null, reason: 'x' },
      MONDAY,
    )

    await lapseHandOffs(sql, desk, hoursLater(23))
    const before = await ticketNow(sql, number)
    await lapseHandOffs(sql, desk, hoursLater(25))

    expect(before.offeredUnitId).toBe(DEPARTMENT)
    expect(await ticketNow(sql, number)).toMatchObject({ unitId: COMMUNE_UNIT, offeredUnitId: null, lastSeq: 3 })
  })

  it('never reaches the unit complained of', async () => {
    const contact = await aContact(sql)
    const admin = await anOfficer(sql, { unitId: null, roles: ['administrator'] })
    const { number } = await aTicket(sql, contact, { complaintAbout: COMMUNE_UNIT })

    const outcome = await handOff(
      sql,
      desk,
      { number, officer: admin, seen: 1, toUnit: COMMUNE_UNIT, toOfficer: null, reason: 'x' },
      MONDAY,
    )

    expect(outcome).toMatchObject({ kind: 'invalid', faults: [{ where: 'to_unit' }] })
  })

  it('carries open tickets over to the unit that follows one that ended', async () => {
    const contact = await aContact(sql)
    const before = new Date('2025-02-20T08:00:00+07:00')
    const { number } = await aTicket(sql, contact, { topic: 'vocational_training', at: before })
    const old = await ticketNow(sql, number)

    await moveToSuccessors(sql, desk, MONDAY)

    expect(old.unitId).toBe('so_ldtbxh')
    expect(await ticketNow(sql, number)).toMatchObject({ unitId: 'so_gddt', status: 'open', dueAt: old.dueAt })
  })
})

describe('what time does', () => {
  it('closes a result that nobody objected to for two weeks, and only that', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const silent = await aTicket(sql, contact)
    const fresh = await aTicket(sql, contact)
    await resolve(sql, desk, { number: silent.number, officer, seen: 1, ...finished }, MONDAY)
    await resolve(sql, desk, { number: fresh.number, officer, seen: 1, ...finished }, hoursLater(24))

    await closeSilent(sql, desk, hoursLater(14 * 24))

    expect((await ticketNow(sql, silent.number)).status).toBe('closed')
    expect((await ticketNow(sql, fresh.number)).status).toBe('resolved')
  })

  it('changes nothing of what was written in the activity log', async () => {
    await aTicket(sql, await aContact(sql))

    await expect(sql`update activity set verb = 'x'`).rejects.toThrow('append-only')
    await expect(sql`delete from activity`).rejects.toThrow('append-only')
    await expect(sql`truncate audit`).rejects.toThrow('append-only')
  })
})

describe('a person who asks to be forgotten', () => {
  it('leaves no open ticket, and nothing that could be read or found', async () => {
    const contact = await aContact(sql)
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, contact)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)

    await sql.begin(async (tx) => {
      await withdrawTickets(tx, contact.id, MONDAY)
      await tx`update contacts set sealed_key = null where id = ${contact.id}`
    })

    const read = await readTicket(sql, desk.secrets, officer, number, MONDAY)
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'closed', dueAt: null, searchHashes: [] })
    expect(await talkOf(sql, contact)).toBeNull()
    expect(read).toMatchObject({ kind: 'done', details: { answers: [], messages: [{ text: null }] } })
  })
})
