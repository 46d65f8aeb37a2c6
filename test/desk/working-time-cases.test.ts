import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addWorkingDays,
  addWorkingMinutes,
  subtractWorkingMinutes,
  type WorkingCalendar,
  workingMinutesBetween,
} from '../../src/desk/working-time.ts'
import { slowlyAdded, slowlyBetween, slowlyDaysAdded, slowlySubtracted } from './working-time-oracle.ts'

/** Four questions are asked of every case. `CASES=1000000` asks more. */
const CASES = Number(process.env.CASES ?? 2000)
const MINUTE = 60_000

const dayAround = fc
  .integer({ min: 0, max: 60 })
  .map((days) => new Date(Date.UTC(2026, 0, 15) + days * 86_400_000).toISOString().slice(0, 10))
const someDays = fc.array(dayAround, { maxLength: 12 }).map((days): ReadonlySet<string> => new Set(days))

/** Offices of all kinds: one to three shifts, weekends of up to six days, holidays and exchanged days at random. */
const calendars: fc.Arbitrary<WorkingCalendar> = fc.record({
  shifts: fc
    .uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 6 })
    .map((times) => [...times].sort((left, right) => left - right))
    .map((times) =>
      times.flatMap((from, at) => {
        const to = times[at + 1]
        return at % 2 === 0 && to !== undefined ? [{ from, to }] : []
      }),
    ),
  weekend: fc
    .uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 6 })
    .map((days): ReadonlySet<number> => new Set(days)),
  holidays: someDays,
  extraDays: someDays,
})
const moments = fc
  .integer({ min: Date.UTC(2026, 0, 20) / MINUTE, max: Date.UTC(2026, 2, 1) / MINUTE })
  .map((minute) => new Date(minute * MINUTE))

describe('every deadline', () => {
  it(
    'is the one that counting minute by minute finds, in any office and whatever the days off',
    () => {
      const cases = fc.record({
        calendar: calendars,
        from: moments,
        apart: fc.integer({ min: -1440, max: 20 * 1440 }),
        minutes: fc.integer({ min: 0, max: 1500 }),
        days: fc.integer({ min: 0, max: 4 }),
      })

      fc.assert(
        fc.property(cases, ({ calendar, from, apart, minutes, days }) => {
          const to = new Date(from.getTime() + apart * MINUTE)
          // A day without minutes enough would keep the slow one counting for years.
          const spans = Math.min(minutes, calendar.shifts.reduce((sum, shift) => sum + shift.to - shift.from, 0) * 3)
          expect(addWorkingMinutes(calendar, from, spans)).toEqual(slowlyAdded(calendar, from, spans))
          expect(subtractWorkingMinutes(calendar, from, spans)).toEqual(slowlySubtracted(calendar, from, spans))
          expect(workingMinutesBetween(calendar, from, to)).toBe(slowlyBetween(calendar, from, to))
          expect(addWorkingDays(calendar, from, days)).toEqual(slowlyDaysAdded(calendar, from, days))
        }),
        { numRuns: CASES },
      )
    },
    Math.max(60_000, CASES * 30),
  )
})
