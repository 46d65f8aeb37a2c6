/** What of a profile may outlive the talk, and how what was kept meets what is being said. Pure. */
import type { FactDefinition } from '../eligibility/facts.ts'
import { type KeptFact, type KeptFacts, type Profile, SELF } from './profile.ts'

type FactDefinitions = ReadonlyMap<string, FactDefinition>

/** The part that is written down: confirmed, known, with days left to be kept, of facts that still exist. */
export function worthKeeping(facts: FactDefinitions, profile: Profile, today: string): Profile {
  const keep = (kept: KeptFacts): KeptFacts =>
    Object.fromEntries(Object.entries(kept).filter(([id, fact]) => lasts(facts.get(id), fact, today)))
  const members = profile.members.map((member) => ({ ...member, facts: keep(member.facts) }))
  return {
    household: keep(profile.household),
    members: members.filter((member) => Object.keys(member.facts).length > 0),
  }
}

function lasts(definition: FactDefinition | undefined, fact: KeptFact, today: string): boolean {
  const isConfirmed = fact.source === 'said' || fact.source === 'officer'
  return (definition?.keeps ?? 0) > 0 && isConfirmed && fact.value !== null && fact.expires >= today
}

/** The last day on which anything of it may be used; null when nothing is left. */
export function keptUntil(profile: Profile): string | null {
  const facts = [profile.household, ...profile.members.map((member) => member.facts)].flatMap(Object.values<KeptFact>)
  return facts.reduce<string | null>((last, fact) => (last === null || fact.expires > last ? fact.expires : last), null)
}

/** Two states of one household: of each fact the later word holds, the second one's on the same day. */
export function mergeProfiles(stored: Profile, spoken: Profile): Profile {
  const later = (one: KeptFacts, other: KeptFacts): KeptFacts => {
    const merged = { ...one }
    for (const [id, fact] of Object.entries(other)) {
      const known = merged[id]
      if (known === undefined || known.day <= fact.day) merged[id] = fact
    }
    return merged
  }
  const others = spoken.members.filter((member) => !stored.members.some((known) => known.id === member.id))
  const both = stored.members.map((member) => {
    const same = spoken.members.find((one) => one.id === member.id)
    return same === undefined ? member : { ...same, facts: later(member.facts, same.facts) }
  })
  const members = [...both, ...others]
  return {
    household: later(stored.household, spoken.household),
    members: [...members.filter((member) => member.id === SELF), ...members.filter((member) => member.id !== SELF)],
  }
}
