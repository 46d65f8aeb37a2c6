/**
 * Fetches updates where Telegram cannot reach us. One process does it at a time, under a lease; the others wait for it.
 * The offset moves only after the updates before it are stored, so a process killed in between makes the next one fetch
 * them again, which the inbox knows as repeats. A slow holder that lost the lease does no harm for the same reason.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { Texts } from '../../i18n.ts'
import { newId } from '../../ids.ts'
import type { Logger } from '../../log.ts'
import type { Receive } from '../../messaging/channel.ts'
import type { Update } from '../../messaging/update.ts'
import { type AccountLog, NO_ACCOUNT_LOG } from '../account-log.ts'
import { holdLease, LEASE_SECONDS, LOOK_EVERY_MS, RENEW_EVERY_MS, releaseLease } from '../lease.ts'
import { acknowledgeTaps } from './acknowledge.ts'
import type { BotAnswer, BotApi } from './bot-api.ts'
import { announceCommands } from './commands.ts'
import { leaveGroups } from './groups.ts'
import { alarmWords, classOf } from './outcome.ts'
import { translate } from './translate.ts'
import { ALLOWED_UPDATES, type TelegramUpdate, telegramUpdateSchema } from './update-schema.ts'

const WAIT_AT_TELEGRAM_SECONDS = 25
const ANSWER_MARGIN_MS = 10_000
const BATCH = 100
const PAUSE_AT_FIRST_MS = 500
const PAUSE_AT_MOST_MS = 15_000
/** A server that does not keep an empty call waiting is not asked more often than this. */
const EMPTY_ANSWER_MS = 200
/** Telegram may begin its ids anew after a week of silence; an offset of before would then hide what comes. */
const OFFSET_GOOD_FOR_MS = 24 * 3_600_000

export interface PollingOptions {
  sql: Sql
  api: BotApi
  receive: Receive
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>
  texts: Texts
  accountLog?: AccountLog
  /** How long Telegram may keep a call that has nothing to tell; 25 seconds unless told. */
  waitSeconds?: number
}

export interface Polling {
  /** Ends the call under way; resolves when what it brought is stored and the lease is given back. */
  stop(): Promise<void>
}

