/** Spans of local days that a report is about. Pure; days are `YYYY-MM-DD`, both included. */
import type { Fault } from '../errors.ts'

export interface Span {
  from: string
  to: string
}

/** One report counts no more than this, so that none can hold up the desk. */
const MOST_YEARS = 6

/** Days with which a span can be asked for at all. */
const FIRST_DAY = '2000-01-01'
const LAST_DAY = '2099-12-31'

export function yearSpan(year: number): Span {
  return { from: `${year}-01-01`, to: `${year}-12-31` }
}

/** `quarter` 1 to 4. */
export function quarterSpan(year: number, quarter: number): Span {
  return { from: monthSpan(year, quarter * 3 - 2).from, to: monthSpan(year, quarter * 3).to }
}

/** `month` 1 to 12. */
export function monthSpan(year: number, month: number): Span {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const of = `${year}-${String(month).padStart(2, '0')}`
  return { from: `${of}-01`, to: `${of}-${last}` }
}

export function spanFaults({ from, to }: Span): Fault[] {
  for (const [where, day] of Object.entries({ from, to })) {
    if (day < FIRST_DAY || day > LAST_DAY) return [{ where, what: `lies outside of ${FIRST_DAY} to ${LAST_DAY}` }]
  }
  if (from > to) return [{ where: 'to', what: 'ends before it begins' }]
  const most = `${Number(from.slice(0, 4)) + MOST_YEARS}${from.slice(4)}`
  return to < most ? [] : [{ where: 'to', what: `ask for at most ${MOST_YEARS} years at once` }]
}

export function stateOf({ from, to }: Span, today: string): 'past' | 'running' | 'future' {
  if (from > today) return 'future'
  return to < today ? 'past' : 'running'
}

/** `YYYY-MM` of every month of the span that has begun. */
export function monthsOf({ from, to }: Span, today: string): string[] {
  const last = (to < today ? to : today).slice(0, 7)
  const months: string[] = []
  let [year = 0, month = 0] = from.split('-').map(Number)
  for (;;) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    if (name > last) return months
    months.push(name)
    month = month === 12 ? 1 : month + 1
    if (month === 1) year++
  }
}
