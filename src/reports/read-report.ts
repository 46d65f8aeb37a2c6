import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import type { Fault } from '../errors.ts'
import type { Language, Texts } from '../i18n.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'
import { communesToday } from '../territory/communes-today.ts'
import { communeOfToday, type Territory } from '../territory/territory.ts'
import { countHouseholds } from './count-households.ts'
import { countPeople } from './count-people.ts'
import { countRequests } from './count-requests.ts'
import { type RequestFilter, spansOf, type Within } from './filter.ts'
import type { ReportDefinitions, ServedIndicator } from './indicator.ts'
import { namingOf } from './names.ts'
import { monthsOf, type Span, spanFaults, stateOf } from './period.ts'
import { composeReport, type Report } from './report.ts'

export interface ReportServices {
  sql: Sql
  territory: Territory
  texts: Texts
  reports: ReportDefinitions
}

export interface ReportQuery extends Span {
  /** Code of a commune of today. */
  commune: string | null
  /** A unit that answers for the requests or stands over them. */
  department: string | null
}

export type ReportOutcome =
  | { kind: 'done'; report: Report }
  /** The officer may not count these requests. */
  | { kind: 'forbidden' }
  | { kind: 'invalid'; faults: Fault[] }

/** Longer than any report of a million requests takes; a report never waits for locks. */
const PATIENCE = '60s'
/** Enough to group a million requests in memory. */
const MEMORY = '48MB'

/** The reports under way in this process: one after the other, so that reports never take the desk's connections. */
let line: Promise<unknown> = Promise.resolve()

export function mayReadReports(officer: Officer): boolean {
  return scopeOf(officer).kind !== 'nothing'
}

/** Counts what the officer may see of the requests filed within the span. All figures are of one moment. */
export async function readReport(
  services: ReportServices,
  officer: Officer,
  query: ReportQuery,
  language: Language,
  now: Date,
): Promise<ReportOutcome> {
  const { territory } = services
  const faults = faultsOf(territory, query)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const filter = filterOf(territory, officer, query)
  if (filter === null) return { kind: 'forbidden' }
  const scope = scopeOf(officer)
  const today = localDay(now)
  const only = query.commune ?? (scope.kind === 'unit' ? placeOf(territory, scope.unitId) : null)
  // A department sees its own requests, and no whole commune.
  const isWhole = query.department === null && (scope.kind === 'everything' || only !== null)
  const lists = isWhole ? { communes: only === null ? null : [only], day: earlier(query.to, today) } : null
  const counted = line.then(() =>
    services.sql.begin('isolation level repeatable read read only', (tx) => count(tx, services, filter, lists, now)),
  )
  line = counted.catch(() => {})
  const { counts, people, register } = await counted
  const report = composeReport(
    {
      asOf: now,
      from: query.from,
      to: query.to,
      state: stateOf(query, today),
      commune: query.commune,
      department: query.department,
      unit: scope.kind === 'unit' ? scope.unitId : null,
    },
    {
      definitions: services.reports,
      counts,
      people,
      register,
      communes: only === null ? communesToday(territory).map(({ code }) => code) : [only],
      months: monthsOf(query, today),
      nameOf: namingOf(services, language),
    },
  )
  return { kind: 'done', report }
}

async function count(
  tx: Transaction,
  { territory, reports }: ReportServices,
  filter: RequestFilter,
  lists: { communes: readonly string[] | null; day: string } | null,
  now: Date,
) {
  await tx`select set_config('statement_timeout', ${PATIENCE}, true), set_config('work_mem', ${MEMORY}, true),
    set_config('jit', 'off', true)`
  const counts = await countRequests(tx, territory, filter, now)
  const served = reports.indicators.filter((one): one is ServedIndicator => one.measure === 'served')
  const register = lists === null ? null : await countHouseholds(tx, lists.communes, lists.day)
  return { counts, people: await countPeople(tx, territory, served, filter), register }
}

function faultsOf(territory: Territory, { from, to, commune, department }: ReportQuery): Fault[] {
  const faults = spanFaults({ from, to })
  if (commune !== null && !communeOfToday(territory, commune)) {
    faults.push({ where: 'commune', what: 'there is no such commune today; GET /api/v1/communes finds them' })
  }
  if (department !== null && !territory.unitById.has(department)) {
    faults.push({ where: 'department', what: 'there is no such unit; GET /api/v1/units lists them' })
  }
  return faults
}

function earlier(one: string, other: string): string {
  return [one, other].sort()[0] ?? one
}

/** Null when it is not the officer's to count. A unit never counts the complaints about itself. */
function filterOf(
  territory: Territory,
  officer: Officer,
  { from, to, commune, department }: ReportQuery,
): RequestFilter | null {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return null
  const within: Within[] = []
  if (commune !== null) within.push({ places: spansOf(territory, commune), units: [] })
  if (department !== null) within.push({ places: [], units: [department] })
  if (scope.kind === 'everything') return { from, to, within, notAbout: null }
  const place = placeOf(territory, scope.unitId)
  if (place !== null && commune !== null && commune !== place) return null
  if (place === null && department !== null && department !== scope.unitId) return null
  within.push({ places: place === null ? [] : spansOf(territory, place), units: [scope.unitId] })
  return { from, to, within, notAbout: scope.unitId }
}

/** The commune of a commune's desk. */
export function placeOf(territory: Territory, unitId: string): string | null {
  const unit = territory.unitById.get(unitId)
  return unit?.kind === 'commune_desk' ? unit.placeCode : null
}
