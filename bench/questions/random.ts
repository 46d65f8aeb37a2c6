/** Chance that comes out alike on every machine and every day. */
export interface Random {
  /** From 0, never 1. */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  isTrue(share: number): boolean
  /** One of the values; `weights` make some likelier. */
  pick<T>(values: readonly T[], weights?: readonly number[]): T
}

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    isTrue: (share) => next() < share,
    pick(values, weights = values.map(() => 1)) {
      let rest = next() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => {
        rest -= weight
        return rest < 0
      })
      const chosen = values[index === -1 ? values.length - 1 : index]
      if (chosen === undefined) throw new RangeError('nothing to pick from')
      return chosen
    },
  }
}

/** The same number for the same words: an answer must not depend on when it is asked. */
export function hashOf(words: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ words.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
