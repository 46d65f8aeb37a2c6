import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Message, PhotoSize, Update, User } from 'grammy/types'
import { createLadder, type Disorder, type Ladder, type WebhookDelivery } from './webhook-ladder.ts'

export const BOT_ID = 700_000_001
export const BOT_TOKEN = `${BOT_ID}:test-token-of-the-fake`

/** Telegram tries "a reasonable number of times"; how often and when it does not say. */
const RETRY_PAUSES_MS = [1, 2, 5, 15, 60, 120, 300, 600].map((seconds) => seconds * 1_000)
const WEBHOOK_PATIENCE_MS = 10_000

/** A photo of one pixel. */
export const TINY_JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z',
  'base64',
)

/** One call of the Bot API as the fake got it. */
export interface RecordedCall {
  method: string
  payload: Record<string, unknown>
  /** The uploaded file, when there was one. */
  file: { name: string; type: string; bytes: number } | null
}

/** A message that reached a person. */
export interface ReceivedMessage {
  messageId: number
  chatId: number
  text: string
  /** `data` is empty for a button in the place of the keyboard, which sends its label. */
  buttons: { label: string; data: string }[]
  /** The label of the button that gives the phone's own number. */
  asksPhone: string | null
  photo: boolean
  /** Name and type of the file that came along. */
  file: { name: string; type: string; bytes: number } | null
}

/** What goes wrong with sends, for as long as `when` says so; the first fault that applies counts. */
export type Fault =
  | { kind: 'flood'; retryAfter: number }
  | { kind: 'error'; code: number; description: string }
  /** An answer that no Bot API gives, e.g. of a proxy. */
  | { kind: 'page'; status: number }
  /** The person gets it, the caller gets no answer. */
  | { kind: 'accept-then-reset' }
  /** The person gets it, and the caller waits in vain. */
  | { kind: 'accept-then-silence' }
  /** The person gets it, the answer is cut off in the middle. */
  | { kind: 'garbled' }
  /** The connection breaks and nobody gets anything. */
  | { kind: 'reset' }
  /** The person gets it, the answer comes late. */
  | { kind: 'slow'; ms: number }
  /** No answer ever comes. */
  | { kind: 'silence' }

/** `send`: messages; `updates`: polling for updates. */
export type FaultyCalls = 'send' | 'updates'

/** How the fake hands updates to a webhook when it tries again until they are taken. */
export interface WebhookRetries {
  /** So many times faster than in earnest. */
  speed: number
  random?: () => number
}

interface ActiveFault {
  fault: Fault
  on: FaultyCalls
  /** Sends that go well before. */
  after: number
  left: number
  chatId: number | undefined
}

export interface FakeTelegram {
  readonly apiRoot: string
  readonly token: string
  readonly calls: RecordedCall[]
  readonly webhook: { url: string; secret: string | undefined } | null
  /** Updates that were not confirmed by an offset yet. */
  readonly waiting: readonly Update[]
  /** Offsets with which `getUpdates` was called. */
  readonly offsets: (number | undefined)[]
  /** Groups and channels that the bot left. */
  readonly left: readonly number[]
  /** `getUpdates` calls that wait at this moment. */
  readonly polls: number
  callsOf(method: string): RecordedCall[]
  /** What a person got, oldest first. */
  received(chatId: number): ReceivedMessage[]
  /** What anybody got, oldest first. */
  allReceived(): readonly ReceivedMessage[]
  /** Resolves with the first message after the first `skip` ones for which `isIt` holds. */
  nextMessage(chatId: number, skip?: number): Promise<ReceivedMessage>
  /** Resolves once `isSo` holds; looked at after every call. */
  until(isSo: () => boolean): Promise<void>
  /** Returns what switches this fault off again. */
  fail(fault: Fault, options?: { times?: number; after?: number; chatId?: number; on?: FaultyCalls }): () => void
  mend(): void
  /** Messages that reached somebody while the caller got no answer that it could read. */
  readonly unanswered: number
  /** The faults that met a call, oldest first. */
  readonly struck: readonly Fault[]
  /** From now on an update that a webhook does not take comes again, those of one chat in order. */
  retryWebhooks(retries: WebhookRetries): void
  /** What was handed to a webhook since then. */
  readonly deliveries: readonly WebhookDelivery<Update>[]
  /** Repeats and reorders what goes to a webhook that is retried. */
  disorder(disorder: Disorder | null): void
  person(chatId: number): FakePerson
  group(chatId: number, type?: 'group' | 'supergroup' | 'channel'): FakeGroup
  /** Hands an update to the webhook when there is one, else to whoever polls. */
  deliver(update: Update): Promise<Response | null>
  /** A call to a webhook as Telegram makes it; `secret: null` sends no header. */
  callWebhook(url: string, update: unknown, secret: string | null): Promise<Response>
  /** An update of this kind as Telegram would number it. */
  update(content: Omit<Update, 'update_id'>): Update
  storeFile(content: Uint8Array, path?: string): string
  /** Ids of files that were sent before name nothing any more. */
  forgetFiles(): void
  close(): Promise<void>
}

