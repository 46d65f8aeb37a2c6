/**
 * The tokens of the official account. The refresh token works once and gives the next pair, so it is used by one process
 * at a time, which says so in the database before the call and puts the new pair there, sealed, before anybody uses it.
 * Only a death between Zalo's answer and that commit can lose the pair. It shows as a mark that nobody clears: an alarm is
 * raised and the access token serves as long as Zalo takes it; then the old refresh token is tried once more, and if that is
 * refused, messages are held until an administrator consents again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import { newId } from '../../ids.ts'
import type { Logger } from '../../log.ts'
import { openJson, type Secrets, sealJson } from '../../secrets.ts'
import type { Ledger } from './ledger.ts'
import { ROTATION_PATIENCE_SECONDS, type TokenRecord, type TokenState, tokenState } from './token-state.ts'
import type { ZaloAnswer, ZaloApi } from './zalo-api.ts'

export interface TokenOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  api: Pick<ZaloApi, 'oauth'>
  ledger: Pick<Ledger, 'raise' | 'settleAlarm'>
  account: string
  /** The first refresh token, from the settings. */
  seed: string
}

export interface Tokens {
  /** Null while there is none that could be used: messages wait. */
  access(): Promise<string | null>
  /** Zalo did not take `used`. The token that took its place, else a new one; null when there is none. */
  renew(used: string): Promise<string | null>
  /** Does what is due: the first pair, the next pair, a last try. Called often, by one process at a time or by many. */
  keepFresh(): Promise<TokenState>
  state(): Promise<{ state: TokenState; obtainedAt: Date | null; expiresAt: Date | null; refusal: string | null }>
  /** Takes the pair of a consent that was just given. */
  accept(pair: Pair): Promise<void>
  /** Resolves when no pair is on its way to the database any more. */
  settled(): Promise<void>
}

const pairSchema = z.object({ access: z.string().nullable(), refresh: z.string() })

export interface Pair {
  access: string
  refresh: string
  lifeSeconds: number
}

const grantSchema = z.object({
  access_token: z.string().min(1).max(8_000),
  refresh_token: z.string().min(1).max(8_000),
  expires_in: z.union([z.number(), z.string().regex(/^\d{1,9}$/)]).transform(Number),
})

/** Other processes may have put a new pair there meanwhile. */
const REREAD_MS = 5_000
const COMMIT_PAUSE_MS = 250
const RENEW_AGAIN_MS = 60_000
const DOUBT = 'token-doubtful'
const REFUSED = 'token-refused'
/** Codes of OAuth that say nothing about the token: Zalo is busy. */
const BUSY_CODES = [-32]

interface Row {
  sealed_key: Buffer
  sealed_pair: Buffer
  obtained_at: Date
  expires_at: Date | null
  seed_hash: Buffer | null
  rotation_seconds: number | null
  refusal: string | null
}

/** The pair in an answer of Zalo's OAuth; null when it holds none. */
export function readGrant(answer: ZaloAnswer): Pair | null {
  const grant = answer.kind === 'ok' ? grantSchema.safeParse(answer.data) : null
  if (!grant?.success) return null
  const { access_token: access, refresh_token: refresh, expires_in: lifeSeconds } = grant.data
  return { access, refresh, lifeSeconds }
}

