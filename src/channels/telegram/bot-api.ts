/**
 * Calls to the Telegram Bot API. grammY gives the types; its client is not used, for two reasons: it takes three times
 * the CPU of a kept-alive `http.request`, and its errors do not say whether a call had left when the connection broke,
 * which decides whether a message may be sent again. Nothing here retries: that is the outbox's work.
 *
 * The token is part of every address, so no address and no error of the network leaves this file.
 */
import { createHash } from 'node:crypto'
import type { ApiMethods } from 'grammy/types'
import { z } from 'zod'
import { createHttpClient } from '../exchange.ts'
import { readJson } from '../read-json.ts'

/** What came of one call. */
export type BotAnswer =
  | { kind: 'ok'; result: unknown }
  | { kind: 'error'; code: number; description: string; retryAfterSeconds: number | null }
  /** The call never left. */
  | { kind: 'not-sent'; reason: string }
  /** The call left, and no answer came. */
  | { kind: 'broken'; reason: string }

/** A file that goes with a call; the payload names it as `attach://file`. */
export interface UploadedFile {
  content: Uint8Array
  mediaType: string
  name: string
}

type Method = Extract<keyof ApiMethods, string>
type Payload<M extends Method> = Parameters<ApiMethods[M]>[0]

export interface CallOptions {
  /** 10 seconds unless told. */
  timeoutMs?: number
  signal?: AbortSignal
  file?: UploadedFile
}

export interface BotApi {
  /** The number of the bot; safe to store and to log. */
  readonly account: string
  call<M extends Method>(method: M, payload: Payload<M>, options?: CallOptions): Promise<BotAnswer>
  /** Fetches a file by the path that `getFile` gave; `too-large` from `maxBytes` on. */
  download(path: string, maxBytes: number): Promise<Download>
  /** Ends the kept connections. */
  close(): void
}

export type Download =
  | { kind: 'content'; content: Buffer }
  | { kind: 'gone' }
  | { kind: 'too-large' }
  | { kind: 'failed'; reason: string }

export interface BotApiOptions {
  token: string
  /** `https://api.telegram.org`, or a server of one's own; `http` serves for a server on this machine. */
  apiRoot: string
  timeoutMs?: number
}

const TIMEOUT_MS = 10_000
/** A photo of an officer's reply goes up a slow line, too. */
const UPLOAD_TIMEOUT_MS = 45_000
const DOWNLOAD_TIMEOUT_MS = 60_000
/** A full batch of the longest updates stays well below. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024

const envelopeSchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.number().int(),
    description: z.string().default(''),
    parameters: z.object({ retry_after: z.number().optional() }).optional(),
  }),
])

export function createBotApi(options: BotApiOptions): BotApi {
  const root = options.apiRoot.replace(/\/+$/, '')
  const client = createHttpClient()

  return {
    account: accountOf(options.token),
    async call(method, payload, { timeoutMs, signal, file } = {}) {
      const { type, body } = file ? await asForm(payload ?? {}, file) : asJson(payload ?? {})
      const exchanged = await client.exchange({
        method: 'POST',
        url: new URL(`${root}/bot${options.token}/${method}`),
        headers: { 'content-type': type },
        body,
        timeoutMs: timeoutMs ?? options.timeoutMs ?? (file ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS),
        maxBytes: ANSWER_MAX_BYTES,
        ...(signal && { signal }),
      })
      if (exchanged.kind === 'too-large') return { kind: 'broken', reason: 'answer too large' }
      return exchanged.kind === 'answered' ? readAnswer(exchanged) : exchanged
    },
    async download(path, maxBytes) {
      const exchanged = await client.exchange({
        method: 'GET',
        url: new URL(`${root}/file/bot${options.token}/${path.split('/').map(encodeURIComponent).join('/')}`),
        timeoutMs: DOWNLOAD_TIMEOUT_MS,
        maxBytes,
      })
      if (exchanged.kind === 'too-large') return { kind: 'too-large' }
      if (exchanged.kind !== 'answered') return { kind: 'failed', reason: exchanged.reason }
      if (exchanged.status === 200) return { kind: 'content', content: exchanged.body }
      if (exchanged.status === 404 || exchanged.status === 410) return { kind: 'gone' }
      return { kind: 'failed', reason: `status ${exchanged.status}` }
    },
    close: () => client.close(),
  }
}

/** Telegram's tokens begin with the number of the bot; any other is named by a mark that does not give it away. */
function accountOf(token: string): string {
  const number = /^(\d{1,20}):/.exec(token)?.[1]
  return number ?? `bot-${createHash('sha256').update(token).digest('hex').slice(0, 12)}`
}

function asJson(payload: object): { type: string; body: Buffer } {
  return { type: 'application/json', body: Buffer.from(JSON.stringify(payload)) }
}

async function asForm(payload: object, file: UploadedFile): Promise<{ type: string; body: Buffer }> {
  const form = new FormData()
  for (const [name, value] of Object.entries(payload)) {
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  form.append('file', new File([Uint8Array.from(file.content)], file.name, { type: file.mediaType }))
  const encoded = new Response(form)
  return { type: encoded.headers.get('content-type') ?? '', body: Buffer.from(await encoded.arrayBuffer()) }
}

function readAnswer({ status, body }: { status: number; body: Buffer }): BotAnswer {
  const envelope = envelopeSchema.safeParse(readJson(body))
  if (!envelope.success) {
    // A proxy in between answers in HTML. Below 400 the call may well have gone through.
    if (status < 400) return { kind: 'broken', reason: 'answer not understood' }
    return { kind: 'error', code: status, description: '', retryAfterSeconds: null }
  }
  if (envelope.data.ok) return { kind: 'ok', result: envelope.data.result }
  return {
    kind: 'error',
    code: envelope.data.error_code,
    description: envelope.data.description,
    retryAfterSeconds: envelope.data.parameters?.retry_after ?? null,
  }
}
