import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome } from '../messaging/channel.ts'
import { type Message, talkEntrySchema } from '../messaging/message.ts'
import { open, openJson, type Secrets } from '../secrets.ts'
import { type Claimed, claim, keepLeases, markUncertain } from './claim.ts'
import { settle } from './settle.ts'

export interface DispatcherServices {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Logger
  adapters: readonly ChannelAdapter[]
  onOutcome?(channel: string, outcome: DeliveryOutcome['kind']): void
}

export interface Dispatcher {
  /** Listens for new messages and sends them, until `stop`. */
  start(): Promise<void>
  /** Resolves when the calls in hand are recorded. */
  stop(): Promise<void>
  /** Sends everything that is due now; for tests. Returns how many attempts were made. */
  dispatchDue(): Promise<number>
}

const BATCH = 50
const POLL_MS = 500
/** A call may take longer than a lease: while it is in hand the lease is kept up. */
const KEEP_UP_MS = 2_000

/** Sends what waits in the outbox: in order for each contact, contacts side by side, within each channel's rate. */
export function createDispatcher({ sql, secrets, clock, log, adapters, onOutcome }: DispatcherServices): Dispatcher {
  const lanes = adapters.map((adapter) => createLane(adapter))
  let timer: NodeJS.Timeout | undefined
  let keeper: NodeJS.Timeout | undefined
  let listening: { unlisten(): Promise<void> } | undefined
  let isStopping = false

  function createLane(adapter: ChannelAdapter) {
    const bucket = createBucket(adapter.capabilities.ratePerSecond)
    const inHand = new Set<Promise<void>>()
    const ids = new Set<number>()
    let holdUntil = 0
    let isClaiming = false
    let claimAgain = false
    let attempts = 0

    const deliver = async (row: Claimed): Promise<void> => {
      for (let next: Claimed | undefined = row; next; ) {
        ids.add(next.id)
        await bucket.take()
        const outcome = await attempt(adapter, next)
        ids.delete(next.id)
        attempts++
        onOutcome?.(adapter.id, outcome.kind)
        if (outcome.kind === 'hold') holdUntil = Math.max(holdUntil, outcome.until.getTime())
        await settle(sql, next, outcome, clock.now())
        if (outcome.kind !== 'delivered' && outcome.kind !== 'refused') return
        // The messages of one step leave together.
        const following: Claimed[] =
          isStopping || holdUntil > clock.now().getTime()
            ? []
            : await claim(sql, adapter.id, adapter.account, clock.now(), 1, next.contact_id)
        next = following[0]
      }
    }

    const track = (row: Claimed) => {
      const work: Promise<void> = deliver(row)
        .catch((error: unknown) =>
          log.error({ err: error, outboxId: row.id }, 'what came of a message could not be recorded'),
        )
        .finally(() => {
          inHand.delete(work)
          void claimDue()
        })
      inHand.add(work)
    }

    /** Claims as much as may be in hand at once; a message that hangs takes one place, not all. */
    const claimDue = async (): Promise<void> => {
      if (isClaiming) {
        claimAgain = true
        return
      }
      isClaiming = true
      try {
        do {
          claimAgain = false
          const free = BATCH - inHand.size
          if (isStopping || free <= 0 || holdUntil > clock.now().getTime()) break
          const rows = await claim(sql, adapter.id, adapter.account, clock.now(), free)
          for (const row of rows) track(row)
        } while (claimAgain)
      } catch (error) {
        log.error({ err: error }, 'the outbox cannot be read')
      } finally {
        isClaiming = false
      }
    }

    return {
      claimDue,
      ids,
      drain: async () => {
        while (inHand.size > 0) await Promise.all(inHand)
      },
      attempts: () => attempts,
    }
  }

  async function attempt(adapter: ChannelAdapter, row: Claimed): Promise<DeliveryOutcome> {
    if (row.sealed_key === null) return { kind: 'refused', reason: 'bad-address' }
    try {
      const key = secrets.openPersonKey(row.sealed_key)
      const entry = talkEntrySchema.parse(openJson(key, row.sealed_body))
      const message: Message = {
        text: entry.text,
        actions: entry.actions,
        attachmentId: entry.attachmentIds[0] ?? null,
      }
      return await adapter.deliver({
        id: row.id,
        contactId: row.contact_id,
        address: open(key, row.sealed_address).toString(),
        message,
      })
    } catch (error) {
      log.error({ err: error, outboxId: row.id, channel: adapter.id }, 'an adapter threw; the outcome is not known')
      return { kind: 'uncertain', reason: 'adapter-threw' }
    }
  }

  const poll = (): void => {
    if (isStopping) return
    timer = setTimeout(() => {
      markUncertain(sql, clock.now())
        .catch((error: unknown) => log.error({ err: error }, 'the outbox cannot be read'))
        .then(() => Promise.all(lanes.map((lane) => lane.claimDue())))
        .finally(poll)
    }, POLL_MS)
    timer.unref()
  }

  return {
    start: async () => {
      poll()
      keeper = setInterval(() => {
        const ids = lanes.flatMap((lane) => [...lane.ids])
        keepLeases(sql, ids, clock.now()).catch((error: unknown) =>
          log.error({ err: error }, 'leases cannot be kept up'),
        )
      }, KEEP_UP_MS)
      keeper.unref()
      listening = await sql.listen('outbox', () => {
        for (const lane of lanes) void lane.claimDue()
      })
    },
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await listening?.unlisten()
      await Promise.all(lanes.map((lane) => lane.drain()))
      clearInterval(keeper)
    },
    dispatchDue: async () => {
      const made = () => lanes.reduce((sum, lane) => sum + lane.attempts(), 0)
      const before = made()
      let last = -1
      while (last !== made()) {
        last = made()
        await markUncertain(sql, clock.now())
        await Promise.all(lanes.map((lane) => lane.claimDue()))
        await Promise.all(lanes.map((lane) => lane.drain()))
      }
      return made() - before
    },
  }
}

/** A bucket that lets one second's worth through at once and then keeps to the rate. */
function createBucket(perSecond: number): { take(): Promise<void> } {
  let tokens = perSecond
  let filledAt = performance.now()
  return {
    async take() {
      for (;;) {
        const now = performance.now()
        tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1_000) * perSecond)
        filledAt = now
        if (tokens >= 1) {
          tokens -= 1
          return
        }
        const missingMs = ((1 - tokens) / perSecond) * 1_000
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(missingMs)))
      }
    },
  }
}
