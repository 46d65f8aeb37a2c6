/**
 * Calls to Zalo: the official account's API, the template service and OAuth, which answer in one form. Nothing here
 * retries, and nothing knows where tokens come from. Zalo answers HTTP 200 to nearly everything; what counts is `error`
 * in the body.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { createHttpClient, type Exchanged } from '../exchange.ts'
import { readJson } from '../read-json.ts'

/** The same number means different things in the two families. */
export type Family = 'account' | 'template'

/** What came of one call. */
export type ZaloAnswer =
  | { kind: 'ok'; data: unknown }
  | { kind: 'error'; family: Family; code: number; message: string; retryAfterSeconds: number | null }
  /** Something between us and Zalo answered, with an HTTP status of its own. */
  | { kind: 'status'; status: number; retryAfterSeconds: number | null }
  /** The call never left. */
  | { kind: 'not-sent'; reason: string }
  /** The call left, and no answer came. */
  | { kind: 'broken'; reason: string }

export type Failure = Exclude<ZaloAnswer, { kind: 'ok' }>

export interface UploadedFile {
  content: Uint8Array
  mediaType: string
  name: string
}

export type Download =
  | { kind: 'content'; content: Buffer }
  | { kind: 'gone' }
  | { kind: 'too-large' }
  | { kind: 'failed'; reason: string }

export interface ZaloApi {
  post(family: Family, path: string, body: unknown, token: string): Promise<ZaloAnswer>
  get(family: Family, path: string, query: Record<string, string>, token: string): Promise<ZaloAnswer>
  upload(path: string, file: UploadedFile, token: string): Promise<ZaloAnswer>
  /** A call for tokens, with the app's own secret. The data is the body itself. */
  oauth(fields: Record<string, string>): Promise<ZaloAnswer>
  /** Fetches a file that an event named. */
  download(address: string, maxBytes: number): Promise<Download>
  close(): void
}

export interface ZaloApiOptions {
  appId: string
  appSecret: string
  apiRoot: string
  oauthRoot: string
  templateRoot: string
  /** 8 seconds unless told. */
  timeoutMs?: number
}

const TIMEOUT_MS = 8_000
const TRANSFER_TIMEOUT_MS = 45_000
const ANSWER_MAX_BYTES = 4 * 1024 * 1024

const wholeNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])
const envelopeSchema = z.object({
  error: wholeNumber.default(0),
  message: z.string().default(''),
  error_name: z.string().optional(),
  error_description: z.string().optional(),
  data: z.unknown().optional(),
})

export function createZaloApi(options: ZaloApiOptions): ZaloApi {
  const client = createHttpClient()
  const roots = { account: options.apiRoot, template: options.templateRoot }
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const authorised = (token: string) => ({
    access_token: token,
    // Asked for only where the app has it switched on; without it such an app gets -242.
    appsecret_proof: createHmac('sha256', options.appSecret).update(token).digest('hex'),
  })
  const limits = { timeoutMs, maxBytes: ANSWER_MAX_BYTES }

  return {
    async post(family, path, body, token) {
      const exchanged = await client.exchange({
        ...limits,
        method: 'POST',
        url: new URL(roots[family] + path),
        headers: { 'content-type': 'application/json', ...authorised(token) },
        body: Buffer.from(JSON.stringify(body)),
      })
      return readAnswer(family, exchanged)
    },
    async get(family, path, query, token) {
      const url = new URL(roots[family] + path)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return readAnswer(family, await client.exchange({ ...limits, method: 'GET', url, headers: authorised(token) }))
    },
    async upload(path, { content, mediaType, name }, token) {
      const form = new FormData()
      form.append('file', new File([Uint8Array.from(content)], name, { type: mediaType }))
      const encoded = new Response(form)
      const exchanged = await client.exchange({
        ...limits,
        timeoutMs: TRANSFER_TIMEOUT_MS,
        method: 'POST',
        url: new URL(options.apiRoot + path),
        headers: { 'content-type': encoded.headers.get('content-type') ?? '', ...authorised(token) },
        body: Buffer.from(await encoded.arrayBuffer()),
      })
      return readAnswer('account', exchanged)
    },
    async oauth(fields) {
      const exchanged = await client.exchange({
        ...limits,
        method: 'POST',
        url: new URL(`${options.oauthRoot}/v4/oa/access_token`),
        headers: { 'content-type': 'application/x-www-form-urlencoded', secret_key: options.appSecret },
        body: Buffer.from(new URLSearchParams({ app_id: options.appId, ...fields }).toString()),
      })
      const answer = readAnswer('account', exchanged)
      return answer.kind === 'ok' && exchanged.kind === 'answered'
        ? { kind: 'ok', data: readJson(exchanged.body) }
        : answer
    },
    async download(address, maxBytes) {
      const url = URL.parse(address)
      if (url === null || !isFetchable(url, options.apiRoot)) return { kind: 'gone' }
      const exchanged = await client.exchange({ method: 'GET', url, timeoutMs: TRANSFER_TIMEOUT_MS, maxBytes })
      if (exchanged.kind === 'too-large') return { kind: 'too-large' }
      if (exchanged.kind !== 'answered') return { kind: 'failed', reason: exchanged.reason }
      if (exchanged.status === 200) return { kind: 'content', content: exchanged.body }
      if ([400, 401, 403, 404, 410].includes(exchanged.status)) return { kind: 'gone' }
      return { kind: 'failed', reason: `status ${exchanged.status}` }
    },
    close: () => client.close(),
  }
}

/** Zalo names its own servers, over https; a stand-in for Zalo on this machine names itself. Never anything inside our net. */
function isFetchable(url: URL, apiRoot: string): boolean {
  if (url.origin === new URL(apiRoot).origin) return true
  return url.protocol === 'https:' && /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/i.test(url.hostname) && url.port === ''
}

function readAnswer(family: Family, exchanged: Exchanged): ZaloAnswer {
  if (exchanged.kind === 'too-large') return { kind: 'broken', reason: 'answer too large' }
  if (exchanged.kind !== 'answered') return exchanged
  const { status, headers, body } = exchanged
  const retryAfterSeconds = /^\d{1,5}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : null
  const envelope = envelopeSchema.safeParse(readJson(body))
  if (!envelope.success) {
    // Below 400 the call may well have gone through.
    return status < 400
      ? { kind: 'broken', reason: 'answer not understood' }
      : { kind: 'status', status, retryAfterSeconds }
  }
  const { error: code, message, error_name, error_description, data } = envelope.data
  if (code === 0) return status < 400 ? { kind: 'ok', data } : { kind: 'status', status, retryAfterSeconds }
  const said = error_name === undefined ? message : `${error_name} ${error_description ?? ''}`
  return { kind: 'error', family, code, message: said.trim().slice(0, 200), retryAfterSeconds }
}
