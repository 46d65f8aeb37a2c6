/**
 * What one group of requests comes to: counts that add up, and minutes kept as how often each occurred, so that groups
 * can be put together and their median is still exact. Pure.
 */
export const COUNTS = [
  'requests',
  'settled',
  'helped',
  'refused',
  'withdrawn',
  'duplicates',
  'confirmed',
  'answered',
  'overdue',
  'late',
  'ratings',
  'ratingSum',
] as const
export type Count = (typeof COUNTS)[number]

export const TIMES = ['firstAnswer', 'resolution'] as const
export type Time = (typeof TIMES)[number]

export interface Cell {
  counts: Record<Count, number>
  /** Minutes → how many requests took them. */
  times: Record<Time, Map<number, number>>
}

export function emptyCell(): Cell {
  return {
    counts: Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>,
    times: { firstAnswer: new Map(), resolution: new Map() },
  }
}

/** Cells by key; a key that was not met yet is an empty cell. */
export function cellOf(cells: Map<string, Cell>, key: string): Cell {
  const known = cells.get(key)
  if (known !== undefined) return known
  const made = emptyCell()
  cells.set(key, made)
  return made
}

export function addMinutes(cell: Cell, time: Time, minutes: number, requests: number): void {
  const known = cell.times[time]
  known.set(minutes, (known.get(minutes) ?? 0) + requests)
}

/** The least value that at least this share of all do not exceed; null without any. */
export function quantile(minutes: ReadonlyMap<number, number>, share: number): number | null {
  const sorted = [...minutes].sort(([one], [other]) => one - other)
  const wanted = sorted.reduce((sum, [, requests]) => sum + requests, 0) * share
  let passed = 0
  for (const [value, requests] of sorted) {
    passed += requests
    if (passed >= wanted) return value
  }
  return null
}
