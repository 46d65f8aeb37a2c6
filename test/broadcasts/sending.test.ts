import { describe, expect, it } from 'vitest'
import { careForBroadcasts } from '../../src/broadcasts/care.ts'
import { claimRecipients } from '../../src/broadcasts/claim.ts'
import { readProgress } from '../../src/broadcasts/progress.ts'
import { settleUncertain } from '../../src/broadcasts/receipts.ts'
import type { DeliveryOutcome } from '../../src/messaging/channel.ts'
import { enqueue } from '../../src/outbox/enqueue.ts'
import { openJson } from '../../src/secrets.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, secrets, silent, TestClock } from '../support/spine.ts'
import {
  aBroadcast,
  aRecipient,
  aSender,
  join2,
  type Recipient,
  rowOf,
  rules,
  stateOf,
  statusOf,
} from './sending-desk.ts'

const { sql } = await createDatabase({ max: 12 })
let accounts = 0

/** A channel, a clock and a sender of the test's own: nothing that other tests send goes through them. */
function aDesk(options: { ratePerSecond?: number } = {}) {
  const channel = aChannel({ account: `bot-${++accounts}`, ...options })
  const clock = new TestClock()
  const sender = aSender(sql, { clock, adapters: [channel] })
  return {
    channel,
    clock,
    send: () => sender.sendDue(clock.now()),
    person: (more = {}) => aRecipient(sql, channel, more),
  }
}

const care = (now: Date) => careForBroadcasts({ sql, rules, log: silent }, now)
const people = (count: number, person: () => Promise<Recipient>) =>
  Promise.all(Array.from({ length: count }, () => person()))
const texts = (channel: ReturnType<typeof aChannel>, person: Recipient) => channel.textsTo(person.address)

describe('A policy message on its way', () => {
  it('reaches each person once, with its buttons, and stands in their talk', async () => {
    const { channel, send, person } = aDesk()
    const [one, two] = await people(2, person)
    const id = await aBroadcast(sql, [one as Recipient, two as Recipient], { link: 'https://hungyen.gov.vn/a' })

    await send()
    await send()

    expect(channel.delivered).toHaveLength(2)
    expect(channel.delivered[0]?.message.actions.map(({ label }) => label)).toEqual(['Đã rõ'])
    expect(await rowOf(sql, id, one as Recipient)).toMatchObject({ state: 'sent', cost: 0, attempts: 1 })
    const [said] = await sql<{ sealed_body: Buffer; sealed_key: Buffer; external_id: string }[]>`
      select m.sealed_body, c.sealed_key, m.external_id from messages m join contacts c on c.id = m.contact_id
      where m.contact_id = ${(one as Recipient).id}`
    const body = said && (openJson(secrets.openPersonKey(said.sealed_key), said.sealed_body) as { text: string })
    expect(body?.text).toContain('https://hungyen.gov.vn/a')
    expect(said?.external_id).toBe((await rowOf(sql, id, one as Recipient)).external_id)
  })

  it('speaks the language of the person, and Vietnamese where it was not translated', async () => {
    const { channel, send, person } = aDesk()
    const english = await person({ language: 'en' })
    const both = { vi: { text: 'Tiếng Việt' }, en: { text: 'English' } }
    await aBroadcast(sql, [english], { texts: both })
    await send()
    await aBroadcast(sql, [english], { texts: { vi: { text: 'Chỉ tiếng Việt' } } })

    await send()

    expect(texts(channel, english).toSorted()).toEqual(['Chỉ tiếng Việt', 'English'])
  })

  it('offers to stop what people asked for, not what the law obliges to tell', async () => {
    const { channel, send, person } = aDesk()
    const somebody = await person()
    await sql`insert into subscriptions (contact_id, topic, since) values (${somebody.id}, 'credit', now())`
    await aBroadcast(sql, [somebody], { kind: 'information', topic: 'credit' })

    await send()

    expect(channel.delivered[0]?.message.actions.map(({ label }) => label)).toEqual(['Đã rõ', 'Dừng nhận tin'])
  })

  it('is done when nobody stands in line any more', async () => {
    const { clock, send, person } = aDesk()
    const id = await aBroadcast(sql, [await person()])
    await care(clock.now())
    const before = await statusOf(sql, id)

    await send()
    await care(clock.now())

    expect([before?.status, (await statusOf(sql, id))?.status]).toEqual(['sending', 'done'])
  })

  it('tells how far it is by counts that follow every change', async () => {
    const { channel, clock, send, person } = aDesk()
    const three = await people(3, person)
    const id = await aBroadcast(sql, three)
    const before = await readProgress(sql, id, clock.now())
    channel.answers = ({ address }) =>
      address === three[0]?.address
        ? { kind: 'refused', reason: 'bad-message' }
        : { kind: 'delivered', externalId: 'm' }

    await send()

    expect(before).toMatchObject({ all: 3, settled: 0, total: { waiting: 3 }, secondsLeft: null })
    expect(await readProgress(sql, id, clock.now())).toMatchObject({
      all: 3,
      settled: 3,
      total: { sent: 2, refused: 1 },
      secondsLeft: 0,
    })
  })
})