export function startPolling(options: PollingOptions): Polling {
  const stopping = new AbortController()
  const done = takeTurns(options, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

async function takeTurns(options: PollingOptions, stopping: AbortSignal): Promise<void> {
  const { sql, api, log } = options
  const name = `telegram:${api.account}`
  const owner = newId()
  const hold = () =>
    holdLease(sql, name, owner).catch((error: unknown) => {
      log.warn({ err: error, channel: 'telegram' }, 'the lease of the polling could not be asked for')
      return false
    })
  while (!stopping.aborted) {
    if (!(await hold())) {
      await rest(LOOK_EVERY_MS, stopping)
      continue
    }
    log.info({ channel: 'telegram', account: api.account }, 'polling begins')
    const turn = new AbortController()
    const renewing = renewUntilLost(hold, turn)
    await poll(options, AbortSignal.any([stopping, turn.signal]))
    turn.abort()
    await renewing
  }
  await releaseLease(sql, name, owner).catch(() => {})
}

/** Ends the turn when the lease may have run out, whether somebody else took it or the database does not answer. */
async function renewUntilLost(hold: () => Promise<boolean>, turn: AbortController): Promise<void> {
  let safeUntil = Date.now() + LEASE_SECONDS * 1000
  while (!turn.signal.aborted) {
    await rest(RENEW_EVERY_MS, turn.signal)
    if (turn.signal.aborted) return
    const askedAt = Date.now()
    const isHeld = await Promise.race([hold(), rest(safeUntil - askedAt, turn.signal).then(() => false)])
    if (isHeld) safeUntil = askedAt + LEASE_SECONDS * 1000
    else if (Date.now() >= safeUntil) turn.abort()
  }
}

async function poll(options: PollingOptions, signal: AbortSignal): Promise<void> {
  const { sql, api, receive, clock, log, texts } = options
  const waitSeconds = options.waitSeconds ?? WAIT_AT_TELEGRAM_SECONDS
  let isOpened = false
  let isTroubled = false
  let offset: number | null | undefined
  let isSaved = true
  let movedAt = clock.now().getTime()
  let pauseMs = PAUSE_AT_FIRST_MS
  while (!signal.aborted) {
    try {
      if (offset === undefined) offset = await savedOffset(sql, api.account)
      if (!isOpened) isOpened = await open(api, texts, signal)
      if (clock.now().getTime() - movedAt > OFFSET_GOOD_FOR_MS) offset = null
      const askedAt = performance.now()
      const answer = await api.call(
        'getUpdates',
        {
          ...(offset === null ? {} : { offset }),
          limit: BATCH,
          timeout: waitSeconds,
          allowed_updates: ALLOWED_UPDATES,
        },
        { signal, timeoutMs: waitSeconds * 1000 + ANSWER_MARGIN_MS },
      )
      const batch = readBatch(answer, api.account, log)
      if (batch === null) {
        if (signal.aborted) return
        isOpened = false
        isTroubled = true
        pauseMs = await recover(answer, pauseMs, options, signal)
        continue
      }
      pauseMs = PAUSE_AT_FIRST_MS
      if (isTroubled) (options.accountLog ?? NO_ACCOUNT_LOG).mended('polling')
      isTroubled = false
      if (batch.nextOffset === null) {
        if (isSaved) await forgetOffset(sql, api.account)
        isSaved = false
        await rest(EMPTY_ANSWER_MS - (performance.now() - askedAt), signal)
        continue
      }
      if (batch.updates.length > 0) await receive(batch.updates)
      await saveOffset(sql, api.account, batch.nextOffset)
      isSaved = true
      offset = batch.nextOffset
      movedAt = clock.now().getTime()
      acknowledgeTaps(api, batch.taps, log)
      leaveGroups({ api, texts, log }, batch.inGroups)
    } catch (error) {
      log.error({ err: error, channel: 'telegram' }, 'updates could not be stored, they will be fetched again')
      await rest(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, PAUSE_AT_MOST_MS)
    }
  }
}

/** Telegram gives nothing to a bot that has a webhook. What waits there is kept. */
async function open(api: BotApi, texts: Texts, signal: AbortSignal): Promise<boolean> {
  const answer = await api.call('deleteWebhook', { drop_pending_updates: false }, { signal })
  if (answer.kind !== 'ok') return false
  await announceCommands(api, texts)
  return true
}

interface Batch {
  updates: Update[]
  taps: TelegramUpdate[]
  /** What nobody said to us alone. */
  inGroups: TelegramUpdate[]
  /** Null when nothing came. */
  nextOffset: number | null
}

const batchSchema = z.array(z.looseObject({ update_id: z.number().int() }))

/** Null when it is no batch. An update that cannot be read is passed over: it would block all that come after it. */
function readBatch(answer: BotAnswer, account: string, log: PollingOptions['log']): Batch | null {
  if (answer.kind !== 'ok') return null
  const envelopes = batchSchema.safeParse(answer.result)
  if (!envelopes.success) return null
  const batch: Batch = { updates: [], taps: [], inGroups: [], nextOffset: null }
  for (const envelope of envelopes.data) {
    batch.nextOffset = Math.max(batch.nextOffset ?? 0, envelope.update_id + 1)
    const parsed = telegramUpdateSchema.safeParse(envelope)
    if (!parsed.success) {
      log.warn({ channel: 'telegram', updateId: envelope.update_id }, 'an update could not be read')
      continue
    }
    const ours = translate(parsed.data, account)
    if (ours !== null) batch.updates.push(ours)
    else batch.inGroups.push(parsed.data)
    if (parsed.data.callback_query !== undefined) batch.taps.push(parsed.data)
  }
  return batch
}

/** Waits as Telegram asks, else longer each time; returns the next pause. */
async function recover(
  answer: BotAnswer,
  pauseMs: number,
  { log, api, accountLog = NO_ACCOUNT_LOG }: PollingOptions,
  signal: AbortSignal,
): Promise<number> {
  const asked = answer.kind === 'error' && answer.retryAfterSeconds !== null ? answer.retryAfterSeconds * 1000 : 0
  const why = answer.kind === 'error' ? `answer ${answer.code}` : answer.kind === 'ok' ? 'no batch' : answer.reason
  const judged = answer.kind === 'error' ? classOf(answer) : null
  if (judged?.kind === 'alarm') {
    // Two pollers take the updates from each other; a token that is refused is mended by a person.
    const detail = alarmWords(judged.code)
    log.error({ channel: 'telegram', account: api.account, why, detail }, 'polling cannot go on, trying again')
    accountLog.alarm('polling', detail)
  } else {
    log.warn({ channel: 'telegram', account: api.account, why }, 'polling failed, trying again')
  }
  await rest(Math.max(pauseMs, asked), signal)
  return Math.min(pauseMs * 2, PAUSE_AT_MOST_MS)
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0 && !signal.aborted) await pause(ms, undefined, { signal }).catch(() => {})
}

async function savedOffset(sql: Sql, account: string): Promise<number | null> {
  const [row] = await sql<{ next_offset: number }[]>`
    select next_offset from polling_offsets where channel = 'telegram' and account = ${account}`
  return row?.next_offset ?? null
}

async function saveOffset(sql: Sql, account: string, nextOffset: number): Promise<void> {
  await sql`
    insert into polling_offsets (channel, account, next_offset) values ('telegram', ${account}, ${nextOffset})
    on conflict (channel, account) do update set next_offset = excluded.next_offset`
}

/** Nothing came after it, so Telegram knows it now; kept any longer it could outlive the ids that it counts. */
async function forgetOffset(sql: Sql, account: string): Promise<void> {
  await sql`delete from polling_offsets where channel = 'telegram' and account = ${account}`
}
