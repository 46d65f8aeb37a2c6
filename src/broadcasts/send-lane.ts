/**
 * Sends policy messages through one account of a channel. Talk goes first: it has tokens of its own at the account's
 * rate, and whoever is in a talk is left for later. What is taken from the line is tried once; what became of it is
 * written down as it comes back.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { Texts } from '../i18n.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome } from '../messaging/channel.ts'
import { createBulkRate } from '../outbox/shared-rate.ts'
import type { Secrets } from '../secrets.ts'
import type { ActiveBroadcast } from './active.ts'
import { attemptRecipient, costOf } from './attempt-recipient.ts'
import { type ClaimedRecipient, claimRecipients, RECIPIENT_LEASE_MS } from './claim.ts'
import { resultOf } from './delivery-result.ts'
import { createPace } from './pace.ts'
import { isQuiet } from './quiet-hours.ts'
import type { BroadcastRules } from './rules.ts'
import { type SettledRecipient, settleRecipients } from './settle.ts'

/** What is known of an account by whoever else sends through it. */
export interface AccountHold {
  heldUntil(lane: { channel: string; account: string }): Date | null
  hold(lane: { channel: string; account: string }, until: Date): void
}

export interface SendServices {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  texts: Texts
  rules: BroadcastRules
  account: AccountHold
  active(): Promise<readonly ActiveBroadcast[]>
  metrics?: { messages: { inc(labels: { channel: string; outcome: string }): void } }
}

const BATCH = 50
/** Beside the talk's own; together they have connections of their own to the channel. */
const IN_FLIGHT_MAX = 50
/** An adapter that never comes back must not hold its row for ever. */
const PATIENCE_MS = 60_000
const FAULT_PAUSE_MS = 500
const STOP_PATIENCE_MS = 4_000
const LOOK_EVERY_MS = 400
const SETTLE_TOGETHER_MS = 10
/** More would take connections from talk. */
const TAKINGS_MAX = 3

interface InHand {
  broadcastId: string
  contactId: string
  since: number
  giveUp(): void
  done: Promise<void>
}

