import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { formatDay, formatNumber } from '../i18n.ts'
import { scopeOf } from '../officers/permissions.ts'
import type { PeopleGrouping } from '../reports/count-people.ts'
import type { Grouping } from '../reports/count-requests.ts'
import { monthSpan, quarterSpan, type Span, yearSpan } from '../reports/period.ts'
import { mayReadReports, placeOf, type ReportOutcome, type ReportQuery, readReport } from '../reports/read-report.ts'
import type { Report } from '../reports/report.ts'
import { communesToday } from '../territory/communes-today.ts'
import { coordinatorOn } from '../territory/successor.ts'
import { fullName, unitsInForce } from '../territory/territory.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { unitName } from './names.ts'
import { refuse } from './refuse.ts'
import { indicatorRows, peopleTable, requestTable, type Say, summaryOf } from './report-words.ts'
import { type ConsoleServices, isSignedIn, type Pages, type Visit } from './visit.ts'

/** The plan began in this year. */
const FIRST_YEAR = 2022
const PARTS = ['year', 'q1', 'q2', 'q3', 'q4', ...Array.from({ length: 12 }, (_, at) => `m${at + 1}`), 'own']

const choice = z.string().trim().max(60).catch('')
const querySchema = z.object({
  year: z.coerce.number().int().min(FIRST_YEAR).max(2099).optional().catch(undefined),
  part: z.enum(PARTS).catch('year'),
  from: choice,
  to: choice,
  commune: choice,
  department: choice,
})
type Query = z.infer<typeof querySchema>

const TABLES = ['month', 'commune', 'unit', 'department', 'topic'] as const satisfies readonly Grouping[]
const PEOPLE_TABLES = [
  'household_status',
  'gender',
  'age_band',
  'priority_group',
] as const satisfies readonly Grouping[]
const INDICATOR_TABLES = [
  'household_status',
  'gender',
  'priority_group',
  'commune',
  'month',
] as const satisfies readonly PeopleGrouping[]

/** The reports on screen, and the one of section VIII of the plan to be printed. */
export function reportRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { clock, territory, texts } = services

  app.get('/reports', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (!mayReadReports(visit.session.officer)) return refuse(pages, reply, visit, 'notYours', 403)
    const say = sayOf(visit)
    const query = querySchema.parse(request.query)
    const now = clock.now()
    const year = query.year ?? Number(localDay(now).slice(0, 4))
    const asked = toQuery(query, year)
    const form = formOf(visit, query, year, now)
    const outcome =
      'fault' in asked ? asked : await readReport(services, visit.session.officer, asked, visit.language, now)
    if ('fault' in outcome || outcome.kind !== 'done') {
      const status = 'kind' in outcome && outcome.kind === 'forbidden' ? 403 : 422
      const fault = 'fault' in outcome ? outcome.fault : status === 403 ? 'forbidden' : faultOf(outcome)
      const data = { title: say('title'), styles: STYLES, say, form, fault: say(`page.${fault}`), report: null }
      return pages.show(reply, visit, 'reports', data, status)
    }
    const { report } = outcome
    return pages.show(reply, visit, 'reports', {
      title: say('title'),
      styles: STYLES,
      say,
      form,
      fault: null,
      report: headOf(visit, report),
      isEmpty: report.total.requests === 0,
      summary: summaryOf(say, report.total),
      indicators: indicatorRows(say, report).map((row) => ({
        ...row,
        tables: INDICATOR_TABLES.map((grouping) =>
          peopleTable(say, `${row.id}-${grouping}`, grouping, row.people.by[grouping]),
        ),
      })),
      requestsOnly: requestsOnlyOf(say, report),
      dimensions: requestTable(say, 'dimension', report.dimensions),
      tables: TABLES.map((grouping) => tableOf(say, report, grouping)),
      people: PEOPLE_TABLES.map((grouping) => tableOf(say, report, grouping)),
      links: linksOf(visit, report, query.part === 'year' ? year : null),
    })
  })

  app.get('/reports/yearly', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { officer } = visit.session
    if (!mayReadReports(officer)) return refuse(pages, reply, visit, 'notYours', 403)
    const say = sayOf(visit)
    const query = querySchema.parse(request.query)
    const now = clock.now()
    const year = query.year ?? Number(localDay(now).slice(0, 4))
    const isAdHoc = query.from !== '' || query.to !== ''
    const asked = toQuery({ ...query, part: isAdHoc ? 'own' : 'year' }, year)
    if ('fault' in asked) return reply.redirect('/console/reports?part=own', 303)
    const outcome = await readReport(services, officer, asked, visit.language, now)
    if (outcome.kind === 'forbidden') return refuse(pages, reply, visit, 'notYours', 403)
    if (outcome.kind === 'invalid') return reply.redirect('/console/reports', 303)
    const { report } = outcome
    const scope = scopeOf(officer)
    const quiet = report.by.commune.filter((row) => row.requests === 0 && !row.key.includes('@'))
    const busy = report.by.commune.filter((row) => row.requests !== 0)
    return pages.show(reply, visit, 'report-yearly', {
      title: say('yearly.title'),
      styles: STYLES,
      say,
      report: headOf(visit, report),
      isEmpty: report.total.requests === 0,
      kind: isAdHoc ? say('yearly.kindAdHoc') : say('yearly.kindYear', { year }),
      maker: scope.kind === 'unit' ? unitName(territory, visit.language, scope.unitId) : say('yearly.provinceWhole'),
      receiver: unitName(territory, visit.language, coordinatorOn(territory, localDay(now)).id),
      summary: summaryOf(say, report.total),
      register: registerRows(say, report),
      people: PEOPLE_TABLES.map((grouping) => tableOf(say, report, grouping)),
      indicators: indicatorRows(say, report),
      requestsOnly: requestsOnlyOf(say, report),
      dimensions: requestTable(say, 'dimension', report.dimensions),
      communes: requestTable(say, 'commune', busy),
      quiet: quiet.length === 0 ? null : say('yearly.quiet', { names: quiet.map((row) => row.name).join(', ') }),
      back: `/console/reports?${new URLSearchParams({ part: 'own', from: report.from, to: report.to })}`,
    })
  })

  function sayOf(visit: Visit): Say {
    return (key, values) => texts.text(visit.language, `reports.${key}`, values)
  }

  function headOf(visit: Visit, report: Report) {
    const say = sayOf(visit)
    const place = report.commune === null ? null : report.by.commune.find((row) => row.key === report.commune)?.name
    const unit = report.department === null ? null : unitName(territory, visit.language, report.department)
    return {
      state: report.state,
      span: say('page.span', { from: formatDay(report.from), to: formatDay(report.to) }),
      about: [place, unit].filter((part) => part !== null && part !== undefined).join(' · '),
      asOf: say('page.asOf', { moment: momentWords(report.asOf, visit.language) }),
      onlyUnit:
        report.unit === null ? null : say('page.onlyUnit', { unit: unitName(territory, visit.language, report.unit) }),
    }
  }

  function formOf(
    visit: Visit & { session: { officer: Parameters<typeof scopeOf>[0] } },
    query: Query,
    year: number,
    now: Date,
  ) {
    const say = sayOf(visit)
    const scope = scopeOf(visit.session.officer)
    const isDesk = scope.kind === 'unit' && placeOf(territory, scope.unitId) !== null
    const thisYear = Number(localDay(now).slice(0, 4))
    const years = Array.from({ length: thisYear - FIRST_YEAR + 1 }, (_, at) => thisYear - at)
    const partName = (part: string) => {
      if (part === 'year') return say('page.wholeYear')
      if (part === 'own') return say('page.own')
      return say(part.startsWith('q') ? 'page.quarter' : 'page.month', { number: part.slice(1) })
    }
    const units = unitsInForce(territory, localDay(now)).filter((unit) => unit.kind !== 'commune_desk')
    return {
      ...query,
      year,
      years: years.includes(year) ? years : [year, ...years],
      parts: PARTS.map((value) => ({ value, label: partName(value) })),
      // Whoever sees one commune, or one department, has nothing to choose there.
      communes: isDesk ? [] : communesToday(territory).map((place) => ({ value: place.code, label: fullName(place) })),
      departments:
        scope.kind === 'unit' && !isDesk
          ? []
          : units.map((unit) => ({ value: unit.id, label: unit.name[visit.language] })),
    }
  }
}

