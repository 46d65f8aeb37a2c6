import type { Secrets } from '../secrets.ts'
import type { AnswerLine } from './services.ts'

/*
 * Names and phone numbers can be found without being readable: the ticket keeps keyed hashes of the folded words of a
 * name and of the digits of a phone or identity number.
 */

const NAMES = /(^|[_.-])name$/
const NUMBERS = /(^|[_.-])(phone|identity_number)$/
const FEWEST_DIGITS = 7

/** `Trần Thị Đào` → `tran`, `thi`, `dao`. */
export function foldWords(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Digits in one form: `+84 912 345 678` and `0912.345.678` are the same phone. */
function digitsOf(text: string): string {
  return text.replace(/\D/g, '').replace(/^84(?=\d{9}$)/, '0')
}

export function hashesOfAnswers(secrets: Secrets, answers: readonly AnswerLine[]): string[] {
  const terms = answers.flatMap(({ id, value }) => {
    if (NAMES.test(id)) return foldWords(value)
    return NUMBERS.test(id) && digitsOf(value).length >= FEWEST_DIGITS ? [digitsOf(value)] : []
  })
  return hashes(secrets, terms)
}

/** What a ticket must carry, all of it, to be found by these words. */
export function hashesOfQuery(secrets: Secrets, query: string): string[] {
  const digits = digitsOf(query)
  const isNumber = /^[\d\s+.()-]+$/.test(query) && digits.length >= FEWEST_DIGITS
  return hashes(secrets, isNumber ? [digits] : foldWords(query))
}

function hashes(secrets: Secrets, terms: readonly string[]): string[] {
  return [...new Set(terms)].map((term) => secrets.keyedHash('ticket-search', term).toString('base64url', 0, 16))
}

/** The ticket numbers that `HY-2026-000123`, `2026-123` or a bare `123` may mean. */
export function numbersOfQuery(query: string, year: number): string[] {
  const found = query.trim().match(/^(?:HY[-\s]?)?(?:(20\d\d)[-\s])?(\d{1,9})$/i)
  if (!found?.[2]) return []
  const years = found[1] === undefined ? [year, year - 1] : [Number(found[1])]
  return years.map((of) => ticketNumber(of, Number(found[2])))
}

export function ticketNumber(year: number, count: number): string {
  return `HY-${year}-${String(count).padStart(6, '0')}`
}