export function createSendLane(adapter: ChannelAdapter, services: SendServices) {
  const { sql, secrets, clock, log, texts, rules, metrics } = services
  const name = { channel: adapter.id, account: adapter.account }
  const rate = createBulkRate(sql, name, adapter.capabilities.ratePerSecond)
  const inHand = new Map<string, InHand>()
  let results: SettledRecipient[] = []
  let settling: Promise<void> | null = null
  let isStopping = false
  let frozenNow: Date | null = null
  let attempts = 0
  const leaveAt = createPace(adapter.capabilities.ratePerSecond)
  const takings = new Set<Promise<void>>()
  /** Tokens at hand for people who are being taken from the line. */
  let promised = 0
  /** Nobody was found at the last look. */
  let isQuietLine = true
  let wakeUp = () => {}
  const now = () => frozenNow ?? clock.now()

  /** One look at the line: takes what may leave now. Says how long to wait before the next. */
  async function round(): Promise<{ waitMs: number; isIdle: boolean }> {
    const active = await services.active()
    if (active.length === 0 || isNight()) return { waitMs: LOOK_EVERY_MS, isIdle: true }
    const held = services.account.heldUntil(name)
    if (held !== null && held > now()) {
      return { waitMs: Math.min(held.getTime() - now().getTime(), LOOK_EVERY_MS), isIdle: true }
    }
    const places = Math.min(BATCH, IN_FLIGHT_MAX - inHand.size - promised)
    if (places <= 0) return { waitMs: LOOK_EVERY_MS, isIdle: false }
    const { afterMs } = await rate.acquire(places)
    if (afterMs.length === 0) return { waitMs: Math.max(1, rate.waitMs()), isIdle: false }
    // More leave is asked for while these people are still being taken from the line: of many that wait for a slow
    // database nobody waits for the one before.
    const since = performance.now()
    const taking = take(
      active,
      afterMs.map((ms) => since + ms),
    )
    if (isQuietLine || frozenNow !== null || takings.size >= TAKINGS_MAX) await taking
    return isQuietLine ? { waitMs: LOOK_EVERY_MS, isIdle: true } : { waitMs: rate.waitMs(), isIdle: false }
  }

  /** `moments`: when each may leave. */
  function take(active: readonly ActiveBroadcast[], moments: readonly number[]): Promise<void> {
    promised += moments.length
    const taking = takeFrom(active, moments)
      .then((looked) => {
        isQuietLine = looked === 0
      })
      .catch((error: unknown) => {
        isQuietLine = true
        const line = { err: error, channel: adapter.id }
        if (isPassingFault(error)) log.warn(line, 'the database is away, policy messages wait')
        else log.error(line, 'nobody could be taken from the line of a policy message')
      })
      .finally(() => {
        promised -= moments.length
        takings.delete(taking)
        if (promised === 0) wakeUp()
      })
    takings.add(taking)
    return taking
  }

  /** How many stood first in line. */
  async function takeFrom(active: readonly ActiveBroadcast[], moments: readonly number[]): Promise<number> {
    let room = moments.length
    let looked = 0
    try {
      for (const broadcast of active) {
        if (room === 0) break
        const found = await claim(broadcast, room)
        looked += found.looked
        for (const row of found.claimed) begin(broadcast, row, moments[moments.length - room--] ?? 0)
      }
    } finally {
      await rate.giveBack(room).catch(() => {})
    }
    return looked
  }

  /** A call takes as long as it takes: none begins so late that it might end in the night. */
  function isNight(): boolean {
    const at = now()
    return isQuiet(rules.quietHours, at) || isQuiet(rules.quietHours, new Date(at.getTime() + PATIENCE_MS))
  }

  function claim({ id, kind }: ActiveBroadcast, room: number) {
    const weeklyLimit = rules.weeklyLimit[kind]
    return claimRecipients(sql, {
      ...name,
      broadcastId: id,
      room,
      weeklyLimit,
      now: now(),
      leaseMs: RECIPIENT_LEASE_MS,
    })
  }

  function begin(broadcast: ActiveBroadcast, row: ClaimedRecipient, moment: number): void {
    attempts += 1
    const tooLate = Promise.withResolvers<DeliveryOutcome>()
    const key = `${broadcast.id} ${row.contactId}`
    inHand.set(key, {
      broadcastId: broadcast.id,
      contactId: row.contactId,
      since: performance.now(),
      giveUp: () => tooLate.resolve({ kind: 'uncertain', reason: 'no outcome in time' }),
      done: attemptAt(moment, broadcast, row, tooLate.promise).then((settled) => {
        results.push(settled)
        inHand.delete(key)
        settleSoon()
        wakeUp()
      }),
    })
  }

  async function attemptAt(moment: number, ...attempted: Parameters<typeof attempt>): Promise<SettledRecipient> {
    await leaveAt(moment)
    return attempt(...attempted)
  }

  async function attempt(
    broadcast: ActiveBroadcast,
    row: ClaimedRecipient,
    tooLate: Promise<DeliveryOutcome>,
  ): Promise<SettledRecipient> {
    const { outcome, sealBody } = await attemptRecipient(
      { adapter, sql, secrets, log, texts, now },
      broadcast,
      row,
      tooLate,
    )
    metrics?.messages.inc({ channel: adapter.id, outcome: outcome.kind })
    if (outcome.kind === 'delivered') rate.owe((outcome.sends ?? 1) - 1)
    else log.warn({ broadcast: broadcast.id, channel: adapter.id, outcome: outcome.kind }, 'not delivered')
    if (outcome.kind === 'hold') services.account.hold(name, outcome.until)
    const tried = { attempts: row.attempts, since: broadcast.startedAt, notAfter: broadcast.notAfter }
    const result = resultOf(outcome, tried, now())
    return {
      ...result,
      broadcastId: broadcast.id,
      contactId: row.contactId,
      attempts: row.attempts,
      cost: result.state === 'sent' ? costOf(outcome, adapter, rules) : null,
      sealedBody: result.mayHaveLeft ? sealBody() : null,
    }
  }

  /** What comes back within a moment is written down together. */
  function settleSoon(): void {
    settling ??= settleAll().finally(() => {
      settling = null
      if (results.length > 0) settleSoon()
    })
  }

  async function settleAll(): Promise<void> {
    if (frozenNow === null) await pause(SETTLE_TOGETHER_MS)
    while (results.length > 0) {
      const batch = results.slice(0, BATCH)
      try {
        await settleRecipients(sql, batch, now())
        results = results.slice(batch.length)
      } catch (error) {
        log.error({ err: error, channel: adapter.id }, 'what became of policy messages was not written down yet')
        await pause(FAULT_PAUSE_MS)
        if (isStopping && !isPassingFault(error)) return
      }
    }
  }

  async function nothingInHand(): Promise<void> {
    while (inHand.size > 0 || settling !== null || takings.size > 0) {
      await Promise.all(takings)
      await Promise.race([settling ?? Promise.race([...inHand.values()].map(({ done }) => done)), pause(20)])
    }
  }

  async function run(): Promise<void> {
    while (!isStopping) {
      let waitMs = FAULT_PAUSE_MS
      try {
        waitMs = (await round()).waitMs
      } catch (error) {
        log.warn({ err: error, channel: adapter.id }, 'policy messages wait')
      }
      if (waitMs > 0 && !isStopping) await waitOrWake(waitMs)
    }
  }

  function waitOrWake(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      // What came back makes room, which matters to a lane that was full; at a rate, tokens decide.
      wakeUp = () => {
        if (ms < LOOK_EVERY_MS) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  let running: Promise<void> | null = null
  return {
    ...name,
    start() {
      running ??= run()
    },
    inHand: () => [...inHand.values()].map(({ broadcastId, contactId }) => ({ broadcastId, contactId })),
    giveUpOnTheSlowest() {
      const before = performance.now() - PATIENCE_MS
      for (const { since, giveUp } of inHand.values()) if (since < before) giveUp()
    },
    async stop() {
      isStopping = true
      wakeUp()
      await Promise.race([Promise.all([running, nothingInHand()]), pause(STOP_PATIENCE_MS)])
    },
    /** Sends all that is due at `at`, for as long as anything is; returns how many attempts were made. */
    async sendDue(at: Date): Promise<number> {
      const before = attempts
      frozenNow = at
      for (;;) {
        const { waitMs, isIdle } = await round()
        await nothingInHand()
        if (isIdle) break
        await pause(Math.min(waitMs, LOOK_EVERY_MS))
      }
      frozenNow = null
      return attempts - before
    },
  }
}
