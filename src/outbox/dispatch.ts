/**
 * Sends what waits in the outbox. Every process has one dispatcher and they share the work; each adapter (channel and
 * account) has a lane of its own, so that one that is slow or held leaves the others alone. Within a lane many messages are
 * on their way at once, never two to the same contact, and each is written down as it comes back.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome } from '../messaging/channel.ts'
import { type Message, talkEntrySchema } from '../messaging/message.ts'
import { open, openJson, type Secrets } from '../secrets.ts'
import { LEASE_MS, type Outgoing, type Outlet } from './enqueue.ts'
import { type Claim, type ClaimedRow, claimNext, type Result, renewLeases, settleAndFollow } from './exchange.ts'
import { type Settlement, settle } from './retry-policy.ts'
import { createSharedRate } from './shared-rate.ts'

export interface DispatcherOptions {
  sql: Sql
  adapters: readonly ChannelAdapter[]
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  metrics?: { messages: { inc(labels: { channel: string; outcome: string }): void } }
}

export interface Dispatcher {
  start(): void
  /** Something was queued by this process. */
  wake(): void
  /** Takes what a transaction of this process queued for one contact, once it is committed. */
  takeOver(to: { channel: string; account: string; address: string }, outlet: Outlet): void
  /** Lets what is on its way come back and writes it down; takes nothing more. */
  stop(): Promise<void>
  /** Sends everything that is due at `now`, messages that follow included; returns how many attempts were made. */
  dispatchDue(now: Date): Promise<number>
}

const RENEW_EVERY_MS = 1_500
const LOOK_EVERY_MS = 500
const BATCH = 50
/** More would wait for a connection of their own to the channel. */
const IN_FLIGHT_MAX = 60
/** An adapter that never comes back must not hold its contact for ever. */
const PATIENCE_MS = 60_000
const FAULT_PAUSE_MS = 500
const STOP_PATIENCE_MS = 4_000

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { sql, log } = options
  const lanes = options.adapters.map((adapter) => createLane(adapter, options))
  const timers: NodeJS.Timeout[] = []
  const stopping = new AbortController()
  let listening: Promise<void> | undefined
  let unlisten: (() => Promise<void>) | undefined

  const wake = () => {
    for (const lane of lanes) lane.wake()
  }

  async function listen(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const subscription = await sql.listen('outbox', wake, wake)
        unlisten = () => subscription.unlisten()
        return
      } catch (error) {
        log.warn({ err: error }, 'not listening for messages yet, they are looked for')
        await pause(LOOK_EVERY_MS * 4, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  return {
    wake,
    takeOver({ channel, account, address }, { first, isWaiting }) {
      const lane = lanes.find((one) => one.channel === channel && one.account === account)
      if (first !== null) lane?.take(first, address)
      else if (isWaiting) lane?.wake()
    },
    start() {
      listening ??= listen()
      timers.push(
        setInterval(wake, LOOK_EVERY_MS),
        setInterval(() => {
          for (const lane of lanes) lane.giveUpOnTheSlowest()
          const ids = lanes.flatMap((lane) => lane.idsInFlight())
          if (ids.length === 0) return
          renewLeases(sql, ids, LEASE_MS).catch((error: unknown) =>
            log.warn({ err: error }, 'leases of messages on their way were not renewed'),
          )
        }, RENEW_EVERY_MS),
      )
      wake()
    },
    async stop() {
      stopping.abort()
      await Promise.all(lanes.map((lane) => lane.stop()))
      for (const timer of timers) clearInterval(timer)
      await listening
      await unlisten?.().catch(() => {})
    },
    async dispatchDue(now) {
      const counts = await Promise.all(lanes.map((lane) => lane.dispatchDue(now)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}

function createLane(adapter: ChannelAdapter, { sql, secrets, clock, log, metrics }: DispatcherOptions) {
  const name = { channel: adapter.id, account: adapter.account }
  const rate = createSharedRate(sql, name, adapter.capabilities.ratePerSecond)
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
        if (!(await claimWith((claim) => settleAndFollow(sql, sending, claim)))) {
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
  async function claimWith(claimRows: (claim: Claim) => ClaimedRow[] | Promise<ClaimedRow[]>): Promise<boolean> {
    let room = 0
    try {
      room = await fetchRoom(BATCH)
      const rows = await claimRows({ room, now: now(), leaseMs: LEASE_MS })
      rate.giveBack(room - rows.length)
      for (const row of rows) beginClaimed(row)
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

  function beginClaimed(row: ClaimedRow): void {
    if (row.state !== 'waiting') {
      log.warn({ outboxId: row.id, channel: adapter.id }, 'outcome of a bulk message is not known')
      return
    }
    begin(row, openRow(secrets, row))
  }

  function begin(row: Attempted, opened: Opened | null): void {
    attempts += 1
    const tooLate = Promise.withResolvers<DeliveryOutcome>()
    inFlight.set(row.id, {
      since: performance.now(),
      giveUp: () => tooLate.resolve({ kind: 'uncertain', reason: 'no outcome in time' }),
      done: attempt(row, opened, tooLate.promise).then((outcome) => {
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

  async function attempt(
    row: Attempted,
    opened: Opened | null,
    tooLate: Promise<DeliveryOutcome>,
  ): Promise<DeliveryOutcome> {
    if (opened === null) return { kind: 'refused', reason: 'bad-message' }
    try {
      const outcome = await Promise.race([
        adapter.deliver({
          id: row.id,
          contactId: row.contact_id,
          sendClass: row.send_class === 'bulk' ? 'bulk' : 'talk',
          partsSent: row.parts_sent,
          ...opened,
        }),
        tooLate,
      ])
      if (outcome.kind === 'refused' && (outcome.reason === 'blocked' || outcome.reason === 'bad-address')) {
        await sql`update contacts set unreachable_at = ${now()} where id = ${row.contact_id}`
      }
      return outcome
    } catch (error) {
      log.error({ err: error, outboxId: row.id, channel: adapter.id }, 'an attempt broke off')
      return { kind: 'uncertain', reason: 'broke off' }
    }
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
    take({ id, contactId, messageId, message, createdAt }: Outgoing, address: string): void {
      const row = {
        id,
        contact_id: contactId,
        message_id: messageId,
        send_class: 'talk',
        attempts: 1,
        created_at: createdAt,
        parts_sent: 0,
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

type Attempted = Pick<
  ClaimedRow,
  'id' | 'contact_id' | 'message_id' | 'send_class' | 'attempts' | 'created_at' | 'parts_sent'
>

interface Opened {
  address: string
  message: Message
}

/** Null when the person was erased meanwhile, or when it cannot be read: it will never be. */
function openRow(secrets: Secrets, row: ClaimedRow): Opened | null {
  if (row.sealed_key === null || row.sealed_address === null || row.sealed_body === null) return null
  try {
    const key = secrets.openPersonKey(row.sealed_key)
    const { text, actions, attachmentIds, asks } = talkEntrySchema.parse(openJson(key, row.sealed_body))
    const address = open(key, row.sealed_address).toString()
    return { address, message: { text, actions, attachmentId: attachmentIds[0] ?? null, asks } }
  } catch {
    return null
  }
}
