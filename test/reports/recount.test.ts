import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Officer } from '../../src/officers/permissions.ts'
import { readIndicators } from '../../src/reports/indicator.ts'
import { readReport } from '../../src/reports/read-report.ts'
import { anOfficer, desk, sound } from '../desk/desk-builders.ts'
import { histories, play } from '../desk/random-histories.ts'
import { createDatabase } from '../support/database.ts'
import { ROOT } from '../support/definitions.ts'
import { quantileOf, type Recounted, recount } from './recount.ts'

const reports = sound(readIndicators(`${ROOT}/flows`))
const LATER = new Date('2027-12-01T08:00:00+07:00')
const span = { from: '2026-01-01', to: '2027-12-01', commune: null, department: null }

async function reportOf(sql: Awaited<ReturnType<typeof createDatabase>>['sql'], officer: Officer) {
  const outcome = await readReport({ ...desk, sql, reports }, officer, span, 'vi', LATER)
  if (outcome.kind !== 'done') throw new Error(outcome.kind)
  return outcome.report
}

/** What the reports have of a ticket. */
type Kept = Omit<Recounted, 'filedAt' | 'isConfirmed'>

/** Ordinary ones, in which the matter comes to an end, and sometimes begins again. */
const settledHistories = fc
  .tuple(
    fc.array(fc.constantFrom('reply', 'ask', 'said', 'note', 'time'), { maxLength: 4 }),
    fc.constantFrom(['confirm'], ['citizen-reopens'], ['citizen-reopens', 'resolve', 'confirm'], ['time'], []),
    fc.array(fc.constantFrom(0, 0.25, 3, 30, 100), { minLength: 8, maxLength: 8 }),
  )
  .map(([before, after, hours]) =>
    [...before, 'resolve' as const, ...after].map((move, at) => ({ move, who: 'admin', hours: hours[at] ?? 1 })),
  ) as unknown as typeof histories

describe('the figures of a report', async () => {
  const { sql } = await createDatabase()

  it('are those of a slow recount of the activity log, over random histories', { timeout: 120_000 }, async () => {
    const supervisor = await anOfficer(sql, { unitId: null, roles: ['supervisor'] })
    const chosen = [
      ...fc.sample(histories, { numRuns: 25, seed: 20_261_123 }),
      ...fc.sample(settledHistories, { numRuns: 25, seed: 1 }),
    ]
    const told: Recounted[] = []
    const kept: Kept[] = []
    for (const history of chosen) {
      // Days off that are set in the middle are in no ticket's log.
      const played = history.map((step) => ({
        ...step,
        move: step.move === 'calendar' ? ('note' as const) : step.move,
      }))
      await play(sql, played, new Set())
      const rows = await sql<(Kept & { id: number })[]>`
        select ticket_id as id, first_answer_minutes as "firstAnswerMinutes", resolution_minutes as "resolutionMinutes",
          is_finished as "isFinished", result, unit_id as "unitId"
        from ticket_dimensions order by ticket_id offset ${told.length}`
      for (const { id, ...row } of rows) {
        told.push(await recount(sql, id))
        kept.push(row)
      }
    }

    const report = await reportOf(sql, supervisor)

    expect(kept).toEqual(told.map(({ filedAt: _, isConfirmed: __, ...rest }) => rest))
    const counted = told.filter((one) => one.result !== 'duplicate')
    const settled = counted.filter((one) => one.isFinished && one.result !== null)
    const answers = counted.flatMap(({ firstAnswerMinutes }) => firstAnswerMinutes ?? [])
    const ends = counted.flatMap(({ resolutionMinutes }) => resolutionMinutes ?? [])
    expect(report.total).toMatchObject({
      requests: told.length,
      settled: settled.length,
      confirmed: settled.filter((one) => one.isConfirmed).length,
      firstAnswerMedian: quantileOf(answers, 0.5),
      firstAnswerP90: quantileOf(answers, 0.9),
      resolutionMedian: quantileOf(ends, 0.5),
      resolutionP90: quantileOf(ends, 0.9),
    })
    expect(settled.length).toBeGreaterThan(10)
    const byUnit = Map.groupBy(told, (one) => one.unitId)
    expect(report.by.unit.map(({ key, requests }) => [key, requests])).toEqual(
      [...byUnit].map(([unit, ones]) => [unit, ones.length]).sort(),
    )
  })
})
