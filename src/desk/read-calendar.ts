import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import type { CalendarBook } from './calendars.ts'
import { daysOffByLaw, holidayRuleSchema, lunarDayIn, lunarDaysSchema } from './holiday-rules.ts'
import type { WorkingCalendar } from './working-time.ts'

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write the time as HH:MM')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const confidence = z.enum(['high', 'medium', 'low'])
const days = z.array(z.strictObject({ day: z.iso.date(), name: z.string().min(1), confidence })).default([])
const shifts = z
  .array(z.strictObject({ from: time, to: time }).refine((shift) => shift.from < shift.to, 'ends before it begins'))
  .min(1)
  .refine(
    (all) => all.every((shift, at) => at === 0 || (all[at - 1]?.to ?? 0) <= shift.from),
    'put the shifts in order, without overlap',
  )
const weekend = z.array(z.int().min(0).max(6)).max(6, 'leave at least one working day')
const year = z.int().min(2000).max(2100)

const file = z
  .strictObject({
    shifts,
    shifts_confidence: confidence,
    weekend,
    first_year: year,
    last_year: year,
    rules: z.array(holidayRuleSchema),
    rules_confidence: confidence,
    lunar_days: lunarDaysSchema,
    announced: z.array(year),
    holidays: days,
    extra_days: days,
    units: z.record(
      z.string(),
      z.strictObject({ shifts: shifts.optional(), weekend: weekend.optional(), holidays: days, extra_days: days }),
    ),
  })
  .refine(({ announced, holidays }) => holidays.every(({ day }) => announced.includes(Number(day.slice(0, 4)))), {
    path: ['holidays'],
    error: 'a listed day lies in a year that is not among `announced`: list the whole year, then name it there',
  })
  .superRefine((written, context) => {
    for (const rule of written.rules.filter(({ calendar }) => calendar === 'lunar')) {
      const missing = yearsByLaw(written).filter((one) => lunarDayIn(rule, one, written.lunar_days) === undefined)
      if (missing.length > 0) {
        context.addIssue({
          code: 'custom',
          path: ['lunar_days'],
          message: `${rule.name} has no day in ${missing.join(', ')}`,
        })
      }
    }
  })

/** A calendar as it is written down. */
export type CalendarFile = z.output<typeof file>

export function readCalendarFile(flowsDirectory: string): { value: CalendarFile } | { faults: Fault[] } {
  return readYaml(join(flowsDirectory, 'calendar.yaml'), file)
}

/** Reads `calendar.yaml`: office hours and days off. */
export function readCalendar(flowsDirectory: string): { value: CalendarBook } | { faults: Fault[] } {
  const read = readCalendarFile(flowsDirectory)
  if ('faults' in read) return read
  const { value } = read
  const base = calendarOf(value, {})
  const ofUnit = Object.entries(value.units).map(([unit, own]) => [unit, calendarOf(value, own)] as const)
  return { value: { base, ofUnit: new Map(ofUnit) } }
}

/** Years whose schedule is not announced. */
function yearsByLaw(written: { first_year: number; last_year: number; announced: readonly number[] }): number[] {
  const count = Math.max(0, written.last_year - written.first_year + 1)
  return Array.from({ length: count }, (_, at) => written.first_year + at).filter(
    (one) => !written.announced.includes(one),
  )
}

function calendarOf(written: CalendarFile, own: Partial<CalendarFile['units'][string]>): WorkingCalendar {
  const weekend = new Set(own.weekend ?? written.weekend)
  const law = { rules: written.rules, lunarDays: written.lunar_days }
  const byLaw = yearsByLaw(written).flatMap((one) => daysOffByLaw(law, one, weekend))
  const listed = [...written.holidays, ...(own.holidays ?? [])].map(({ day }) => day)
  const extra = [...written.extra_days, ...(own.extra_days ?? [])].map(({ day }) => day)
  return {
    shifts: own.shifts ?? written.shifts,
    weekend,
    holidays: new Set([...byLaw, ...listed]),
    extraDays: new Set(extra),
  }
}
