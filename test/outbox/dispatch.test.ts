import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import type { DeliveryOutcome } from '../../src/messaging/channel.ts'
import { hashAddress, newContact } from '../../src/messaging/contact.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { dropBotMessages, enqueue, openOutlet } from '../../src/outbox/enqueue.ts'
import { claimNext, renewLeases, settleAndFollow } from '../../src/outbox/exchange.ts'
import { settle } from '../../src/outbox/retry-policy.ts'
import type { Key } from '../../src/secrets.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, secrets, type TestChannel, TestClock } from '../support/spine.ts'

const { sql, url } = await createDatabase({ max: 12 })
const log = { info() {}, warn() {}, error() {} }
let accounts = 0

/** A channel, a clock and a dispatcher of the test's own: nothing that other tests queue goes through them. */
function aDesk(options: { ratePerSecond?: number } = {}) {
  const channel = aChannel({ account: `bot-${++accounts}`, ...options })
  const clock = new TestClock()
  const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [channel] })
  return { channel, clock, dispatcher, send: () => dispatcher.dispatchDue(clock.now()) }
}

interface Person {
  id: string
  key: Key
  channel: string
  account: string
}

async function aPerson(channel: TestChannel, address: string): Promise<Person> {
  const where = { channel: channel.id, account: channel.account, address }
  const made = newContact(secrets, where)
  await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
    values (${made.id}, ${channel.id}, ${channel.account}, ${hashAddress(secrets, where)}, ${made.sealedAddress}, ${made.sealedKey}, now())`
  return { id: made.id, key: secrets.openPersonKey(made.sealedKey), channel: channel.id, account: channel.account }
}

function queue(
  person: Person,
  texts: string[],
  now: Date,
  options: { author?: 'bot' | 'officer'; sendClass?: 'talk' | 'bulk' } = {},
): Promise<number[]> {
  const messages = texts.map((text) => ({ text, actions: [], attachmentId: null }))
  return sql.begin((tx) => enqueue(tx, { contact: person, author: 'bot', messages, now, ...options }))
}

async function statesOf(person: Person) {
  return sql<{ state: string; failure: string | null; attempts: number }[]>`
    select state, failure, attempts from outbox where contact_id = ${person.id} order by id`
}

/** The first attempt at each text comes out so; later ones are delivered. */
function onceFor(outcome: DeliveryOutcome, isIt: (text: string) => boolean = () => true): TestChannel['answers'] {
  const seen = new Set<number>()
  return (delivery) => {
    if (seen.has(delivery.id) || !isIt(delivery.message.text))
      return { kind: 'delivered', externalId: `m${delivery.id}` }
    seen.add(delivery.id)
    return outcome
  }
}

const channelOf = ({ id, account }: TestChannel) => ({ channel: id, account })
const renew = (ids: readonly number[]) => renewLeases(sql, ids, 5_000)

const plain = { isUnsent: false, partsSent: null }

/** Time goes by on every clock. Leases go by that of the database, so they are made older instead. */
async function secondsPass(clock: TestClock, seconds: number): Promise<void> {
  clock.wait(seconds)
  await sql`update outbox set lease_until = lease_until - make_interval(secs => ${seconds}) where lease_until is not null`
}

/** What a process that died leaves behind: messages claimed, perhaps sent, with nothing written down. */
function dieWhileSending(channel: TestChannel, now: Date) {
  return claimNext(sql, channelOf(channel), { room: 10, now, leaseMs: 5_000 })
}

describe('the messages of one step', () => {
  it('leave together, in order, and can be quoted afterwards', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'mai')
    const ids = await queue(person, ['một', 'hai', 'ba', 'bốn', 'năm'], clock.now())

    await send()

    expect(channel.textsTo('mai')).toEqual(['một', 'hai', 'ba', 'bốn', 'năm'])
    const rows = await sql<
      { external_id: string }[]
    >`select external_id from messages where id = any(${ids}) order by id`
    expect(rows.map((row) => row.external_id)).toEqual(channel.delivered.map((one) => `m${one.id}`))
  })

  it('leave in order and once when several processes send', async () => {
    const { channel, clock, dispatcher } = aDesk()
    const other = connect({ url, max: 4 })
    const second = createDispatcher({ sql: other, secrets, clock, log, adapters: [channel] })
    const people = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => aPerson(channel, name)))
    const words = Array.from({ length: 15 }, (_, place) => `${place}`)
    for (const person of people) await queue(person, words, clock.now())

    await Promise.all([dispatcher.dispatchDue(clock.now()), second.dispatchDue(clock.now())])
    await other.end()

    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => channel.textsTo(name))).toEqual(people.map(() => words))
  })

  it('reach a person who is found by a dispatcher that was told of nothing', async () => {
    const { channel, clock, dispatcher } = aDesk()
    const person = await aPerson(channel, 'quiet')
    const arrived = Promise.withResolvers<void>()
    channel.answers = (delivery) => {
      arrived.resolve()
      return { kind: 'delivered', externalId: `m${delivery.id}` }
    }

    dispatcher.start()
    await queue(person, ['xin chào'], clock.now(), { author: 'officer' })
    await arrived.promise
    await dispatcher.stop()

    expect(await statesOf(person)).toMatchObject([{ state: 'delivered' }])
  })
})

describe('a step of this process', () => {
  const steps = (person: Person, texts: string[], clock: TestClock) => {
    const messages = texts.map((text) => ({ text, actions: [], attachmentId: null }))
    return sql.begin(async (tx) => {
      const outlet = openOutlet(tx, person.id)
      await enqueue(tx, { contact: person, author: 'bot', messages, now: clock.now() })
      return outlet
    })
  }

  it('has its first message sent straight away and the others after it', async () => {
    const { channel, clock, dispatcher, send } = aDesk()
    const person = await aPerson(channel, 'straight')

    dispatcher.takeOver({ ...person, address: 'straight' }, await steps(person, ['một', 'hai', 'ba'], clock))
    await send()

    expect(channel.textsTo('straight')).toEqual(['một', 'hai', 'ba'])
    expect(await statesOf(person)).toMatchObject(Array.from({ length: 3 }, () => ({ state: 'delivered', attempts: 1 })))
  })

  it('does not overtake what waited before', async () => {
    const { channel, clock, dispatcher, send } = aDesk()
    const person = await aPerson(channel, 'queued')
    await queue(person, ['trước'], clock.now())

    dispatcher.takeOver({ ...person, address: 'queued' }, await steps(person, ['sau'], clock))
    await send()

    expect(channel.textsTo('queued')).toEqual(['trước', 'sau'])
  })

  it('waits its turn while the account is held', async () => {
    const { channel, clock, dispatcher, send } = aDesk()
    const [held, other] = [await aPerson(channel, 'held'), await aPerson(channel, 'other')]
    const until = new Date(clock.now().getTime() + 10_000)
    channel.answers = onceFor({ kind: 'hold', until, reason: 'flood limit' }, (text) => text === 'quá nhanh')
    await queue(held, ['quá nhanh'], clock.now())
    await send()

    dispatcher.takeOver({ ...other, address: 'other' }, await steps(other, ['chờ'], clock))
    const attemptsWhileHeld = await send()
    clock.wait(11)
    await send()

    expect(attemptsWhileHeld).toBe(0)
    expect(channel.textsTo('other')).toEqual(['chờ'])
  })

  it('is sent by others when this process dies before it could', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'orphan')
    await steps(person, ['một', 'hai'], clock)

    await secondsPass(clock, 2)
    const tooEarly = await send()
    await secondsPass(clock, 3)
    await send()

    expect(tooEarly).toBe(0)
    expect(channel.textsTo('orphan')).toEqual(['một', 'hai'])
  })
})

describe('a contact whose messages fail or take long', () => {
  it('holds up nobody else, and gets its own in order once it works again', async () => {
    const { channel, clock, send } = aDesk()
    const failing = await aPerson(channel, 'failing')
    const fine = await aPerson(channel, 'fine')
    channel.answers = onceFor({ kind: 'retry', notBefore: clock.now(), reason: 'answer 500' }, (text) => text === 'một')
    await queue(failing, ['một', 'hai'], clock.now())
    await queue(fine, ['ba', 'bốn'], clock.now())

    await send()
    const atFirst = [...channel.delivered]
    clock.wait(2)
    await send()

    expect(atFirst.map((one) => one.message.text)).toEqual(['ba', 'bốn'])
    expect(channel.textsTo('failing')).toEqual(['một', 'hai'])
  })

  it('does not keep others waiting while a call hangs', async () => {
    const { channel, clock, dispatcher } = aDesk()
    const slow = await aPerson(channel, 'slow')
    const quick = await aPerson(channel, 'quick')
    const hanging = Promise.withResolvers<DeliveryOutcome>()
    const reached = Promise.withResolvers<void>()
    channel.answers = ({ address, id }) => {
      if (address === 'slow') return hanging.promise
      if (channel.textsTo('quick').length === 3) reached.resolve()
      return { kind: 'delivered', externalId: `m${id}` }
    }
    await queue(slow, ['chậm'], clock.now())
    await queue(quick, ['1', '2', '3', '4'], clock.now())

    const sending = dispatcher.dispatchDue(clock.now())
    await reached.promise
    const meanwhile = channel.textsTo('slow')
    hanging.resolve({ kind: 'delivered', externalId: null })
    await sending

    expect(meanwhile).toEqual([])
    expect(channel.textsTo('quick')).toEqual(['1', '2', '3', '4'])
    expect(channel.textsTo('slow')).toEqual(['chậm'])
  })

  it('is tried less and less often, for an hour and eight attempts at the least', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'away')
    channel.answers = () => ({ kind: 'retry', notBefore: clock.now(), reason: 'answer 502' })
    await queue(person, ['đâu rồi'], clock.now())

    for (let minute = 0; minute <= 55; minute += 5) {
      await send()
      clock.wait(300)
    }
    const [beforeTheHour] = await statesOf(person)
    clock.wait(300)
    await send()

    expect(beforeTheHour).toMatchObject({ state: 'waiting', attempts: 12 })
    expect(await statesOf(person)).toMatchObject([{ state: 'refused', failure: 'gave-up' }])
  })

  it('is put aside for a person when the channel never says why', () => {
    const now = new Date()
    const attempt = { sendClass: 'talk', attempts: 8, createdAt: new Date(now.getTime() - 3_600_000) }

    const settled = settle({ kind: 'retry', notBefore: now, reason: 'zalo -200', parksAtLast: true }, attempt, now)

    expect(settled).toMatchObject({ state: 'parked', failure: 'zalo -200' })
  })
})

describe('what a channel answers', () => {
  it('a flood limit makes this account wait, and no other', async () => {
    const { channel, clock, send } = aDesk()
    const { channel: other, send: sendThere } = aDesk()
    const people = await Promise.all(['a', 'b', 'c'].map((name) => aPerson(channel, name)))
    const elsewhere = await aPerson(other, 'd')
    const until = new Date(clock.now().getTime() + 30_000)
    channel.answers = onceFor({ kind: 'hold', until, reason: 'flood limit' })
    for (const person of people) await queue(person, ['chào'], clock.now())
    await queue(elsewhere, ['chào'], clock.now())

    await send()
    await sendThere()
    await queue(people[0] as Person, ['thêm'], clock.now())
    clock.wait(20)
    const attemptsWhileHeld = await send()
    clock.wait(11)
    await send()

    expect(attemptsWhileHeld).toBe(0)
    expect(other.textsTo('d')).toEqual(['chào'])
    expect(channel.textsTo('a')).toEqual(['chào', 'thêm'])
    expect(channel.textsTo('c')).toEqual(['chào'])
  })

  it('a person who blocked us is known to be unreachable', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'gone')
    channel.answers = () => ({ kind: 'refused', reason: 'blocked' })
    await queue(person, ['có ai không'], clock.now())

    await send()

    expect(await statesOf(person)).toMatchObject([{ state: 'refused', failure: 'blocked' }])
    const [row] = await sql<{ unreachable_at: Date }[]>`select unreachable_at from contacts where id = ${person.id}`
    expect(row?.unreachable_at).toEqual(clock.now())
  })

  it('a refused message does not stand before the next one', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'picky')
    channel.answers = onceFor({ kind: 'refused', reason: 'bad-message' }, (text) => text === 'hỏng')
    await queue(person, ['hỏng', 'tốt'], clock.now())

    await send()

    expect(channel.textsTo('picky')).toEqual(['tốt'])
  })
})

describe('a send whose outcome is not known', () => {
  const lost: DeliveryOutcome = { kind: 'uncertain', reason: 'connection broke' }

  it('is made again when it is talk', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'talk')
    channel.answers = onceFor(lost)
    await queue(person, ['một'], clock.now())

    await send()
    clock.wait(1)
    await send()

    expect(channel.textsTo('talk')).toEqual(['một'])
    expect(await statesOf(person)).toMatchObject([{ state: 'delivered', attempts: 2 }])
  })

  it('is never made again when it is bulk', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'bulk')
    channel.answers = onceFor(lost)
    await queue(person, ['tin mới'], clock.now(), { sendClass: 'bulk' })

    await send()
    clock.wait(3_600)
    await send()

    expect(channel.attempts).toHaveLength(1)
    expect(await statesOf(person)).toMatchObject([{ state: 'uncertain' }])
  })

  it('because the process died is settled after five seconds: talk goes again, bulk does not', async () => {
    const { channel, clock, send } = aDesk()
    const talk = await aPerson(channel, 'talk')
    const bulk = await aPerson(channel, 'bulk')
    await queue(talk, ['trả lời'], clock.now())
    await queue(bulk, ['tin mới'], clock.now(), { sendClass: 'bulk' })
    await dieWhileSending(channel, clock.now())

    await secondsPass(clock, 2)
    const tooEarly = await send()
    await secondsPass(clock, 3)
    await send()

    expect(tooEarly).toBe(0)
    expect(channel.textsTo('talk')).toEqual(['trả lời'])
    expect(channel.attempts).toHaveLength(1)
    expect(await statesOf(bulk)).toMatchObject([{ state: 'uncertain', failure: 'sender-died' }])
  })

  it('is written down as delivered when the answer comes after all, and the message is not sent again', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'late')
    await queue(person, ['muộn'], clock.now(), { sendClass: 'bulk' })
    const rows = await dieWhileSending(channel, clock.now())
    await secondsPass(clock, 6)
    await send()

    const late = {
      state: 'delivered' as const,
      notBefore: null,
      failure: null,
      externalId: 'm1',
      counts: true,
      ...plain,
    }
    await settleAndFollow(
      sql,
      rows.map((row) => ({ row, ...late })),
      { room: 0, now: clock.now(), leaseMs: 5_000 },
    )
    await send()

    expect(channel.attempts).toHaveLength(0)
    expect(await statesOf(person)).toMatchObject([{ state: 'delivered' }])
  })
})

describe('two machines whose clocks differ by six seconds', () => {
  it('do not both send what one of them has on its way', async () => {
    const { channel, clock, dispatcher } = aDesk()
    const ahead = new TestClock(new Date(clock.now().getTime() + 6_000))
    const other = createDispatcher({ sql, secrets, clock: ahead, log, adapters: [channel] })
    const person = await aPerson(channel, 'skewed')
    const reached = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<DeliveryOutcome>()
    channel.answers = () => {
      reached.resolve()
      return answer.promise
    }
    await queue(person, ['một lần thôi'], clock.now())

    const sending = dispatcher.dispatchDue(clock.now())
    await reached.promise
    const byTheOther = other.dispatchDue(ahead.now())
    const attemptsOfTheOther = await Promise.race([byTheOther, pause(300).then(() => 'sends too')])
    answer.resolve({ kind: 'delivered', externalId: null })
    await Promise.all([sending, byTheOther])

    expect(attemptsOfTheOther).toBe(0)
    expect(channel.attempts).toHaveLength(1)
  })
})

describe('writing down what came of many messages while their leases are renewed', () => {
  it('never comes to a standstill over who has which row', async () => {
    const { channel, clock } = aDesk()
    const people = await Promise.all(Array.from({ length: 120 }, (_, place) => aPerson(channel, `row-${place}`)))
    for (const person of people) await queue(person, ['chào'], clock.now())
    const rows = await claimNext(sql, channelOf(channel), { room: 120, now: clock.now(), leaseMs: 5_000 })
    const back = { state: 'waiting' as const, notBefore: null, failure: null, externalId: null, counts: true, ...plain }
    const ids = rows.map((row) => row.id)
    const results = rows.map((row) => ({ row, ...back }))

    const faults: unknown[] = []
    const note = (error: unknown) => void faults.push(error)
    for (let round = 0; round < 60; round++) {
      await sql`update outbox set lease_until = clock_timestamp() + interval '5 seconds' where id = any (${ids}::bigint[])`
      const settled = [results, results.toReversed()].map((some) =>
        settleAndFollow(sql, some, { room: 0, now: clock.now(), leaseMs: 5_000 }).catch(note),
      )
      const renewed = [ids, ids.toReversed()].map((some) => renew(some).catch(note))
      await Promise.all([...settled, ...renewed])
    }

    expect(faults).toEqual([])
  })
})

describe('bulk and talk to the same people', () => {
  it('talk goes first, and bulk that waits for its hour holds no talk up', async () => {
    const { channel, clock, send } = aDesk({ ratePerSecond: 200 })
    const people = await Promise.all(['a', 'b', 'c'].map((name) => aPerson(channel, name)))
    for (const person of people) await queue(person, ['tin mới'], clock.now(), { sendClass: 'bulk' })
    await queue(people[2] as Person, ['trả lời'], clock.now())
    const tomorrow = new Date(clock.now().getTime() + 86_400_000)
    await queue(people[0] as Person, ['ngày mai'], tomorrow, { sendClass: 'bulk' })
    await queue(people[0] as Person, ['hôm nay'], clock.now())

    await send()

    const texts = channel.delivered.map((one) => one.message.text)
    expect(texts.slice(0, 2).sort()).toEqual(['hôm nay', 'trả lời'])
    expect(texts.slice(2)).toEqual(['tin mới', 'tin mới', 'tin mới'])
  })
})

describe('an officer who takes the talk over', () => {
  it('silences what the bot still had to say, and not what is just being sent', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'taken')
    await queue(person, ['đang gửi', 'chưa gửi'], clock.now())
    await dieWhileSending(channel, clock.now())

    await sql.begin(async (tx) => {
      await dropBotMessages(tx, person.id, clock.now())
    })
    await queue(person, ['cán bộ đây'], clock.now(), { author: 'officer' })
    await secondsPass(clock, 6)
    await send()

    expect(channel.textsTo('taken')).toEqual(['đang gửi', 'cán bộ đây'])
  })
})

describe('a bot message that was on its way when an officer took the talk over', () => {
  async function takenOverMeanwhile(outcome: DeliveryOutcome) {
    const { channel, clock, dispatcher, send } = aDesk()
    const person = await aPerson(channel, 'over')
    const reached = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<DeliveryOutcome>()
    channel.answers = ({ id, message }) => {
      if (message.text !== 'máy nói' || channel.attempts.length > 1) return { kind: 'delivered', externalId: `m${id}` }
      reached.resolve()
      return answer.promise
    }
    await queue(person, ['máy nói'], clock.now())
    const sending = dispatcher.dispatchDue(clock.now())
    await reached.promise
    await sql.begin((tx) => dropBotMessages(tx, person.id, clock.now()))
    await queue(person, ['cán bộ đây'], clock.now(), { author: 'officer' })
    answer.resolve(outcome)
    await sending
    const atOnce = channel.textsTo('over')
    clock.wait(600)
    await send()
    return { atOnce, later: channel.textsTo('over'), states: (await statesOf(person)).map(({ state }) => state) }
  }
  const later = new Date('2026-11-23T08:00:02+07:00')

  it.each([
    { kind: 'retry', notBefore: later, reason: 'no connection' },
    { kind: 'hold', until: new Date('2026-11-23T07:59:59+07:00'), reason: 'flood limit' },
  ] as const)('is dropped when it comes back unsent ($kind), and the officer is heard at once', async (outcome) => {
    const { atOnce, later, states } = await takenOverMeanwhile(outcome)

    expect(atOnce).toEqual(['cán bộ đây'])
    expect(later).toEqual(['cán bộ đây'])
    expect(states).toEqual(['dropped', 'delivered'])
  })

  it('stays delivered when it arrived', async () => {
    const { atOnce, states } = await takenOverMeanwhile({ kind: 'delivered', externalId: 'm1' })

    expect(atOnce).toEqual(['máy nói', 'cán bộ đây'])
    expect(states).toEqual(['delivered', 'delivered'])
  })

  it('is sent again, and before the officer’s words, when nobody knows whether it arrived', async () => {
    const { later, states } = await takenOverMeanwhile({ kind: 'uncertain', reason: 'connection broke' })

    expect(later).toEqual(['máy nói', 'cán bộ đây'])
    expect(states).toEqual(['delivered', 'delivered'])
  })
})

describe('a long message whose later part fails', () => {
  it('goes on where it was, whoever sends it next', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'long')
    const outcomes: DeliveryOutcome[] = [
      { kind: 'retry', notBefore: clock.now(), reason: 'answer 502', partsSent: 2 },
      { kind: 'retry', notBefore: clock.now(), reason: 'no connection' },
      { kind: 'delivered', externalId: 'm1', sends: 1 },
    ]
    channel.answers = () => outcomes.shift() as DeliveryOutcome
    await queue(person, ['rất dài'], clock.now())

    for (let count = 0; count < 3; count++) {
      await send()
      clock.wait(10)
    }

    expect(channel.attempts.map((delivery) => delivery.partsSent)).toEqual([0, 2, 2])
  })
})

describe('a person who had everything deleted', () => {
  it('gets nothing that was queued before', async () => {
    const { channel, clock, send } = aDesk()
    const person = await aPerson(channel, 'erased')
    await queue(person, ['còn nhớ'], clock.now())
    await sql`update contacts set sealed_key = null where id = ${person.id}`

    await send()

    expect(channel.attempts).toHaveLength(0)
    expect(await statesOf(person)).toMatchObject([{ state: 'refused' }])
  })
})
