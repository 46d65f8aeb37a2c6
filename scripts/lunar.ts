import { CalendarVietnamese } from 'date-chinese'
import type { CalendarFile } from '../src/desk/read-calendar.ts'
import type { Fault } from '../src/errors.ts'

/** The day of the common calendar on which a day of the lunar year falls that begins in `year`; leap months are passed over. */
export function solarOfLunar(year: number, month: number, day: number): { year: number; month: number; day: number } {
  const calendar = new CalendarVietnamese()
  // By summer the lunar year has begun, whenever it did.
  calendar.fromGregorian(year, 6, 1)
  const [cycle = 0, inCycle = 0] = calendar.get()
  calendar.set(cycle, inCycle, month, false, day)
  return calendar.toGregorian(year)
}

/**
 * The lunar days that `calendar.yaml` writes down, against a library: the product itself needs no astronomy, which would
 * stay in memory for a few days of each year.
 */
export function checkLunarDays({ lunar_days: lunarDays }: Pick<CalendarFile, 'lunar_days'>): Fault[] {
  return Object.entries(lunarDays).flatMap(([lunar, days]) =>
    days.flatMap((written) => {
      const found = solarOfLunar(Number(written.slice(0, 4)), Number(lunar.slice(0, 2)), Number(lunar.slice(3)))
      const day = new Date(Date.UTC(found.year, found.month - 1, found.day)).toISOString().slice(0, 10)
      return day === written ? [] : [{ where: 'flows/calendar.yaml', what: `lunar ${lunar} is ${day}, not ${written}` }]
    }),
  )
}
