/** The day in a typed answer: "20/11/2026", "20-11", "ngày mai", "thứ 5 tuần sau". Days are `YYYY-MM-DD`. */
import { fold } from './normalise.ts'

const DAY_MS = 86_400_000

/** `null` when no single day can be read. `today` is the local day on which the person wrote. */
export function readDate(text: string, today: string): string | null {
  const folded = fold(text.slice(0, 500))
    .replace(/[^\p{L}\p{N}/.-]+/gu, ' ')
    .trim()
  return writtenOut(folded, today) ?? inFigures(folded, today) ?? relative(folded, today)
}

function writtenOut(folded: string, today: string): string | null {
  const long = /(?:ngay|mung|mong)?\s*(\d{1,2})\s*(?:thang|thg|\/)\s*(\d{1,2})\s*(?:nam|\/)?\s*(\d{4})?(?!\d)/.exec(
    /thang|thg/.test(folded) ? folded : '',
  )
  if (long) return dayOf(long[3], long[2], long[1], today)
  const alone = /^(?:ngay|mung|mong)\s+(\d{1,2})(?:\s+thang\s+nay)?$/.exec(folded)
  if (alone) return nextDayOfMonth(Number(alone[1]), today)
  return null
}

function inFigures(folded: string, today: string): string | null {
  const iso = /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(folded)
  if (iso) return dayOf(iso[1], iso[2], iso[3], today)
  const full = /(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)/.exec(folded)
  if (full) return dayOf(full[3], full[2], full[1], today)
  const spaced = /^(\d{1,2}) (\d{1,2}) (\d{4})$/.exec(folded)
  if (spaced) return dayOf(spaced[3], spaced[2], spaced[1], today)
  const joined = /^(\d{2})(\d{2})((?:19|20)\d{2})$/.exec(folded)
  if (joined) return dayOf(joined[3], joined[2], joined[1], today)
  const short = /(?<![\d.])(\d{1,2})\s?[-/]\s?(\d{1,2})(?![\d/.-])/.exec(folded)
  if (short) return dayOf(undefined, short[2], short[1], today)
  return null
}

const DAYS_AWAY: readonly (readonly [RegExp, number])[] = [
  [/\bhom kia\b/, -2],
  [/\bhom qua\b/, -1],
  [/\b(?:hom nay|toi nay|chieu nay|sang nay|trua nay|bua nay)\b/, 0],
  [/\b(?:ngay kia|mot kia|ngay mot)\b/, 2],
  [/\b(?:ngay mai|sang mai|chieu mai|toi mai|trua mai)\b|^mai$|^mai\b/, 1],
  [/\btomorrow\b/, 1],
  [/\btoday\b/, 0],
]

function relative(folded: string, today: string): string | null {
  const weekday = weekdayOf(folded)
  const weeks = /\btuan (?:sau|toi)\b|next week/.test(folded) ? 1 : /\btuan (?:truoc|roi)\b/.test(folded) ? -1 : 0
  if (weekday !== null) {
    if (weeks !== 0 || /\btuan nay\b/.test(folded)) return addDays(monday(today), weeks * 7 + weekday)
    const ahead = (weekday - weekdayIndex(today) + 7) % 7
    return addDays(today, ahead)
  }
  const count = /\b(\d{1,3}|mot|hai|ba|bon|nam|sau|bay) (ngay|hom|tuan) (?:nua|sau|toi)\b/.exec(folded)
  if (count) return addDays(today, counted(count[1]) * (count[2] === 'tuan' ? 7 : 1))
  for (const [words, away] of DAYS_AWAY) if (words.test(folded)) return addDays(today, away)
  if (weeks === 1 && /^(?:ngay nay )?tuan (?:sau|toi)$/.test(folded)) return addDays(today, 7)
  return null
}

const SMALL = ['khong', 'mot', 'hai', 'ba', 'bon', 'nam', 'sau', 'bay']
const counted = (word: string | undefined) => (SMALL.includes(word ?? '') ? SMALL.indexOf(word ?? '') : Number(word))

const WEEKDAYS: readonly (readonly [RegExp, number])[] = [
  [/\b(?:thu|t) ?(?:2|hai)\b/, 0],
  [/\b(?:thu|t) ?(?:3|ba)\b/, 1],
  [/\b(?:thu|t) ?(?:4|tu)\b/, 2],
  [/\b(?:thu|t) ?(?:5|nam)\b/, 3],
  [/\b(?:thu|t) ?(?:6|sau)\b/, 4],
  [/\b(?:thu|t) ?(?:7|bay)\b/, 5],
  [/\b(?:chu nhat|cn)\b/, 6],
]

function weekdayOf(folded: string): number | null {
  return WEEKDAYS.find(([words]) => words.test(folded))?.[1] ?? null
}

function dayOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  today: string,
): string | null {
  const thisYear = Number(today.slice(0, 4))
  if (year !== undefined) return existing(fullYear(Number(year), thisYear), Number(month), Number(day))
  // Without a year the next such day is meant: people name the days to come.
  const here = existing(thisYear, Number(month), Number(day))
  if (here !== null && here >= today) return here
  return existing(thisYear + 1, Number(month), Number(day))
}

function fullYear(year: number, thisYear: number): number {
  if (year >= 100) return year
  return year + 2000 > thisYear + 5 ? year + 1900 : year + 2000
}

function nextDayOfMonth(day: number, today: string): string | null {
  const [year = 0, month = 0] = today.split('-').map(Number)
  for (let ahead = 0; ahead < 3; ahead++) {
    const found = existing(year + Math.floor((month - 1 + ahead) / 12), ((month - 1 + ahead) % 12) + 1, day)
    if (found !== null && found >= today) return found
  }
  return null
}

/** The day, when the calendar has it. */
function existing(year: number, month: number, day: number): string | null {
  if (year < 1900 || year > 2100) return null
  const date = new Date(Date.UTC(year, month - 1, day))
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same ? date.toISOString().slice(0, 10) : null
}

const at = (day: string) => new Date(`${day}T00:00:00Z`).getTime()
const addDays = (day: string, days: number) => new Date(at(day) + days * DAY_MS).toISOString().slice(0, 10)
/** Monday is 0. */
const weekdayIndex = (day: string) => (new Date(at(day)).getUTCDay() + 6) % 7
const monday = (day: string) => addDays(day, -weekdayIndex(day))
