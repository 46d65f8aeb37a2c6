/** Days as Vietnamese lists write them, and ages on a day. Pure; days are `YYYY-MM-DD`. */
import { tidy } from './words.ts'

/** A day that may be known to its year or month only. */
export type Written = { year: number; month?: number; day?: number }
export type WrittenFault = 'not_a_date' | 'no_such_day' | 'short_year' | 'serial_number'

const PATTERNS: readonly { pattern: RegExp; parts: readonly ('day' | 'month' | 'year')[] }[] = [
  { pattern: /^(\d{4})$/, parts: ['year'] },
  { pattern: /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/, parts: ['day', 'month', 'year'] },
  { pattern: /^ngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})$/i, parts: ['day', 'month', 'year'] },
  { pattern: /^(\d{1,2})[/.-](\d{4})$/, parts: ['month', 'year'] },
  { pattern: /^tháng (\d{1,2})(?: năm |\/)(\d{4})$/i, parts: ['month', 'year'] },
  { pattern: /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$/, parts: ['year', 'month', 'day'] },
]

/** `15/3/1950`, `03/1950`, `1950`, `1950-03-15`. The day comes before the month, always. */
export function readWritten(text: string): Written | WrittenFault {
  const words = tidy(text).replace(/\s*([/.-])\s*/g, '$1')
  for (const { pattern, parts } of PATTERNS) {
    const match = pattern.exec(words)
    if (match === null) continue
    const written: Written = { year: 0 }
    for (const [index, part] of parts.entries()) written[part] = Number(match[index + 1])
    return exists(written) ? written : 'no_such_day'
  }
  if (/^\d{5}$/.test(words)) return 'serial_number'
  return /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}$/.test(words) ? 'short_year' : 'not_a_date'
}

function exists({ year, month = 1, day = 1 }: Written): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const pad = (number: number) => String(number).padStart(2, '0')

/** First and last day that it can mean. */
function span({ year, month, day }: Written): { first: string; last: string } {
  if (month === undefined) return { first: `${year}-01-01`, last: `${year}-12-31` }
  if (day !== undefined) {
    const only = `${year}-${pad(month)}-${pad(day)}`
    return { first: only, last: only }
  }
  const end = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return { first: `${year}-${pad(month)}-01`, last: `${year}-${pad(month)}-${pad(end)}` }
}

/** Full years on a day: one age, or two when the birthday is not known and may or may not have come. Below 0: not born. */
export function agesOn(birth: Written, on: string): number[] {
  const { first, last } = span(birth)
  const ages = [yearsBetween(last < on || first > on ? last : on, on), yearsBetween(first, on)]
  return [...new Set(ages)]
}

function yearsBetween(from: string, to: string): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4))
  return to.slice(5) < from.slice(5) ? years - 1 : years
}

/** Full months since then, or `null` when the month is not known. Below 0: not yet. */
export function monthsSince(then: Written, on: string): number | null {
  if (then.month === undefined) return null
  const months = (Number(on.slice(0, 4)) - then.year) * 12 + Number(on.slice(5, 7)) - then.month
  return then.day !== undefined && Number(on.slice(8)) < then.day ? months - 1 : months
}

/** As it is shown: `15/03/1950`, `03/1950`, `1950`. */
export function writtenWords({ year, month, day }: Written): string {
  return [day, month]
    .flatMap((part) => (part === undefined ? [] : [pad(part)]))
    .concat(String(year))
    .join('/')
}
