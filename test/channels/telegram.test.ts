import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { telegramWebhook } from '../../src/channels/telegram/webhook.ts'
import type { Update } from '../../src/messaging/update.ts'
import { type ChannelUnderTest, describeChannel, NOW } from '../contracts/channel-contract.ts'
import { BOT_ID, startFakeTelegram, TINY_JPEG } from '../fakes/telegram.ts'

const SECRET = 'a-secret-of-the-webhook'
const CHAT = 42
const silent = { warn() {}, error() {}, debug() {}, info() {} }

async function openTelegram(options: { timeoutMs?: number } = {}) {
  const fake = await startFakeTelegram()
  const adapter = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    clock: { now: () => NOW },
    openAttachment: async (id) => (id === 'paper' ? { content: TINY_JPEG, mediaType: 'image/jpeg' } : null),
    ...options,
  })
  const updates: Update[] = []
  let isBroken = false
  const app = fastify()
  await telegramWebhook(app, {
    api: adapter.api,
    secret: SECRET,
    log: silent,
    receive: async (batch) => {
      if (isBroken) throw new Error('the database is down')
      updates.push(...batch)
    },
  })
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/webhooks/telegram`
  const channel = {
    adapter,
    fake,
    url,
    updates,
    deliver: (message) => adapter.deliver({ id: 1, contactId: 'c', address: String(CHAT), message }),
    received: async () =>
      fake.received(CHAT).map(({ text, buttons }) => ({ text, buttons: buttons.map(({ label }) => label) })),
    async says(text, { signature, number }) {
      const from = { id: CHAT, is_bot: false, first_name: 'A' }
      const message = { message_id: number, date: 0, chat: { id: CHAT, type: 'private' }, from, text }
      const secret = { right: SECRET, wrong: 'another-secret', none: null }[signature]
      return (await fake.callWebhook(url, { update_id: number, message }, secret)).status
    },
    breakDatabase: () => {
      isBroken = true
    },
    floods: (seconds) => fake.fail({ kind: 'flood', retryAfter: seconds }),
    blocks: () => void fake.person(CHAT).blocks(),
    losesAnswer: () => fake.fail({ kind: 'accept-then-reset' }),
    async [Symbol.asyncDispose]() {
      adapter.close()
      await app.close()
      await fake.close()
    },
  } satisfies ChannelUnderTest & Record<string, unknown>
  return channel
}

describeChannel('telegram', { unsigned: 'ignored', isCarriedByOthers: true }, openTelegram)

const hello = { text: 'xin chào', actions: [], attachmentId: null }
const soon = expect.any(Date)

describe('what Telegram answers to a message', () => {
  it.each([
    ['a flood limit', { kind: 'flood', retryAfter: 3 }, { kind: 'hold', until: new Date(NOW.getTime() + 3_000) }],
    ['a chat it does not know', error(400, 'Bad Request: chat not found'), { kind: 'refused', reason: 'bad-address' }],
    ['a gone account', error(403, 'Forbidden: user is deactivated'), { kind: 'refused', reason: 'blocked' }],
    ['a bad button', error(400, 'Bad Request: BUTTON_DATA_INVALID'), { kind: 'refused', reason: 'bad-message' }],
    ['a wrong token', error(401, 'Unauthorized'), { kind: 'hold', until: soon }],
    ['trouble of its own', error(500, 'Internal Server Error'), { kind: 'retry', notBefore: soon }],
    ['a page of a proxy', { kind: 'page', status: 502 }, { kind: 'retry', notBefore: soon }],
    ['a page instead of an answer', { kind: 'page', status: 200 }, { kind: 'uncertain' }],
    ['a cut connection', { kind: 'reset' }, { kind: 'uncertain' }],
  ] as const)('tells apart %s', async (_what, fault, expected) => {
    await using telegram = await openTelegram()
    telegram.fake.fail(fault)

    const outcome = await telegram.deliver(hello)

    expect(outcome).toMatchObject(expected)
  })

  it('does not know what became of a message when no answer comes in time', async () => {
    await using telegram = await openTelegram({ timeoutMs: 60 })
    telegram.fake.fail({ kind: 'silence' })

    const outcome = await telegram.deliver(hello)

    expect(outcome).toEqual({ kind: 'uncertain', reason: 'timed out' })
  })

  it('may try again at once when nobody listens at the other end', async () => {
    await using telegram = await openTelegram()
    const unreachable = createTelegram({ token: '1:x', apiRoot: 'http://127.0.0.1:1', clock: { now: () => NOW } })

    const outcome = await unreachable.deliver({ id: 1, contactId: 'c', address: '1', message: hello })

    expect(outcome).toMatchObject({ kind: 'retry', reason: 'ECONNREFUSED' })
    expect(telegram.fake.calls).toEqual([])
  })

  it('recovers by itself once the trouble is over', async () => {
    await using telegram = await openTelegram()
    telegram.fake.fail(error(500, 'Internal Server Error'), { times: 1 })
    await telegram.deliver(hello)

    const outcome = await telegram.deliver(hello)

    expect(outcome.kind).toBe('delivered')
  })

  it('holds up nobody else when one person cannot be reached', async () => {
    await using telegram = await openTelegram()
    telegram.fake.fail(error(403, 'Forbidden: bot was blocked by the user'), { chatId: 7 })

    const outcomes = await Promise.all(
      ['7', '8'].map((address) => telegram.adapter.deliver({ id: 1, contactId: 'c', address, message: hello })),
    )

    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'delivered'])
  })

  it('refuses an address that is no chat without asking Telegram', async () => {
    await using telegram = await openTelegram()

    const outcome = await telegram.adapter.deliver({ id: 1, contactId: 'c', address: 'nobody', message: hello })

    expect(outcome).toEqual({ kind: 'refused', reason: 'bad-address' })
    expect(telegram.fake.calls).toEqual([])
  })
})

describe('how a message looks on Telegram', () => {
  it('has one button in each row, and no preview of a linked page', async () => {
    await using telegram = await openTelegram()
    const actions = [
      { id: 'yes', label: 'Có' },
      { id: 'no', label: 'Không' },
    ]

    await telegram.deliver({ text: 'Xem https://example.vn', actions, attachmentId: null })

    expect(telegram.fake.callsOf('sendMessage').map(({ payload }) => payload)).toEqual([
      {
        chat_id: CHAT,
        text: 'Xem https://example.vn',
        link_preview_options: { is_disabled: true },
        reply_markup: {
          inline_keyboard: [[{ text: 'Có', callback_data: 'yes' }], [{ text: 'Không', callback_data: 'no' }]],
        },
      },
    ])
  })

  it('has its buttons under the last part of a text in several parts', async () => {
    await using telegram = await openTelegram()

    await telegram.deliver({ text: 'chữ '.repeat(2_000), actions: [{ id: 'a', label: 'Tiếp' }], attachmentId: null })

    expect(telegram.fake.received(CHAT).map(({ buttons }) => buttons.length)).toEqual([0, 1])
  })

  it('shows a picture with its words in one', async () => {
    await using telegram = await openTelegram()

    const outcome = await telegram.deliver({ text: 'Giấy tờ của quý vị', actions: [], attachmentId: 'paper' })

    expect(outcome.kind).toBe('delivered')
    expect(telegram.fake.received(CHAT)).toMatchObject([{ text: 'Giấy tờ của quý vị', photo: true }])
    expect(telegram.fake.callsOf('sendPhoto')[0]?.file).toMatchObject({ type: 'image/jpeg', bytes: TINY_JPEG.length })
  })

  it('is refused rather than sent without the file that belongs to it', async () => {
    await using telegram = await openTelegram()

    const outcome = await telegram.deliver({ text: 'Giấy tờ', actions: [], attachmentId: 'gone' })

    expect(outcome).toEqual({ kind: 'refused', reason: 'bad-message' })
    expect(telegram.fake.received(CHAT)).toEqual([])
  })
})

describe('a photo of a paper', () => {
  it('is fetched, and its bytes say what it is', async () => {
    await using telegram = await openTelegram()
    const id = telegram.fake.storeFile(TINY_JPEG, 'photos/giấy tờ 1.exe')

    const file = await telegram.adapter.fetchFile(id)

    expect(file?.mediaType).toBe('image/jpeg')
    expect(file?.content).toEqual(TINY_JPEG)
  })

  it('is too large to be fetched from 20 MB on', async () => {
    await using telegram = await openTelegram()
    const id = telegram.fake.storeFile(Buffer.alloc(20 * 1024 * 1024 + 1))

    const file = await telegram.adapter.fetchFile(id)

    expect(file).toBeNull()
  })
})

describe('the token of the bot', () => {
  it('names the account by its number alone', async () => {
    await using telegram = await openTelegram()

    const { account } = telegram.adapter

    expect(account).toBe(String(BOT_ID))
  })

  it('is not given away by a token of another form', () => {
    const { account } = createTelegram({
      token: 'no-colon-in-here',
      apiRoot: 'http://127.0.0.1:1',
      clock: { now: () => NOW },
    })

    expect(account).toMatch(/^bot-[0-9a-f]{12}$/)
  })

  it('is in no outcome and no error', async () => {
    const token = '123:very-secret'
    const telegram = createTelegram({ token, apiRoot: 'http://127.0.0.1:1', clock: { now: () => NOW } })

    const outcome = await telegram.deliver({ id: 1, contactId: 'c', address: '1', message: hello })
    const failure = await telegram.fetchFile('x').catch((error: unknown) => error)

    expect(JSON.stringify(outcome)).not.toContain('very-secret')
    expect(failure).toBeInstanceOf(Error)
    expect(`${failure} ${JSON.stringify(failure)} ${(failure as Error).stack}`).not.toContain('very-secret')
  })
})

describe('the webhook of Telegram', () => {
  it('answers 200 to what is no update, since Telegram would send it again for ever', async () => {
    await using telegram = await openTelegram()

    const statuses = [
      (await telegram.fake.callWebhook(telegram.url, 'no json {', SECRET)).status,
      (await telegram.fake.callWebhook(telegram.url, { message: {} }, SECRET)).status,
      (await telegram.fake.callWebhook(telegram.url, [], SECRET)).status,
    ]

    expect(statuses).toEqual([200, 200, 200])
    expect(telegram.updates).toEqual([])
  })

  it('refuses a body that no update can have', async () => {
    await using telegram = await openTelegram()

    const answer = await telegram.fake.callWebhook(telegram.url, 'x'.repeat(1_100_000), SECRET)

    expect(answer.status).toBe(413)
  })

  it('ends the turning wheel on a tapped button', async () => {
    await using telegram = await openTelegram()
    await telegram.fake.callWebhook(telegram.url, tap('t-1', 'a1'), SECRET)

    await telegram.fake.until(() => telegram.fake.callsOf('answerCallbackQuery').length > 0)

    expect(telegram.fake.callsOf('answerCallbackQuery')[0]?.payload).toEqual({ callback_query_id: 't-1' })
    expect(telegram.updates).toMatchObject([{ body: { kind: 'action', actionId: 'a1' }, address: String(CHAT) }])
  })

  it('leaves the wheel turning when the tap could not be stored', async () => {
    await using telegram = await openTelegram()
    telegram.breakDatabase()

    const answer = await telegram.fake.callWebhook(telegram.url, tap('t-1', 'a1'), SECRET)

    expect(answer.status).toBe(503)
    expect(telegram.fake.callsOf('answerCallbackQuery')).toEqual([])
  })
})

function error(code: number, description: string) {
  return { kind: 'error', code, description } as const
}

function tap(id: string, data: string) {
  const message = { message_id: 1, date: 0, chat: { id: CHAT, type: 'private' } }
  return { update_id: 5, callback_query: { id, from: { id: CHAT, is_bot: false, first_name: 'A' }, data, message } }
}
