/**
 * Facts that an office vouches for, beside what people say of themselves. They are read anew for each talk and never
 * stored with the profile: what the register says is the register's. Pure.
 */
import type { FactValue } from '../eligibility/facts.ts'
import { addDays } from './days.ts'
import type { KeptFact, KeptFacts, Profile } from './profile.ts'

export interface VerifiedFacts {
  values: Readonly<Record<string, FactValue>>
  /** Since when the office vouches for them, as of which the values are. */
  day: string
  /** Of the list. */
  year: number
}

/** For as long as a talk may be silent. */
const DAYS_IN_A_TALK = 30

/**
 * The profile with what is verified in place of what was said before. What the person said later and differently stays:
 * then it is theirs to say, and the office sees both.
 */
export function withVerified(profile: Profile, verified: VerifiedFacts): Profile {
  const household: KeptFacts = { ...profile.household }
  for (const [id, value] of Object.entries(verified.values)) {
    if (isSaidSince(household[id], value, verified)) continue
    const { day, year } = verified
    household[id] = { value, source: 'register', day, expires: addDays(day, 366 + DAYS_IN_A_TALK), year }
  }
  return { ...profile, household }
}

function isSaidSince(fact: KeptFact | undefined, value: FactValue, { day }: VerifiedFacts): boolean {
  return fact !== undefined && fact.source === 'said' && fact.value !== value && fact.day > day
}

/** Without what came from the register: it may have changed since, and is read anew. */
export function withoutVerified(profile: Profile): Profile {
  const own = Object.entries(profile.household).filter(([, fact]) => fact.source !== 'register')
  return { ...profile, household: Object.fromEntries(own) }
}