export function createTokens(options: TokenOptions): Tokens {
  const { sql, secrets, clock, log, api, ledger, account } = options
  const seedHash = secrets.keyedHash('zalo-seed', options.seed)
  let known: { access: string | null; expiresAt: Date | null; readAt: number } | null = null
  let rotation: Promise<void> | null = null

  const read = async (): Promise<Row | null> => {
    const [row] = await sql<Row[]>`
      select sealed_key, sealed_pair, obtained_at, expires_at, seed_hash, refusal,
        extract(epoch from clock_timestamp() - rotation_begun_at)::float8 as rotation_seconds
      from zalo_tokens where account = ${account}`
    return row ?? null
  }

  const recordOf = (row: Row | null): TokenRecord | null =>
    row && {
      obtainedAt: row.obtained_at,
      expiresAt: row.expires_at,
      rotationSeconds: row.rotation_seconds,
      refusal: row.refusal,
    }

  const pairOf = (row: Row) => pairSchema.parse(openJson(secrets.openPersonKey(row.sealed_key), row.sealed_pair))

  async function usable(): Promise<string | null> {
    if (known === null || Date.now() - known.readAt > REREAD_MS) {
      const row = await read()
      known = { access: row && pairOf(row).access, expiresAt: row?.expires_at ?? null, readAt: Date.now() }
    }
    const isOver = known.expiresAt === null || known.expiresAt <= clock.now()
    return isOver ? null : known.access
  }

  function sealPair(pair: z.infer<typeof pairSchema>) {
    const { key, sealed } = secrets.newPersonKey()
    return { sealedKey: sealed, sealedPair: sealJson(key, pair) }
  }

  /** The first token of the settings, unless it was put in before and has moved on since. */
  async function seed(row: Row | null): Promise<boolean> {
    if (row !== null && (row.refusal === null || row.seed_hash?.equals(seedHash))) return false
    const { sealedKey, sealedPair } = sealPair({ access: null, refresh: options.seed })
    await sql`
      insert into zalo_tokens (account, sealed_key, sealed_pair, obtained_at, seed_hash)
      values (${account}, ${sealedKey}, ${sealedPair}, ${clock.now()}, ${seedHash})
      on conflict (account) do update set sealed_key = excluded.sealed_key, sealed_pair = excluded.sealed_pair,
        obtained_at = excluded.obtained_at, expires_at = null, seed_hash = excluded.seed_hash, rotation_id = null,
        rotation_begun_at = null, refused_at = null, refusal = null
      where zalo_tokens.refusal is not null and zalo_tokens.seed_hash is distinct from excluded.seed_hash`
    return true
  }

  /**
   * One at a time in this process, and over all processes by the mark in the row. `seen` is the pair that is to be
   * replaced: whoever was faster has done it.
   */
  function rotate(seen: Row, isLastTry: boolean): Promise<void> {
    rotation ??= rotateOnce(seen, isLastTry).finally(() => {
      rotation = null
      known = null
    })
    return rotation
  }

  async function rotateOnce(seen: Row, isLastTry: boolean): Promise<void> {
    const id = newId()
    const [row] = await sql<{ sealed_key: Buffer; sealed_pair: Buffer }[]>`
      update zalo_tokens set rotation_id = ${id}, rotation_begun_at = clock_timestamp()
      where account = ${account} and obtained_at = ${seen.obtained_at} and refusal is null and (rotation_id is null or ${isLastTry}
        and rotation_begun_at < clock_timestamp() - make_interval(secs => ${ROTATION_PATIENCE_SECONDS}))
      returning sealed_key, sealed_pair`
    if (row === undefined) return
    const { refresh } = pairSchema.parse(openJson(secrets.openPersonKey(row.sealed_key), row.sealed_pair))
    const answer = await api.oauth({ grant_type: 'refresh_token', refresh_token: refresh })
    const pair = readGrant(answer)
    if (pair !== null) {
      await keep(pair, seen.obtained_at)
      log.info({ channel: 'zalo', account }, 'the tokens were renewed')
      return
    }
    if (isHarmless(answer)) {
      // A mark of somebody before us has to stay: their doubt is not settled by a call that never left.
      if (!isLastTry) {
        await sql`update zalo_tokens set rotation_id = null, rotation_begun_at = null
          where account = ${account} and rotation_id = ${id}`
      }
      log.warn({ channel: 'zalo', account, outcome: answer.kind }, 'the tokens could not be renewed yet')
      return
    }
    if (answer.kind === 'error') {
      const refusal = `${answer.code} ${answer.message}`.trim().slice(0, 200)
      await sql`update zalo_tokens set rotation_id = null, rotation_begun_at = null, refused_at = ${clock.now()},
          refusal = ${refusal} where account = ${account} and rotation_id = ${id}`
      await ledger.raise({ code: REFUSED, detail: refusal }, clock.now())
      log.error({ channel: 'zalo', account, code: answer.code }, 'Zalo refused the refresh token: consent again')
      return
    }
    // It left and nobody knows what became of it: the mark stays.
    await ledger.raise({ code: DOUBT, detail: reasonOf(answer) }, clock.now())
    log.error({ channel: 'zalo', account, reason: reasonOf(answer) }, 'the refresh token may be used up')
  }

  /**
   * Until it stands in the database nobody uses it, and it is nowhere else: tried until it does. It takes the place of the
   * pair of `seenAt` (null: of any), whoever made a last try of that one meanwhile.
   */
  async function keep({ access, refresh, lifeSeconds }: Pair, seenAt: Date | null): Promise<void> {
    const now = clock.now()
    const { sealedKey, sealedPair } = sealPair({ access, refresh })
    const expiresAt = new Date(now.getTime() + lifeSeconds * 1_000)
    for (;;) {
      try {
        await sql`
          insert into zalo_tokens (account, sealed_key, sealed_pair, obtained_at, expires_at, seed_hash)
          values (${account}, ${sealedKey}, ${sealedPair}, ${now}, ${expiresAt}, ${seedHash})
          on conflict (account) do update set sealed_key = excluded.sealed_key, sealed_pair = excluded.sealed_pair,
            obtained_at = excluded.obtained_at, expires_at = excluded.expires_at,
            seed_hash = coalesce(zalo_tokens.seed_hash, excluded.seed_hash),
            rotation_id = null, rotation_begun_at = null, refused_at = null, refusal = null
          where ${seenAt}::timestamptz is null or zalo_tokens.obtained_at = ${seenAt}::timestamptz`
        break
      } catch (error) {
        log.error({ err: error, channel: 'zalo' }, 'new tokens could not be written down yet')
        await pause(COMMIT_PAUSE_MS)
      }
    }
    known = null
    await Promise.all([DOUBT, REFUSED].map((code) => ledger.settleAlarm(code))).catch(() => {})
  }

  return {
    access: usable,
    async renew(used) {
      known = null
      // One look: between two of them another process may put new tokens there.
      const row = await read()
      if (row === null) return null
      if (pairOf(row).access !== used) return usable()
      // Tokens that are refused as soon as they were given out are no matter of age: new ones would fare no better.
      if (clock.now().getTime() - row.obtained_at.getTime() < RENEW_AGAIN_MS) return null
      // Zalo does not take the access token, so nothing is lost by the last try of a doubtful refresh token; the mark's
      // age, by the database's clock, still keeps away from one that somebody is just using.
      await rotate(row, row.rotation_seconds !== null)
      const next = await usable()
      return next === used ? null : next
    },
    async keepFresh() {
      let row = await read()
      if (await seed(row)) row = await read()
      const state = tokenState(recordOf(row), clock.now())
      if (state === 'doubtful' || state === 'last-try') {
        await ledger.raise({ code: DOUBT, detail: 'whoever fetched the next tokens did not finish' }, clock.now())
      }
      if (row !== null && (state === 'due' || state === 'last-try')) await rotate(row, state === 'last-try')
      return state
    },
    async state() {
      const row = await read()
      return {
        state: tokenState(recordOf(row), clock.now()),
        obtainedAt: row?.obtained_at ?? null,
        expiresAt: row?.expires_at ?? null,
        refusal: row?.refusal ?? null,
      }
    },
    accept: (pair) => keep(pair, null),
    async settled() {
      await rotation?.catch(() => {})
    },
  }
}

/** The refresh token was not looked at, let alone used. */
function isHarmless(answer: ZaloAnswer): boolean {
  if (answer.kind === 'status') return answer.status === 429
  return answer.kind === 'not-sent' || (answer.kind === 'error' && BUSY_CODES.includes(answer.code))
}

function reasonOf(answer: ZaloAnswer): string {
  if (answer.kind === 'status') return `status ${answer.status}`
  return answer.kind === 'ok' ? 'an answer without tokens' : 'reason' in answer ? answer.reason : answer.kind
}
