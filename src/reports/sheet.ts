/** A report as one plain table, for CSV and XLSX: what the JSON says, line by line. Pure. */
import type { PeopleRow, Report, ReportRow } from './report.ts'

export type Say = (key: string, values?: Record<string, unknown>) => string
type Line = (string | number)[]

const FIGURES = [
  'requests',
  'settled',
  'helped',
  'refused',
  'withdrawn',
  'duplicates',
  'confirmed',
  'trueResolutionRate',
  'overdue',
  'late',
  'firstAnswerMedian',
  'firstAnswerP90',
  'resolutionMedian',
  'resolutionP90',
  'ratings',
  'ratingAverage',
] as const satisfies readonly (keyof ReportRow)[]
const PEOPLE = ['asked', 'served', 'share', 'inNeed', 'shareOfNeed', 'askedStatusUnknown', 'askedOthers'] as const
const ABOUT = ['target', 'source'] as const

/** Characters; one a column of `sheetOf`. */
export const SHEET_WIDTHS: readonly number[] = [24, 18, 36, ...FIGURES.map(() => 12), ...PEOPLE.map(() => 14), 28, 40]

/** Headings first. `say` speaks `reports.json`; a figure that is hidden or not known says so. */
export function sheetOf(report: Report, say: Say): Line[] {
  const section = (id: string) => say(`section.${id}`)
  return [
    ['section', 'key', 'name', ...FIGURES, ...PEOPLE, ...ABOUT].map((column) => say(`column.${column}`)),
    lineOf(say, section('total'), report.total),
    ...registerLines(report, say),
    ...report.indicators.flatMap((one) => indicatorLines(one, say)),
    ...report.dimensions.map((row) => lineOf(say, section('dimension'), row)),
    ...Object.entries(report.by).flatMap(([grouping, rows]) => rows.map((row) => lineOf(say, section(grouping), row))),
  ]
}

/** Households in the column of those in need: nobody asked for anything here. */
function registerLines({ register }: Report, say: Say): Line[] {
  const before = [...FIGURES.map(() => ''), '', '', '']
  const after = ['', '', '', '', '']
  const line = (key: string, name: string, households: string | number) => [
    say('section.register'),
    key,
    name,
    ...before,
    households,
    ...after,
  ]
  if (register === null) return [line('', '', say('notKnown'))]
  return register.statuses.map(({ status, households }) => line(status, say(`household_status.${status}`), households))
}

function lineOf(say: Say, section: string, row: ReportRow): Line {
  const figures = FIGURES.map((figure) => (row.hidden ? say('hidden') : (row[figure] ?? '')))
  return [section, row.key, row.name, ...figures, ...PEOPLE.map(() => ''), ...ABOUT.map(() => '')]
}

function indicatorLines({ definition, name, requests, people }: Report['indicators'][number], say: Say): Line[] {
  const section = say('section.indicator')
  const figures = FIGURES.map((figure) => (figure === 'requests' ? requests : ''))
  const about = [targetWords(definition, say), definition.source]
  if (people === null) return [[section, definition.id, name, ...figures, ...PEOPLE.map(() => ''), ...about]]
  const { asked, served, share, inNeed, shareOfNeed, askedStatusUnknown, askedOthers } = people
  const need = inNeed ?? say('notKnown')
  const counted = [asked, served, share ?? '', need, shareOfNeed ?? '', askedStatusUnknown, askedOthers]
  const groups = Object.entries(people.by).flatMap(([grouping, rows]) =>
    rows.map((row) => peopleLine(say, `${definition.id}: ${say(`section.${grouping}`)}`, row)),
  )
  return [[section, definition.id, name, ...figures, ...counted, ...about], ...groups]
}

function peopleLine(say: Say, section: string, { key, name, hidden, asked, served, share }: PeopleRow): Line {
  const counted = hidden ? [say('hidden'), say('hidden'), say('hidden')] : [asked ?? '', served ?? '', share ?? '']
  return [section, key, name, ...FIGURES.map(() => ''), ...counted, '', '', '', '', '', '']
}

/** `= 100 % of those in need` in words. */
export function targetWords({ relation, target, unit }: Report['indicators'][number]['definition'], say: Say): string {
  return say(`relation.${relation}`, {
    target: target === null ? '' : String(target),
    unit: say(`unit.${unit}`),
  }).trim()
}
