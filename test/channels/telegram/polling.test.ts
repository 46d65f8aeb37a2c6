import { describe, expect, it } from 'vitest'
import { holdLease } from '../../../src/channels/lease.ts'
import { createBotApi } from '../../../src/channels/telegram/bot-api.ts'
import { type Polling, startPolling } from '../../../src/channels/telegram/polling.ts'
import { loadTexts } from '../../../src/i18n.ts'
import type { Receive } from '../../../src/messaging/channel.ts'
import type { Update } from '../../../src/messaging/update.ts'
import { BOT_ID, startFakeTelegram } from '../../fakes/telegram.ts'
import { createDatabase } from '../../support/database.ts'

const { sql } = await createDatabase()
const texts = loadTexts('locales')
const silent = { warn() {}, error() {}, debug() {}, info() {} }
let nextBot = 1

/** A bot of its own for each test, since its number names the lease. */
async function openBot() {
  const token = `${BOT_ID + nextBot++}:polling`
  const fake = await startFakeTelegram({ token })
  const stops: (() => Promise<void>)[] = []
  const updates: Update[] = []
  const alarms: string[] = []
  const accountLog = { alarm: (code: string) => void alarms.push(code), mended() {}, signatureFailed() {} }
  const words = () => updates.map(({ body }) => (body.kind === 'text' ? body.text : body.kind))
  const start = (receive: Receive = async (batch) => void updates.push(...batch)): Polling => {
    const api = createBotApi({ token, apiRoot: fake.apiRoot })
    const polling = startPolling({
      sql,
      api,
      receive,
      clock: { now: () => new Date() },
      log: silent,
      texts,
      accountLog,
      waitSeconds: 5,
    })
    stops.push(async () => {
      await polling.stop()
      api.close()
    })
    return polling
  }
  return {
    fake,
    updates,
    alarms,
    words,
    start,
    lease: `telegram:${token.split(':')[0]}`,
    savedOffset: async () => {
      const rows = await sql`select next_offset from polling_offsets where account = ${token.split(':')[0] ?? ''}`
      return rows[0]?.next_offset ?? null
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop()
      await fake.close()
    },
  }
}