describe('Whoever may not be written to any more', () => {
  it('gets nothing after "stop", of either kind', async () => {
    const { channel, send, person } = aDesk()
    const [all, some] = await people(2, person)
    await sql`update contacts set information_stopped_at = now(), all_stopped_at = now() where id = ${(all as Recipient).id}`
    await sql`update contacts set information_stopped_at = now() where id = ${(some as Recipient).id}`
    await sql`insert into subscriptions select id, 'credit', now() from contacts where id = ${(some as Recipient).id}`
    const duty = await aBroadcast(sql, [all as Recipient, some as Recipient])
    const information = await aBroadcast(sql, [some as Recipient], { kind: 'information', topic: 'credit' })

    await send()
    await send()

    expect(await rowOf(sql, duty, all as Recipient)).toMatchObject({ state: 'stopped', reason: 'opted-out' })
    expect(await stateOf(sql, duty, some as Recipient)).toBe('sent')
    expect(await stateOf(sql, information, some as Recipient)).toBe('stopped')
    expect(channel.delivered).toHaveLength(1)
  })

  it('gets nothing when they are just saying "stop"', async () => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody])
    const lane = {
      channel: channel.id,
      account: channel.account,
      broadcastId: id,
      room: 5,
      weeklyLimit: 5,
      leaseMs: 5_000,
    }

    const { claimed } = await sql.begin(async (tx) => {
      await tx`update contacts set all_stopped_at = now() where id = ${somebody.id}`
      return claimRecipients(sql, { ...lane, now: clock.now() })
    })
    await send()

    expect(claimed).toEqual([])
    expect(await rowOf(sql, id, somebody)).toMatchObject({ state: 'stopped', reason: 'opted-out' })
  })

  it('hears nothing of a topic they left, nor after they were forgotten', async () => {
    const { channel, send, person } = aDesk()
    const [left, gone] = (await people(2, person)) as [Recipient, Recipient]
    await sql`update contacts set erased_at = now(), sealed_key = null where id = ${gone.id}`
    const information = await aBroadcast(sql, [left], { kind: 'information', topic: 'credit' })
    const duty = await aBroadcast(sql, [gone])

    await send()

    expect(await rowOf(sql, information, left)).toMatchObject({ state: 'stopped', reason: 'not-subscribed' })
    expect(await rowOf(sql, duty, gone)).toMatchObject({ state: 'stopped', reason: 'erased' })
    expect(channel.attempts).toHaveLength(0)
  })

  it('is visited when the channel does not reach them', async () => {
    const { channel, clock, send, person } = aDesk()
    const [known, found] = (await people(2, person)) as [Recipient, Recipient]
    await sql`update contacts set unreachable_at = now() where id = ${known.id}`
    const id = await aBroadcast(sql, [known, found])
    channel.answers = () => ({ kind: 'refused', reason: 'blocked' })

    await send()

    expect(await rowOf(sql, id, known)).toMatchObject({ state: 'visit', reason: 'unreachable' })
    expect(await rowOf(sql, id, found)).toMatchObject({ state: 'visit', reason: 'blocked' })
    expect(await sql`select from contacts where id = ${found.id} and unreachable_at = ${clock.now()}`).toHaveLength(1)
    expect(channel.attempts).toHaveLength(1)
  })

  it('gets no more of a kind in seven days than the office decided, except to put right what was wrong', async () => {
    const { channel, send, person } = aDesk()
    const somebody = await person()
    await sql`insert into subscriptions (contact_id, topic, since) values (${somebody.id}, 'credit', now())`
    const ids: string[] = []
    for (let message = 0; message <= rules.weeklyLimit.information; message++) {
      ids.push(await aBroadcast(sql, [somebody], { kind: 'information', topic: 'credit' }))
      await send()
    }
    const correction = await aBroadcast(sql, [somebody], {
      kind: 'information',
      topic: 'credit',
      corrects: ids[0] ?? null,
    })

    await send()

    expect(await rowOf(sql, ids.at(-1) ?? '', somebody)).toMatchObject({ state: 'stopped', reason: 'weekly-limit' })
    expect(await stateOf(sql, correction, somebody)).toBe('sent')
    expect(channel.delivered).toHaveLength(rules.weeklyLimit.information + 1)
  })

  it('is told once when their chats were joined after the audience was frozen', async () => {
    const { channel, clock, send, person } = aDesk()
    const [one, other] = (await people(2, person)) as [Recipient, Recipient]
    const id = await aBroadcast(sql, [one, other])
    await join2(sql, one, other)

    await send()
    clock.wait(60)
    await send()

    expect(channel.delivered).toHaveLength(1)
    expect([await stateOf(sql, id, one), await stateOf(sql, id, other)].toSorted()).toEqual(['sent', 'stopped'])
  })

  it('is told by their other chat when the first is blocked', async () => {
    const { channel, clock, send, person } = aDesk()
    const [one, other] = (await people(2, person)) as [Recipient, Recipient]
    const id = await aBroadcast(sql, [one, other])
    await join2(sql, one, other)
    let calls = 0
    channel.answers = () =>
      ++calls === 1 ? { kind: 'refused', reason: 'blocked' } : { kind: 'delivered', externalId: 'm' }

    await send()
    clock.wait(60)
    await send()

    expect([await stateOf(sql, id, one), await stateOf(sql, id, other)].toSorted()).toEqual(['sent', 'visit'])
  })
})

