import { fileTypeFromBuffer } from 'file-type'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { Logger } from '../../log.ts'
import type { Capabilities, ChannelAdapter, FetchedFile } from '../../messaging/channel.ts'
import type { Secrets } from '../../secrets.ts'
import { type DeliverServices, deliver, type OpenAttachment, TEXT_MAX } from './deliver.ts'
import { classOf } from './errors.ts'
import { createLedger, type Ledger, ZALO_WINDOW } from './ledger.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUploads, type Uploads, ZALO_FILES } from './uploads.ts'
import { createZaloApi, type Family, type ZaloAnswer, type ZaloApi } from './zalo-api.ts'

const CAPABILITIES: Capabilities = {
  buttons: true,
  textLength: TEXT_MAX,
  // An app may make 4,000 calls a minute; one source tells of 20 sends a second for an account.
  ratePerSecond: 20,
  burstPerContact: 5,
  perSecondPerContact: Number.POSITIVE_INFINITY,
  files: ZALO_FILES,
  replyWindowHours: ZALO_WINDOW.talkHours,
}

const FIRST_TOKEN_EVERY_MS = 2_000

/** What people send is fetched up to this size. */
const FILE_MAX_BYTES = 20 * 1024 * 1024

export interface ZaloSettings {
  appId: string
  appSecret: string
  officialAccountId: string
  /** The first one; each use gives the next. */
  refreshToken: string
  apiRoot: string
  oauthRoot: string
  templateRoot: string
  /** What was agreed for the account; undefined: as everybody. */
  ratePerSecond?: number | undefined
}

export interface ZaloOptions {
  settings: ZaloSettings
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  openAttachment?: OpenAttachment
  noticeValues?: DeliverServices['noticeValues']
  /** A picture at a public https address; without one Zalo's form for contact data cannot be shown. */
  contactImageUrl?: string | undefined
  timeoutMs?: number
}

export interface ZaloChannel extends ChannelAdapter {
  readonly api: ZaloApi
  readonly tokens: Tokens
  readonly ledger: Ledger
  readonly uploads: Uploads
  /** A call with a token that Zalo takes; null while there is none. */
  get(family: Family, path: string, query: Record<string, string>): Promise<ZaloAnswer | null>
  /** Waits for a pair of tokens that is on its way to the database, then ends the kept connections. */
  close(): Promise<void>
}

/** A file could not be fetched now and may be later. */
export class ZaloUnavailable extends Error {
  constructor(reason: string) {
    super(`Zalo gave no file: ${reason}`)
    this.name = 'ZaloUnavailable'
  }
}

export function createZalo(options: ZaloOptions): ZaloChannel {
  const { settings, sql, secrets, clock, log } = options
  const account = settings.officialAccountId
  const api = createZaloApi({ ...settings, ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }) })
  const ledger = createLedger({ sql, secrets, account })
  const tokens = createTokens({ sql, secrets, clock, log, api, ledger, account, seed: settings.refreshToken })

  /** Somebody speaks to an account that was set up a second ago. */
  let lookedAt = Number.NEGATIVE_INFINITY
  async function firstToken(): Promise<string | null> {
    if (performance.now() - lookedAt < FIRST_TOKEN_EVERY_MS) return null
    lookedAt = performance.now()
    await tokens.keepFresh()
    return tokens.access()
  }

  /** With a new token once, when Zalo does not take the first. */
  async function withToken(call: (token: string) => Promise<ZaloAnswer>): Promise<ZaloAnswer | null> {
    const token = (await tokens.access()) ?? (await firstToken())
    if (token === null) return null
    const answer = await call(token)
    if (answer.kind !== 'error' || classOf(answer).kind !== 'refresh') return answer
    const next = await tokens.renew(token)
    return next === null ? answer : call(next)
  }

  const post = (family: Family, path: string, body: unknown) =>
    withToken((token) => api.post(family, path, body, token))
  const uploads = createUploads({
    sql,
    secrets,
    clock,
    account,
    upload: async (path, file) =>
      (await withToken((token) => api.upload(path, file, token))) ?? { kind: 'not-sent', reason: 'no token' },
  })
  const services: DeliverServices = {
    ledger,
    uploads,
    post,
    openAttachment: options.openAttachment ?? (async () => null),
    noticeValues: options.noticeValues ?? (async () => null),
    contactImageUrl: options.contactImageUrl,
    usedUp: {},
    now: () => clock.now(),
  }

  return {
    id: 'zalo',
    account,
    capabilities: { ...CAPABILITIES, ratePerSecond: settings.ratePerSecond ?? CAPABILITIES.ratePerSecond },
    api,
    tokens,
    ledger,
    uploads,
    deliver: (delivery) => deliver(services, delivery),
    fetchFile: (address) => fetchFile(api, address),
    get: (family, path, query) => withToken((token) => api.get(family, path, query, token)),
    async close() {
      await tokens.settled()
      api.close()
    },
  }
}

async function fetchFile(api: ZaloApi, address: string): Promise<FetchedFile | null> {
  const download = await api.download(address, FILE_MAX_BYTES)
  if (download.kind === 'failed') throw new ZaloUnavailable(download.reason)
  if (download.kind !== 'content') return null
  // What the sender's phone calls a file is not trusted: the bytes say what it is.
  const type = await fileTypeFromBuffer(download.content)
  return { content: download.content, mediaType: type?.mime ?? 'application/octet-stream' }
}
