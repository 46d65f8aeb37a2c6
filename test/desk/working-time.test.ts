import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCalendar } from '../../src/desk/read-calendar.ts'
import {
  addWorkingDays,
  addWorkingMinutes,
  isWorkingMoment,
  nextWorkingMoment,
  subtractWorkingMinutes,
  type WorkingCalendar,
  workingMinutesBetween,
} from '../../src/desk/working-time.ts'

const MINUTE = 60_000

function theCalendar(): WorkingCalendar {
  const read = readCalendar(join(import.meta.dirname, '../../flows'))
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.value.base
}

const calendar = theCalendar()
/** A moment in Việt Nam. */
const at = (text: string) => new Date(`${text.replace(' ', 'T')}:00+07:00`)
const shown = (moment: Date) =>
  new Date(moment.getTime() + 7 * 60 * MINUTE).toISOString().slice(0, 16).replace('T', ' ')

describe('a promise of eight working hours', () => {
  it.each([
    ['on a Monday morning', '2026-11-16 07:30', '2026-11-17 08:00'],
    ['in the lunch break', '2026-11-16 12:00', '2026-11-17 14:00'],
    ['on a Friday afternoon', '2026-11-20 16:00', '2026-11-23 16:30'],
    ['on a Sunday night', '2026-11-22 23:30', '2026-11-24 08:00'],
    ['before the New Year holiday', '2026-12-31 16:00', '2027-01-04 16:30'],
    ['before Tết', '2026-02-13 16:00', '2026-02-23 16:30'],
    ['before a Saturday that is worked in exchange', '2026-01-09 16:00', '2026-01-10 16:30'],
  ])('that begins %s', (_, from, due) => {
    expect(shown(addWorkingMinutes(calendar, at(from), 480))).toBe(due)
  })

  it('ends with the shift, not at the start of the next one', () => {
    expect(shown(addWorkingMinutes(calendar, at('2026-11-16 07:30'), 240))).toBe('2026-11-16 11:30')
  })

  it('keeps the seconds of the start', () => {
    const from = new Date('2026-11-16T08:00:30+07:00')

    expect(addWorkingMinutes(calendar, from, 10)).toEqual(new Date('2026-11-16T08:10:30+07:00'))
  })
})

describe('a result promised in working days', () => {
  it.each([
    ['ten from a Monday', '2026-11-16 09:00', 10, '2026-11-30 17:00'],
    ['one from a Friday', '2026-11-20 09:00', 1, '2026-11-23 17:00'],
    ['one from a Saturday', '2026-11-21 09:00', 1, '2026-11-23 17:00'],
    ['two over 30 April and 1 May', '2026-04-29 18:00', 2, '2026-05-05 17:00'],
    ['one from just after midnight in Việt Nam', '2026-11-17 00:05', 1, '2026-11-18 17:00'],
    ['none from a Saturday', '2026-11-21 09:00', 0, '2026-11-23 17:00'],
  ])('%s', (_, from, days, due) => {
    expect(shown(addWorkingDays(calendar, at(from), days))).toBe(due)
  })
})

describe('working time', () => {
  const anyMinute = fc
    .integer({ min: at('2025-12-20 00:00').getTime() / MINUTE, max: at('2027-05-10 00:00').getTime() / MINUTE })
    .map((minute) => new Date(minute * MINUTE))

  it('measured back gives the minutes that were added', () => {
    fc.assert(
      fc.property(anyMinute, fc.integer({ min: 0, max: 20_000 }), (from, minutes) => {
        expect(workingMinutesBetween(calendar, from, addWorkingMinutes(calendar, from, minutes))).toBe(minutes)
      }),
      { numRuns: 300 },
    )
  })

  it('is nothing over a weekend, and nothing backwards', () => {
    expect(workingMinutesBetween(calendar, at('2026-11-20 17:00'), at('2026-11-23 07:30'))).toBe(0)
    expect(workingMinutesBetween(calendar, at('2026-11-23 10:00'), at('2026-11-20 10:00'))).toBe(0)
  })

  it('begins again with the next shift, never at night', () => {
    expect(shown(nextWorkingMoment(calendar, at('2026-11-20 17:00')))).toBe('2026-11-23 07:30')
    expect(shown(nextWorkingMoment(calendar, at('2026-11-23 12:10')))).toBe('2026-11-23 13:30')
    expect(shown(nextWorkingMoment(calendar, at('2026-11-23 09:00')))).toBe('2026-11-23 09:00')
    expect(isWorkingMoment(calendar, at('2026-11-23 22:00'))).toBe(false)
  })

  it('reaches over as many years as one likes', () => {
    const from = at('2026-11-23 08:00')

    const far = addWorkingMinutes(calendar, from, 450 * 250 * 40)

    expect(far.getTime()).toBeGreaterThan(at('2065-01-01 00:00').getTime())
    expect(subtractWorkingMinutes(calendar, far, 450 * 250 * 40)).toEqual(from)
  })

  it('takes less than 50 µs to find, also over months', () => {
    const started = performance.now()

    for (let count = 0; count < 2000; count++) addWorkingMinutes(calendar, at('2026-02-13 16:00'), 480 + count * 20)

    expect((performance.now() - started) / 2000).toBeLessThan(0.05)
  })
})
