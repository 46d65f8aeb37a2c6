/** Figures of a report as people read them. */
import { formatNumber } from '../i18n.ts'
import type { PeopleRow, Report, ReportRow } from '../reports/report.ts'
import { type Say, targetWords } from '../reports/sheet.ts'

export type { Say } from '../reports/sheet.ts'

interface Cell {
  /** Null: hidden, or nothing to say; charts leave it out. */
  value: number | null
  words: string
  more: string | null
}

/** Working minutes as hours: `485` → `8 giờ 5 phút`. A working day has no one length in all units. */
export function timeWords(say: Say, minutes: number | null): string {
  if (minutes === null) return say('page.none')
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return say('page.minutes', { minutes: rest })
  return rest === 0
    ? say('page.hours', { hours: formatNumber(hours) })
    : say('page.hoursMinutes', { hours, minutes: rest })
}

function cellOf(say: Say, { hidden }: { hidden: boolean }, value: number | null, more: string | null = null): Cell {
  if (hidden) return { value: null, words: say('hidden'), more: null }
  return { value, words: value === null ? say('page.none') : formatNumber(value), more }
}

function timeCell(say: Say, row: ReportRow, median: number | null, most: number | null): Cell {
  if (row.hidden) return cellOf(say, row, null)
  const more = most === null ? null : say('page.p90', { time: timeWords(say, most) })
  return { value: median, words: timeWords(say, median), more }
}

/** The figures that a table shows, with their headings. */
function figuresOf(say: Say, row: ReportRow) {
  const rate = row.trueResolutionRate
  const confirmedOf = rate === null ? null : say('page.ofSettled', { percent: formatNumber(rate) })
  const ratings =
    row.ratings === null || row.ratings === 0 ? null : say('page.ratingsCount', { count: formatNumber(row.ratings) })
  return [
    { id: 'requests', cell: cellOf(say, row, row.requests) },
    { id: 'settled', cell: cellOf(say, row, row.settled) },
    { id: 'confirmed', cell: cellOf(say, row, row.confirmed, confirmedOf) },
    { id: 'overdue', cell: cellOf(say, row, row.overdue) },
    { id: 'late', cell: cellOf(say, row, row.late) },
    { id: 'firstAnswer', cell: timeCell(say, row, row.firstAnswerMedian, row.firstAnswerP90) },
    { id: 'resolution', cell: timeCell(say, row, row.resolutionMedian, row.resolutionP90) },
    { id: 'rating', cell: cellOf(say, row, row.ratingAverage, ratings) },
  ].map((figure) => ({ ...figure, label: say(`page.figure.${figure.id}`) }))
}

export function summaryOf(say: Say, total: ReportRow) {
  return figuresOf(say, total)
}

/** A table of requests; rows in which nothing is are left to the sentence below it where there are many. */
export function requestTable(say: Say, id: string, rows: readonly ReportRow[]) {
  const isLong = rows.length > 30
  const shown = isLong ? rows.filter((row) => row.requests !== 0) : rows
  const quiet = rows.length - shown.length
  const sorted = isLong ? [...shown].sort((one, other) => (other.requests ?? 0) - (one.requests ?? 0)) : shown
  return {
    id,
    title: say(`section.${id}`),
    columns: figuresOf(say, { ...EMPTY_ROW }).map(({ id: column, label }) => ({ id: column, label })),
    rows: sorted.map((row) => ({ name: row.name, figures: figuresOf(say, row) })),
    quiet: quiet === 0 ? null : say('page.quietCommunes', { count: quiet }),
    hasHidden: rows.some((row) => row.hidden),
    hasFigures: rows.some((row) => row.hidden || (row.requests ?? 0) > 0),
  }
}

export function peopleTable(say: Say, id: string, grouping: string, rows: readonly PeopleRow[]) {
  return {
    id,
    title: say(`section.${grouping}`),
    rows: rows.map((row) => ({
      name: row.name,
      asked: cellOf(say, row, row.asked),
      served: cellOf(say, row, row.served),
      share: row.hidden ? cellOf(say, row, null) : shareCell(say, row.share),
    })),
    hasHidden: rows.some((row) => row.hidden),
  }
}

function shareCell(say: Say, share: number | null): Cell {
  if (share === null) return { value: null, words: say('page.nobodyAsked'), more: null }
  return { value: share, words: `${formatNumber(share)} %`, more: null }
}

/** The indicators that the service counts fully. */
export function indicatorRows(say: Say, report: Report) {
  return report.indicators.flatMap(({ definition, name, requests, people }) => {
    if (people === null) return []
    const shown = { hidden: false }
    return [
      {
        id: definition.id,
        name,
        people,
        target: targetWords(definition, say),
        source: definition.source,
        requests: cellOf(say, shown, requests),
        asked: cellOf(say, shown, people.asked),
        served: cellOf(say, shown, people.served),
        share: shareCell(say, people.share),
        inNeed: people.inNeed === null ? say('notKnown') : formatNumber(people.inNeed),
        shareOfNeed: people.shareOfNeed === null ? say('notKnown') : `${formatNumber(people.shareOfNeed)} %`,
        askedStatusUnknown: cellOf(say, shown, people.askedStatusUnknown),
        askedOthers: cellOf(say, shown, people.askedOthers),
      },
    ]
  })
}

const EMPTY_ROW: ReportRow = {
  key: '',
  name: '',
  hidden: true,
  requests: null,
  settled: null,
  helped: null,
  refused: null,
  withdrawn: null,
  duplicates: null,
  confirmed: null,
  trueResolutionRate: null,
  overdue: null,
  late: null,
  firstAnswerMedian: null,
  firstAnswerP90: null,
  resolutionMedian: null,
  resolutionP90: null,
  ratings: null,
  ratingAverage: null,
}
