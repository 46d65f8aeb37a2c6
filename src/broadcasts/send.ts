/**
 * Sends policy messages. Every process does, through the same accounts and at one rate; what one of them has in hand when
 * it dies becomes uncertain, the rest is taken on by the others.
 */
import type { ChannelAdapter } from '../messaging/channel.ts'
import { rememberFor } from '../remember.ts'
import { type ActiveBroadcast, readActive } from './active.ts'
import { RECIPIENT_LEASE_MS, renewRecipients } from './claim.ts'
import { createSendLane, type SendServices } from './send-lane.ts'

export interface SenderOptions extends Omit<SendServices, 'active'> {
  adapters: readonly ChannelAdapter[]
}

export interface BroadcastSender {
  start(): void
  /** Lets what is on its way come back and writes it down; takes nothing more. */
  stop(): Promise<void>
  /** Sends everything that is due at `now`; returns how many attempts were made. */
  sendDue(now: Date): Promise<number>
}

const RENEW_EVERY_MS = 1_500
/** Whether a message may still be sent is asked anew by whoever takes people from its line. */
const ACTIVE_FOR_MS = 300

export function createBroadcastSender(options: SenderOptions): BroadcastSender {
  const { sql, log } = options
  const active = rememberFor((): Promise<ActiveBroadcast[]> => readActive(sql, options.clock.now()), ACTIVE_FOR_MS)
  const lanes = options.adapters.map((adapter) => createSendLane(adapter, { ...options, active }))
  let timer: NodeJS.Timeout | undefined

  return {
    start() {
      for (const lane of lanes) lane.start()
      timer = setInterval(() => {
        for (const lane of lanes) lane.giveUpOnTheSlowest()
        const inHand = lanes.flatMap((lane) => lane.inHand())
        renewRecipients(sql, inHand, RECIPIENT_LEASE_MS).catch((error: unknown) =>
          log.warn({ err: error }, 'leases of policy messages on their way were not renewed'),
        )
      }, RENEW_EVERY_MS)
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()))
      clearInterval(timer)
    },
    async sendDue(now) {
      const due = options.adapters.map((adapter) => {
        const fresh = () => readActive(sql, now)
        return createSendLane(adapter, { ...options, active: fresh }).sendDue(now)
      })
      return (await Promise.all(due)).reduce((sum, count) => sum + count, 0)
    },
  }
}
