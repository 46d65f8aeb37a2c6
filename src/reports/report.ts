/**
 * A report as everybody gets it: the API answers with it, sheets and pages are made of it, so none of them can say
 * another figure. Pure.
 */
import { AGE_BANDS, GENDERS, HOUSEHOLD_STATUSES } from '../desk/dimensions.ts'
import { type Cell, emptyCell, quantile } from './cell.ts'
import type { RegisterCounts } from './count-households.ts'
import { type IndicatorPeople, PEOPLE_GROUPINGS, type People, type PeopleGrouping } from './count-people.ts'
import { GROUPINGS, type Grouping, type RequestCounts, UNKNOWN } from './count-requests.ts'
import { hiddenKeys } from './hide-small.ts'
import type { Indicator, ReportDefinitions } from './indicator.ts'

/** Figures of one group of requests; all null where they are hidden. */
export interface ReportRow {
  key: string
  name: string
  hidden: boolean
  requests: number | null
  settled: number | null
  helped: number | null
  refused: number | null
  withdrawn: number | null
  duplicates: number | null
  confirmed: number | null
  /** Percent of the settled ones that the citizen confirmed. */
  trueResolutionRate: number | null
  overdue: number | null
  late: number | null
  firstAnswerMedian: number | null
  firstAnswerP90: number | null
  resolutionMedian: number | null
  resolutionP90: number | null
  ratings: number | null
  ratingAverage: number | null
}

export interface PeopleRow {
  key: string
  name: string
  hidden: boolean
  asked: number | null
  served: number | null
  /** Percent of those who asked; null when nobody did. */
  share: number | null
}

export interface IndicatorReport {
  definition: Indicator
  name: string
  /** Requests about it, whoever made them. */
  requests: number
  /** Null for an indicator that the service cannot measure. */
  people: {
    asked: number
    served: number
    share: number | null
    /** Households in need by the register; null: not known. */
    inNeed: number | null
    shareOfNeed: number | null
    askedStatusUnknown: number
    askedOthers: number
    by: Record<PeopleGrouping, PeopleRow[]>
  } | null
}

export interface Report {
  asOf: Date
  from: string
  to: string
  state: 'past' | 'running' | 'future'
  commune: string | null
  department: string | null
  /** The unit whose requests alone the reader may count; null for all. */
  unit: string | null
  /** Null: no list of the communes is in force, or the reader sees no whole commune. */
  register: RegisterCounts | null
  total: ReportRow
  dimensions: ReportRow[]
  indicators: IndicatorReport[]
  by: Record<Grouping, ReportRow[]>
}

/** What a key is called. */
export type Naming = (grouping: Grouping | 'dimension' | 'indicator' | 'total', key: string) => string

interface Ingredients {
  definitions: ReportDefinitions
  counts: RequestCounts
  people: ReadonlyMap<string, IndicatorPeople>
  register: RegisterCounts | null
  /** Codes of the communes that have a row even when nobody asked there. */
  communes: readonly string[]
  months: readonly string[]
  nameOf: Naming
}

/** Groupings that say something about a person: their small cells are hidden. */
const PERSONAL: ReadonlySet<string> = new Set(['gender', 'age_band', 'household_status', 'priority_group'])

export function composeReport(
  about: Pick<Report, 'asOf' | 'from' | 'to' | 'state' | 'commune' | 'department' | 'unit'>,
  ingredients: Ingredients,
): Report {
  const { definitions, counts, nameOf } = ingredients
  const keysOf = expectedKeys(ingredients)
  return {
    ...about,
    register: ingredients.register,
    total: rowOf('total', nameOf('total', 'total'), counts.total, false),
    dimensions: definitions.dimensions.map(({ id, topics }) =>
      rowOf(id, nameOf('dimension', id), sumOf(topics.map((topic) => counts.by.topic.get(topic))), false),
    ),
    indicators: definitions.indicators.map((indicator) => indicatorReport(indicator, ingredients, keysOf)),
    by: Object.fromEntries(
      GROUPINGS.map((grouping) => {
        const cells = counts.by[grouping]
        const keys = allKeys(keysOf[grouping], cells)
        const sizes = keys.map((key): [string, number] => [key, cells.get(key)?.counts.requests ?? 0])
        const hidden = PERSONAL.has(grouping) ? hiddenKeys(sizes, grouping !== 'priority_group') : new Set<string>()
        return [
          grouping,
          keys.map((key) => rowOf(key, nameOf(grouping, key), cells.get(key) ?? emptyCell(), hidden.has(key))),
        ]
      }),
    ) as Report['by'],
  }
}

