/**
 * Sends what waits in the outbox. Every process has one dispatcher and they share the work; each adapter (channel and
 * account) has a lane of its own, so that one that is slow or held leaves the others alone. Within a lane many messages are
 * on their way at once, never two to the same contact, and each is written down as it comes back.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { ChannelAdapter } from '../messaging/channel.ts'
import { LEASE_MS, type Outlet } from './enqueue.ts'
import { renewLeases } from './exchange.ts'
import { createLane, type LaneServices } from './lane.ts'

export interface DispatcherOptions extends LaneServices {
  adapters: readonly ChannelAdapter[]
}

export interface Dispatcher {
  start(): void
  /** Something was queued by this process. */
  wake(): void
  /** Takes what a transaction of this process queued for one contact, once it is committed. */
  takeOver(to: { channel: string; account: string; address: string }, outlet: Outlet): void
  /** Until when an account has to wait, as it said to this process; null: it need not. */
  heldUntil(lane: { channel: string; account: string }): Date | null
  /** The account told somebody of this process, other than us, to wait. */
  hold(lane: { channel: string; account: string }, until: Date): void
  /** Lets what is on its way come back and writes it down; takes nothing more. */
  stop(): Promise<void>
  /** Sends everything that is due at `now`, messages that follow included; returns how many attempts were made. */
  dispatchDue(now: Date): Promise<number>
}

const RENEW_EVERY_MS = 1_500
const LOOK_EVERY_MS = 500

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

  const laneOf = ({ channel, account }: { channel: string; account: string }) =>
    lanes.find((one) => one.channel === channel && one.account === account)

  return {
    wake,
    heldUntil: (which) => laneOf(which)?.heldUntil() ?? null,
    hold: (which, until) => laneOf(which)?.hold(until),
    takeOver({ channel, account, address }, { first, isWaiting }) {
      const lane = laneOf({ channel, account })
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