export interface FakePerson {
  readonly chatId: number
  says(text: string, options?: { replyTo?: number }): Promise<Update>
  starts(payload?: string): Promise<Update>
  /** Taps the newest button with this label. */
  taps(label: string): Promise<Update>
  sendsPhoto(options?: { caption?: string; content?: Uint8Array; bytes?: number }): Promise<Update>
  /** Several photos as one; resolves when all updates were handed over. */
  sendsAlbum(count: number, caption?: string): Promise<Update[]>
  /** Changes what they wrote before. */
  edits(messageId: number, text: string): Promise<Update>
  sendsVoice(): Promise<Update>
  sendsSticker(): Promise<Update>
  sharesLocation(latitude: number, longitude: number): Promise<Update>
  sharesPhone(phone: string, owner?: number): Promise<Update>
  blocks(): Promise<Update>
  unblocks(): Promise<Update>
}

export interface FakeGroup {
  addsBot(): Promise<Update>
  removesBot(): Promise<Update>
  says(text: string): Promise<Update>
  /** Becomes a supergroup, under another number. */
  migrates(to: number): Promise<Update>
}

/** A server that behaves like the Bot API towards one bot, and remembers what it was sent. */
export async function startFakeTelegram(
  /** `firstId`: above what a product's kept database has seen, where one outlives the fake. */
  options: { token?: string; port?: number; firstId?: number } = {},
): Promise<FakeTelegram> {
  const token = options.token ?? BOT_TOKEN
  const calls: RecordedCall[] = []
  const messages: ReceivedMessage[] = []
  const offsets: (number | undefined)[] = []
  const files = new Map<string, { path: string; content: Uint8Array }>()
  const blocked = new Set<number>()
  /** Files that were sent once and may be named by their id. */
  const placed = new Set<string>()
  const listeners = new Set<() => void>()
  let waiting: Update[] = []
  let faults: ActiveFault[] = []
  let webhook: FakeTelegram['webhook'] = null
  const left: number[] = []
  let poll: { answer: () => void; conflict: () => void } | null = null
  let polls = 0
  let unanswered = 0
  const struck: Fault[] = []
  let ladder: Ladder<Update> | null = null
  let nextUpdateId = options.firstId ?? 1000
  let nextMessageId = options.firstId ?? 1
  let nextFileId = 1

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = decodeURIComponent(new URL(request.url ?? '/', apiRoot).pathname)
    if (path.startsWith(`/file/bot${token}/`)) return sendFile(response, path.slice(`/file/bot${token}/`.length))
    if (!path.startsWith(`/bot${token}/`)) return refuse(response, 401, 'Unauthorized')
    const method = path.slice(`/bot${token}/`.length)
    const { payload, file } = await readPayload(request, Buffer.concat(chunks))
    calls.push({ method, payload, file })
    await handle(method, payload, file, response)
    tell()
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  async function handle(
    method: string,
    payload: Record<string, unknown>,
    file: RecordedCall['file'],
    response: ServerResponse,
  ): Promise<void> {
    switch (method) {
      case 'getMe':
        return accept(response, { id: BOT_ID, is_bot: true, first_name: 'Cầu Nối', username: 'cau_noi_bot' })
      case 'getUpdates':
        return getUpdates(payload, response)
      case 'setWebhook':
        webhook = { url: String(payload.url), secret: payload.secret_token as string | undefined }
        return accept(response, true)
      case 'deleteWebhook':
        webhook = null
        return accept(response, true)
      case 'setMyCommands':
      case 'answerCallbackQuery':
        return accept(response, true)
      case 'sendMessage':
      case 'sendPhoto':
      case 'sendDocument':
        return send(method, payload, file, response)
      case 'leaveChat':
        if (takeFault(Number(payload.chat_id))) return refuse(response, 500, 'Internal Server Error')
        left.push(Number(payload.chat_id))
        return accept(response, true)
      case 'getFile':
        return getFile(String(payload.file_id), response)
      default:
        return refuse(response, 404, 'Not Found')
    }
  }

  /** One caller at a time; a newer one ends the older with 409, as Telegram does. */
  function getUpdates(payload: Record<string, unknown>, response: ServerResponse): void {
    const offset = payload.offset as number | undefined
    offsets.push(offset)
    const fault = takeFault(undefined, 'updates')
    if (fault !== null && refuseWith(fault, response)) return
    if (webhook !== null) {
      refuse(response, 409, "Conflict: can't use getUpdates method while webhook is active")
      return
    }
    if (offset !== undefined) waiting = waiting.filter(({ update_id }) => update_id >= offset)
    poll?.conflict()
    const limit = (payload.limit as number | undefined) ?? 100
    polls += 1
    const current = {
      answer() {
        clearTimeout(timer)
        if (poll === current) poll = null
        polls -= 1
        if (!response.destroyed) accept(response, waiting.slice(0, limit))
      },
      conflict() {
        clearTimeout(timer)
        if (poll === current) poll = null
        polls -= 1
        if (!response.destroyed) {
          refuse(
            response,
            409,
            'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
          )
        }
      },
    }
    const timer = setTimeout(() => current.answer(), ((payload.timeout as number | undefined) ?? 0) * 1000)
    poll = current
    response.on('close', () => {
      if (poll === current) current.answer()
    })
    if (waiting.length > 0) current.answer()
  }

  async function send(
    method: string,
    payload: Record<string, unknown>,
    file: RecordedCall['file'],
    response: ServerResponse,
  ): Promise<void> {
    const chatId = Number(payload.chat_id)
    const fault = takeFault(chatId)
    if (fault !== null && refuseWith(fault, response)) return
    if (blocked.has(chatId)) return refuse(response, 403, 'Forbidden: bot was blocked by the user')
    const text = String(payload[method === 'sendMessage' ? 'text' : 'caption'] ?? '')
    if (method === 'sendMessage' && text.length > 4096) {
      return refuse(response, 400, 'Bad Request: message is too long')
    }
    if (method === 'sendMessage' && text.trim() === '') {
      return refuse(response, 400, 'Bad Request: message text is empty')
    }
    const named = payload[method === 'sendPhoto' ? 'photo' : 'document']
    if (method !== 'sendMessage' && file === null && !placed.has(String(named))) {
      return refuse(response, 400, 'Bad Request: wrong remote file identifier specified')
    }
    const messageId = nextMessageId++
    messages.push({ messageId, chatId, text, ...keysOf(payload), photo: method === 'sendPhoto', file })
    if (fault !== null && fault.kind !== 'slow') {
      unanswered += 1
      if (fault.kind === 'accept-then-reset') response.destroy()
      if (fault.kind === 'garbled') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"result":{"mess')
      }
      return
    }
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    const kept = file === null ? null : { file_id: `placed-${messageId}`, file_unique_id: `${messageId}` }
    if (kept !== null) placed.add(kept.file_id)
    accept(response, {
      message_id: messageId,
      date: 0,
      chat: { id: chatId, type: 'private' },
      text,
      ...(kept && method === 'sendPhoto' ? { photo: [kept] } : {}),
      ...(kept && method === 'sendDocument' ? { document: kept } : {}),
    })
  }

  /** Whether the fault ends the call before it did anything. */
  function refuseWith(fault: Fault, response: ServerResponse): boolean {
    switch (fault.kind) {
      case 'flood': {
        const seconds = { retry_after: fault.retryAfter }
        refuse(response, 429, `Too Many Requests: retry after ${fault.retryAfter}`, seconds)
        return true
      }
      case 'error':
        refuse(response, fault.code, fault.description)
        return true
      case 'page':
        response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
        return true
      case 'reset':
        response.destroy()
        return true
      case 'silence':
        return true
      default:
        return false
    }
  }

  function getFile(fileId: string, response: ServerResponse): void {
    const file = files.get(fileId)
    if (file === undefined) refuse(response, 400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
    else accept(response, { file_id: fileId, file_unique_id: fileId, file_path: file.path })
  }

  function sendFile(response: ServerResponse, path: string): void {
    const file = [...files.values()].find((candidate) => candidate.path === path)
    if (file === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.content)
  }

  function takeFault(chatId: number | undefined, on: FaultyCalls = 'send'): Fault | null {
    const found = faults.find((one) => one.on === on && (one.chatId === undefined || one.chatId === chatId))
    if (found === undefined || found.after-- > 0) return null
    found.left -= 1
    if (found.left <= 0) faults = faults.filter((candidate) => candidate !== found)
    struck.push(found.fault)
    return found.fault
  }

  const fake: FakeTelegram = {
    apiRoot,
    token,
    calls,
    offsets,
    get webhook() {
      return webhook
    },
    get waiting() {
      return waiting
    },
    get left() {
      return left
    },
    get polls() {
      return polls
    },
    callsOf: (method) => calls.filter((call) => call.method === method),
    allReceived: () => messages,
    forgetFiles: () => placed.clear(),
    received: (chatId) => messages.filter((message) => message.chatId === chatId),
    async nextMessage(chatId, skip = 0) {
      await fake.until(() => fake.received(chatId).length > skip)
      const message = fake.received(chatId)[skip]
      if (message === undefined) throw new Error('unreachable')
      return message
    },
    until(isSo) {
      return new Promise((resolve) => {
        const look = () => {
          if (!isSo()) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      })
    },
    fail(fault, { times = Number.POSITIVE_INFINITY, after = 0, chatId, on = 'send' } = {}) {
      const active = { fault, on, after, left: times, chatId }
      faults.push(active)
      return () => {
        faults = faults.filter((one) => one !== active)
      }
    },
    get unanswered() {
      return unanswered
    },
    struck,
    retryWebhooks({ speed, random }) {
      ladder?.close()
      ladder = createLadder<Update>({
        pausesMs: RETRY_PAUSES_MS,
        speed,
        patienceMs: WEBHOOK_PATIENCE_MS,
        call: (update) => webhook && fake.callWebhook(webhook.url, update, webhook.secret ?? null),
        laneOf: (update) => String(update.message?.chat.id ?? update.callback_query?.from.id ?? ''),
        onChange: tell,
        ...(random && { random }),
      })
    },
    get deliveries() {
      return ladder?.deliveries ?? []
    },
    disorder(disorder) {
      if (ladder !== null) ladder.disorder = disorder
    },
    mend() {
      faults = []
    },
    person: (chatId) => personOf(chatId),
    group: (chatId, type = 'group') => groupOf(chatId, type),
    async deliver(update) {
      if (webhook !== null && ladder !== null) {
        ladder.hand(update)
        return null
      }
      if (webhook !== null) return fake.callWebhook(webhook.url, update, webhook.secret ?? null)
      waiting.push(update)
      poll?.answer()
      return null
    },
    callWebhook: (url, update, secret) =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }),
        },
        body: typeof update === 'string' ? update : JSON.stringify(update),
      }),
    update: (content) => ({ update_id: nextUpdateId++, ...content }),
    storeFile(content, path) {
      const id = `file-${nextFileId++}`
      files.set(id, { path: path ?? `photos/${id}.jpg`, content })
      return id
    },
    async close() {
      ladder?.close()
      poll?.answer()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  function personOf(chatId: number): FakePerson {
    const from: User = { id: chatId, is_bot: false, first_name: 'Người dân' }
    const chat = { id: chatId, type: 'private' as const, first_name: 'Người dân' }
    const give = async (content: Omit<Update, 'update_id'>) => {
      const update = fake.update(content)
      await fake.deliver(update)
      return update
    }
    const message = (content: Partial<Message>) =>
      give({ message: { message_id: nextMessageId++, date: 0, chat, from, ...content } as Message & Update.NonChannel })
    const membership = (before: 'member' | 'kicked', after: 'member' | 'kicked') =>
      give({
        my_chat_member: {
          chat,
          from,
          date: 0,
          old_chat_member: memberOf(before),
          new_chat_member: memberOf(after),
        },
      })
    return {
      chatId,
      says: (text, { replyTo } = {}) =>
        message({
          text,
          ...(replyTo === undefined
            ? {}
            : { reply_to_message: { message_id: replyTo, date: 0, chat } as Message['reply_to_message'] & object }),
        }),
      starts: (payload) => message({ text: payload === undefined ? '/start' : `/start ${payload}` }),
      taps(label) {
        const holder = fake.received(chatId).findLast(({ buttons }) => buttons.some((button) => button.label === label))
        const button = holder?.buttons.find((candidate) => candidate.label === label)
        if (holder === undefined || button === undefined) throw new Error(`No button "${label}" was sent to ${chatId}`)
        if (button.data === '') return message({ text: label })
        return give({
          callback_query: {
            id: `tap-${nextUpdateId}`,
            from,
            chat_instance: String(chatId),
            data: button.data,
            message: { message_id: holder.messageId, date: 0, chat, text: holder.text },
          } as Update['callback_query'] & object,
        })
      },
      sendsPhoto({ caption, content = TINY_JPEG, bytes = content.length } = {}) {
        const id = fake.storeFile(content)
        const size = (file_id: string, file_size: number): PhotoSize => ({
          file_id,
          file_unique_id: file_id,
          width: 1,
          height: 1,
          file_size,
        })
        return message({
          photo: [size(`${id}-small`, 10), size(id, bytes)],
          ...(caption === undefined ? {} : { caption }),
        })
      },
      async sendsAlbum(count, caption) {
        const media_group_id = `album-${nextUpdateId}`
        const updates: Update[] = []
        for (let place = 0; place < count; place++) {
          const id = fake.storeFile(TINY_JPEG)
          const photo: PhotoSize[] = [{ file_id: id, file_unique_id: id, width: 1, height: 1, file_size: 100 }]
          updates.push(
            await message({ photo, media_group_id, ...(place === 0 && caption !== undefined ? { caption } : {}) }),
          )
        }
        return updates
      },
      edits: (messageId, text) =>
        give({
          edited_message: { message_id: messageId, date: 0, edit_date: 1, chat, from, text } as Message &
            Update.Edited &
            Update.NonChannel,
        }),
      sendsVoice: () =>
        message({ voice: { file_id: fake.storeFile(Buffer.from('OggS')), file_unique_id: 'v', duration: 2 } }),
      sendsSticker: () =>
        message({
          sticker: {
            file_id: fake.storeFile(Buffer.from('RIFF')),
            file_unique_id: 's',
            type: 'regular',
            width: 1,
            height: 1,
            is_animated: false,
            is_video: false,
          },
        }),
      sharesLocation: (latitude, longitude) => message({ location: { latitude, longitude } }),
      sharesPhone: (phone, owner = chatId) =>
        message({ contact: { phone_number: phone, first_name: 'A', user_id: owner } }),
      blocks() {
        blocked.add(chatId)
        return membership('member', 'kicked')
      },
      unblocks() {
        blocked.delete(chatId)
        return membership('kicked', 'member')
      },
    }
  }

  function groupOf(chatId: number, type: 'group' | 'supergroup' | 'channel'): FakeGroup {
    const chat = { id: chatId, type, title: 'Thôn Đông' }
    const from: User = { id: 99, is_bot: false, first_name: 'Trưởng thôn' }
    const give = async (content: Record<string, unknown>) => {
      const update = fake.update(content as Omit<Update, 'update_id'>)
      await fake.deliver(update)
      return update
    }
    const membership = (before: string, after: string) =>
      give({
        my_chat_member: {
          chat,
          from,
          date: 0,
          old_chat_member: { status: before, user: { id: BOT_ID } },
          new_chat_member: { status: after, user: { id: BOT_ID } },
        },
      })
    const message = (content: Record<string, unknown>) =>
      give({ message: { message_id: nextMessageId++, date: 0, chat, from, ...content } })
    return {
      addsBot: () => membership('left', type === 'channel' ? 'administrator' : 'member'),
      removesBot: () => membership('member', 'kicked'),
      says: (text) => message({ text }),
      migrates: (to) => message({ migrate_to_chat_id: to }),
    }
  }

  return fake
}

