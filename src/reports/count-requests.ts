import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { RESULTS, type Result } from '../desk/ticket.ts'
import type { Territory } from '../territory/territory.ts'
import { addMinutes, type Cell, COUNTS, type Count, cellOf, emptyCell, TIMES, type Time } from './cell.ts'
import { conditionOf, placesToday, type RequestFilter } from './filter.ts'

/** By what requests are told apart, in the order of the columns below. */
export const GROUPINGS = [
  'commune',
  'unit',
  'department',
  'month',
  'topic',
  'gender',
  'age_band',
  'household_status',
  'priority_group',
] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Key of those of whom it is not known. */
export const UNKNOWN = 'unknown'

export interface RequestCounts {
  total: Cell
  by: Record<Grouping, Map<string, Cell>>
}

interface GroupRow {
  level: number
  commune: string | null
  unit: string | null
  department: string | null
  month: string | null
  topic: string | null
  gender: string | null
  age_band: string | null
  household_status: string | null
  priority_groups: string[] | null
}

/**
 * Counts the requests filed within a span of days: one pass for the numbers, one for each kind of minutes. All group by hashing
 * alone; medians are taken from the minutes afterwards, since sorting every group of a million rows takes ten times as
 * long. Above an hour minutes are rounded down to five, above a working day to thirty: so is the median, no more.
 */
export async function countRequests(
  tx: Sql | Transaction,
  territory: Territory,
  filter: RequestFilter,
  now: Date,
): Promise<RequestCounts> {
  const counts: RequestCounts = {
    total: emptyCell(),
    by: Object.fromEntries(GROUPINGS.map((grouping) => [grouping, new Map<string, Cell>()])) as RequestCounts['by'],
  }
  for (const row of await readNumbers(tx, territory, filter, now)) {
    const each = countsOf(row.marks)
    for (const cell of cellsOf(counts, row)) {
      for (const count of COUNTS) cell.counts[count] += each[count] * row.requests
    }
  }
  for (const time of TIMES) {
    for (const row of await readMinutes(tx, territory, filter, time)) {
      for (const cell of cellsOf(counts, row)) addMinutes(cell, time, row.minutes, row.requests)
    }
  }
  return counts
}

/**
 * Where a row of the answer belongs: a person of two priority groups counts in both. Every request has one topic, so the
 * topics make up the total.
 */
function cellsOf(counts: RequestCounts, row: GroupRow): Cell[] {
  const grouping = GROUPINGS.find((_, index) => (row.level & (1 << (GROUPINGS.length - 1 - index))) === 0)
  if (grouping === undefined) throw new Error(`No grouping has level ${row.level}`)
  const cells = counts.by[grouping]
  if (grouping === 'topic') return [cellOf(cells, row.topic ?? UNKNOWN), counts.total]
  if (grouping !== 'priority_group') return [cellOf(cells, row[grouping] ?? UNKNOWN)]
  const groups = row.priority_groups ?? []
  return groups.length === 0 ? [cellOf(cells, UNKNOWN)] : groups.map((group) => cellOf(cells, group))
}

/** All that is counted of a request, as bits of one number: one count a group instead of a dozen, and a third of the time. */
const BIT = { finished: 1, confirmed: 2, late: 4, overdue: 8, answered: 16 } as const
const RATING_AT = 5
const RESULT_AT = 8

async function readNumbers(
  tx: Sql | Transaction,
  territory: Territory,
  filter: RequestFilter,
  now: Date,
): Promise<(GroupRow & { marks: number; requests: number })[]> {
  return tx`
    with overdue as materialized (
      select id from tickets where due_at < ${now} and paused_at is null
    )
    select ${levelOf(tx)}, marked.marks, count(*)::int as requests
    from ticket_dimensions d
    left join overdue on overdue.id = d.ticket_id
    cross join lateral (
      select case when d.is_finished then ${BIT.finished}::int else 0 end
        + case when d.is_confirmed then ${BIT.confirmed}::int else 0 end
        + case when d.answered_late or d.resolved_late or overdue.id is not null then ${BIT.late}::int else 0 end
        + case when overdue.id is not null then ${BIT.overdue}::int else 0 end
        + case when d.first_answer_minutes is not null then ${BIT.answered}::int else 0 end
        + (coalesce(d.rating, 0)::int << ${RATING_AT}::int)
        + (coalesce(array_position(${list(tx, RESULTS)}::text[], d.result), 0) << ${RESULT_AT}::int) as marks
    ) as marked
    ${placeJoin(tx, territory)}
    where ${conditionOf(tx, filter)}
    group by grouping sets (${setsOf(tx, 'marks')})`
}

