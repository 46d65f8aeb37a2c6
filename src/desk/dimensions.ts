/**
 * What a report may know of the person behind a ticket: a few coarse particulars, read from what the request itself
 * asked. They are kept beside the ticket so that counting never opens what is sealed. Pure.
 */
import type { AnswerLine } from './services.ts'

export interface PersonDimensions {
  gender: string | null
  ageBand: string | null
  householdStatus: string | null
}

export const GENDERS = ['female', 'male'] as const
/** Bands of a report, from this age on; no right hangs on them. */
export const AGE_BANDS = { under_16: 0, from_16: 16, from_36: 36, from_60: 60 } as const
export const HOUSEHOLD_STATUSES = ['poor', 'near_poor', 'escaped_poverty', 'average_living', 'none'] as const

/** As they were said: `null` or left out is not known, and so is every value that has no place in a report. */
export function dimensionsOf(facts: Readonly<Record<string, unknown>>): PersonDimensions {
  return {
    gender: oneOf(GENDERS, facts.sex),
    ageBand: bandOf(facts.age),
    householdStatus: oneOf(HOUSEHOLD_STATUSES, facts.household_status),
  }
}

/** Facts from the answers of a request that an officer wrote down, where they hold the values and not words for them. */
export function factsOfAnswers(answers: readonly AnswerLine[]): Record<string, unknown> {
  return Object.fromEntries(answers.map(({ id, value }) => [id, factOf(value)]))
}

function factOf(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d{1,3}$/.test(value) ? Number(value) : value
}

export function isAnythingKnown(dimensions: PersonDimensions): boolean {
  return Object.values(dimensions).some((value) => value !== null)
}

function oneOf(values: readonly string[], value: unknown): string | null {
  return values.find((known) => known === value) ?? null
}

function bandOf(age: unknown): string | null {
  if (typeof age !== 'number' || age < 0) return null
  return Object.entries(AGE_BANDS).reduce<string | null>((found, [band, from]) => (age >= from ? band : found), null)
}
