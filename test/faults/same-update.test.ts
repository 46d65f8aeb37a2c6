import { afterAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { aFolder } from '../support/product-process.ts'
import { aTelegram, aZalo, type FaultyChannel } from './channels.ts'
import { Crowd, type Member, SEED, seeded, shuffled } from './crowd.ts'
import { judge } from './judge.ts'
import { Processes } from './pair.ts'
import { report } from './report.ts'

const TIMES = 1_000
const OTHERS = 20
const OTHER_TIMES = 20
const AT_ONCE = 100
const SECRET = 'secret-of-the-webhook'

const { sql, url } = await createDatabase({ max: 2 })
const telegram = await aTelegram()
const zalo = await aZalo()
const channels = [telegram.channel, zalo.channel]
aFolder()
afterAll(async () => {
  for (const channel of channels) await channel.close()
})

interface Said {
  member: Member
  call(address: string): Promise<Response>
}

const CHAT = 83_000
const from = { is_bot: false, first_name: 'A' }

function onTelegram(place: number): Said {
  const id = CHAT + place
  const message = {
    message_id: 500 + place,
    date: 0,
    chat: { id, type: 'private' },
    from: { ...from, id },
    text: 'menu',
  }
  const update = telegram.fake.update({ message } as Parameters<typeof telegram.fake.update>[0])
  return {
    member: memberOf(telegram.channel, String(id), String(message.message_id), () =>
      telegram.fake.received(id).map(({ text }) => text),
    ),
    call: (address) => telegram.fake.callWebhook(`${address}/webhooks/telegram`, update, SECRET),
  }
}

function onZalo(place: number): Said {
  const id = `repeated-${place}`
  // The fake knows people by what they did; only the calls below reach the product.
  zalo.fake.person(id).wasLastHere(new Date())
  const message = { msg_id: `r-${place}`, text: 'menu' }
  const sender = { sender: { id }, recipient: { id: zalo.channel.account } }
  const event = zalo.fake.event('user_send_text', { ...sender, message })
  const body = JSON.stringify(event)
  return {
    member: memberOf(zalo.channel, id, message.msg_id, () => zalo.fake.received(id).map(({ text }) => text)),
    call: (address) => zalo.fake.callWebhook(`${address}/webhooks/zalo`, body, zalo.fake.sign(body, event.timestamp)),
  }
}

function memberOf(channel: FaultyChannel, address: string, said: string, received: () => string[]): Member {
  const person = { address, received, accepted: () => [said], isBefore: () => false, says: async () => said }
  return { channel, person, said: [said] }
}

describe(`one update that comes ${TIMES} times to each channel's webhook, among others, shuffled and many at once`, () => {
  it('has one effect and one answer', async () => {
    const random = seeded(SEED + 4)
    const processes = new Processes(new Crowd(channels, 0, random), url)
    const settings = { PUBLIC_URL: 'http://127.0.0.1:9', TELEGRAM_WEBHOOK_SECRET: SECRET }
    const address = await processes.start(2, settings)
    const addresses = processes.serving()
    const all = Array.from({ length: OTHERS + 1 }, (_, place) => [onTelegram(place), onZalo(place)]).flat()
    const calls = shuffled(
      all.flatMap((said, index) => Array.from({ length: index < channels.length ? TIMES : OTHER_TIMES }, () => said)),
      random,
    )

    const statuses = new Map<number, number>()
    const callers = Array.from({ length: AT_ONCE }, async () => {
      for (let said = calls.pop(); said !== undefined; said = calls.pop()) {
        const to = addresses[Math.floor(random() * addresses.length)] ?? address
        const { status } = await said.call(to)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        // Not stored in time: a channel comes again.
        if (status === 503) calls.unshift(said)
      }
    })
    await Promise.all(callers)
    await processes.allDone()
    const codes = await processes.stop()
    const verdict = await judge(sql, { members: all.map(({ member }) => member) })

    const count = channels.length * (TIMES + OTHERS * OTHER_TIMES)
    report(`The same updates many times, seed ${SEED}`, verdict, { 'webhook calls': count })
    expect(codes).toEqual([0, 0])
    expect(statuses.get(200)).toBe(count)
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(verdict).toMatchObject({
      tookEffect: all.length,
      lost: 0,
      doubled: 0,
      shortOfAnswers: 0,
      repeated: 0,
      refused: {},
    })
  }, 120_000)
})
