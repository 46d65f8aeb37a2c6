import { type Opening, standingOn, type Wish } from './opening.ts'

type Fit = Pick<
  Opening,
  'id' | 'kind' | 'trade' | 'title' | 'area' | 'communeCode' | 'applyBy' | 'seats' | 'seatsTaken' | 'withdrawnAt'
>

/** Steps from the person's home outwards; the farthest is taken only by who says so. */
const REACH = ['commune', 'around', 'province', 'elsewhere', 'abroad'] as const

/**
 * Openings that fit the wish on the day: still to be had, within reach, of the wanted trade or asking for none. The
 * nearest come first, then those of the very trade, then those that end soonest. The same list always has the same order.
 */
export function fitting<Listed extends Fit>(openings: readonly Listed[], wish: Wish, day: string): Listed[] {
  return openings
    .filter((one) => wish.kinds.includes(one.kind) && standingOn(one, day) === 'open')
    .filter((one) => isWithinReach(one, wish) && tradeRank(one, wish) !== null)
    .map((one) => ({ one, ranks: [distance(one, wish), tradeRank(one, wish) ?? 0] }))
    .toSorted((a, b) => compare(a.ranks, b.ranks) || order(a.one.applyBy, b.one.applyBy) || order(a.one.id, b.one.id))
    .map(({ one }) => one)
}

/** Places on `REACH`. What is offered anywhere in the province is as near as any commune of it that is not next door. */
function distance({ area, communeCode }: Fit, { commune, around }: Wish): number {
  if (area === 'elsewhere' || area === 'abroad') return REACH.indexOf(area)
  if (area === 'province' || communeCode === null) return REACH.indexOf('province')
  if (communeCode === commune) return REACH.indexOf('commune')
  return REACH.indexOf(around.includes(communeCode) ? 'around' : 'province')
}

function isWithinReach(opening: Fit, wish: Wish): boolean {
  if (wish.onlyAbroad) return opening.area === 'abroad'
  // Of somebody whose home is not known every place of the province may be near.
  const reach = wish.commune === null && REACH.indexOf(wish.reach) < 2 ? 'province' : wish.reach
  return distance(opening, wish) <= REACH.indexOf(reach)
}

/** 0: the very trade; 1: no trade is asked for, or none was named; null: another trade. */
function tradeRank(opening: Fit, { trades, words }: Wish): number | null {
  if (trades.length === 0 && words.length === 0) return 1
  if (opening.trade !== 'other' && trades.includes(opening.trade)) return 0
  const title = ` ${foldWords(opening.title)} `
  if (words.some((word) => title.includes(` ${word} `))) return 0
  return opening.trade === 'any' ? 1 : null
}

/** Lower-case words without marks: `Thợ  Mộc` → `tho moc`. */
export function foldWords(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function compare(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((value, at) => value !== other[at])
  return place < 0 ? 0 : (one[place] ?? 0) - (other[place] ?? 0)
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Actions that fit under one message on every channel. */
const MOST_SHOWN = 5

/** One page of a list: five openings, or four and a way to the next ones. */
export function pageOf<One>(all: readonly One[], page: number): { shown: One[]; from: number; hasMore: boolean } {
  if (all.length <= MOST_SHOWN) return { shown: page === 0 ? [...all] : [], from: 0, hasMore: false }
  const size = MOST_SHOWN - 1
  const from = page * size
  const rest = all.length - from
  return rest <= MOST_SHOWN
    ? { shown: all.slice(from), from, hasMore: false }
    : { shown: all.slice(from, from + size), from, hasMore: true }
}
