import { setTimeout as pause } from 'node:timers/promises'

const SLOW_MS = 10
/** Two sends lie no closer than so much of their share of a second. */
const CLOSEST = 0.95

/**
 * Lets sends leave one by one, each at its moment or later. Those who are late together do not leave together, since no
 * second may hold more than the account allows. They are no loss: they fill the gap when others are late.
 */
export function createPace(perSecond: number): (moment: number) => Promise<void> {
  const spacingMs = 1_000 / perSecond
  // Timers of a fast account are late by more than its sends lie apart.
  const isSlow = spacingMs > SLOW_MS
  let gate = Promise.resolve()
  let nextFree = 0
  let leftAt = Number.NEGATIVE_INFINITY

  return (moment) => {
    gate = gate.then(async () => {
      const at = Math.max(performance.now(), moment, nextFree, isSlow ? leftAt + spacingMs * CLOSEST : 0)
      nextFree = at + spacingMs
      const waitMs = at - performance.now()
      if (waitMs >= 1) await pause(waitMs)
      leftAt = performance.now()
    })
    return gate
  }
}
