/**
 * What is known of a household and of the people in it, each fact with where it comes from, since when, and until when
 * it may be kept. Pure: the day is an argument, ids of members come from the caller. Values are stored as they were
 * said; how they read today (an age that went on, a fact whose time is over) is worked out when they are looked at.
 */
import { z } from 'zod'
import type { FactDefinition, FactValue } from '../eligibility/facts.ts'
import { addDays, wholeMonthsBetween, wholeYearsBetween } from './days.ts'

const keptFactSchema = z.object({
  /** `null`: said to be not known. */
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  /** `sentence`: taken from free words and not confirmed yet. `commune`: follows from the place. `register`: verified. */
  source: z.enum(['said', 'sentence', 'commune', 'officer', 'register']),
  day: z.string(),
  /** The last day on which it may be used. */
  expires: z.string(),
  /** Of the commune's list, with source `register`. */
  year: z.number().optional(),
})
export type KeptFact = z.infer<typeof keptFactSchema>

const keptFactsSchema = z.record(z.string(), keptFactSchema)
export type KeptFacts = z.infer<typeof keptFactsSchema>

const memberSchema = z.object({ id: z.string(), label: z.string(), facts: keptFactsSchema })
export type Member = z.infer<typeof memberSchema>

export const profileSchema = z.object({ household: keptFactsSchema, members: z.array(memberSchema) })
export type Profile = z.infer<typeof profileSchema>

/** The person who writes to us; their label stands in the texts. */
export const SELF = 'self'

export const EMPTY_PROFILE: Profile = { household: {}, members: [] }

type FactDefinitions = ReadonlyMap<string, FactDefinition>
type Values = Readonly<Record<string, FactValue | null>>

/** A fact as it is kept from this day on. "Not known" holds for this talk only: it may be known next time. */
export function keptFact(
  definition: FactDefinition,
  value: FactValue | null,
  source: KeptFact['source'],
  day: string,
): KeptFact {
  return { value, source, day, expires: addDays(day, value === null ? 0 : (definition.keeps ?? 0)) }
}

/** The value as of today: an age goes on with the years. `undefined` once its time is over. */
export function valueOn(definition: FactDefinition, fact: KeptFact, today: string): FactValue | null | undefined {
  if (today > fact.expires) return undefined
  if (definition.advances === undefined || typeof fact.value !== 'number') return fact.value
  const gone =
    definition.advances === 'years' ? wholeYearsBetween(fact.day, today) : wholeMonthsBetween(fact.day, today)
  const value = fact.value + Math.max(0, gone)
  return definition.max === undefined ? value : Math.min(value, definition.max)
}

export function memberOf(profile: Profile, id: string): Member | undefined {
  return profile.members.find((member) => member.id === id)
}

/** Everything that may be used today about one member and the household. */
export function valuesOf(facts: FactDefinitions, profile: Profile, memberId: string, today: string): Values {
  const kept = { ...profile.household, ...memberOf(profile, memberId)?.facts }
  return Object.fromEntries(
    Object.entries(kept).flatMap(([id, fact]) => {
      const definition = facts.get(id)
      const value = definition === undefined ? undefined : valueOn(definition, fact, today)
      return value === undefined ? [] : [[id, value]]
    }),
  )
}

/** Adds a member, or gives a known one another label. */
export function withMember(profile: Profile, id: string, label: string): Profile {
  if (memberOf(profile, id) === undefined) {
    return { ...profile, members: [...profile.members, { id, label, facts: {} }] }
  }
  return changeMember(profile, id, (member) => ({ ...member, label }))
}

/** Keeps one fact where it belongs: with the household, or with the member. */
export function withFact(profile: Profile, memberId: string, definition: FactDefinition, fact: KeptFact): Profile {
  if (definition.subject === 'h') return { ...profile, household: { ...profile.household, [definition.id]: fact } }
  const known = memberOf(profile, memberId) === undefined ? withMember(profile, memberId, '') : profile
  return changeMember(known, memberId, (member) => ({ ...member, facts: { ...member.facts, [definition.id]: fact } }))
}

/**
 * The profile after a talk about one member stands at these values: what is new or changed is kept as said today, what
 * is gone was taken back, what stayed keeps its source and day. `held`: the values before this word of the talk; what
 * stands as it did then was not said anew, even when its time is over by now.
 */
export function withValues(
  facts: FactDefinitions,
  profile: Profile,
  memberId: string,
  values: Values,
  today: string,
  held: Readonly<Record<string, unknown>> = {},
): Profile {
  const before = valuesOf(facts, profile, memberId, today)
  const taken = Object.keys(before).filter((id) => !(id in values))
  let after = without(profile, memberId, taken)
  for (const [id, value] of Object.entries(values)) {
    const definition = facts.get(id)
    if (definition === undefined || before[id] === value || held[id] === value) continue
    after = withFact(after, memberId, definition, keptFact(definition, value, 'said', today))
  }
  return after
}

function without(profile: Profile, memberId: string, ids: readonly string[]): Profile {
  if (ids.length === 0) return profile
  const rest = (facts: KeptFacts) => Object.fromEntries(Object.entries(facts).filter(([id]) => !ids.includes(id)))
  return changeMember({ ...profile, household: rest(profile.household) }, memberId, (member) => ({
    ...member,
    facts: rest(member.facts),
  }))
}

/** Facts of a sentence that the person agreed to, or corrected around; `only` this one, or all of the member. */
export function confirmed(profile: Profile, memberId: string, only?: string): Profile {
  const isMeant = (id: string, fact: KeptFact) => fact.source === 'sentence' && (only === undefined || id === only)
  const agree = (facts: KeptFacts): KeptFacts =>
    Object.fromEntries(
      Object.entries(facts).map(([id, fact]) => [id, isMeant(id, fact) ? { ...fact, source: 'said' } : fact]),
    )
  if (!hasUnconfirmed(profile, memberId)) return profile
  return changeMember({ ...profile, household: agree(profile.household) }, memberId, (member) => ({
    ...member,
    facts: agree(member.facts),
  }))
}

function hasUnconfirmed(profile: Profile, memberId: string): boolean {
  const kept = { ...profile.household, ...memberOf(profile, memberId)?.facts }
  return Object.values(kept).some((fact) => fact.source === 'sentence')
}

/** These facts were shown and still hold: their time begins anew. */
export function renewed(
  facts: FactDefinitions,
  profile: Profile,
  memberId: string,
  ids: readonly string[],
  today: string,
): Profile {
  const values = valuesOf(facts, profile, memberId, today)
  return ids.reduce((renewing, id) => {
    const definition = facts.get(id)
    const value = values[id]
    const kept = { ...renewing.household, ...memberOf(renewing, memberId)?.facts }[id]
    // What the register says stays the register's, also when the person agrees.
    if (definition === undefined || value === undefined || kept?.source === 'register') return renewing
    return withFact(renewing, memberId, definition, keptFact(definition, value, 'said', today))
  }, profile)
}

function changeMember(profile: Profile, id: string, change: (member: Member) => Member): Profile {
  return { ...profile, members: profile.members.map((member) => (member.id === id ? change(member) : member)) }
}
