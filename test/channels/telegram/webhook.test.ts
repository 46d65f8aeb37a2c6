import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createBotApi } from '../../../src/channels/telegram/bot-api.ts'
import { telegramWebhook, type WebhookOptions } from '../../../src/channels/telegram/webhook.ts'
import { loadTexts } from '../../../src/i18n.ts'
import { createInbox } from '../../../src/messaging/inbox.ts'
import { createDatabase } from '../../support/database.ts'
import { secrets, TestClock } from '../../support/spine.ts'

const { sql } = await createDatabase()
const texts = loadTexts('locales')
const silent = { warn() {}, error() {}, debug() {}, info() {} }

async function aWebhook(options: Partial<WebhookOptions> = {}) {
  const api = createBotApi({ token: '77:webhook', apiRoot: 'http://127.0.0.1:1' })
  const { receive } = createInbox({ sql, secrets, clock: new TestClock(), onStored() {} })
  const app = fastify()
  await telegramWebhook(app, { api, secret: 'hush', receive, texts, log: silent, ...options })
  return {
    call: (update: object) =>
      app.inject({
        method: 'POST',
        url: '/webhooks/telegram',
        headers: { 'x-telegram-bot-api-secret-token': 'hush', 'content-type': 'application/json' },
        payload: JSON.stringify(update),
      }),
    async [Symbol.asyncDispose]() {
      await app.close()
      api.close()
    },
  }
}

const photo = (update_id: number, more: object = {}) => ({
  update_id,
  message: {
    message_id: update_id,
    chat: { id: 42, type: 'private' },
    from: { id: 42, is_bot: false },
    photo: [{ file_id: 'p' }],
    ...more,
  },
})

describe('the webhook of Telegram', () => {
  it('asks Telegram to come again when the database hangs', async () => {
    await using webhook = await aWebhook({ receive: () => new Promise<void>(() => {}), patienceMs: 30 })

    const answer = await webhook.call(photo(1))

    expect(answer.statusCode).toBe(503)
  })

  it('stores a message with a character that no database takes, and those that come with it', async () => {
    await using webhook = await aWebhook()
    const odd = photo(900, { media_group_id: 'a\0b', caption: 'ảnh\0' })

    const answers = await Promise.all(
      [odd, ...Array.from({ length: 19 }, (_, place) => photo(901 + place))].map(webhook.call),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200))
    expect(await sql`select count(*)::int as count from inbox where account = '77'`).toEqual([{ count: 20 }])
  })
})
