import type { Sql } from '../../src/db/client.ts'
import { activitySince } from '../../src/desk/activity.ts'
import { RESULTS } from '../../src/desk/ticket.ts'
import { workingMinutesBetween } from '../../src/desk/working-time.ts'
import { desk } from '../desk/desk-builders.ts'

/** What one ticket comes to, told from its activity alone, line by line. */
export interface Recounted {
  filedAt: Date
  isFinished: boolean
  result: string | null
  isConfirmed: boolean
  unitId: string
  firstAnswerMinutes: number | null
  resolutionMinutes: number | null
}

const ANSWERS = ['reply', 'ask', 'resolve', 'said-elsewhere']

export async function recount(sql: Sql, ticketId: number): Promise<Recounted> {
  const lines = await activitySince(sql, ticketId, 0)
  const [filed] = lines
  if (filed?.verb !== 'filed') throw new Error('The log does not begin with the filing')
  const told: Recounted = {
    filedAt: filed.at,
    isFinished: false,
    result: null,
    isConfirmed: false,
    unitId: String(filed.facts.unit),
    firstAnswerMinutes: null,
    resolutionMinutes: null,
  }
  let waitsSince: Date | null = null
  let waited = 0
  for (const { verb, at, facts } of lines) {
    const calendar = desk.calendars.of(told.unitId)
    const minutes = () => Math.max(0, Math.floor(workingMinutesBetween(calendar, told.filedAt, at) - waited))
    const ends = ['said', 'release', 'resolve', 'reopen', 'confirmed', 'withdrawn', 'merge']
    if (waitsSince !== null && ends.includes(verb)) {
      waited += workingMinutesBetween(calendar, waitsSince, at)
      waitsSince = null
    }
    if (verb === 'ask') waitsSince ??= at
    if (verb === 'took-in' && typeof facts.filed_at === 'string') {
      told.filedAt = new Date(facts.filed_at)
      waited = Number(facts.waited)
    }
    if (verb === 'took-in' && typeof facts.answered_at === 'string') {
      const taken = workingMinutesBetween(calendar, told.filedAt, new Date(facts.answered_at)) - waited
      told.firstAnswerMinutes ??= Math.max(0, Math.floor(taken))
    }
    if (ANSWERS.includes(verb)) told.firstAnswerMinutes ??= minutes()
    if (verb === 'resolve' || verb === 'merge') {
      told.isFinished = true
      told.result = RESULTS.find((result) => result === facts.result) ?? null
      told.resolutionMinutes = minutes()
    }
    if (verb === 'reopen') {
      told.isFinished = false
      told.result = null
      told.isConfirmed = false
      told.resolutionMinutes = null
    }
    if (verb === 'confirmed') told.isConfirmed = true
    if ((verb === 'accept' || verb === 'moved') && typeof facts.to_unit === 'string') told.unitId = facts.to_unit
  }
  return told
}

/** The value at a share of a sorted list, rounded as a report rounds. */
export function quantileOf(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  const exact = sorted[Math.ceil(sorted.length * share) - 1]
  if (exact === undefined) return null
  if (exact < 60) return exact
  return exact < 480 ? exact - (exact % 5) : exact - (exact % 30)
}
