import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { hashAddress, newContact } from '../../src/messaging/contact.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { enqueue, openOutlet } from '../../src/outbox/enqueue.ts'
import { mayLeaveFrom } from '../../src/outbox/pace.ts'
import { startFakeTelegram } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, secrets, TestClock } from '../support/spine.ts'

const { sql } = await createDatabase()
const log = { info() {}, warn() {}, error() {} }
let accounts = 0

/** A bot that may send five at once and one a second to each person. */
function aDesk() {
  const channel = aChannel({ account: `paced-${++accounts}`, perSecondPerContact: 1 })
  const clock = new TestClock()
  const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [channel] })
  async function person(address: string) {
    const where = { channel: channel.id, account: channel.account, address }
    const made = newContact(secrets, where)
    await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
      values (${made.id}, ${channel.id}, ${channel.account}, ${hashAddress(secrets, where)}, ${made.sealedAddress}, ${made.sealedKey}, now())`
    const contact = { id: made.id, key: secrets.openPersonKey(made.sealedKey) }
    const queue = (texts: string[]) =>
      sql.begin(async (tx) => {
        const outlet = openOutlet(tx, contact.id)
        const messages = texts.map((text) => ({ text, actions: [], attachmentId: null }))
        await enqueue(tx, { contact, author: 'bot', messages, now: clock.now() })
        return outlet
      })
    return {
      /** Words that this process takes over at once, as after a step of a talk. */
      hears: async (...texts: string[]) => dispatcher.takeOver({ ...where, address }, await queue(texts)),
      heard: () => channel.textsTo(address),
    }
  }
  return { channel, clock, person, dispatcher, send: () => dispatcher.dispatchDue(clock.now()) }
}

describe('one person who writes and writes', () => {
  it('gets a step of five at once, then one a second, and nobody else waits', async () => {
    const { clock, person, send } = aDesk()
    const [chatterer, other] = [await person('chatterer'), await person('other')]
    for (let place = 0; place < 4; place += 1) await chatterer.hears(`${place}a`, `${place}b`, `${place}c`)
    await send()
    const atOnce = chatterer.heard().length

    await other.hears('một', 'hai', 'ba', 'bốn', 'năm')
    await send()
    const otherAtOnce = other.heard().length
    const bySecond: number[] = []
    for (let second = 1; second <= 7; second += 1) {
      clock.wait(1)
      await send()
      bySecond.push(chatterer.heard().length)
    }

    expect([atOnce, otherAtOnce]).toEqual([5, 5])
    expect(bySecond).toEqual([6, 7, 8, 9, 10, 11, 12])
    expect(chatterer.heard()).toEqual(['0a', '0b', '0c', '1a', '1b', '1c', '2a', '2b', '2c', '3a', '3b', '3c'])
  })

  it('is held to it by a process that begins anew', async () => {
    const { channel, clock, person, send } = aDesk()
    const chatterer = await person('restarted')
    await chatterer.hears('một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy')
    await send()
    const successor = createDispatcher({ sql, secrets, clock, log, adapters: [channel] })

    await successor.dispatchDue(clock.now())
    const atOnce = chatterer.heard().length
    clock.wait(1)
    await successor.dispatchDue(clock.now())

    expect([atOnce, chatterer.heard().length]).toEqual([5, 6])
  })

  it('has the whole burst again after some seconds of silence', async () => {
    const { clock, person, send } = aDesk()
    const chatterer = await person('rested')
    await chatterer.hears('một', 'hai', 'ba', 'bốn', 'năm')
    await send()

    clock.wait(5)
    await chatterer.hears('sáu', 'bảy', 'tám', 'chín', 'mười')
    await send()

    expect(chatterer.heard()).toHaveLength(10)
  })

  it('whose step comes straight after the burst waits too', async () => {
    const { clock, person, send } = aDesk()
    const chatterer = await person('straight')
    await chatterer.hears('một', 'hai', 'ba', 'bốn', 'năm')
    await send()

    await chatterer.hears('sáu')
    await send()
    const atOnce = chatterer.heard().length
    clock.wait(1)
    await send()

    expect([atOnce, chatterer.heard().length]).toEqual([5, 6])
  })
})

describe('one chat that Telegram tells to slow down', () => {
  it('waits as long as it says, while everybody else is answered', async () => {
    const fake = await startFakeTelegram()
    const clock = new TestClock()
    const bot = createTelegram({ token: fake.token, apiRoot: fake.apiRoot, clock })
    const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [bot] })
    const chats = [4_801, 4_802, 4_803]
    const [flooded = 0, ...others] = chats
    const hears = await Promise.all(chats.map((chat) => aChat(bot, chat)))
    fake.fail({ kind: 'flood', retryAfter: 30 }, { times: 1 })
    await hears[0]?.('xin chào', clock.now())
    await dispatcher.dispatchDue(clock.now())

    for (const say of hears) await say('còn đây', clock.now())
    await dispatcher.dispatchDue(clock.now())
    const meanwhile = [flooded, ...others].map((chat) => fake.received(chat).length)
    clock.wait(31)
    await dispatcher.dispatchDue(clock.now())
    bot.close()
    await fake.close()

    expect(meanwhile).toEqual([0, 1, 1])
    expect(fake.received(flooded).map(({ text }) => text)).toEqual(['xin chào', 'còn đây'])
  })
})

async function aChat({ id: channel, account }: { id: string; account: string }, chat: number) {
  const where = { channel, account, address: String(chat) }
  const made = newContact(secrets, where)
  await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
    values (${made.id}, ${channel}, ${account}, ${made.addressHash}, ${made.sealedAddress}, ${made.sealedKey}, now())`
  const contact = { id: made.id, key: secrets.openPersonKey(made.sealedKey) }
  return (text: string, now: Date) =>
    sql.begin((tx) =>
      enqueue(tx, { contact, author: 'bot', messages: [{ text, actions: [], attachmentId: null }], now }),
    )
}

describe('the pace to one person', () => {
  it('never lets more leave than the burst and what its seconds allow', () => {
    const pace = { burst: 5, perSecond: 1 }
    void fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_500 }), { maxLength: 25 }), (gaps) => {
        const left: number[] = []
        let now = 1_000_000
        for (const gap of gaps) {
          now = Math.max(now + gap, mayLeaveFrom(pace, left))
          left.unshift(now)
        }

        const oldestFirst = left.toReversed()
        for (const [first, from] of oldestFirst.entries()) {
          for (const [last, to] of oldestFirst.entries()) {
            if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(5 + (to - from) / 1_000 + 1e-9)
          }
        }
      }),
    )
  })

  it('is none on a channel that minds no pace', () => {
    const now = Date.now()

    const from = mayLeaveFrom({ burst: 1, perSecond: Number.POSITIVE_INFINITY }, [now, now, now])

    expect(from).toBe(0)
  })
})