const STYLES = ['console/reports.css']

function tableOf(say: Say, report: Report, grouping: Grouping) {
  return requestTable(say, grouping, report.by[grouping])
}

/** Households of the communes' lists; null when that is not known. */
function registerRows(say: Say, { register }: Report) {
  if (register === null) return null
  return {
    day: formatDay(register.day),
    rows: register.statuses.map(({ status, households, members }) => ({
      name: say(`household_status.${status}`),
      households: formatNumber(households),
      members: members === null ? say('notKnown') : formatNumber(members),
    })),
  }
}

function requestsOnlyOf(say: Say, report: Report) {
  return report.indicators
    .filter((one) => one.people === null)
    .map(({ definition, name, requests }) => ({
      id: definition.id,
      name,
      field: say(`dimension.${definition.dimension}`),
      requests: formatNumber(requests),
      source: definition.source,
    }))
}

function toQuery({ part, from, to, commune, department }: Query, year: number): ReportQuery | { fault: string } {
  const where = { commune: commune === '' ? null : commune, department: department === '' ? null : department }
  if (part !== 'own') return { ...spanOf(part, year), ...where }
  const isDay = (text: string) => z.iso.date().safeParse(text).success
  return isDay(from) && isDay(to) ? { from, to, ...where } : { fault: 'faultDay' }
}

function spanOf(part: string, year: number): Span {
  const number = Number(part.slice(1))
  if (part.startsWith('q')) return quarterSpan(year, number)
  return part.startsWith('m') ? monthSpan(year, number) : yearSpan(year)
}

function faultOf(outcome: ReportOutcome): string {
  return outcome.kind === 'invalid' && outcome.faults.some(({ where }) => where === 'to') ? 'faultOrder' : 'faultPlace'
}

function linksOf({ language }: Visit, report: Report, year: number | null) {
  const { from, to, commune, department } = report
  const place = { ...(commune === null ? {} : { commune }), ...(department === null ? {} : { department }) }
  const file = new URLSearchParams({ from, to, ...place, locale: language })
  const print = new URLSearchParams(year === null ? { from, to, ...place } : { year: String(year), ...place })
  return {
    xlsx: `/api/v1/reports/indicators.xlsx?${file}`,
    csv: `/api/v1/reports/indicators.csv?${file}`,
    print: `/console/reports/yearly?${print}`,
  }
}
