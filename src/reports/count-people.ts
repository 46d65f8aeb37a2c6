import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Territory } from '../territory/territory.ts'
import { placeJoin, UNKNOWN } from './count-requests.ts'
import { conditionOf, type RequestFilter } from './filter.ts'
import type { ServedIndicator } from './indicator.ts'

/** By what the people of an indicator are told apart. */
export const PEOPLE_GROUPINGS = [
  'commune',
  'month',
  'gender',
  'age_band',
  'household_status',
  'priority_group',
] as const
export type PeopleGrouping = (typeof PEOPLE_GROUPINGS)[number]

export interface People {
  asked: number
  served: number
}

export interface IndicatorPeople {
  /** Of the households and groups that the target names. */
  named: People
  /** Nobody knows whether the target names them. */
  unknown: People
  /** Those it does not name. */
  others: People
  /** Of the named ones. */
  by: Record<PeopleGrouping, Map<string, People>>
}

interface PeopleRow {
  standing: 'named' | 'unknown' | 'others'
  level: number
  key: string | null
  asked: number
  served: number
}

/**
 * How many people asked for what each indicator is about, and how many of them were served. Somebody who asked three
 * times is one person, over all joined chats; whoever came to the counter without a chat is one person a visit.
 */
export async function countPeople(
  tx: Sql | Transaction,
  territory: Territory,
  indicators: readonly ServedIndicator[],
  filter: RequestFilter,
): Promise<Map<string, IndicatorPeople>> {
  const found = new Map<string, IndicatorPeople>(indicators.map(({ id }) => [id, nobody()]))
  for (const indicator of indicators) {
    const rows = await readPeople(tx, territory, indicator, filter)
    for (const { standing, level, key, asked, served } of rows) {
      const people = found.get(indicator.id)
      const grouping = PEOPLE_GROUPINGS.find((_, index) => (level & (1 << (PEOPLE_GROUPINGS.length - 1 - index))) === 0)
      if (people === undefined) continue
      if (grouping === undefined) people[standing] = { asked, served }
      else if (standing === 'named') people.by[grouping].set(key ?? UNKNOWN, { asked, served })
    }
  }
  return found
}

function nobody(): IndicatorPeople {
  return {
    named: { asked: 0, served: 0 },
    unknown: { asked: 0, served: 0 },
    others: { asked: 0, served: 0 },
    by: Object.fromEntries(
      PEOPLE_GROUPINGS.map((grouping) => [grouping, new Map<string, People>()]),
    ) as IndicatorPeople['by'],
  }
}

async function readPeople(
  tx: Sql | Transaction,
  territory: Territory,
  { topics, statuses, groups, results }: ServedIndicator,
  filter: RequestFilter,
): Promise<PeopleRow[]> {
  // Each request becomes one row a group of its person; people are told apart first, so that nobody counts twice.
  return tx`
    with asked as (
      select
        case when d.household_status = any(${list(tx, statuses)}::text[]) or d.priority_groups && ${list(tx, groups)}::text[]
          then 'named' when d.household_status is null then 'unknown' else 'others' end as standing,
        place.today as commune, to_char(d.filed_on::timestamp, 'YYYY-MM') as month, d.gender, d.age_band,
        d.household_status, priority.name as priority_group,
        coalesce(joined.person_id::text, d.contact_id::text, d.ticket_id::text) as person,
        d.is_finished and coalesce(d.result = any(${list(tx, results)}::text[]), false) as is_served
      from ticket_dimensions d
      left join contacts joined on joined.id = d.contact_id and joined.person_id is not null
      left join lateral unnest(d.priority_groups) as priority (name) on true
      ${placeJoin(tx, territory)}
      where ${conditionOf(tx, filter)} and d.topic = any(${list(tx, topics)}::text[])
        and d.result is distinct from 'duplicate'
    ), people as (
      select standing, person, bool_or(is_served) as is_served,
        grouping(commune, month, gender, age_band, household_status, priority_group) as level,
        coalesce(commune, month, gender, age_band, household_status, priority_group) as key
      from asked
      group by grouping sets ((standing, person), (standing, person, commune), (standing, person, month),
        (standing, person, gender), (standing, person, age_band), (standing, person, household_status),
        (standing, person, priority_group))
    )
    select standing, level, key, count(*)::int as asked, count(*) filter (where is_served)::int as served
    from people group by standing, level, key`
}
