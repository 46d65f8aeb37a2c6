import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome } from '../messaging/channel.ts'
import type { Secrets } from '../secrets.ts'
import { type Attempted, attempt, type Opened, openRow } from './attempt.ts'
import { LEASE_MS, type Outgoing } from './enqueue.ts'
import { type Claim, type ClaimedRow, claimNext, type Result, settleAndFollow } from './exchange.ts'
import { mayLeaveFrom } from './pace.ts'
import { type Settlement, settle } from './retry-policy.ts'
import { createSharedRate } from './shared-rate.ts'

export interface LaneServices {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  metrics?: { messages: { inc(labels: { channel: string; outcome: string }): void } }
}

const BATCH = 50
/** More would wait for a connection of their own to the channel. */
const IN_FLIGHT_MAX = 60
/** An adapter that never comes back must not hold its contact for ever. */
const PATIENCE_MS = 60_000
const FAULT_PAUSE_MS = 500
const STOP_PATIENCE_MS = 4_000

/** What one adapter sends. Many messages are on their way at once, never two to the same contact. */
export function createLane(adapter: ChannelAdapter, { sql, secrets, clock, log, metrics }: LaneServices) {
  const name = { channel: adapter.id, account: adapter.account }
  const rate = createSharedRate(sql, name, adapter.capabilities.ratePerSecond)
  const { burstPerContact, perSecondPerContact } = adapter.capabilities
  const isPaced = perSecondPerContact !== Number.POSITIVE_INFINITY
  const pace = { burst: burstPerContact, perSecond: perSecondPerContact }
  const inFlight = new Map<number, { since: number; giveUp(): void; done: Promise<void> }>()
  let results: Result[] = []
  /** Claimed, and waiting for leave to go. */
  let atTheDoor = 0
  let isWanted = false
  /** More waits than there was room for. */
  let isBacklogged = false
  let isStopping = false
  let heldUntil: Date | null = null
  let round: Promise<void> | undefined
  let rateTimer: NodeJS.Timeout | undefined
  let frozenNow: Date | null = null
  let attempts = 0
  const now = () => frozenNow ?? clock.now()

  /** Something may wait to be claimed. */
  function wake(): void {
    isWanted = true
    go()
  }

  function go(): void {
    if (round !== undefined) return
    round = exchangeAll().finally(() => {
      round = undefined
      if ((isWanted || results.length > 0) && !isStopping) go()
    })
  }

  async function exchangeAll(): Promise<void> {
    while (isWanted || results.length > 0) {
      if (results.length > 0) {
        const sending = results
        results = []
        if (!(await claimWith((claim) => settleAndFollow(sql, sending, claim), sending))) {
          results = [...sending, ...results]
          await pause(FAULT_PAUSE_MS)
          if (isStopping) return
        } else if (isBacklogged) isWanted = true
      }
      if (isWanted && results.length === 0) {
        isWanted = false
        const isDone = await claimWith((claim) => {
          isBacklogged = claim.room === 0
          return claim.room === 0 ? [] : claimNext(sql, name, claim)
        })
        if (!isDone) {
          isWanted = true
          await pause(FAULT_PAUSE_MS)
          if (isStopping) return
        }
      }
    }
  }

  /** False when the database did not do it. */
  async function claimWith(
    claimRows: (claim: Claim) => ClaimedRow[] | Promise<ClaimedRow[]>,
    settled: readonly Result[] = [],
  ): Promise<boolean> {
    let room = 0
    try {
      room = await fetchRoom(BATCH)
      const at = now()
      const rows = await claimRows({ room, now: at, leaseMs: LEASE_MS, isPaced })
      rate.giveBack(room - rows.length)
      const justLeft = new Set(settled.flatMap(({ row, state }) => (state === 'delivered' ? row.contact_id : [])))
      for (const row of rows) {
        const leftAt = row.left_at ?? []
        beginClaimed(row, justLeft.has(row.contact_id) ? [at.getTime(), ...leftAt] : leftAt)
      }
      // More may wait than could be taken.
      if (rows.length === room) isBacklogged = true
      if (isBacklogged && room > 0) isWanted = true
      else if (isBacklogged) wakeWhenAllowed()
      return true
    } catch (error) {
      rate.giveBack(room)
      const line = { err: error, channel: adapter.id }
      if (isPassingFault(error)) log.warn(line, 'the database is away, messages wait')
      else log.error(line, 'messages could not be claimed or settled')
      return false
    }
  }

  /** How many of `wanted` may leave now, by what this process has in hand. */
  function places(wanted: number): number {
    if (isStopping || (heldUntil !== null && heldUntil > now())) return 0
    heldUntil = null
    return Math.max(0, Math.min(wanted, IN_FLIGHT_MAX - inFlight.size))
  }

  /** How many of them the account allows as well. */
  async function fetchRoom(wanted: number): Promise<number> {
    if (places(wanted) === 0) return 0
    const allowed = await rate.acquire(places(wanted))
    const room = places(allowed)
    rate.giveBack(allowed - room)
    return room
  }

  /** A lane without free places is woken by what comes back; a held one by the regular look. */
  function wakeWhenAllowed(): void {
    if (isStopping || rateTimer !== undefined || heldUntil !== null || inFlight.size >= IN_FLIGHT_MAX) return
    rateTimer = setTimeout(() => {
      rateTimer = undefined
      wake()
    }, rate.waitMs())
  }

  function beginClaimed(row: ClaimedRow, leftAt: readonly number[]): void {
    if (row.state !== 'waiting') {
      log.warn({ outboxId: row.id, channel: adapter.id }, 'outcome of a bulk message is not known')
      return
    }
    if (isTooSoon(row, leftAt)) rate.giveBack(1)
    else begin(row, openRow(secrets, row))
  }

  /** One who writes much is answered more slowly, and holds up nobody else. True: given back until its time comes. */
  function isTooSoon(row: Attempted, leftAt: readonly number[]): boolean {
    const from = mayLeaveFrom(pace, leftAt)
    if (from <= now().getTime()) return false
    results.push({ row, ...GIVEN_BACK, notBefore: new Date(from) })
    return true
  }

  function begin(row: Attempted, opened: Opened | null): void {
    attempts += 1
    const tooLate = Promise.withResolvers<DeliveryOutcome>()
    inFlight.set(row.id, {
      since: performance.now(),
      giveUp: () => tooLate.resolve({ kind: 'uncertain', reason: 'no outcome in time' }),
      done: attempt({ adapter, sql, log, now }, row, opened, tooLate.promise).then((outcome) => {
        metrics?.messages.inc({ channel: adapter.id, outcome: outcome.kind })
        if (outcome.kind === 'delivered') rate.owe((outcome.sends ?? 1) - 1)
        if (outcome.kind === 'hold') {
          heldUntil = outcome.until
          log.warn({ channel: adapter.id, until: outcome.until, reason: outcome.reason }, 'the channel asks us to wait')
        } else if (outcome.kind !== 'delivered') {
          const { kind, reason } = outcome
          log.warn(
            { outboxId: row.id, channel: adapter.id, outcome: kind, reason, attempts: row.attempts },
            'not delivered',
          )
        }
        const attempted = { sendClass: row.send_class, attempts: row.attempts, createdAt: row.created_at }
        results.push({ row, ...settle(outcome, attempted, now()) })
        inFlight.delete(row.id)
        go()
      }),
    })
  }

  const nothingInHand = async () => {
    while (round !== undefined || inFlight.size > 0 || results.length > 0 || atTheDoor > 0) {
      await Promise.race([round ?? Promise.race([...inFlight.values()].map(({ done }) => done)), pause(20)])
    }
  }

  return {
    ...name,
    wake,
    /** Sends what is claimed already, or gives it back when it may not leave now. */
    take({ id, contactId, messageId, message, createdAt, leftAt }: Outgoing, address: string): void {
      const row = {
        id,
        contact_id: contactId,
        message_id: messageId,
        send_class: 'talk',
        attempts: 1,
        created_at: createdAt,
        parts_sent: 0,
      }
      if (isTooSoon(row, leftAt)) {
        go()
        return
      }
      const claimedAt = performance.now()
      atTheDoor += 1
      void fetchRoom(1)
        .catch(() => 0)
        .then((room) => {
          atTheDoor -= 1
          // Others may have it by then.
          const isStillOurs = performance.now() - claimedAt < LEASE_MS / 2
          if (room === 1 && isStillOurs) return begin(row, { address, message })
          rate.giveBack(room)
          results.push({ row, ...GIVEN_BACK })
          isBacklogged = true
          go()
        })
    },
    idsInFlight: () => [...inFlight.keys()],
    /** Null: it may send. */
    heldUntil: () => heldUntil,
    /** Somebody else was told that the account has to wait. */
    hold(until: Date) {
      if (heldUntil === null || heldUntil < until) heldUntil = until
    },
    giveUpOnTheSlowest() {
      const before = performance.now() - PATIENCE_MS
      for (const { since, giveUp } of inFlight.values()) if (since < before) giveUp()
    },
    async stop() {
      isStopping = true
      clearTimeout(rateTimer)
      await Promise.race([nothingInHand(), pause(STOP_PATIENCE_MS)])
    },
    async dispatchDue(at: Date): Promise<number> {
      const before = attempts
      frozenNow = at
      for (;;) {
        const soFar = attempts
        wake()
        await nothingInHand()
        if (attempts === soFar && rateTimer === undefined) break
        if (rateTimer !== undefined) await pause(rate.waitMs() + 1)
      }
      frozenNow = null
      return attempts - before
    },
  }
}

const GIVEN_BACK: Settlement = {
  state: 'waiting',
  notBefore: null,
  failure: null,
  externalId: null,
  counts: false,
  isUnsent: true,
  partsSent: null,
}
