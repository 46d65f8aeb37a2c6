/** The product's clock. `now` is asked wherever a rule needs the time; rules themselves take `now` as an argument. */
export interface Clock {
  now(): Date
}

/** The machine's clock moved by `offsetSeconds` (`CLOCK_OFFSET_SECONDS`, for trials). */
export function systemClock(offsetSeconds = 0): Clock {
  const offsetMs = offsetSeconds * 1000
  return { now: () => new Date(Date.now() + offsetMs) }
}

/** Viet Nam has kept UTC+7 without summer time since 1975, so local days need no time-zone library. */
const HO_CHI_MINH_OFFSET_MS = 7 * 3_600_000

/** The calendar day in Asia/Ho_Chi_Minh, as `YYYY-MM-DD`. */
export function localDay(at: Date): string {
  return new Date(at.getTime() + HO_CHI_MINH_OFFSET_MS).toISOString().slice(0, 10)
}

/** ISO 8601 with the offset of Asia/Ho_Chi_Minh, e.g. `2026-11-23T09:30:00+07:00`. */
export function isoLocal(at: Date): string {
  return `${new Date(at.getTime() + HO_CHI_MINH_OFFSET_MS).toISOString().slice(0, 19)}+07:00`
}