const HELPED: ReadonlySet<Result> = new Set<Result>(['granted', 'referred', 'placed', 'enrolled', 'advised'])

/** What a request with these marks counts as. */
function countsOf(marks: number): Record<Count, number> {
  const has = (bit: number) => (marks & bit) !== 0
  const result = has(BIT.finished) ? RESULTS[(marks >> RESULT_AT) - 1] : undefined
  const isOutcome = result !== undefined && result !== 'withdrawn' && result !== 'duplicate'
  const rating = (marks >> RATING_AT) & 7
  return {
    requests: 1,
    settled: Number(isOutcome),
    helped: Number(result !== undefined && HELPED.has(result)),
    refused: Number(result === 'refused'),
    withdrawn: Number(result === 'withdrawn'),
    duplicates: Number(result === 'duplicate'),
    confirmed: Number(isOutcome && has(BIT.confirmed)),
    answered: Number(has(BIT.answered)),
    overdue: Number(has(BIT.overdue)),
    late: Number(has(BIT.late)),
    ratings: Number(rating > 0),
    ratingSum: rating,
  }
}

async function readMinutes(
  tx: Sql | Transaction,
  territory: Territory,
  filter: RequestFilter,
  time: Time,
): Promise<(GroupRow & { minutes: number; requests: number })[]> {
  const exact = time === 'firstAnswer' ? tx`d.first_answer_minutes` : tx`d.resolution_minutes`
  return tx`
    select ${levelOf(tx)}, measured.minutes, count(*)::int as requests
    from ticket_dimensions d
    cross join lateral (
      select case when ${exact} < 60 then ${exact} when ${exact} < 480 then ${exact} / 5 * 5 else ${exact} / 30 * 30 end as minutes
    ) as measured
    ${placeJoin(tx, territory)}
    where ${conditionOf(tx, filter)} and ${exact} is not null and d.result is distinct from 'duplicate'
    group by grouping sets (${setsOf(tx, 'minutes')})`
}

/** One column a grouping, and which of them a row is grouped by. `place.today` names the commune as it is now. */
function levelOf(tx: Sql | Transaction) {
  return tx`
    grouping(place.today, d.unit_id, d.department_id, ${monthOf(tx)}, d.topic, d.gender, d.age_band, d.household_status,
      d.priority_groups) as level,
    place.today as commune, d.unit_id as unit, d.department_id as department,
    to_char(${monthOf(tx)}, 'YYYY-MM') as month, d.topic, d.gender, d.age_band, d.household_status, d.priority_groups`
}

/** One set a grouping, each told apart by what is counted. */
function setsOf(tx: Sql | Transaction, by: 'marks' | 'minutes') {
  const counted = by === 'marks' ? tx`marked.marks` : tx`measured.minutes`
  return tx`(place.today, ${counted}), (d.unit_id, ${counted}), (d.department_id, ${counted}), (${monthOf(tx)}, ${counted}),
    (d.topic, ${counted}), (d.gender, ${counted}), (d.age_band, ${counted}), (d.household_status, ${counted}),
    (d.priority_groups, ${counted})`
}

function monthOf(tx: Sql | Transaction) {
  return tx`date_trunc('month', d.filed_on::timestamp)`
}

export function placeJoin(tx: Sql | Transaction, territory: Territory) {
  const places = placesToday(territory)
  const column = (of: (place: (typeof places)[number]) => string) => list(tx, places.map(of))
  return tx`left join unnest(${column((one) => one.code)}::text[], ${column((one) => one.from)}::date[],
      ${column((one) => one.to)}::date[], ${column((one) => one.today)}::text[]) as place (code, since, until, today)
    on place.code = d.commune_code and d.filed_on between place.since and place.until`
}