describe('a bot that fetches its updates', () => {
  it('brings what was said before and after it started, in order', async () => {
    await using bot = await openBot()
    await bot.fake.person(1).says('một')
    await bot.fake.person(2).says('hai')
    bot.start()
    await bot.fake.until(() => bot.fake.polls > 0)
    await bot.fake.person(1).says('ba')

    await bot.fake.until(() => bot.updates.length === 3)

    expect(bot.words()).toEqual(['một', 'hai', 'ba'])
  })

  it('takes the webhook away first, without losing what waits', async () => {
    await using bot = await openBot()
    const api = createBotApi({ token: bot.fake.token, apiRoot: bot.fake.apiRoot })
    await bot.fake.person(1).says('chờ sẵn')
    await api.call('setWebhook', { url: 'https://example.vn/old' })
    bot.start()

    await bot.fake.until(() => bot.updates.length === 1)

    expect(bot.fake.webhook).toBeNull()
    expect(bot.words()).toEqual(['chờ sẵn'])
    api.close()
  })

  it('shows its menu of commands in both languages', async () => {
    await using bot = await openBot()
    bot.start()

    await bot.fake.until(() => bot.fake.callsOf('setMyCommands').length === 2)

    const languages = bot.fake.callsOf('setMyCommands').map(({ payload }) => payload.language_code)
    expect(languages).toEqual([undefined, 'en'])
  })

  it('confirms nothing that could not be stored, and fetches it again', async () => {
    await using bot = await openBot()
    await bot.fake.person(1).says('quan trọng')
    let failures = 2
    bot.start(async (batch) => {
      failures -= 1
      if (failures >= 0) throw new Error('the database is down')
      bot.updates.push(...batch)
    })

    await bot.fake.until(() => bot.fake.offsets.some((offset) => offset !== undefined))

    expect(bot.words()).toEqual(['quan trọng'])
    expect(bot.fake.offsets.slice(0, 3)).toEqual([undefined, undefined, undefined])
  })

  it('remembers where it was when it is stopped, until Telegram knows', async () => {
    await using bot = await openBot()
    const { update_id } = await bot.fake.person(1).says('một')
    const polling = bot.start()
    await bot.fake.until(() => bot.fake.offsets.length === 2)

    await polling.stop()

    expect(await bot.savedOffset()).toBe(update_id + 1)
    expect(bot.fake.waiting).toEqual([])
  })

  it('passes over an update that nobody can read', async () => {
    await using bot = await openBot()
    await bot.fake.deliver({ update_id: 1, message: { message_id: 'x' } } as never)
    await bot.fake.deliver(
      bot.fake.update({
        message: {
          message_id: 1,
          date: 0,
          text: 'đọc được',
          chat: { id: 1, type: 'private', first_name: 'A' },
          from: { id: 1, is_bot: false, first_name: 'A' },
        },
      }),
    )
    bot.start()

    await bot.fake.until(() => bot.fake.offsets.length === 2)

    expect(bot.words()).toEqual(['đọc được'])
  })

  it('goes on after Telegram was out of order', async () => {
    await using bot = await openBot()
    const api = createBotApi({ token: bot.fake.token, apiRoot: bot.fake.apiRoot })
    bot.start()
    await bot.fake.until(() => bot.fake.polls > 0)
    await api.call('setWebhook', { url: 'https://example.vn/other' })
    await api.call('getUpdates', {})
    await api.call('deleteWebhook', {})

    await bot.fake.person(1).says('còn đó không')
    await bot.fake.until(() => bot.updates.length === 1)

    expect(bot.words()).toEqual(['còn đó không'])
    api.close()
  })
})

describe('another program that fetches the updates of the same bot', () => {
  it('is told of as something to be mended, and nothing is lost once it stops', async () => {
    await using bot = await openBot()
    const other = createBotApi({ token: bot.fake.token, apiRoot: bot.fake.apiRoot })
    bot.start()
    await bot.fake.until(() => bot.fake.polls > 0)
    await other.call('getUpdates', {})
    await bot.fake.person(1).says('còn đó không')

    await bot.fake.until(() => bot.updates.length === 1)

    expect(bot.alarms).toEqual(['polling'])
    expect(bot.words()).toEqual(['còn đó không'])
    other.close()
  })
})

describe('two processes with the same bot', () => {
  it('poll one at a time', async () => {
    await using bot = await openBot()
    bot.start()
    bot.start()
    await bot.fake.until(() => bot.fake.polls > 0)
    for (const text of ['một', 'hai', 'ba']) await bot.fake.person(1).says(text)

    await bot.fake.until(() => bot.fake.offsets.length >= 3)

    expect(bot.words()).toEqual(['một', 'hai', 'ba'])
    expect(bot.fake.callsOf('deleteWebhook')).toHaveLength(1)
  })

  it('take over from each other at an orderly stop', async () => {
    await using bot = await openBot()
    const first = bot.start()
    await bot.fake.until(() => bot.fake.polls > 0)
    bot.start()
    await first.stop()
    const stoppedAt = performance.now()
    await bot.fake.person(1).says('ai nghe đây')

    await bot.fake.until(() => bot.updates.length === 1)

    expect(bot.words()).toEqual(['ai nghe đây'])
    expect(performance.now() - stoppedAt).toBeLessThan(2_000)
  })

  it('take over within five seconds of a kill', async () => {
    await using bot = await openBot()
    await holdLease(sql, bot.lease, 'a process that was killed')
    const killedAt = performance.now()
    bot.start()

    await bot.fake.until(() => bot.fake.polls > 0)

    expect(performance.now() - killedAt).toBeLessThan(5_000)
    expect(performance.now() - killedAt).toBeGreaterThan(2_000)
  })
})
