import { z } from 'zod'

/*
 * Vacancies and courses that units list, so that whoever asks for work or training is shown what there is. Pure rules;
 * nothing here knows a database or a clock.
 */

export const KINDS = ['vacancy', 'course'] as const
export type OpeningKind = (typeof KINDS)[number]

/** Trades as a request for training names them; `any`: work that asks for no trade. */
export const TRADES = [
  'sewing',
  'cooking',
  'farming',
  'repair',
  'beauty',
  'computer',
  'care',
  'building',
  'driving',
  'any',
  'other',
] as const
export type Trade = (typeof TRADES)[number]

/** `province`: anywhere in this province; `elsewhere`: another province. */
export const AREAS = ['commune', 'province', 'elsewhere', 'abroad'] as const
export type Area = (typeof AREAS)[number]

/** Đồng for each of these. */
export const PAY_UNITS = ['month', 'day', 'hour', 'piece', 'course'] as const
export type PayUnit = (typeof PAY_UNITS)[number]

export const STANDINGS = ['open', 'filled', 'lapsed', 'withdrawn'] as const
export type OpeningStanding = (typeof STANDINGS)[number]

/** What a unit says of one vacancy or course. */
export interface OpeningFacts {
  kind: OpeningKind
  /** The lister's own number; the same number again means the same opening. */
  ownNumber: string
  title: string
  trade: Trade
  /** Employer or school. */
  offeredBy: string
  area: Area
  /** Code of a commune of today; only where `area` is `commune`. */
  communeCode: string | null
  /** Pay or support in words. */
  payWords: string | null
  payFrom: number | null
  payTo: number | null
  payUnit: PayUnit | null
  seats: number
  requirements: string | null
  /** `YYYY-MM-DD`. */
  startsOn: string | null
  /** The last day on which one may apply. */
  applyBy: string
  contact: string
}

export interface Opening extends OpeningFacts {
  id: string
  unitId: string
  seatsTaken: number
  withdrawnAt: Date | null
  updatedAt: Date
}

export function standingOn(
  opening: Pick<Opening, 'withdrawnAt' | 'applyBy' | 'seats' | 'seatsTaken'>,
  day: string,
): OpeningStanding {
  if (opening.withdrawnAt !== null) return 'withdrawn'
  if (opening.seatsTaken >= opening.seats) return 'filled'
  return opening.applyBy < day ? 'lapsed' : 'open'
}

/** What a person looks for; kept sealed, since own words may tell much. */
export const wishSchema = z.object({
  kinds: z.array(z.enum(KINDS)),
  /** Trades they know or want to learn; none: whatever there is. */
  trades: z.array(z.enum(TRADES)),
  /** Folded words for a trade that has no name here. */
  words: z.array(z.string()),
  commune: z.string().nullable(),
  /** Communes near theirs. */
  around: z.array(z.string()),
  /** How far they would go. */
  reach: z.enum(['commune', 'around', 'province', 'elsewhere', 'abroad']),
  /** Only what is abroad. */
  onlyAbroad: z.boolean(),
})
export type Wish = z.infer<typeof wishSchema>
