/** How fast messages may follow each other to one contact. Pure. */
export interface Pace {
  /** So many at once, */
  burst: number
  /** and then so many a second. */
  perSecond: number
}

/** How far back it is looked at: whoever was written to at the full pace for longer may get a little more. */
export const PACE_SECONDS = 30

/**
 * From when on the next one may leave, in milliseconds; 0 when nothing speaks against it. `left`: when earlier ones did,
 * in any order. Told by what left alone, so that every process comes to the same answer.
 */
export function mayLeaveFrom({ burst, perSecond }: Pace, left: readonly number[]): number {
  if (perSecond === Number.POSITIVE_INFINITY) return 0
  const newestFirst = left.toSorted((one, other) => other - one)
  return newestFirst
    .slice(burst - 1)
    .reduce((from, at, place) => Math.max(from, at + ((place + 1) * 1_000) / perSecond), 0)
}
