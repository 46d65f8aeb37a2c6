import { fastify } from 'fastify'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { registerWebhook } from '../../src/channels/telegram/register-webhook.ts'
import { telegramWebhook } from '../../src/channels/telegram/webhook.ts'
import { loadTexts } from '../../src/i18n.ts'
import type { Update } from '../../src/messaging/update.ts'
import { type ChannelUnderTest, describeChannel, NOW } from '../contracts/channel-contract.ts'
import { BOT_ID, startFakeTelegram, TINY_JPEG } from '../fakes/telegram.ts'

const SECRET = 'a-secret-of-the-webhook'
const CHAT = 42
const texts = loadTexts('locales')
const silent = { warn() {}, error() {}, debug() {}, info() {} }

const files: Record<string, { content: Buffer; mediaType: string }> = {
  paper: { content: TINY_JPEG, mediaType: 'image/jpeg' },
  form: { content: Buffer.from('%PDF-1.7'), mediaType: 'application/pdf' },
  copy: { content: Buffer.from('dữ liệu'), mediaType: 'text/plain' },
  poster: { content: Buffer.alloc(10 * 1024 * 1024 + 1), mediaType: 'image/jpeg' },
}

async function openTelegram(options: { timeoutMs?: number } = {}) {
  const fake = await startFakeTelegram()
  const adapter = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    clock: { now: () => NOW },
    openAttachment: async (id) => files[id] ?? null,
    ...options,
  })
  const updates: Update[] = []
  let isBroken = false
  const app = fastify()
  await telegramWebhook(app, {
    api: adapter.api,
    secret: SECRET,
    texts,
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
    ['a flood limit', { kind: 'flood', retryAfter: 3 }, { kind: 'wait', until: new Date(NOW.getTime() + 3_000) }],
    ['a chat it does not know', error(400, 'Bad Request: chat not found'), { kind: 'refused', reason: 'bad-address' }],
    ['a gone account', error(403, 'Forbidden: user is deactivated'), { kind: 'refused', reason: 'blocked' }],
    ['a bad button', error(400, 'Bad Request: BUTTON_DATA_INVALID'), { kind: 'refused', reason: 'bad-message' }],
    ['a wrong token', error(401, 'Unauthorized'), { kind: 'hold', until: soon }],
    ['trouble of its own', error(500, 'Internal Server Error'), { kind: 'retry', notBefore: soon }],
    ['a person who blocked us, said as a fault', error(400, 'Bad Request: USER_IS_BLOCKED'), { reason: 'blocked' }],
    ['a chat that is a supergroup now', error(400, 'Bad Request: group chat was upgraded'), { reason: 'bad-address' }],
    ['a body that is too large', error(413, 'Request Entity Too Large'), { reason: 'bad-message' }],
    ['what it never said before', error(418, 'Teapot'), { reason: 'parked', detail: 'answer 418: Teapot' }],
    ['a fault that is in no table', error(400, 'Bad Request: STRANGE'), { reason: 'parked' }],
    ['a refusal of something in between', { kind: 'page', status: 403 }, { kind: 'hold', until: soon }],
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

  it.each([
    ['floods', { kind: 'flood', retryAfter: 3 }, 'wait'],
    ['has trouble of its own', error(502, 'Bad Gateway'), 'retry'],
    ['loses the connection', { kind: 'reset' }, 'uncertain'],
  ] as const)('in several parts goes on where it was when Telegram %s in between', async (_what, fault, kind) => {
    await using telegram = await openTelegram()
    const delivery = { id: 1, contactId: 'c', address: String(CHAT) }
    const message = { text: 'chữ '.repeat(3_000), actions: [], attachmentId: null }
    telegram.fake.fail(fault, { after: 2, times: 1 })

    const first = await telegram.adapter.deliver({ ...delivery, message })
    const second = await telegram.adapter.deliver({ ...delivery, message, partsSent: 2 })

    const words = telegram.fake.received(CHAT).flatMap(({ text }) => text.split(/\s+/))
    expect(first).toMatchObject({ kind, partsSent: 2 })
    expect(second).toMatchObject({ kind: 'delivered', sends: 1 })
    expect(telegram.fake.received(CHAT)).toHaveLength(3)
    expect(words).toHaveLength(3_000)
  })

  it('that is too long for under its picture does not repeat the picture', async () => {
    await using telegram = await openTelegram()
    const delivery = { id: 1, contactId: 'c', address: String(CHAT) }
    const message = { text: 'chữ '.repeat(500).trim(), actions: [], attachmentId: 'paper' }
    telegram.fake.fail({ kind: 'flood', retryAfter: 3 }, { after: 1, times: 1 })

    const first = await telegram.adapter.deliver({ ...delivery, message })
    await telegram.adapter.deliver({ ...delivery, message, partsSent: 1 })

    expect(first).toMatchObject({ kind: 'wait', partsSent: 1 })
    expect(telegram.fake.received(CHAT).map(({ photo, text }) => [photo, text])).toEqual([
      [true, ''],
      [false, message.text],
    ])
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

describe('a file that goes with a message on Telegram', () => {
  it('is sent as a file when it is no picture, under a name of ours', async () => {
    await using telegram = await openTelegram()

    await telegram.deliver({ text: 'Mẫu đơn', actions: [], attachmentId: 'form' })
    await telegram.deliver({ text: 'Bản sao', actions: [], attachmentId: 'copy' })

    const sent = telegram.fake.received(CHAT).map(({ text, file }) => [text, file?.name, file?.type])
    expect(sent).toEqual([
      ['Mẫu đơn', 'cau-noi.pdf', 'application/pdf'],
      ['Bản sao', 'cau-noi.txt', 'text/plain'],
    ])
  })

  it('is sent as a file when it is too large for a picture, or Telegram takes it for none', async () => {
    await using telegram = await openTelegram()
    await telegram.deliver({ text: 'Áp phích', actions: [], attachmentId: 'poster' })
    telegram.fake.fail(error(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS'), { times: 1 })

    const outcome = await telegram.deliver({ text: 'Ảnh hẹp', actions: [], attachmentId: 'paper' })

    expect(outcome.kind).toBe('delivered')
    expect(telegram.fake.received(CHAT).map(({ text, photo }) => [text, photo])).toEqual([
      ['Áp phích', false],
      ['Ảnh hẹp', false],
    ])
  })

  it('goes first, with its words after it, when they are too many for a caption', async () => {
    await using telegram = await openTelegram()
    const text = 'từ '.repeat(500).trim()

    await telegram.deliver({ text, actions: [{ id: 'a', label: 'Có' }], attachmentId: 'paper' })

    const received = telegram.fake.received(CHAT).map((one) => [one.photo, one.text.length, one.buttons.length])
    expect(received).toEqual([
      [true, 0, 0],
      [false, text.length, 1],
    ])
  })
})

describe("a question about the person's own phone number", () => {
  const question = {
    text: 'Số điện thoại?',
    actions: [{ id: 'skip', label: 'Bỏ qua' }],
    attachmentId: null,
    asks: { kind: 'phone' as const, label: 'Gửi số của máy này' },
  }

  it('has a button that gives it, beside the other choices', async () => {
    await using telegram = await openTelegram()

    await telegram.deliver(question)

    expect(telegram.fake.received(CHAT)).toMatchObject([
      { asksPhone: 'Gửi số của máy này', buttons: [{ label: 'Bỏ qua' }] },
    ])
  })

  it('takes that button away with the next plain words', async () => {
    await using telegram = await openTelegram()
    await telegram.deliver(question)

    await telegram.deliver(hello)

    expect(telegram.fake.callsOf('sendMessage').at(-1)?.payload.reply_markup).toEqual({ remove_keyboard: true })
  })
})

describe('a group that somebody brings the bot into', () => {
  it('is told once that we talk with one person at a time, and left', async () => {
    await using telegram = await openTelegram()
    const group = telegram.fake.group(-100)
    const update = await group.addsBot()
    const status = (await telegram.fake.callWebhook(telegram.url, update, SECRET)).status

    await telegram.fake.until(() => telegram.fake.left.length > 0)

    expect(status).toBe(200)
    expect(telegram.fake.left).toEqual([-100])
    expect(telegram.fake.received(-100).map(({ text }) => text)).toEqual([
      expect.stringContaining('nhắn riêng cho tôi'),
    ])
    expect(telegram.updates).toEqual([])
  })

  it('is left with the next word said there when leaving did not work at once, without saying it again', async () => {
    await using telegram = await openTelegram()
    const group = telegram.fake.group(-101)
    const call = async (update: unknown) => telegram.fake.callWebhook(telegram.url, update, SECRET)
    telegram.fake.fail(error(500, 'Internal Server Error'), { chatId: -101, times: 2 })
    await call(await group.addsBot())
    await telegram.fake.until(() => telegram.fake.callsOf('leaveChat').length === 1)

    await call(await group.migrates(-102))
    await call(await group.says('bot ơi'))
    await telegram.fake.until(() => telegram.fake.left.length === 1)

    expect(telegram.fake.callsOf('sendMessage')).toHaveLength(1)
    expect(telegram.updates).toEqual([])
  })

  it('is left without a word when it is a channel, where only its owners write', async () => {
    await using telegram = await openTelegram()
    await telegram.fake.callWebhook(telegram.url, await telegram.fake.group(-103, 'channel').addsBot(), SECRET)

    await telegram.fake.until(() => telegram.fake.left.length > 0)

    expect(telegram.fake.callsOf('sendMessage')).toEqual([])
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

describe('the log of a bot that meets every fault', () => {
  it('never holds its token', async () => {
    const fake = await startFakeTelegram()
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const log = pino({ level: 'trace' }, stream)
    const alarms: string[] = []
    const accountLog = {
      alarm: (...said: string[]) => void alarms.push(said.join(' ')),
      mended() {},
      signatureFailed() {},
    }
    const telegram = createTelegram({
      token: fake.token,
      apiRoot: fake.apiRoot,
      clock: { now: () => NOW },
      timeoutMs: 50,
      accountLog: () => accountLog,
    })
    const wrong = createTelegram({ token: '9:wrong', apiRoot: fake.apiRoot, clock: { now: () => NOW } })
    const faults = ['reset', 'silence', 'accept-then-reset'] as const
    for (const kind of faults) {
      fake.fail({ kind }, { times: 1 })
      log.warn(await telegram.deliver({ id: 1, contactId: 'c', address: '1', message: hello }))
    }
    for (const code of [400, 401, 404, 418, 429, 502]) {
      fake.fail(error(code, `said to /bot${'x'}`), { times: 1 })
      log.warn(await telegram.deliver({ id: 1, contactId: 'c', address: '1', message: hello }))
    }
    const stopping = new AbortController()
    const registering = registerWebhook({
      api: wrong.api,
      publicUrl: 'https://x.vn',
      secret: 's',
      texts,
      log,
      accountLog,
    })
    await fake.until(() => lines.some((line) => line.includes('webhook not registered')) || fake.calls.length > 0)
    const failure = await wrong.fetchFile('x').catch((error: unknown) => error)
    log.error({ err: failure })
    stopping.abort()
    await registering.stop()
    telegram.close()
    wrong.close()
    await fake.close()

    const all = [...lines, ...alarms].join('\n')
    expect(lines.length).toBeGreaterThan(8)
    expect(alarms.length).toBeGreaterThan(1)
    expect(all).not.toContain(fake.token.split(':')[1])
    expect(all).not.toContain('9:wrong')
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
