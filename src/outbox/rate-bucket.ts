/** Keeps one process to a rate: sends are spread evenly, so that no window of a second holds more than the rate. */
export interface RateBucket {
  /** How many may leave at once, at most `wanted`. */
  take(wanted: number): number
  /** For what was taken and not used. */
  giveBack(count: number): void
  /** Until one may leave; 0 when one may. */
  waitMs(): number
}

/** Share of a second's sends that may leave at once. */
const BURST_SHARE = 0.05

export function createRateBucket(perSecond: number, clockMs: () => number = () => performance.now()): RateBucket {
  const capacity = Math.max(1, perSecond * BURST_SHARE)
  let tokens = capacity
  let filledAt = clockMs()

  function fill(): void {
    const now = clockMs()
    tokens = Math.min(capacity, tokens + ((now - filledAt) / 1_000) * perSecond)
    filledAt = now
  }

  return {
    take(wanted) {
      fill()
      const taken = Math.max(0, Math.min(wanted, Math.floor(tokens)))
      tokens -= taken
      return taken
    },
    giveBack(count) {
      tokens = Math.min(capacity, tokens + count)
    },
    waitMs() {
      fill()
      return tokens >= 1 ? 0 : ((1 - tokens) / perSecond) * 1_000
    },
  }
}
