import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLadder, type Disorder, type Ladder, type WebhookDelivery } from './webhook-ladder.ts'

export const APP_ID = '1001'
export const APP_SECRET = 'app-secret-of-the-fake'
export const OA_ID = '900100'
export const OA_SECRET = 'account-secret-of-the-fake'
export const FIRST_REFRESH_TOKEN = 'refresh-0-of-the-fake'

/** Zalo waits two seconds for a webhook, then comes again after these times and in the end no more. */
const RETRY_PAUSES_MS = [30, 300, 900, 1_800, 3_600].map((seconds) => seconds * 1_000)
const WEBHOOK_PATIENCE_MS = 2_000

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TOKEN_LIFE_SECONDS = 90_000
const REFRESH_LIFE_MS = 90 * DAY_MS
const CODE_LIFE_MS = 10 * 60_000
const UPLOAD_LIFE_MS = 7 * DAY_MS

/** One call as the fake got it; `body` is JSON, a form's fields, or the query of a GET. */
export interface RecordedCall {
  path: string
  body: Record<string, unknown>
  /** The uploaded file, when there was one. */
  file: { name: string; type: string; bytes: number } | null
}

/** A message that reached a person. */
export interface ReceivedMessage {
  messageId: string
  userId: string
  kind: 'talk' | 'template'
  text: string
  buttons: { label: string; payload: string }[]
  image: boolean
  document: boolean
  /** Zalo's form for name and phone. */
  asksContact: boolean
  template: { id: string; data: Record<string, string>; route: 'uid' | 'phone' } | null
}

/** What goes wrong with calls, for as long as `when` says so; the first fault that applies counts. */
export type Fault =
  /** A gateway in front of Zalo asks to wait. */
  | { kind: 'flood'; retryAfter: number }
  | { kind: 'error'; code: number; message?: string }
  /** An answer that is none of Zalo's, e.g. of a proxy; with status 200 a body that is no JSON. */
  | { kind: 'page'; status: number }
  /** It takes effect, the caller gets no answer. */
  | { kind: 'accept-then-reset' }
  /** It takes effect, and the caller waits in vain. */
  | { kind: 'accept-then-silence' }
  /** It takes effect, the answer is cut off in the middle. */
  | { kind: 'garbled' }
  /** The connection breaks and nothing takes effect. */
  | { kind: 'reset' }
  /** It takes effect, the answer comes late. */
  | { kind: 'slow'; ms: number }
  /** No answer ever comes, and nothing takes effect. */
  | { kind: 'silence' }

/** `send`: messages and templates; `oauth`: tokens; `upload`: files. */
export type FaultyCalls = 'send' | 'oauth' | 'upload'

interface ActiveFault {
  fault: Fault
  on: FaultyCalls
  left: number
  /** Calls that go well before. */
  spared: number
  userId: string | undefined
}

interface Person {
  lastInteractionAt: Date | null
  isFollowing: boolean
  phone: string | null
}

export interface FakeTemplate {
  templateId: string
  templateName: string
  status: 'ENABLE' | 'PENDING_REVIEW' | 'DISABLE'
  params: string[]
  priceByUid: number
  priceByPhone: number
  /** False: only the phone route carries it. */
  isByUid: boolean
}

export interface ZaloEventBody {
  event_name: string
  timestamp: string
  [field: string]: unknown
}

