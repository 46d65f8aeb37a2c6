/** How long it takes to find a deadline, side by side with walking from day to day. */
import { join } from 'node:path'
import { readCalendar } from '../src/desk/read-calendar.ts'
import {
  addWorkingDays,
  addWorkingMinutes,
  type WorkingCalendar,
  workingMinutesBetween,
} from '../src/desk/working-time.ts'

const GOAL_MICROSECONDS = 50
const DAY_MS = 86_400_000
const OFFSET_MS = 7 * 3_600_000
const ROUNDS = 200_000

const read = readCalendar(join(import.meta.dirname, '../flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const calendar = read.value.base
const FIRST = Date.parse('2026-01-02T02:00:00Z')
const moments = Array.from({ length: 1000 }, (_, at) => new Date(FIRST + at * 7 * 3_600_000 + at * 61_000))

/** The plain way: looks at every day from the start to the deadline. */
function walked(on: WorkingCalendar, from: Date, minutes: number): Date {
  let left = minutes * 60_000
  for (let day = Math.floor((from.getTime() + OFFSET_MS) / DAY_MS); ; day++) {
    const name = new Date(day * DAY_MS).toISOString().slice(0, 10)
    const isOff = on.weekend.has(new Date(day * DAY_MS).getUTCDay()) || on.holidays.has(name)
    if (isOff && !on.extraDays.has(name)) continue
    for (const shift of on.shifts) {
      const start = Math.max(day * DAY_MS - OFFSET_MS + shift.from * 60_000, from.getTime())
      const span = day * DAY_MS - OFFSET_MS + shift.to * 60_000 - start
      if (span <= 0) continue
      if (left <= span) return new Date(start + left)
      left -= span
    }
  }
}

/** Microseconds of one call, at the median and the slowest hundredth of batches of 100. */
function measure(call: (from: Date) => unknown): { median: number; p99: number } {
  const times: number[] = []
  for (let done = 0; done < ROUNDS; done += 100) {
    const started = performance.now()
    for (let at = 0; at < 100; at++) call(moments[(done + at) % moments.length] ?? new Date(FIRST))
    times.push((performance.now() - started) * 10)
  }
  times.sort((left, right) => left - right)
  const nth = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return { median: nth(0.5), p99: nth(0.99) }
}

const until = new Date('2027-11-23T02:00:00Z')
const rows: [string, (from: Date) => unknown, ((from: Date) => unknown) | null][] = [
  [
    'first answer, 8 working hours',
    (from) => addWorkingMinutes(calendar, from, 480),
    (from) => walked(calendar, from, 480),
  ],
  ['result, 10 working days', (from) => addWorkingDays(calendar, from, 10), null],
  [
    'a year of working hours',
    (from) => addWorkingMinutes(calendar, from, 450 * 250),
    (from) => walked(calendar, from, 450 * 250),
  ],
  ['working time between two years', (from) => workingMinutesBetween(calendar, from, until), null],
]

process.stdout.write(
  '## Deadlines\n\n| what | median, µs | p99, µs | goal, µs | walking day by day, median µs |\n| --- | ---: | ---: | ---: | ---: |\n',
)
for (const [name, call, plain] of rows) {
  const { median, p99 } = measure(call)
  const beside = plain === null ? '' : measure(plain).median.toFixed(2)
  process.stdout.write(`| ${name} | ${median.toFixed(2)} | ${p99.toFixed(2)} | < ${GOAL_MICROSECONDS} | ${beside} |\n`)
}
