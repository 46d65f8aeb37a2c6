import { describe, expect, it } from 'vitest'
import { readTicket } from '../../src/desk/read-ticket.ts'
import { reply } from '../../src/desk/reply.ts'
import type { DeliveryOutcome } from '../../src/messaging/channel.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { dropBotMessages, enqueue } from '../../src/outbox/enqueue.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, TestClock } from '../support/spine.ts'
import { aContact, anOfficer, aTicket, COMMUNE_UNIT, desk, hoursLater, MONDAY, workByHand } from './desk-builders.ts'

const { sql } = await createDatabase()
const { secrets } = desk
const log = { info() {}, warn() {}, error() {} }
let accounts = 0

/** An officer who replied to somebody on a channel of their own. */
async function aReply(...texts: string[]) {
  await workByHand(sql, COMMUNE_UNIT)
  const channel = aChannel({ account: `delivery-${++accounts}` })
  const clock = new TestClock(MONDAY)
  const contact = await aContact(sql)
  await sql`update contacts set channel = ${channel.id}, account = ${channel.account} where id = ${contact.id}`
  const ticket = await aTicket(sql, contact)
  const officer = await anOfficer(sql)
  for (const [place, text] of texts.entries()) {
    const asked = { number: ticket.number, officer, seen: place + 1, text, attachmentIds: [] }
    expect((await reply(sql, desk, asked, MONDAY)).kind).toBe('done')
  }
  const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [channel] })
  return {
    contact,
    ticket,
    channel,
    clock,
    send: () => dispatcher.dispatchDue(clock.now()),
    async reads() {
      const read = await readTicket(sql, secrets, officer, ticket.number, clock.now())
      if (read.kind !== 'done') throw new Error(read.kind)
      return read.details
    },
  }
}

const inAnHour = hoursLater(1)

describe('what an officer said', () => {
  it('is on its way until it has left', async () => {
    const desk = await aReply('Chào bác')

    const before = await desk.reads()
    await desk.send()
    const after = await desk.reads()

    expect(before.messages.map(({ delivery }) => delivery)).toEqual([{ state: 'sending', reason: null }])
    expect(after.messages.map(({ delivery }) => delivery)).toEqual([{ state: 'sent', reason: null }])
  })

  it.each<[string, DeliveryOutcome, object]>([
    ['blocked us', { kind: 'refused', reason: 'blocked' }, { state: 'failed', reason: 'blocked' }],
    [
      'gets no such file',
      { kind: 'refused', reason: 'parked', detail: 'file not carried' },
      { state: 'failed', reason: 'file not carried' },
    ],
    [
      'must write first',
      { kind: 'wait', until: inAnHour, reason: 'outside-window' },
      { state: 'waits', reason: 'outside-window' },
    ],
    [
      'is out of reach for a moment',
      { kind: 'retry', notBefore: inAnHour, reason: 'answer 502' },
      { state: 'retrying', reason: 'answer 502' },
    ],
  ])('to somebody who %s is seen not to have arrived', async (_what, outcome, expected) => {
    const desk = await aReply('Chào bác')
    desk.channel.answers = () => outcome

    await desk.send()

    const { messages } = await desk.reads()
    expect(messages.map(({ delivery }) => delivery)).toEqual([expected])
  })

  it('waits for the person behind other words that do', async () => {
    const desk = await aReply('Một', 'Hai')
    desk.channel.answers = () => ({ kind: 'wait', until: inAnHour, reason: 'outside-window' })

    await desk.send()

    const { messages } = await desk.reads()
    expect(messages.map(({ delivery }) => delivery?.state)).toEqual(['waits', 'waits'])
  })

  it('is known not to have arrived long after the outbox forgot it, and known to have where it did', async () => {
    const desk = await aReply('Hỏng', 'Tốt')
    desk.channel.answers = ({ id, message }) =>
      message.text.includes('Hỏng')
        ? { kind: 'refused', reason: 'bad-message' }
        : { kind: 'delivered', externalId: `${id}` }
    await desk.send()

    await sql`delete from outbox where contact_id = ${desk.contact.id}`

    const { messages } = await desk.reads()
    expect(messages.map(({ delivery }) => delivery)).toEqual([
      { state: 'failed', reason: 'bad-message' },
      { state: 'sent', reason: null },
    ])
  })

  it('has arrived when it was put aside and sent once more', async () => {
    const desk = await aReply('Chào bác')
    desk.channel.answers = () => ({ kind: 'refused', reason: 'parked', detail: 'zalo -7777' })
    await desk.send()
    await sql`update outbox set state = 'waiting', settled_at = null, failure = null where contact_id = ${desk.contact.id}`
    desk.channel.answers = ({ id }) => ({ kind: 'delivered', externalId: `${id}` })
    await desk.send()

    await sql`delete from outbox where contact_id = ${desk.contact.id}`

    const { messages } = await desk.reads()
    expect(messages.map(({ delivery }) => delivery)).toEqual([{ state: 'sent', reason: null }])
  })
})

describe('what the bot had still to say', () => {
  it('is seen to be withdrawn once an officer took the talk over', async () => {
    const desk = await aReply()
    await sql.begin(async (tx) => {
      const messages = [{ text: 'Câu của bot', actions: [], attachmentId: null }]
      await enqueue(tx, { contact: desk.contact, author: 'bot', ticketId: desk.ticket.id, messages, now: MONDAY })
      await dropBotMessages(tx, desk.contact.id, MONDAY)
    })

    const { messages } = await desk.reads()

    expect(messages.map(({ delivery }) => delivery)).toEqual([{ state: 'withdrawn', reason: null }])
  })
})

describe('a person who blocked us', () => {
  it('is out of reach, but not when another chat of theirs is open', async () => {
    const desk = await aReply('Chào bác')
    const other = await aContact(sql)
    desk.channel.answers = () => ({ kind: 'refused', reason: 'blocked' })
    await desk.send()

    const alone = await desk.reads()
    await sql`update contacts set person_id = ${desk.contact.id} where id in (${desk.contact.id}, ${other.id})`
    const joined = await desk.reads()

    expect([alone.isUnreachable, joined.isUnreachable]).toEqual([true, false])
  })
})
