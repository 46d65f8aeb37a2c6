import { z } from 'zod'

/*
 * Days off of a year whose schedule is not announced yet, from what the law says of every year. Pure.
 */

const offset = z.int().min(-10).max(10)

export const holidayRuleSchema = z.strictObject({
  name: z.string().min(1),
  calendar: z.enum(['solar', 'lunar']),
  month: z.int().min(1).max(12),
  day: z.int().min(1).max(31),
  ways: z.array(z.array(offset).min(1)).min(1),
})
export type HolidayRule = z.infer<typeof holidayRuleSchema>

/** Days of the lunar calendar of Việt Nam (`MM-DD`) and the days of the common calendar on which they fall, year by year. */
export const lunarDaysSchema = z.record(z.string().regex(/^\d\d-\d\d$/), z.array(z.iso.date()))
export type LunarDays = z.infer<typeof lunarDaysSchema>

const DAY_MS = 86_400_000

/**
 * Days (`YYYY-MM-DD`) of the week that are off in a year whichever ways are chosen. A holiday that falls on a day off is
 * made up for by the next day that would be worked.
 */
export function daysOffByLaw(
  { rules, lunarDays }: { rules: readonly HolidayRule[]; lunarDays: LunarDays },
  year: number,
  weekend: ReadonlySet<number>,
): string[] {
  const dated = rules.map((rule) => ({ middle: middleOf(rule, year, lunarDays), ways: rule.ways }))
  const choices = dated.reduce<number[][]>(
    (made, { middle, ways }) =>
      made.flatMap((days) => ways.map((way) => [...days, ...way.map((days) => middle + days)])),
    [[]],
  )
  const [first = [], ...others] = choices.map((days) => withMakeUpDays(days, weekend))
  return first.filter((day) => others.every((other) => other.includes(day))).map(nameOf)
}

function withMakeUpDays(holidays: readonly number[], weekend: ReadonlySet<number>): number[] {
  const isOff = (day: number) => weekend.has(weekdayOf(day))
  const taken = new Set(holidays)
  for (const holiday of [...taken].sort((left, right) => left - right)) {
    if (!isOff(holiday)) continue
    let day = holiday + 1
    while (isOff(day) || taken.has(day)) day++
    taken.add(day)
  }
  return [...taken].filter((day) => !isOff(day)).sort((left, right) => left - right)
}

function middleOf(rule: HolidayRule, year: number, lunarDays: LunarDays): number {
  const day =
    rule.calendar === 'solar'
      ? `${year}-${twoDigits(rule.month)}-${twoDigits(rule.day)}`
      : lunarDayIn(rule, year, lunarDays)
  if (day === undefined) throw new Error(`The lunar calendar of ${year} is not written down`)
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS
}

/** The day of the common calendar on which the rule's lunar day falls in that year; undefined when it is not written down. */
export function lunarDayIn(
  { month, day }: Pick<HolidayRule, 'month' | 'day'>,
  year: number,
  lunarDays: LunarDays,
): string | undefined {
  return lunarDays[`${twoDigits(month)}-${twoDigits(day)}`]?.find((one) => one.startsWith(`${year}-`))
}

const twoDigits = (count: number) => String(count).padStart(2, '0')

function weekdayOf(day: number): number {
  return new Date(day * DAY_MS).getUTCDay()
}

function nameOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