export interface FakeZalo {
  /** Where all three of Zalo's services are. */
  readonly root: string
  /** Settings for the product to talk to this fake. */
  readonly settings: {
    appId: string
    appSecret: string
    officialAccountId: string
    officialAccountSecret: string
    refreshToken: string
    apiRoot: string
    oauthRoot: string
    templateRoot: string
  }
  readonly calls: RecordedCall[]
  callsOf(path: string): RecordedCall[]
  /** What a person got, oldest first; by phone number for templates that went by phone. */
  received(userId: string): ReceivedMessage[]
  /** What anybody got, oldest first. */
  allReceived(): readonly ReceivedMessage[]
  nextMessage(userId: string, skip?: number): Promise<ReceivedMessage>
  /** Resolves once `isSo` holds; looked at after every call. */
  until(isSo: () => boolean): Promise<void>
  /** Returns what switches this fault off again. */
  fail(fault: Fault, options?: { times?: number; on?: FaultyCalls; userId?: string }): () => void
  /** As `fail`, once this many calls went well. */
  failAfter(calls: number, fault: Fault): void
  mend(): void
  /** The refresh tokens that were used, oldest first; one that stands twice was burnt. */
  readonly spent: readonly string[]
  readonly refreshToken: string | null
  /** No access token given out so far is taken any more. */
  dropAccessTokens(): void
  /** An administrator revokes what was consented to. */
  revoke(): void
  /** What an administrator's browser gets from the page where they consent: the address they are sent back to. */
  consent(address: string): Promise<URL>
  templates: FakeTemplate[]
  account: { packageName: string; isVerified: boolean; takesTalk: boolean; takesButtons: boolean }
  /** Counted messages that are left between 48 hours and 7 days. */
  paidLeft: number
  templatesLeft: number
  /** Messages that reached somebody while the caller got no answer that it could read. */
  readonly unanswered: number
  /** The faults that met a call, oldest first. */
  readonly struck: readonly Fault[]
  /** Where events go; of several addresses each call takes one at random. */
  listenAt(url: string | readonly string[] | null): void
  /** From now on an event that the webhook does not take comes again, on Zalo's ladder, so many times faster. */
  retryWebhooks(retries: { speed: number; random?: () => number }): void
  /** What was handed to the webhook since then. */
  readonly deliveries: readonly WebhookDelivery<ZaloEventBody>[]
  /** Repeats and reorders what goes to a webhook that is retried. */
  disorder(disorder: Disorder | null): void
  /** Sends an event as Zalo signs it; null when no webhook is set. */
  deliver(event: ZaloEventBody): Promise<Response | null>
  /** A call to a webhook with a signature of one's choice; null sends none. */
  callWebhook(url: string, body: string | Uint8Array, signature: string | null): Promise<Response>
  sign(body: string, timestamp: string): string
  event(name: string, fields: Record<string, unknown>): ZaloEventBody
  /** Whether each message is followed by a receipt of the phone. */
  sendsReceipts: boolean
  person(userId: string): FakePerson
  storeFile(content: Uint8Array, name?: string): string
  close(): Promise<void>
}

export interface FakePerson {
  readonly userId: string
  says(text: string, options?: { quoting?: string; messageId?: string }): Promise<ZaloEventBody>
  /** Taps the newest button with this label. */
  taps(label: string): Promise<ZaloEventBody>
  follows(): Promise<ZaloEventBody>
  unfollows(): Promise<ZaloEventBody>
  sendsPhoto(options?: { caption?: string; content?: Uint8Array; count?: number }): Promise<ZaloEventBody>
  sendsFile(content: Uint8Array, name: string): Promise<ZaloEventBody>
  sendsVoice(): Promise<ZaloEventBody>
  sendsSticker(): Promise<ZaloEventBody>
  sharesLocation(latitude: string, longitude: string, place?: string): Promise<ZaloEventBody>
  submitsInfo(phone: string, form?: 'new' | 'old'): Promise<ZaloEventBody>
  sees(messageIds: string[]): Promise<ZaloEventBody>
  /** Somebody of the office writes to the person in Zalo's own inbox. */
  isWrittenToBy(adminId: string, text: string): Promise<ZaloEventBody>
  /** Has this number on Zalo, so that templates by phone arrive. */
  hasPhone(phone: string): void
  /** When Zalo last saw them do something. */
  wasLastHere(at: Date): void
}

/** A photo of one pixel. */
export const TINY_JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z',
  'base64',
)