function memberOf(status: 'member' | 'kicked') {
  const user: User = { id: BOT_ID, is_bot: true, first_name: 'Cầu Nối' }
  return status === 'member' ? { status, user } : { status, user, until_date: 0 }
}

function keysOf(payload: Record<string, unknown>): Pick<ReceivedMessage, 'buttons' | 'asksPhone'> {
  const raw = payload.reply_markup
  const markup = (typeof raw === 'string' ? JSON.parse(raw) : raw) as
    | {
        inline_keyboard?: { text: string; callback_data?: string }[][]
        keyboard?: { text: string; request_contact?: boolean }[][]
      }
    | undefined
  const keys = (markup?.keyboard ?? []).flat()
  return {
    buttons: [
      ...(markup?.inline_keyboard ?? [])
        .flat()
        .map(({ text, callback_data = '' }) => ({ label: text, data: callback_data })),
      ...keys.filter((key) => key.request_contact !== true).map(({ text }) => ({ label: text, data: '' })),
    ],
    asksPhone: keys.find((key) => key.request_contact === true)?.text ?? null,
  }
}

async function readPayload(request: IncomingMessage, body: Buffer): Promise<Pick<RecordedCall, 'payload' | 'file'>> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) {
    return { payload: body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>), file: null }
  }
  const form = await new Response(Uint8Array.from(body), { headers: { 'content-type': type } }).formData()
  const payload: Record<string, unknown> = {}
  let file: RecordedCall['file'] = null
  for (const [name, value] of form) {
    if (typeof value === 'string') payload[name] = value
    else file = { name: value.name, type: value.type, bytes: value.size }
  }
  return { payload, file }
}

function accept(response: ServerResponse, result: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }))
}

function refuse(response: ServerResponse, code: number, description: string, parameters?: object): void {
  response
    .writeHead(code, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ok: false, error_code: code, description, ...(parameters && { parameters }) }))
}
