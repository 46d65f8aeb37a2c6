import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { solarOfLunar } from '../../scripts/lunar.ts'
import { readCalendar } from '../../src/desk/read-calendar.ts'
import { sound } from './desk-builders.ts'

const { base } = sound(readCalendar(join(import.meta.dirname, '../../flows')))
const dayOf = ({ year, month, day }: { year: number; month: number; day: number }) =>
  [year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
const daysOff = (from: string, to: string) => [...base.holidays].filter((day) => from <= day && day <= to).sort()

describe('the lunar calendar of Việt Nam', () => {
  it.each([
    [2022, '2022-02-01', '2022-04-10'],
    [2023, '2023-01-22', '2023-04-29'],
    [2024, '2024-02-10', '2024-04-18'],
    [2025, '2025-01-29', '2025-04-07'],
    [2026, '2026-02-17', '2026-04-26'],
    [2027, '2027-02-06', '2027-04-16'],
  ])('has Tết and the day of the Hùng Kings of %i where they were', (year, tet, hung) => {
    expect(dayOf(solarOfLunar(year, 1, 1))).toBe(tet)
    expect(dayOf(solarOfLunar(year, 3, 10))).toBe(hung)
  })

  it('is not the Chinese one: in 2007 and 2030 Tết comes a day before, in 1985 a month', () => {
    expect([1985, 2007, 2030].map((year) => dayOf(solarOfLunar(year, 1, 1)))).toEqual([
      '1985-01-21',
      '2007-02-17',
      '2030-02-02',
    ])
  })
})

describe('a year whose schedule was announced', () => {
  it('has the days off and the exchanged Saturdays that officials had', () => {
    expect(daysOff('2025-01-20', '2025-02-05')).toEqual([
      '2025-01-27',
      '2025-01-28',
      '2025-01-29',
      '2025-01-30',
      '2025-01-31',
    ])
    expect(base.extraDays.has('2025-04-26')).toBe(true)
  })
})

describe('a year whose schedule is not known yet', () => {
  it('has the days of Tết that are off whichever way is chosen, with those that make up for a weekend', () => {
    expect(daysOff('2027-01-20', '2027-02-20')).toEqual(['2027-02-05', '2027-02-08', '2027-02-09', '2027-02-10'])
  })

  it('moves a holiday on a Saturday to the Monday after', () => {
    expect(daysOff('2027-04-25', '2027-05-10')).toEqual(['2027-04-30', '2027-05-03'])
  })

  it('is filled for every year up to the last one', () => {
    const years = new Set([...base.holidays].map((day) => day.slice(0, 4)))

    expect(years.size).toBe(2045 - 2022 + 1)
  })
})
