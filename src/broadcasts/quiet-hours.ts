/** When policy messages may leave, in Asia/Ho_Chi_Minh. Pure. */
import type { BroadcastRules } from './rules.ts'

type QuietHours = BroadcastRules['quietHours']

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const OFFSET_MINUTES = 7 * 60

/** The next moment in which messages may leave: `at` itself in the daytime, the end of the night otherwise. */
export function nextDecentMoment(quiet: QuietHours, at: Date): Date {
  const minute = localMinute(at)
  if (!isQuietMinute(quiet, minute)) return at
  const left = (quiet.toMinute - minute + DAY_MINUTES) % DAY_MINUTES
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS)
}

export function isQuiet(quiet: QuietHours, at: Date): boolean {
  return isQuietMinute(quiet, localMinute(at))
}

/** When work of so many seconds is done that begins at `from` and rests at night. */
export function endOfWork(quiet: QuietHours, from: Date, seconds: number): Date {
  let at = nextDecentMoment(quiet, from)
  let leftMs = seconds * 1_000
  const dayMs = ((quiet.fromMinute - quiet.toMinute + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS
  const untilNight = nightAfter(quiet, at).getTime() - at.getTime()
  if (leftMs <= untilNight) return new Date(at.getTime() + leftMs)
  leftMs -= untilNight
  at = nextDecentMoment(quiet, nightAfter(quiet, at))
  const wholeDays = Math.max(0, Math.ceil(leftMs / dayMs) - 1)
  return new Date(at.getTime() + wholeDays * DAY_MINUTES * MINUTE_MS + (leftMs - wholeDays * dayMs))
}

/** The next beginning of the quiet hours. */
function nightAfter(quiet: QuietHours, at: Date): Date {
  const left = (quiet.fromMinute - localMinute(at) + DAY_MINUTES) % DAY_MINUTES
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS)
}

function isQuietMinute({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
}

function localMinute(at: Date): number {
  return (Math.floor(at.getTime() / MINUTE_MS) + OFFSET_MINUTES) % DAY_MINUTES
}
