import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'

/** What the communes' lists say on one day: how many households there are, and in what they are lacking. */
export interface RegisterCounts {
  day: string
  /** `members`: persons of the households whose list gives their number; null when none does. */
  statuses: { status: string; households: number; members: number | null }[]
  /** Households whose list says in what they are lacking; the others are not known to lack nothing. */
  told: number
  /** Dimension of the poverty standard → households that lack it. */
  lacking: Record<string, number>
}

/** Null when no list is in force that day: not known, which is not zero. `communes`: codes of today; null for all. */
export async function countHouseholds(
  tx: Sql | Transaction,
  communes: readonly string[] | null,
  day: string,
): Promise<RegisterCounts | null> {
  const isThere = communes === null ? tx`` : tx`and commune_code = any(${list(tx, communes)}::text[])`
  const isMeant = tx`status_from <= ${day}::date and (status_to is null or ${day}::date <= status_to) ${isThere}`
  const statuses = await tx<(RegisterCounts['statuses'][number] & { told: number })[]>`
    select status, count(*)::int as households, sum(members)::int as members, count(deprivations)::int as told
    from register_households where ${isMeant} group by status order by array_position(array['poor', 'near_poor'], status)`
  if (statuses.length === 0) return null
  const lacks = await tx<{ dimension: string; households: number }[]>`
    select lack.dimension, count(*)::int as households
    from register_households cross join lateral unnest(deprivations) as lack (dimension)
    where ${isMeant} group by lack.dimension`
  return {
    day,
    statuses: statuses.map(({ told: _, ...row }) => row),
    told: statuses.reduce((sum, row) => sum + row.told, 0),
    lacking: Object.fromEntries(lacks.map(({ dimension, households }) => [dimension, households])),
  }
}
