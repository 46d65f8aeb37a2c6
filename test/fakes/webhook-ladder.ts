/**
 * Hands events to a webhook as the channels do: again and again with growing pauses until somebody answers 200, then
 * given up. It remembers of each when it was first tried and when it was taken, which is all that a channel ever knows.
 */
import { setTimeout as pause } from 'node:timers/promises'

export interface WebhookDelivery<Event> {
  readonly event: Event
  attempts: number
  /** By `performance.now()`; null while it was not tried yet. */
  firstTriedAt: number | null
  /** Null while nobody answered 200. */
  acceptedAt: number | null
  state: 'waiting' | 'accepted' | 'given-up'
}

/** A channel promises neither order nor once. */
export interface Disorder {
  /** Share of the events that come again although they were taken. */
  repeatShare: number
  /** Each call waits for up to this long before it is made, so that others overtake it. */
  delayMs: number
}

export interface LadderOptions<Event> {
  /** Between one attempt and the next. */
  pausesMs: readonly number[]
  /** So many times faster than in earnest. */
  speed: number
  /** An answer that comes later counts as none. */
  patienceMs: number
  /** `retries`: how often it was tried before. Null: there is nobody to call. */
  call(event: Event, retries: number, signal: AbortSignal): Promise<Response> | null
  /** Events of one lane wait for each other; null: nothing is waited for. */
  laneOf?(event: Event): string | null
  /** Something was tried, taken or given up. */
  onChange?(): void
  random?(): number
}

export interface Ladder<Event> {
  readonly deliveries: readonly WebhookDelivery<Event>[]
  disorder: Disorder | null
  hand(event: Event): void
  /** Ends all waiting; what is on its way is left alone. */
  close(): void
}

export function createLadder<Event>(options: LadderOptions<Event>): Ladder<Event> {
  const { pausesMs, speed, patienceMs, call, laneOf = () => null, onChange = () => {}, random = Math.random } = options
  const deliveries: WebhookDelivery<Event>[] = []
  const lanes = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const rest = (ms: number) => pause(ms, undefined, { signal: closing.signal })

  const ladder: Ladder<Event> = {
    deliveries,
    disorder: null,
    hand(event) {
      const delivery: WebhookDelivery<Event> = {
        event,
        attempts: 0,
        firstTriedAt: null,
        acceptedAt: null,
        state: 'waiting',
      }
      deliveries.push(delivery)
      const lane = laneOf(event)
      const before = lane === null ? undefined : lanes.get(lane)
      const done = Promise.resolve(before)
        .then(() => climb(delivery))
        .catch(() => {})
      if (lane !== null) lanes.set(lane, done)
    },
    close: () => closing.abort(),
  }

  async function climb(delivery: WebhookDelivery<Event>): Promise<void> {
    for (const pauseMs of [...pausesMs, null]) {
      if (await attempt(delivery)) {
        delivery.acceptedAt = performance.now()
        delivery.state = 'accepted'
        onChange()
        if (ladder.disorder !== null && random() < ladder.disorder.repeatShare) await attempt(delivery)
        return
      }
      if (pauseMs !== null) await rest(pauseMs / speed)
    }
    delivery.state = 'given-up'
    onChange()
  }

  async function attempt(delivery: WebhookDelivery<Event>): Promise<boolean> {
    if (ladder.disorder !== null) await rest(random() * ladder.disorder.delayMs)
    delivery.firstTriedAt ??= performance.now()
    const retries = delivery.attempts++
    try {
      const answer = await call(delivery.event, retries, AbortSignal.timeout(patienceMs))
      await answer?.body?.cancel()
      return answer?.status === 200
    } catch {
      return false
    } finally {
      onChange()
    }
  }

  return ladder
}