/** Servers that behave like Zalo's towards one official account, and remember what they were sent. */
export async function startFakeZalo(
  /** `firstId` and `accessToken`: what goes on where a product's kept database has outlived another fake. */
  options: { port?: number; now?: () => Date; refreshToken?: string; accessToken?: string; firstId?: number } = {},
): Promise<FakeZalo> {
  const now = options.now ?? (() => new Date())
  const calls: RecordedCall[] = []
  const messages: ReceivedMessage[] = []
  const people = new Map<string, Person>()
  const accessTokens = new Map<string, Date>()
  const uploads = new Map<string, { at: Date; kind: string }>()
  const files = new Map<string, Uint8Array>()
  const codes = new Map<string, { challenge: string; at: Date }>()
  const listeners = new Set<() => void>()
  const spent: string[] = []
  let refreshToken: { value: string; at: Date } | null = {
    value: options.refreshToken ?? FIRST_REFRESH_TOKEN,
    at: now(),
  }
  if (options.accessToken !== undefined) accessTokens.set(options.accessToken, lapsesAt())
  let faults: ActiveFault[] = []
  let webhookUrls: readonly string[] = []
  let ladder: Ladder<ZaloEventBody> | null = null
  let unanswered = 0
  const struck: Fault[] = []
  let count = options.firstId ?? 0
  const next = (prefix: string) => `${prefix}-${++count}`

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', root)
    if (url.pathname.startsWith('/media/')) return sendFile(response, url.pathname.slice('/media/'.length))
    const { body, file } = await readBody(request, url, Buffer.concat(chunks))
    calls.push({ path: url.pathname, body, file })
    await handle(url.pathname, request, body, file, response)
    tell()
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function webhookUrl(): string | null {
    return webhookUrls[Math.floor(Math.random() * webhookUrls.length)] ?? null
  }

  async function handle(
    path: string,
    request: IncomingMessage,
    body: Record<string, unknown>,
    file: RecordedCall['file'],
    response: ServerResponse,
  ): Promise<void> {
    if (path === '/v4/oa/permission') return permission(body, response)
    const on = path === '/v4/oa/access_token' ? 'oauth' : path.startsWith('/v2.0/oa/upload') ? 'upload' : 'send'
    const isFaulty = on !== 'send' || SENDS.includes(path)
    const fault = isFaulty ? takeFault(on, userOf(body)) : null
    if (fault?.kind === 'reset') return void response.destroy()
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'flood') {
      response.writeHead(429, { 'retry-after': String(fault.retryAfter) }).end('Too Many Requests')
      return
    }
    if (fault?.kind === 'page') {
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
      return
    }
    if (fault?.kind === 'error') return send(response, refusal(fault.code, fault.message ?? 'refused'))
    const before = messages.length
    const result = on === 'oauth' ? oauth(request, body) : api(path, request, body, file)
    if (fault !== null && fault.kind !== 'slow') {
      unanswered += messages.length - before
      if (fault.kind === 'accept-then-reset') response.destroy()
      if (fault.kind === 'garbled') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":0,"message":"Succ')
      }
      return
    }
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    send(response, result)
  }

  function api(
    path: string,
    request: IncomingMessage,
    body: Record<string, unknown>,
    file: RecordedCall['file'],
  ): object {
    const token = String(request.headers.access_token ?? '')
    const until = accessTokens.get(token)
    if (until === undefined || until <= now()) {
      return TEMPLATE_PATHS.includes(path)
        ? refusal(-124, 'Access token is invalid')
        : refusal(-216, 'Access token is invalid')
    }
    switch (path) {
      case '/v3.0/oa/message/cs':
        return talk(body)
      case '/v3.0/oa/message/template':
        return templateByUid(body)
      case '/message/template':
        return templateByPhone(body)
      case '/v3.0/oa/quota/message':
        return userQuota(String(body.user_id))
      case '/v2.0/oa/upload/image':
      case '/v2.0/oa/upload/gif':
      case '/v2.0/oa/upload/file':
        return upload(path.slice('/v2.0/oa/upload/'.length), file)
      case '/v2.0/oa/getoa':
        return done({
          oa_id: OA_ID,
          name: 'Cầu Nối Hưng Yên',
          is_verified: fake.account.isVerified,
          package_name: fake.account.packageName,
        })
      case '/message/quota':
        return done({ dailyQuota: '500', remainingQuota: String(fake.templatesLeft) })
      case '/template/all':
        return done(
          fake.templates.map(({ templateId, templateName, status }) => ({
            templateId: Number(templateId),
            templateName,
            status,
          })),
        )
      case '/template/info/v2':
        return templateInfo(String(body.template_id))
      default:
        return refusal(-404, 'no such call')
    }
  }

  function talk(body: Record<string, unknown>): object {
    const userId = userOf(body)
    const message = (body.message ?? {}) as TalkMessage
    const person = userId === undefined ? undefined : people.get(userId)
    if (!fake.account.takesTalk) return refusal(-224, 'OA package does not support this API')
    if (userId === undefined) return refusal(-201, 'user_id is invalid')
    if (person === undefined || !person.isFollowing) return refusal(-213, 'User has not interacted with the OA')
    const text = message.text ?? ''
    if ([...text].length > 2_000) return refusal(-210, 'Parameter exceeds the limit')
    const payload = message.attachment?.payload ?? {}
    const buttons = payload.buttons ?? []
    if (buttons.length > 0 && !fake.account.takesButtons) return refusal(-224, 'OA package does not support buttons')
    if (buttons.length > 5 || buttons.some((button) => !isSoundButton(button))) {
      return refusal(-201, 'buttons are invalid')
    }
    if (buttons.length > 0 && payload.template_type !== undefined && payload.template_type !== 'media') {
      return refusal(-201, 'template_type is invalid')
    }
    const isContact = payload.template_type === 'request_user_info'
    const isMedia = payload.template_type === 'media'
    const isDocument = message.attachment?.type === 'file'
    if (text.trim() === '' && !isContact && !isMedia && !isDocument) return refusal(-201, 'text is empty')
    const upload = isMedia ? payload.elements?.[0]?.attachment_id : isDocument ? payload.token : undefined
    if (isMedia || isDocument) {
      const placed = upload === undefined ? undefined : uploads.get(upload)
      if (placed === undefined) return refusal(-201, 'attachment is invalid')
      if (now().getTime() - placed.at.getTime() > UPLOAD_LIFE_MS) return refusal(-100, 'attachment has expired')
    }
    const sinceMs = now().getTime() - (person.lastInteractionAt?.getTime() ?? Number.NEGATIVE_INFINITY)
    if (sinceMs >= 7 * DAY_MS) return refusal(-230, 'User has not interacted with the OA in the past 7 days')
    const isPaid = sinceMs >= 48 * HOUR_MS
    if (isPaid && fake.paidLeft <= 0) return refusal(-211, 'Out of quota')
    if (isPaid) fake.paidLeft -= 1
    const messageId = keep({
      userId,
      kind: 'talk',
      text: isContact ? '' : text,
      buttons: buttons.map(({ title, payload }) => ({ label: title, payload: String(payload) })),
      image: isMedia,
      document: isDocument,
      asksContact: isContact,
      template: null,
    })
    return done({
      message_id: messageId,
      user_id: userId,
      ...(isPaid ? { quota: { quota_type: 'sub_quota', remain: String(fake.paidLeft) } } : {}),
    })
  }

  function templateByUid(body: Record<string, unknown>): object {
    const userId = String(body.user_id)
    const template = templateOf(body)
    if ('error' in template) return template
    if (!template.isByUid) return refusal(-249, 'This template cannot be sent by UID')
    const lastAt = people.get(userId)?.lastInteractionAt
    if (!lastAt || now().getTime() - lastAt.getTime() > 365 * DAY_MS) {
      return refusal(-232, 'User has not interacted with the OA')
    }
    if (!people.get(userId)?.isFollowing) return refusal(-213, 'User has not interacted with the OA')
    if (fake.templatesLeft <= 0) return refusal(-144, 'OA is over its daily quota')
    fake.templatesLeft -= 1
    const messageId = keepTemplate(userId, template, body, 'uid')
    return done({ message_id: messageId, quota: { quota_type: 'template-daily', remain: fake.templatesLeft } })
  }

  function templateByPhone(body: Record<string, unknown>): object {
    const phone = String(body.phone)
    const template = templateOf(body)
    if ('error' in template) return template
    if (!/^84\d{9}$/.test(phone)) return refusal(-108, 'Phone number is invalid')
    if (String(body.tracking_id ?? '').length > 48) return refusal(-1121, 'tracking_id is too long')
    const owner = [...people].find(([, person]) => person.phone === phone)
    if (owner === undefined) return refusal(-118, 'Zalo account does not exist')
    if (fake.templatesLeft <= 0) return refusal(-144, 'OA is over its daily quota')
    fake.templatesLeft -= 1
    const messageId = keepTemplate(phone, template, body, 'phone')
    return done({
      msg_id: messageId,
      sent_time: String(now().getTime()),
      quota: { dailyQuota: '500', remainingQuota: String(fake.templatesLeft) },
    })
  }

  function templateOf(body: Record<string, unknown>): FakeTemplate | { error: number; message: string } {
    const template = fake.templates.find(({ templateId }) => templateId === String(body.template_id))
    if (template === undefined) return refusal(-109, 'Template is invalid')
    if (template.status === 'PENDING_REVIEW') return refusal(-131, 'Template is not approved')
    if (template.status === 'DISABLE') return refusal(-146, 'Template is disabled')
    const data = (body.template_data ?? {}) as Record<string, string>
    if (template.params.some((name) => !data[name])) return refusal(-1122, 'Template data is missing')
    return template
  }

  function templateInfo(templateId: string): object {
    const found = fake.templates.find((one) => one.templateId === templateId)
    if (found === undefined) return refusal(-109, 'Template is invalid')
    return done({
      templateId: Number(templateId),
      templateName: found.templateName,
      status: found.status,
      listParams: found.params.map((name) => ({ name, require: true, type: 'STRING', maxLength: 30 })),
      price_sdt: found.priceByPhone,
      price_uid: found.priceByUid,
      templateTag: 'TRANSACTION',
    })
  }

  function keepTemplate(
    to: string,
    template: FakeTemplate,
    body: Record<string, unknown>,
    route: 'uid' | 'phone',
  ): string {
    const data = (body.template_data ?? {}) as Record<string, string>
    return keep({
      userId: to,
      kind: 'template',
      text: template.templateName,
      buttons: [],
      image: false,
      document: false,
      asksContact: false,
      template: { id: template.templateId, data, route },
    })
  }

  function keep(message: Omit<ReceivedMessage, 'messageId'>): string {
    const messageId = next('m')
    messages.push({ messageId, ...message })
    if (fake.sendsReceipts && webhookUrls.length > 0) {
      const receipt = fake.event('user_received_message', {
        sender: { id: OA_ID },
        recipient: { id: message.userId },
        message: { msg_id: messageId },
      })
      void fake.deliver(receipt).catch(() => {})
    }
    return messageId
  }

  function userQuota(userId: string): object {
    const lastAt = people.get(userId)?.lastInteractionAt
    if (!lastAt) return refusal(-213, 'User has not interacted with the OA')
    return done({ last_interaction: lastAt.getTime(), cs_reply: { remain: fake.paidLeft, total: 500 } })
  }

  function upload(kind: string, file: RecordedCall['file']): object {
    if (file === null) return refusal(-201, 'file is missing')
    const isImage = kind === 'image'
    if (isImage && !['image/jpeg', 'image/png'].includes(file.type)) return refusal(-201, 'file type is invalid')
    if (isImage && file.bytes > 1024 * 1024) return refusal(-210, 'file is too large')
    if (kind === 'file' && (!/\.(pdf|docx?|csv)$/.test(file.name) || file.bytes > 5 * 1024 * 1024)) {
      return refusal(-201, 'file is invalid')
    }
    const id = next('upload')
    uploads.set(id, { at: now(), kind })
    return done(kind === 'file' ? { token: id } : { attachment_id: id })
  }

  function oauth(request: IncomingMessage, body: Record<string, unknown>): object {
    if (request.headers.secret_key !== APP_SECRET || body.app_id !== APP_ID) {
      return oauthRefusal(-14001, 'Invalid app')
    }
    if (body.grant_type === 'authorization_code') {
      const code = codes.get(String(body.code))
      codes.delete(String(body.code))
      if (code === undefined || now().getTime() - code.at.getTime() > CODE_LIFE_MS) {
        return oauthRefusal(-14002, 'Invalid code')
      }
      const challenge = createHash('sha256').update(String(body.code_verifier)).digest('base64url')
      return challenge === code.challenge ? grant() : oauthRefusal(-14003, 'Invalid code verifier')
    }
    const given = String(body.refresh_token)
    spent.push(given)
    const isGood =
      refreshToken !== null &&
      refreshToken.value === given &&
      now().getTime() - refreshToken.at.getTime() < REFRESH_LIFE_MS
    return isGood ? grant() : oauthRefusal(-14014, 'Invalid refresh token')
  }

  function lapsesAt(): Date {
    return new Date(now().getTime() + TOKEN_LIFE_SECONDS * 1_000)
  }

  function grant(): object {
    const access = `access-${next('t')}-${randomBytes(4).toString('hex')}`
    refreshToken = { value: `refresh-${next('t')}-${randomBytes(4).toString('hex')}`, at: now() }
    accessTokens.set(access, lapsesAt())
    return { access_token: access, refresh_token: refreshToken.value, expires_in: String(TOKEN_LIFE_SECONDS) }
  }

  function permission(query: Record<string, unknown>, response: ServerResponse): void {
    const back = new URL(String(query.redirect_uri))
    if (query.app_id !== APP_ID) return void response.writeHead(400).end('unknown app')
    const code = next('code')
    codes.set(code, { challenge: String(query.code_challenge), at: now() })
    back.searchParams.set('oa_id', OA_ID)
    back.searchParams.set('code', code)
    back.searchParams.set('state', String(query.state))
    response.writeHead(302, { location: back.href }).end()
  }

  function sendFile(response: ServerResponse, id: string): void {
    const content = files.get(id)
    if (content === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content)
  }

  function takeFault(on: FaultyCalls, userId: string | undefined): Fault | null {
    const found = faults.find((one) => one.on === on && (one.userId === undefined || one.userId === userId))
    if (found === undefined) return null
    if (found.spared > 0) {
      found.spared -= 1
      return null
    }
    found.left -= 1
    if (found.left <= 0) faults = faults.filter((one) => one !== found)
    struck.push(found.fault)
    return found.fault
  }

  const fake: FakeZalo = {
    root,
    settings: {
      appId: APP_ID,
      appSecret: APP_SECRET,
      officialAccountId: OA_ID,
      officialAccountSecret: OA_SECRET,
      refreshToken: options.refreshToken ?? FIRST_REFRESH_TOKEN,
      apiRoot: root,
      oauthRoot: root,
      templateRoot: root,
    },
    calls,
    spent,
    templates: [
      {
        templateId: '300100',
        templateName: 'Có trả lời mới',
        status: 'ENABLE',
        params: ['ticket', 'unit', 'date'],
        priceByUid: 80,
        priceByPhone: 120,
        isByUid: true,
      },
    ],
    account: { packageName: 'Nâng cao', isVerified: true, takesTalk: true, takesButtons: true },
    paidLeft: 500,
    templatesLeft: 500,
    sendsReceipts: false,
    get refreshToken() {
      return refreshToken?.value ?? null
    },
    callsOf: (path) => calls.filter((call) => call.path === path),
    allReceived: () => messages,
    received: (userId) => messages.filter((message) => message.userId === userId),
    async nextMessage(userId, skip = 0) {
      await fake.until(() => fake.received(userId).length > skip)
      const message = fake.received(userId)[skip]
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
    fail(fault, { times = Number.POSITIVE_INFINITY, on = 'send', userId } = {}) {
      const active = { fault, on, left: times, spared: 0, userId }
      faults.push(active)
      return () => {
        faults = faults.filter((one) => one !== active)
      }
    },
    failAfter(calls, fault) {
      faults.push({ fault, on: 'send', left: Number.POSITIVE_INFINITY, spared: calls, userId: undefined })
    },
    mend() {
      faults = []
    },
    dropAccessTokens: () => accessTokens.clear(),
    revoke() {
      refreshToken = null
      accessTokens.clear()
    },
    async consent(address) {
      const answered = await fetch(address, { redirect: 'manual' })
      return new URL(answered.headers.get('location') ?? 'about:blank')
    },
    get unanswered() {
      return unanswered
    },
    struck,
    listenAt(url) {
      webhookUrls = url === null ? [] : [url].flat()
    },
    retryWebhooks({ speed, random }) {
      ladder?.close()
      ladder = createLadder<ZaloEventBody>({
        pausesMs: RETRY_PAUSES_MS,
        speed,
        patienceMs: WEBHOOK_PATIENCE_MS,
        onChange: tell,
        ...(random && { random }),
        call(event, retries, signal) {
          const url = webhookUrl()
          const body = JSON.stringify(event)
          const headers = {
            'content-type': 'application/json',
            'x-zevent-signature': fake.sign(body, event.timestamp),
            ...(retries > 0 && { num_retry: String(retries) }),
          }
          return url === null ? null : fetch(url, { method: 'POST', headers, body, signal })
        },
      })
    },
    get deliveries() {
      return ladder?.deliveries ?? []
    },
    disorder(disorder) {
      if (ladder !== null) ladder.disorder = disorder
    },
    async deliver(event) {
      if (ladder !== null) {
        ladder.hand(event)
        return null
      }
      const url = webhookUrl()
      if (url === null) return null
      const body = JSON.stringify(event)
      return fake.callWebhook(url, body, fake.sign(body, event.timestamp))
    },
    callWebhook: (url, body, signature) =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(signature === null ? {} : { 'x-zevent-signature': signature }),
        },
        body: typeof body === 'string' ? body : Uint8Array.from(body),
      }),
    sign: (body, timestamp) =>
      `mac=${createHash('sha256')
        .update(APP_ID + body + timestamp + OA_SECRET)
        .digest('hex')}`,
    event: (name, fields) => ({
      app_id: APP_ID,
      user_id_by_app: '9001',
      event_name: name,
      timestamp: String(now().getTime()),
      ...fields,
    }),
    person: (userId) => personOf(userId),
    storeFile(content, name) {
      const id = `${next('file')}${name === undefined ? '' : `-${encodeURIComponent(name)}`}`
      files.set(id, content)
      return `${root}/media/${id}`
    },
    async close() {
      ladder?.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  function personOf(userId: string): FakePerson {
    const known = (): Person => {
      const person = people.get(userId) ?? { lastInteractionAt: null, isFollowing: true, phone: null }
      people.set(userId, person)
      return person
    }
    const give = async (event: ZaloEventBody, isInteraction = true) => {
      if (isInteraction) {
        known().lastInteractionAt = new Date(Number(event.timestamp))
        known().isFollowing = true
      }
      await fake.deliver(event)
      return event
    }
    const says = (name: string, message: Record<string, unknown>) =>
      give(
        fake.event(name, {
          sender: { id: userId },
          recipient: { id: OA_ID },
          message: { msg_id: next('u'), ...message },
        }),
      )
    const attached = (name: string, type: string, payloads: Record<string, unknown>[], more: object = {}) =>
      says(name, { attachments: payloads.map((payload) => ({ type, payload })), ...more })
    return {
      userId,
      says: (text, { quoting, messageId } = {}) =>
        says('user_send_text', {
          text,
          ...(quoting === undefined ? {} : { quote_msg_id: quoting }),
          ...(messageId === undefined ? {} : { msg_id: messageId }),
        }),
      taps(label) {
        const holder = fake.received(userId).findLast(({ buttons }) => buttons.some((button) => button.label === label))
        const button = holder?.buttons.find((one) => one.label === label)
        if (button === undefined) throw new Error(`No button "${label}" was sent to ${userId}`)
        return says('user_send_text', { text: button.payload })
      },
      follows() {
        known().isFollowing = true
        return give(fake.event('follow', { oa_id: OA_ID, source: 'oa_profile', follower: { id: userId } }))
      },
      async unfollows() {
        known().isFollowing = false
        return give(fake.event('unfollow', { oa_id: OA_ID, source: 'oa_profile', follower: { id: userId } }), false)
      },
      sendsPhoto({ caption, content = TINY_JPEG, count: pictures = 1 } = {}) {
        const payloads = Array.from({ length: pictures }, () => {
          const url = fake.storeFile(content)
          return { thumbnail: url, url }
        })
        return attached('user_send_image', 'image', payloads, caption === undefined ? {} : { text: caption })
      },
      sendsFile: (content, name) =>
        attached('user_send_file', 'file', [
          { url: fake.storeFile(content), size: String(content.length), name, checksum: 'x', type: 'application/pdf' },
        ]),
      sendsVoice: () => attached('user_send_audio', 'audio', [{ url: fake.storeFile(Buffer.from('OggS')) }]),
      sendsSticker: () =>
        attached('user_send_sticker', 'sticker', [{ id: 's1', url: fake.storeFile(Buffer.from('RIFF')) }]),
      sharesLocation: (latitude, longitude, place = 'Xã A') =>
        attached('user_send_location', 'location', [{ coordinates: { latitude, longitude } }], { text: place }),
      submitsInfo: (phone, form = 'new') =>
        give(
          fake.event('user_submit_info', {
            sender: { id: userId },
            recipient: { id: OA_ID },
            info:
              form === 'new'
                ? { name: 'N', phone, full_address: { user_city: 'C', user_ward: 'W', user_address: '1 D' } }
                : { address: '1 D', phone, city: 'C', district: 'D', ward: 'W', name: 'N' },
          }),
        ),
      sees: (messageIds) =>
        give(
          fake.event('user_seen_message', {
            sender: { id: OA_ID },
            recipient: { id: userId },
            message: { msg_ids: messageIds },
          }),
          false,
        ),
      isWrittenToBy: (adminId, text) =>
        give(
          fake.event('oa_send_text', {
            sender: { id: OA_ID, admin_id: adminId },
            recipient: { id: userId },
            message: { msg_id: next('o'), text },
          }),
          false,
        ),
      hasPhone(phone) {
        known().phone = phone
      },
      wasLastHere(at) {
        known().lastInteractionAt = at
      },
    }
  }

  return fake
}