/** Rows that stand in a table whether anybody belongs to them or not; those of whom nothing is known always last. */
function expectedKeys({ communes, months }: Ingredients): Partial<Record<Grouping, readonly string[]>> {
  return {
    commune: communes,
    month: months,
    gender: [...GENDERS, UNKNOWN],
    age_band: [...Object.keys(AGE_BANDS), UNKNOWN],
    household_status: [...HOUSEHOLD_STATUSES, UNKNOWN],
    priority_group: [UNKNOWN],
  }
}

function allKeys(expected: readonly string[] = [], found: ReadonlyMap<string, unknown>): string[] {
  const known = expected.filter((key) => key !== UNKNOWN)
  const others = [...found.keys()].filter((key) => key !== UNKNOWN && !known.includes(key)).sort()
  return [...known, ...others, ...(expected.includes(UNKNOWN) || found.has(UNKNOWN) ? [UNKNOWN] : [])]
}

function indicatorReport(
  definition: Indicator,
  { counts, people, register, nameOf }: Ingredients,
  keysOf: Partial<Record<Grouping, readonly string[]>>,
): IndicatorReport {
  const requests = sumOf(definition.topics.map((topic) => counts.by.topic.get(topic))).counts.requests
  const found = people.get(definition.id)
  const name = nameOf('indicator', definition.id)
  if (found === undefined) return { definition, name, requests, people: null }
  const inNeed = definition.measure === 'served' ? needOf(register, definition.lacks) : null
  const by = PEOPLE_GROUPINGS.map((grouping): [PeopleGrouping, PeopleRow[]] => {
    const groups = found.by[grouping]
    // Of the whole province only the communes in which somebody asked: the table of all requests names the others.
    const keys = allKeys(grouping === 'commune' ? [] : keysOf[grouping], groups)
    const sizes = keys.map((key): [string, number] => [key, groups.get(key)?.asked ?? 0])
    const hidden = PERSONAL.has(grouping) ? hiddenKeys(sizes, grouping !== 'priority_group') : new Set<string>()
    return [grouping, keys.map((key) => peopleRow(key, nameOf(grouping, key), groups.get(key), hidden.has(key)))]
  })
  return {
    definition,
    name,
    requests,
    people: {
      ...found.named,
      share: percent(found.named.served, found.named.asked),
      inNeed,
      shareOfNeed: inNeed === null ? null : percent(found.named.served, inNeed),
      askedStatusUnknown: found.unknown.asked,
      askedOthers: found.others.asked,
      by: Object.fromEntries(by) as Record<PeopleGrouping, PeopleRow[]>,
    },
  }
}

function needOf(register: RegisterCounts | null, lacks: string | undefined): number | null {
  return register === null || lacks === undefined || register.told === 0 ? null : (register.lacking[lacks] ?? 0)
}

function peopleRow(key: string, name: string, { asked, served }: People = { asked: 0, served: 0 }, hidden: boolean) {
  if (hidden) return { key, name, hidden, asked: null, served: null, share: null }
  return { key, name, hidden, asked, served, share: percent(served, asked) }
}

function rowOf(key: string, name: string, { counts, times }: Cell, hidden: boolean): ReportRow {
  const shown = {
    requests: counts.requests,
    settled: counts.settled,
    helped: counts.helped,
    refused: counts.refused,
    withdrawn: counts.withdrawn,
    duplicates: counts.duplicates,
    confirmed: counts.confirmed,
    trueResolutionRate: percent(counts.confirmed, counts.settled),
    overdue: counts.overdue,
    late: counts.late,
    firstAnswerMedian: quantile(times.firstAnswer, 0.5),
    firstAnswerP90: quantile(times.firstAnswer, 0.9),
    resolutionMedian: quantile(times.resolution, 0.5),
    resolutionP90: quantile(times.resolution, 0.9),
    ratings: counts.ratings,
    ratingAverage: counts.ratings === 0 ? null : Math.round((counts.ratingSum / counts.ratings) * 100) / 100,
  }
  const none = Object.fromEntries(Object.keys(shown).map((name) => [name, null]))
  return { key, name, hidden, ...(hidden ? (none as Record<keyof typeof shown, null>) : shown) }
}

function sumOf(cells: readonly (Cell | undefined)[]): Cell {
  const sum = emptyCell()
  for (const cell of cells) {
    if (cell === undefined) continue
    for (const [count, value] of Object.entries(cell.counts)) sum.counts[count as keyof Cell['counts']] += value
    for (const [time, minutes] of Object.entries(cell.times)) {
      const into = sum.times[time as keyof Cell['times']]
      for (const [value, requests] of minutes) into.set(value, (into.get(value) ?? 0) + requests)
    }
  }
  return sum
}

/** One decimal; null of nothing: a share of nobody is not zero. */
function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 10
}
