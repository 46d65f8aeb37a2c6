import { setTimeout as pause } from 'node:timers/promises'
import type { FakeZalo, ZaloEventBody } from '../../test/fakes/zalo.ts'
import type { CallLog } from './call-log.ts'

/** Zalo tries again after 30 seconds to an hour; nobody at the page waits for that. */
const RETRY_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 8_000]
const REPEATS = 3
const STALE_MS = 2 * 24 * 3_600_000

/** How events get to the product: repeated, held back and turned round when somebody wants that. */
export interface ZaloWebhook {
  isRepeating: boolean
  isHolding: boolean
  deliver(event: ZaloEventBody): Promise<void>
  /** Delivers what was held, the newest first. */
  release(): Promise<void>
  /** A call that Zalo would never make. */
  forge(how: 'signature' | 'unsigned' | 'stale'): Promise<void>
  stop(): void
}

export function createZaloWebhook(options: {
  fake: FakeZalo
  /** Where the product takes events. */
  url: () => string
  /** Where the product sees the fake: files of people are fetched from there. */
  seenAt: () => string
  log: CallLog
}): ZaloWebhook {
  const { fake, url, log } = options
  const stopping = new AbortController()
  let held: ZaloEventBody[] = []

  async function post(event: ZaloEventBody, signature?: string | null): Promise<boolean> {
    const body = JSON.stringify(event).replaceAll(fake.root, options.seenAt())
    const what = `${event.event_name} → webhook`
    const note = (outcome: string, isGood: boolean) =>
      log.add({ channel: 'zalo', direction: 'in', what, outcome, isGood })
    try {
      const mac = signature === undefined ? fake.sign(body, event.timestamp) : signature
      const { status } = await fake.callWebhook(url(), body, mac)
      note(String(status), status === 200)
      return status < 500
    } catch {
      note('no answer', false)
      return false
    }
  }

  async function postUntilTaken(event: ZaloEventBody): Promise<void> {
    if (await post(event)) return
    for (const ms of RETRY_PAUSES_MS) {
      await pause(ms, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted || (await post(event))) return
    }
  }

  const webhook: ZaloWebhook = {
    isRepeating: false,
    isHolding: false,
    async deliver(event) {
      if (webhook.isHolding) {
        held.push(event)
        log.add({ channel: 'zalo', direction: 'in', what: event.event_name, outcome: 'held back', isGood: true })
        return
      }
      const times = webhook.isRepeating ? REPEATS : 1
      await Promise.all(Array.from({ length: times }, () => postUntilTaken(event)))
    },
    async release() {
      webhook.isHolding = false
      const events = held.reverse()
      held = []
      for (const event of events) await webhook.deliver(event)
    },
    async forge(how) {
      const event = fake.event('user_send_text', {
        sender: { id: 'nobody' },
        recipient: { id: fake.settings.officialAccountId },
        message: { msg_id: `forged-${Date.now()}`, text: 'menu' },
      })
      if (how === 'stale') await post({ ...event, timestamp: String(Number(event.timestamp) - STALE_MS) })
      else await post(event, how === 'signature' ? `mac=${'0'.repeat(64)}` : null)
    },
    stop: () => stopping.abort(),
  }
  return webhook
}