const TEMPLATE_PATHS = ['/message/template', '/message/quota', '/template/all', '/template/info/v2']
const SENDS = ['/v3.0/oa/message/cs', '/v3.0/oa/message/template', '/message/template']

interface TalkMessage {
  text?: string
  attachment?: {
    type?: string
    payload?: {
      template_type?: string
      token?: string
      elements?: { attachment_id?: string }[]
      buttons?: { title: string; type: string; payload: unknown }[]
    }
  }
}

function isSoundButton({ title, type, payload }: { title: string; type: string; payload: unknown }): boolean {
  if (typeof title !== 'string' || title === '' || [...title].length > 100) return false
  if (type === 'oa.query.hide' || type === 'oa.query.show')
    return typeof payload === 'string' && payload.length <= 1_000
  return ['oa.open.url', 'oa.open.phone', 'oa.open.sms'].includes(type)
}

function userOf(body: Record<string, unknown>): string | undefined {
  const recipient = body.recipient as { user_id?: string } | undefined
  return recipient?.user_id ?? (typeof body.user_id === 'string' ? body.user_id : undefined)
}

async function readBody(
  request: IncomingMessage,
  url: URL,
  body: Buffer,
): Promise<{ body: Record<string, unknown>; file: RecordedCall['file'] }> {
  const type = request.headers['content-type'] ?? ''
  if (request.method === 'GET') return { body: Object.fromEntries(url.searchParams), file: null }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { body: Object.fromEntries(new URLSearchParams(body.toString())), file: null }
  }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(Uint8Array.from(body), { headers: { 'content-type': type } }).formData()
    const file = form.get('file')
    if (file === null || typeof file === 'string') return { body: {}, file: null }
    return { body: {}, file: { name: file.name, type: file.type, bytes: file.size } }
  }
  return { body: JSON.parse(body.toString()) as Record<string, unknown>, file: null }
}

function done(data: unknown): object {
  return { error: 0, message: 'Success', data }
}

function refusal(error: number, message: string): { error: number; message: string } {
  return { error, message }
}

function oauthRefusal(error: number, name: string): object {
  return { error, error_name: name, error_reason: name, error_description: name }
}

/** Zalo answers HTTP 200 to nearly everything. */
function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
