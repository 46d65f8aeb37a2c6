/**
 * Whether a message concerns a person, in three values: what is not known of somebody is neither yes nor no. Pure; what
 * is known of the person was read and opened by the caller.
 */
import type { FactDefinition, Facts, FactValue } from '../eligibility/facts.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import { judgeAll } from '../eligibility/screen.ts'
import { type Profile, SELF, valuesOf } from '../profile/profile.ts'
import { type VerifiedFacts, withVerified } from '../profile/verified.ts'
import type { Audience } from './broadcast.ts'
import { flipsOf, isOpen, kindOfHousehold, type MemberFacts } from './flips.ts'

export type Match = 'yes' | 'no' | 'unknown'

/** What stands in clear. */
export interface KnownInClear {
  communeCode: string | null
  /** Of those the audience names. */
  topics: ReadonlySet<string>
  lastContactAt: Date | null
}

/** What stands sealed, opened. */
export interface KnownSealed {
  profile: Profile
  verified: VerifiedFacts | null
  /** What the commune tells by itself. */
  ofPlace: Readonly<Record<string, FactValue>>
}

const DAY_MS = 86_400_000

export function all(matches: readonly Match[]): Match {
  if (matches.includes('no')) return 'no'
  return matches.includes('unknown') ? 'unknown' : 'yes'
}

function any(matches: readonly Match[]): Match {
  if (matches.includes('yes')) return 'yes'
  return matches.includes('unknown') ? 'unknown' : 'no'
}

const said = (isSo: boolean): Match => (isSo ? 'yes' : 'no')

/** By commune, topics and last contact: what needs no sealed fact. `places`: of `placesOf`. */
export function matchInClear(
  audience: Audience,
  places: ReadonlySet<string> | null,
  known: KnownInClear,
  now: Date,
): Match {
  const { topics, last_contact_within_days: days } = audience
  const place = places === null ? 'yes' : known.communeCode === null ? 'unknown' : said(places.has(known.communeCode))
  const subscribed = topics === undefined ? 'yes' : said(topics.some((topic) => known.topics.has(topic)))
  const at = known.lastContactAt?.getTime()
  const spoke = days === undefined ? 'yes' : said(at !== undefined && at >= now.getTime() - days * DAY_MS)
  return all([place, subscribed, spoke])
}

export function needsSealedFacts({ household_status, ages, programme, flip }: Audience): boolean {
  return household_status !== undefined || ages !== undefined || programme !== undefined || flip !== undefined
}

/** By household status, ages and programme, as of `today`. */
export function matchSealed(
  definitions: EligibilityDefinitions,
  audience: Audience,
  known: KnownSealed,
  today: string,
): Match {
  return all([
    matchStatus(definitions, audience.household_status, known, today),
    matchAges(definitions, audience.ages, known, today),
    matchProgramme(definitions, audience.programme, known, today),
    matchFlip(definitions, audience.flip, known, today),
  ])
}

type Definitions = Pick<EligibilityDefinitions, 'facts'>

function matchStatus(
  { facts }: Definitions,
  wanted: Audience['household_status'],
  known: KnownSealed,
  today: string,
): Match {
  if (wanted === undefined) return 'yes'
  const statuses = {
    verified: known.verified?.values.household_status,
    said: householdValue(facts, known.profile, 'household_status', today),
    any: householdValue(facts, bestKnown(known), 'household_status', today),
  }
  return any(
    wanted.map(({ status, source }) => {
      const is = statuses[source]
      return is === undefined || is === null ? 'unknown' : said(is === status)
    }),
  )
}

function bestKnown({ profile, verified }: KnownSealed): Profile {
  return verified === null ? profile : withVerified(profile, verified)
}

function householdValue(
  facts: ReadonlyMap<string, FactDefinition>,
  profile: Profile,
  id: string,
  today: string,
): FactValue | null | undefined {
  return valuesOf(facts, { ...profile, members: [] }, SELF, today)[id]
}

/** No only when everybody of the household is known by age: somebody we never heard of may be of that age. */
function matchAges({ facts }: Definitions, wanted: Audience['ages'], known: KnownSealed, today: string): Match {
  if (wanted === undefined) return 'yes'
  const profile = bestKnown(known)
  const ages = profile.members.flatMap(({ id }) => {
    const { age } = valuesOf(facts, profile, id, today)
    return typeof age === 'number' ? [age] : []
  })
  if (ages.some((age) => age >= wanted.from && age <= wanted.to)) return 'yes'
  const size = householdValue(facts, profile, 'household_size', today)
  return typeof size === 'number' && ages.length >= size && ages.length >= profile.members.length ? 'no' : 'unknown'
}

/** What is known of each member, the household's and the place's with it; of the household when nobody of it is known. */
export function factsOfMembers({ facts }: Definitions, known: KnownSealed, today: string): MemberFacts[] {
  const profile = bestKnown(known)
  const members = profile.members.length === 0 ? [SELF] : profile.members.map(({ id }) => id)
  return members.map((id) => ({ id, facts: { ...known.ofPlace, ...valuesOf(facts, profile, id, today) } }))
}

/** Where the rules of the day leave it open as those before did, nobody knows whether something changes. */
function matchFlip(
  definitions: EligibilityDefinitions,
  wanted: Audience['flip'],
  known: KnownSealed,
  today: string,
): Match {
  if (wanted === undefined) return 'yes'
  const members = factsOfMembers(definitions, known, today)
  const kind = kindOfHousehold(flipsOf(definitions, wanted, members))
  if (kind !== null) return said(wanted.kinds?.includes(kind) ?? true)
  return isOpen(definitions, wanted, members) ? 'unknown' : 'no'
}

/** Of any member; the household itself when nobody of it is known. */
function matchProgramme(
  definitions: EligibilityDefinitions,
  wanted: Audience['programme'],
  known: KnownSealed,
  today: string,
): Match {
  if (wanted === undefined) return 'yes'
  return any(
    factsOfMembers(definitions, known, today).map(({ facts }): Match => {
      const outcome = outcomeOf(definitions, facts, wanted.id, wanted.day)
      const isMeant = wanted.outcomes.some((one) => one === outcome)
      if (!isMeant) return outcome === 'unknown' ? 'unknown' : 'no'
      if (wanted.differs_from === undefined) return 'yes'
      return said(outcomeOf(definitions, facts, wanted.id, wanted.differs_from) !== outcome)
    }),
  )
}

function outcomeOf(definitions: EligibilityDefinitions, facts: Facts, programme: string, day: string): string {
  return judgeAll(definitions, facts, day, [programme])[0]?.determination.outcome ?? 'not_in_force'
}
