import { localDay } from '../clock.ts'
import type { Language } from '../i18n.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const SOON_MS = 4 * HOUR_MS
const LOCALES: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' }

/** How a deadline is shown: a text key with values, and when it is in full. */
interface DueWords {
  state: 'overdue' | 'soon' | 'later' | 'paused' | 'none'
  key: string
  values: Record<string, string>
  /** `16:30, thứ Hai, 30/11/2026`; null where there is no deadline. */
  moment: string | null
}

/** The next promise as an officer reads it. A paused promise has no moment: it moves as long as the citizen is awaited. */
export function dueWords(
  { dueAt, pausedAt }: { dueAt: Date | null; pausedAt: Date | null },
  now: Date,
  language: Language,
): DueWords {
  if (dueAt === null) return { state: 'none', key: 'console.due.none', values: {}, moment: null }
  if (pausedAt !== null) {
    const since = momentWords(pausedAt, language)
    return { state: 'paused', key: 'console.due.paused', values: { since }, moment: null }
  }
  const left = dueAt.getTime() - now.getTime()
  const values = { span: spanWords(Math.abs(left), language) }
  const moment = momentWords(dueAt, language)
  if (left < 0) return { state: 'overdue', key: 'console.due.overdue', values, moment }
  if (left < SOON_MS) return { state: 'soon', key: 'console.due.left', values, moment }
  return { state: 'later', key: 'console.due.left', values, moment }
}

/** `3 giờ`, `5 ngày`: the largest whole unit. */
function spanWords(ms: number, language: Language): string {
  const [count, unit] =
    ms < HOUR_MS
      ? ([Math.max(1, Math.floor(ms / MINUTE_MS)), 'minute'] as const)
      : ms < DAY_MS
        ? ([Math.floor(ms / HOUR_MS), 'hour'] as const)
        : ([Math.floor(ms / DAY_MS), 'day'] as const)
  return new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** `16:30, thứ Hai, 30/11/2026`. */
export function momentWords(at: Date, language: Language): string {
  return `${timeWords(at)}, ${weekdayWords(at, language)}, ${dayWords(at)}`
}

/** `09:15` for something of today, `09:15 30/11/2026` otherwise. */
export function shortMomentWords(at: Date, now: Date): string {
  return localDay(at) === localDay(now) ? timeWords(at) : `${timeWords(at)} ${dayWords(at)}`
}

/** As Vietnamese offices spell them inside of a line: `thứ Hai`, but `Chủ nhật`. */
const WEEKDAYS_VI = ['Chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy']

function weekdayWords(at: Date, language: Language): string {
  const weekday = new Date(`${localDay(at)}T00:00:00Z`).getUTCDay()
  if (language === 'vi') return WEEKDAYS_VI[weekday] ?? ''
  return new Intl.DateTimeFormat(LOCALES[language], { weekday: 'long', timeZone: 'Asia/Ho_Chi_Minh' }).format(at)
}

function timeWords(at: Date): string {
  return new Date(at.getTime() + 7 * HOUR_MS).toISOString().slice(11, 16)
}

function dayWords(at: Date): string {
  const [year, month, day] = localDay(at).split('-')
  return `${day}/${month}/${year}`
}
