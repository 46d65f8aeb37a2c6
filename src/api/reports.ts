import { z } from 'zod'
import { isoLocal, localDay } from '../clock.ts'
import { invalidValues, Problem, problemSchema } from '../http/problem.ts'
import { LANGUAGES } from '../i18n.ts'
import { PEOPLE_GROUPINGS } from '../reports/count-people.ts'
import { GROUPINGS } from '../reports/count-requests.ts'
import { readReport } from '../reports/read-report.ts'
import type { IndicatorReport, PeopleRow, Report, ReportRow } from '../reports/report.ts'
import { SHEET_WIDTHS, sheetOf } from '../reports/sheet.ts'
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheet/write-csv.ts'
import { writeXlsx } from '../spreadsheet/write-xlsx.ts'
import { officerOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'

const blank = (value: unknown) => (value === '' ? undefined : value)
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(blank, schema.optional())
const day = z.iso.date('write the day as YYYY-MM-DD')

const querySchema = z.object({
  from: optional(day).describe('first local day on which requests were filed; the first of January of this year'),
  to: optional(day).describe('last day, included; today'),
  commune: optional(z.string().max(60)).describe('code of a commune of today; those that became part of it count in'),
  department: optional(z.string().max(60)).describe('a unit that answers for the requests or stands over them'),
  locale: z.preprocess(blank, z.enum(LANGUAGES).default('vi')).describe('language of the names'),
})

const figure = z.number().nullable()
const percent = figure.describe('percent; null of nothing')
const minutes = figure.describe('working minutes of the office')
const rowSchema = z.object({
  key: z.string(),
  name: z.string(),
  hidden: z.boolean().describe('fewer than five people, or a cell that would give these away: all figures are null'),
  requests: figure,
  settled: figure.describe('ended with an outcome; neither withdrawn nor a duplicate'),
  helped: figure,
  refused: figure,
  withdrawn: figure,
  duplicates: figure,
  confirmed: figure.describe('settled ones which the citizen called done'),
  true_resolution_rate: percent,
  overdue: figure.describe('past their deadline now'),
  late: figure.describe('missed a promise at any time'),
  first_answer_median: minutes,
  first_answer_p90: minutes,
  resolution_median: minutes,
  resolution_p90: minutes,
  ratings: figure,
  rating_average: figure.describe('1 to 5'),
})
const peopleSchema = z.object({
  key: z.string(),
  name: z.string(),
  hidden: z.boolean(),
  asked: figure,
  served: figure,
  share: percent,
})
const record = <Schema extends z.ZodType>(keys: readonly string[], schema: Schema) =>
  z.object(Object.fromEntries(keys.map((key) => [key, z.array(schema)])))

const indicatorSchema = z.object({
  id: z.string(),
  name: z.string(),
  dimension: z.string(),
  measure: z.string().describe('served: counted fully; requests: only how many asked about it'),
  relation: z.string(),
  target: figure,
  unit: z.string(),
  source: z.string(),
  confidence: z.string(),
  requests: z.number(),
  asked: figure.describe('people of the households that the target names who asked; null: not measured'),
  served: figure,
  share: percent.describe('served of those who asked, percent; null when nobody did'),
  in_need: figure.describe('households in need by the register of the communes; null: not known'),
  share_of_need: percent,
  asked_status_unknown: figure.describe('people who asked and of whose household nothing is known; in no share'),
  asked_others: figure,
  by: record(PEOPLE_GROUPINGS, peopleSchema).nullable(),
})

const reportSchema = z.object({
  as_of: z.string().describe('ISO 8601 with offset'),
  period: z.object({ from: z.string(), to: z.string(), state: z.enum(['past', 'running', 'future']) }),
  scope: z.object({
    commune: z.string().nullable(),
    department: z.string().nullable(),
    unit: z.string().nullable().describe('the unit whose requests alone the caller may count; null for all'),
  }),
  register: z
    .object({
      day: z.string(),
      statuses: z.array(z.object({ status: z.string(), households: z.number(), members: figure })),
      told: z.number().describe('households whose list says in what they are lacking'),
      lacking: z.record(z.string(), z.number()),
    })
    .nullable()
    .describe('households of the communes\u2019 lists; null: not known, or no whole commune is asked about'),
  total: rowSchema,
  indicators: z.array(indicatorSchema),
  dimensions: z.array(rowSchema),
  by: record(GROUPINGS, rowSchema),
})

const refusals = { 401: problemSchema, 403: problemSchema, 422: problemSchema }

/** Who reads them: supervisor, administrator and auditor all; officers their own unit or commune. */
export async function reportRoutes(app: Api, services: ApiServices): Promise<void> {
  const schema = {
    tags: ['reports'],
    querystring: querySchema,
    response: refusals,
  }

  app.get(
    '/reports/indicators',
    {
      schema: {
        ...schema,
        summary: 'The indicators of the plan that the service can count, of the requests filed within a period',
        response: { 200: reportSchema, ...refusals },
      },
    },
    async (request) => reportJson(await reportFor(request)),
  )

  app.get(
    '/reports/indicators.xlsx',
    {
      schema: {
        ...schema,
        summary: 'The same as a workbook',
        response: { 200: z.unknown().describe('the file'), ...refusals },
        produces: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      },
    },
    async (request, reply) => {
      const report = await reportFor(request)
      return reply
        .header('content-disposition', `attachment; filename="${reportFileName(report)}.xlsx"`)
        .header('cache-control', 'private, no-store')
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .send(await writeXlsx(sheetOf(report, sayIn(request.query.locale)), SHEET_WIDTHS))
    },
  )

  app.get(
    '/reports/indicators.csv',
    {
      schema: {
        ...schema,
        summary: 'The same as comma-separated values',
        response: { 200: z.string().describe('the file'), ...refusals },
        produces: ['text/csv'],
      },
    },
    async (request, reply) => {
      const report = await reportFor(request)
      const lines = sheetOf(report, sayIn(request.query.locale)).map(csvLine)
      return reply
        .header('content-disposition', `attachment; filename="${reportFileName(report)}.csv"`)
        .header('cache-control', 'private, no-store')
        .type('text/csv; charset=utf-8')
        .send(BYTE_ORDER_MARK + lines.join(''))
    },
  )

  type Asked = Parameters<typeof officerOf>[0] & { query: z.output<typeof querySchema> }

  async function reportFor(request: Asked): Promise<Report> {
    const now = services.clock.now()
    const today = localDay(now)
    const { from = `${today.slice(0, 4)}-01-01`, to, commune = null, department = null, locale } = request.query
    const span = { from, to: to ?? today }
    const outcome = await readReport(services, officerOf(request), { ...span, commune, department }, locale, now)
    if (outcome.kind === 'invalid') throw invalidValues(outcome.faults)
    if (outcome.kind === 'forbidden') throw new Problem(403, 'Your role may not count these requests')
    return outcome.report
  }

  function sayIn(locale: (typeof LANGUAGES)[number]) {
    return (key: string, values?: Record<string, unknown>) => services.texts.text(locale, `reports.${key}`, values)
  }
}

export function reportFileName({ from, to, commune, department }: Report): string {
  return ['bao-cao', from, to, commune, department].filter((part) => part !== null).join('_')
}

function reportJson(report: Report): z.input<typeof reportSchema> {
  const byRows = Object.entries(report.by).map(([grouping, rows]) => [grouping, rows.map(rowJson)])
  return {
    as_of: isoLocal(report.asOf),
    period: { from: report.from, to: report.to, state: report.state },
    scope: { commune: report.commune, department: report.department, unit: report.unit },
    register: report.register,
    total: rowJson(report.total),
    indicators: report.indicators.map(indicatorJson),
    dimensions: report.dimensions.map(rowJson),
    by: Object.fromEntries(byRows),
  }
}

function rowJson(row: ReportRow): z.input<typeof rowSchema> {
  const { trueResolutionRate, firstAnswerMedian, firstAnswerP90, resolutionMedian, resolutionP90, ...rest } = row
  const { ratingAverage, ...same } = rest
  return {
    ...same,
    true_resolution_rate: trueResolutionRate,
    first_answer_median: firstAnswerMedian,
    first_answer_p90: firstAnswerP90,
    resolution_median: resolutionMedian,
    resolution_p90: resolutionP90,
    rating_average: ratingAverage,
  }
}

function indicatorJson({ definition, name, requests, people }: IndicatorReport): z.input<typeof indicatorSchema> {
  const { id, dimension, measure, relation, target, unit, source, confidence } = definition
  const byRows = people && (Object.fromEntries(Object.entries(people.by)) as Record<string, PeopleRow[]>)
  return {
    ...{ id, name, dimension, measure, relation, target, unit, source, confidence, requests },
    asked: people?.asked ?? null,
    served: people?.served ?? null,
    share: people?.share ?? null,
    in_need: people?.inNeed ?? null,
    share_of_need: people?.shareOfNeed ?? null,
    asked_status_unknown: people?.askedStatusUnknown ?? null,
    asked_others: people?.askedOthers ?? null,
    by: byRows,
  }
}
