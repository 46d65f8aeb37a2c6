import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import type { WorkingCalendar } from './working-time.ts'

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write the time as HH:MM')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const confidence = z.enum(['high', 'medium', 'low'])
const days = z.array(z.strictObject({ day: z.iso.date(), name: z.string().min(1), confidence })).default([])

const file = z.strictObject({
  shifts: z
    .array(z.strictObject({ from: time, to: time }).refine((shift) => shift.from < shift.to, 'ends before it begins'))
    .min(1)
    .refine(
      (shifts) => shifts.every((shift, at) => at === 0 || (shifts[at - 1]?.to ?? 0) <= shift.from),
      'put the shifts in order, without overlap',
    ),
  shifts_confidence: confidence,
  weekend: z.array(z.int().min(0).max(6)).max(6, 'leave at least one working day'),
  first_year: z.int(),
  last_year: z.int(),
  yearly: z.array(z.string().regex(/^\d\d-\d\d$/, 'write the day as MM-DD')),
  holidays: days,
  extra_days: days,
})

/** Reads `calendar.yaml`: office hours and days off. */
export function readCalendar(flowsDirectory: string): { value: WorkingCalendar } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, 'calendar.yaml'), file)
  if ('faults' in read) return read
  const { shifts, weekend, first_year, last_year, yearly, holidays, extra_days } = read.value
  const years = Array.from({ length: Math.max(0, last_year - first_year + 1) }, (_, at) => first_year + at)
  return {
    value: {
      shifts,
      weekend: new Set(weekend),
      holidays: new Set([
        ...years.flatMap((year) => yearly.map((day) => `${year}-${day}`)),
        ...holidays.map((holiday) => holiday.day),
      ]),
      extraDays: new Set(extra_days.map((extra) => extra.day)),
    },
  }
}