describe('While somebody talks with the person', () => {
  it('says nothing in between, and goes once the officer is through', async () => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    await sql`update contacts set talk_ticket_id = 1 where id = ${somebody.id}`
    const id = await aBroadcast(sql, [somebody])
    await send()
    const during = await stateOf(sql, id, somebody)
    await sql`update contacts set talk_ticket_id = null where id = ${somebody.id}`
    clock.wait(60)

    await send()

    expect([during, await stateOf(sql, id, somebody)]).toEqual(['waiting', 'sent'])
    expect(channel.delivered).toHaveLength(1)
  })

  it('waits behind an answer that has not left yet', async () => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const [row] = await sql<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${somebody.id}`
    const contact = { id: somebody.id, key: secrets.openPersonKey(row?.sealed_key ?? Buffer.alloc(0)) }
    const messages = [{ text: 'trả lời', actions: [], attachmentId: null }]
    await sql.begin((tx) => enqueue(tx, { contact, author: 'bot', messages, now: clock.now() }))
    const id = await aBroadcast(sql, [somebody])

    await send()

    expect(await stateOf(sql, id, somebody)).toBe('waiting')
    expect(channel.attempts).toHaveLength(0)
  })
})

describe('An attempt', () => {
  const cases: [string, DeliveryOutcome, object][] = [
    [
      'that the channel refuses',
      { kind: 'refused', reason: 'bad-message' },
      { state: 'refused', reason: 'bad-message' },
    ],
    ['put aside', { kind: 'refused', reason: 'parked', detail: 'zalo -1' }, { state: 'refused', reason: 'zalo -1' }],
    [
      'outside of the window',
      { kind: 'refused', reason: 'outside-window' },
      { state: 'visit', reason: 'outside-window' },
    ],
    ['without an outcome', { kind: 'uncertain', reason: 'timed out' }, { state: 'uncertain', reason: 'timed out' }],
  ]
  it.each(cases)('%s is written down as what it is and not made again', async (_, outcome, expected) => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody])
    channel.answers = () => outcome

    await send()
    clock.wait(3_600)
    await send()

    expect(await rowOf(sql, id, somebody)).toMatchObject(expected)
    expect(channel.attempts).toHaveLength(1)
  })

  it('is made again when nothing had left', async () => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody])
    channel.answers = () => ({ kind: 'retry', notBefore: clock.now(), reason: 'answer 502' })
    await send()
    const between = await rowOf(sql, id, somebody)
    channel.answers = () => ({ kind: 'delivered', externalId: 'm1' })
    clock.wait(5)

    await send()

    expect(between).toMatchObject({ state: 'waiting', reason: 'answer 502' })
    expect(await rowOf(sql, id, somebody)).toMatchObject({
      state: 'sent',
      external_id: 'm1',
      attempts: 2,
      reason: null,
    })
  })

  it('waits for the next quota, unless the message is over by then', async () => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const tomorrow = new Date(clock.now().getTime() + 86_400_000)
    const long = await aBroadcast(sql, [somebody])
    const short = await aBroadcast(sql, [somebody], { notAfter: new Date(clock.now().getTime() + 3_600_000) })
    channel.answers = () => ({ kind: 'wait', until: tomorrow, reason: 'quota used up' })

    await send()
    clock.wait(30)
    await send()

    expect(await rowOf(sql, long, somebody)).toMatchObject({ state: 'waiting', attempts: 0, reason: 'quota used up' })
    expect(await rowOf(sql, short, somebody)).toMatchObject({ state: 'expired', reason: 'quota used up' })
  })
})

describe('A message that is held up', () => {
  it('stands still while it is paused, goes on from there, and ends when it is cancelled', async () => {
    const { channel, send, person } = aDesk()
    const [one, two] = (await people(2, person)) as [Recipient, Recipient]
    const id = await aBroadcast(sql, [one, two], { status: 'paused' })
    await send()
    const whilePaused = channel.attempts.length
    await sql`update broadcasts set status = 'sending' where id = ${id}`
    channel.answers = async ({ id: delivery }) => {
      await sql`update broadcasts set status = 'cancelled' where id = ${id}`
      return { kind: 'delivered', externalId: `m${delivery}` }
    }

    await send()
    await send()

    expect(whilePaused).toBe(0)
    expect(channel.attempts.length).toBeLessThanOrEqual(2)
    expect(channel.attempts.length).toBeGreaterThan(0)
  })

  it('takes nobody from its line once it is paused, though a process still believes it is being sent', async () => {
    const { channel, clock, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody], { status: 'paused' })
    const lane = { channel: channel.id, account: channel.account }

    const { claimed } = await claimRecipients(sql, {
      ...lane,
      broadcastId: id,
      room: 5,
      weeklyLimit: 5,
      now: clock.now(),
      leaseMs: 5_000,
    })

    expect(claimed).toEqual([])
    expect(await stateOf(sql, id, somebody)).toBe('waiting')
  })

  it.each([
    ['2026-11-23T21:00:00+07:00', 'waiting'],
    ['2026-11-23T20:59:30+07:00', 'waiting'],
    ['2026-11-24T06:59:59+07:00', 'waiting'],
    ['2026-11-24T07:00:00+07:00', 'sent'],
    ['2026-11-23T20:58:00+07:00', 'sent'],
  ])('at %s is %s', async (at, state) => {
    const { clock, send, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody])
    clock.at = new Date(at)

    await send()

    expect(await stateOf(sql, id, somebody)).toBe(state)
  })

  it('does not leave after its time', async () => {
    const { channel, clock, send, person } = aDesk()
    const [one, two] = (await people(2, person)) as [Recipient, Recipient]
    const id = await aBroadcast(sql, [one, two], { notAfter: new Date(clock.now().getTime() - 1_000) })

    await care(clock.now())
    await send()

    expect(channel.attempts).toHaveLength(0)
    expect([await stateOf(sql, id, one), (await statusOf(sql, id))?.status]).toEqual(['expired', 'done'])
  })

  it('leaves late after an outage, or not at all, as its author chose', async () => {
    const { clock, send, person } = aDesk()
    const somebody = await person()
    const late = await aBroadcast(sql, [somebody])
    const never = await aBroadcast(sql, [somebody], { catch_up: 'skip' })
    await care(clock.now())
    clock.wait(3 * 3_600)

    await care(clock.now())
    await send()

    expect([await stateOf(sql, late, somebody), await stateOf(sql, never, somebody)]).toEqual(['sent', 'expired'])
    const lines = await sql`select facts from broadcast_activity where broadcast_id = ${never} and verb = 'outage'`
    expect(lines).toEqual([{ facts: { minutes: 180, catch_up: 'skip' } }])
  })

  it('is not late because of the night, or because somebody paused it', async () => {
    const { clock, person } = aDesk()
    const somebody = await person()
    const night = await aBroadcast(sql, [somebody], { catch_up: 'skip' })
    const paused = await aBroadcast(sql, [somebody], { catch_up: 'skip', status: 'paused' })
    clock.at = new Date('2026-11-23T20:50:00+07:00')
    await sql`insert into broadcast_watch (broadcast_id, watched_at) values (${night}, ${clock.now()})`
    await care(new Date('2026-11-24T07:05:00+07:00'))
    await sql`update broadcasts set status = 'sending' where id = ${paused}`

    await care(new Date('2026-11-24T07:06:00+07:00'))

    expect([await stateOf(sql, night, somebody), await stateOf(sql, paused, somebody)]).toEqual(['waiting', 'waiting'])
  })
})

describe('Errors', () => {
  it('pause a message with their cause, once, and do not when they are few', async () => {
    const { channel, clock, send, person } = aDesk()
    const many = await people(60, person)
    const id = await aBroadcast(sql, many)
    channel.answers = () => ({ kind: 'refused', reason: 'bad-message' })
    await send()

    await care(clock.now())
    await care(clock.now())

    expect(await statusOf(sql, id)).toEqual({ status: 'paused', paused_reason: 'errors: bad-message' })
    const lines = await sql`select verb, facts from broadcast_activity where broadcast_id = ${id}`
    expect(lines).toEqual([{ verb: 'pause', facts: { cause: 'errors', good: 0, bad: 60, reason: 'bad-message' } }])
    expect(await sql`select from channel_alarms where account = ${channel.account}`).toHaveLength(1)
  })

  it('that are few pause nothing', async () => {
    const { channel, clock, send, person } = aDesk()
    const many = await people(60, person)
    const id = await aBroadcast(sql, many)
    const bad = new Set(many.slice(0, 10).map(({ address }) => address))
    channel.answers = ({ address }) =>
      bad.has(address) ? { kind: 'refused', reason: 'bad-message' } : { kind: 'delivered', externalId: null }
    await send()

    await care(clock.now())

    expect((await statusOf(sql, id))?.status).toBe('done')
  })
})

describe('A process that died with messages in hand', () => {
  it('leaves them uncertain, and nobody sends them again by themselves', async () => {
    const { channel, clock, send, person } = aDesk()
    const [one, two] = (await people(2, person)) as [Recipient, Recipient]
    const id = await aBroadcast(sql, [one, two])
    const lane = { channel: channel.id, account: channel.account }
    const claim = { ...lane, broadcastId: id, room: 1, weeklyLimit: 5, now: clock.now(), leaseMs: 0 }
    const { claimed } = await claimRecipients(sql, claim)

    await care(clock.now())
    await send()
    await care(clock.now())

    const dead = [one, two].find((each) => each.id === claimed[0]?.contactId) as Recipient
    expect(await rowOf(sql, id, dead)).toMatchObject({ state: 'uncertain', reason: 'sender-died' })
    expect(channel.attempts).toHaveLength(1)
    expect((await statusOf(sql, id))?.status).toBe('done')
  })

  it.each([
    ['arrived', 'confirmed', 0],
    ['visit', 'visit', 0],
    ['again', 'sent', 1],
  ] as const)('lets a person settle them: %s', async (as, state, attempts) => {
    const { channel, clock, send, person } = aDesk()
    const somebody = await person()
    const id = await aBroadcast(sql, [somebody])
    await sql`update broadcast_recipients set state = 'uncertain' where broadcast_id = ${id}`

    await sql.begin((tx) => settleUncertain(tx, { broadcastId: id, contactId: somebody.id }, as, clock.now()))
    await send()

    expect(await stateOf(sql, id, somebody)).toBe(state)
    expect(channel.attempts).toHaveLength(attempts)
  })
})

describe('Several processes', () => {
  it('share one line, and nobody is told twice', async () => {
    const { channel, clock, person } = aDesk()
    const many = await people(120, person)
    await aBroadcast(sql, many)
    const processes = [1, 2, 3].map(() => aSender(sql, { clock, adapters: [channel] }))

    await Promise.all(processes.map((sender) => sender.sendDue(clock.now())))

    expect(channel.attempts).toHaveLength(120)
    expect(new Set(channel.delivered.map(({ contactId }) => contactId)).size).toBe(120)
  })

  it('know people with two chats for one', async () => {
    const { channel, clock, person } = aDesk()
    const many = await people(100, person)
    await sql`update contacts c set person_id = least(c.id, o.id) from unnest(
        ${many.slice(0, 50).map(({ id }) => id)}::uuid[], ${many.slice(50).map(({ id }) => id)}::uuid[]) as pair(one, other)
      join contacts o on o.id in (pair.one, pair.other) where c.id in (pair.one, pair.other) and o.id <> c.id`
    const id = await aBroadcast(sql, many)
    const processes = [1, 2, 3].map(() => aSender(sql, { clock, adapters: [channel] }))

    for (let round = 0; round < 3; round++) {
      await Promise.all(processes.map((sender) => sender.sendDue(clock.now())))
      clock.wait(60)
    }

    expect(channel.attempts).toHaveLength(50)
    expect(
      await sql`select state, count(*)::int from broadcast_recipients where broadcast_id = ${id} group by 1 order by 1`,
    ).toEqual([
      { state: 'sent', count: 50 },
      { state: 'stopped', count: 50 },
    ])
  })
})
