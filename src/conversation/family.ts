/**
 * A screening for one or several people of a household: what of it is known when it begins, whom it is about, and what
 * stays of it for the next member and the next time. Pure.
 */
import { type Facts, type FactValue, parseFacts } from '../eligibility/facts.ts'
import { mergeProfiles, worthKeeping } from '../profile/keep.ts'
import {
  confirmed,
  EMPTY_PROFILE,
  keptFact,
  memberOf,
  type Profile,
  SELF,
  valueOn,
  valuesOf,
  withFact,
  withMember,
  withValues,
} from '../profile/profile.ts'
import { withoutVerified } from '../profile/verified.ts'
import { fold } from '../understanding/normalise.ts'
import { factsOfCommune } from './commune-facts.ts'
import type { Effect } from './effects.ts'
import { canBeAsked, canBeSaid } from './fact-words.ts'
import { askedProgrammes, saidFacts, stepOf } from './form.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** A screening that knows whom it is about (`isReady`), or first has something to ask. */
export interface Opened {
  session: Session
  isReady: boolean
}

/** Begins a screening with what is known: of the commune, of earlier talks, of the sentence that led here. */
export function openScreening(turn: Turn, session: Session): Opened {
  const spoken = withoutVerified(session.family ?? EMPTY_PROFILE)
  const known = mergeProfiles(turn.situation.profile() ?? EMPTY_PROFILE, spoken)
  const { profile, about } = withSentence(turn, known, session.subject.said ?? '')
  const begun: Session = { ...session, family: profile, answers: {} }
  const member = session.subject.member ?? about ?? (isAboutPeople(turn, session) ? undefined : SELF)
  if (member === undefined) return { session: { ...begun, waiting: { kind: 'member' } }, isReady: false }
  return enterMember(turn, begun, member)
}

/** Goes on about this member, with all that is known of them; what was not said just now is shown for a yes first. */
export function enterMember(turn: Turn, session: Session, memberId: string): Opened {
  const { today } = turn.situation
  const { facts } = turn.definitions.eligibility
  const family = session.family ?? EMPTY_PROFILE
  const profile = memberOf(family, memberId) === undefined ? withMember(family, memberId, '') : family
  const entered: Session = {
    ...session,
    family: profile,
    answers: { ...factsOfCommune(turn), ...valuesOf(facts, profile, memberId, today) },
    subject: { ...session.subject, member: memberId },
    page: 0,
    misses: 0,
  }
  const unsure = factsToShow(turn, entered, profile, memberId)
  if (unsure.length === 0) return { session: entered, isReady: true }
  return { session: { ...entered, waiting: { kind: 'recap', facts: unsure } }, isReady: false }
}

/** Facts to be shown for a yes: understood from a sentence, or said on an earlier day. Sensitive ones are not repeated. */
function factsToShow(turn: Turn, session: Session, profile: Profile, memberId: string): string[] {
  const { eligibility } = turn.definitions
  const { today } = turn.situation
  const matters = factsThatMatter(turn, session)
  const kept = { ...profile.household, ...memberOf(profile, memberId)?.facts }
  return Object.entries(kept).flatMap(([id, fact]) => {
    const definition = eligibility.facts.get(id)
    if (definition === undefined || definition.sensitive) return []
    if ((valueOn(definition, fact, today) ?? null) === null) return []
    const isEarlier = fact.day < today || fact.source === 'register'
    return fact.source === 'sentence' || (isEarlier && matters.has(id)) ? [id] : []
  })
}

/** Facts that the programmes asked for look at, and those from which such facts follow. */
function factsThatMatter(turn: Turn, session: Session): Set<string> {
  const variables = askedProgrammes(turn, session).flatMap((programme) =>
    programme.versions.flatMap((version) => version.diagram.variables),
  )
  return new Set(
    variables.flatMap(({ fact: { id, derived = [] } }) => [
      id,
      ...derived.flatMap((one) => ('quotient' in one ? one.quotient : [one.when.fact])),
    ]),
  )
}

/** Whether the question "for whom?" makes sense: loans and electricity are the household's. */
export function isAboutPeople(turn: Turn, session: Session): boolean {
  return askedProgrammes(turn, session).some((programme) => programme.subject === 'p')
}

/** One fact as it was told. */
interface Told {
  fact: string
  value: FactValue
}

/**
 * Adds what a sentence tells by itself. `about`: the one member it is about, when it is about one. A fact that was
 * already known with this value stays as it was.
 */
export function withSentence(turn: Turn, profile: Profile, text: string): { profile: Profile; about?: string } {
  if (text.trim() === '') return { profile }
  const told = turn.definitions.understander.facts(text, turn.situation.today)
  let after = withSaid(turn, profile, SELF, told.facts)
  const named: string[] = []
  const spokenOf = isMember(told.about) && told.members.every(({ label }) => label !== told.about)
  for (const { label, facts } of spokenOf ? [...told.members, { label: told.about, facts: [] }] : told.members) {
    const known = memberLike(turn, after, label, facts)
    const id = known === undefined || named.includes(known) ? turn.situation.newActionId() : known
    after = withSaid(turn, id === known ? after : withMember(after, id, asLabel(label)), id, facts)
    named.push(id)
  }
  const { facts } = turn.definitions.eligibility
  // Without a fact of their own "self" is only what is taken for granted: then it is better to ask.
  if (told.about === 'self')
    return told.facts.some(({ fact }) => facts.get(fact)?.subject === 'p')
      ? { profile: after, about: SELF }
      : { profile: after }
  const [only] = named
  return named.length === 1 && only !== undefined ? { profile: after, about: only } : { profile: after }
}

function isMember(about: string): boolean {
  return about !== 'self' && about !== 'household'
}

/** Adds facts that a sentence told of one member; impossible ones are passed over. */
export function withSaid(turn: Turn, profile: Profile, memberId: string, said: readonly Told[]): Profile {
  const { eligibility } = turn.definitions
  const { today } = turn.situation
  return said.reduce((saying, { fact, value }) => {
    const definition = eligibility.facts.get(fact)
    if (definition === undefined || 'faults' in parseFacts(eligibility, { [fact]: value })) return saying
    // What could not be shown for a yes, or put right, is not used.
    if (!canBeAsked(turn, fact) || !canBeSaid(turn, fact, value)) return saying
    if (valuesOf(eligibility.facts, saying, memberId, today)[fact] === value) return saying
    return withFact(saying, memberId, definition, keptFact(definition, value, 'sentence', today))
  }, profile)
}

/** A member already known by this word, unless the ages show that it is somebody else. */
export function memberLike(turn: Turn, profile: Profile, label: string, facts: readonly Told[]): string | undefined {
  const age = facts.find(({ fact }) => fact === 'age')?.value
  return profile.members.find((member) => {
    if (member.id === SELF || fold(member.label) !== fold(asLabel(label))) return false
    const known = ageOf(turn, profile, member.id)
    return typeof age !== 'number' || known === null || Math.abs(known - age) <= 1
  })?.id
}

/** "mẹ" → "Mẹ". */
export function asLabel(words: string): string {
  const label = words.trim().replace(/\s+/g, ' ').slice(0, LONGEST_LABEL).trim().toWellFormed()
  return `${label.charAt(0).toLocaleUpperCase('vi')}${label.slice(1)}`
}
const LONGEST_LABEL = 30

function ageOf(turn: Turn, profile: Profile, memberId: string): number | null {
  const age = valuesOf(turn.definitions.eligibility.facts, profile, memberId, turn.situation.today).age
  return typeof age === 'number' ? age : null
}

/** "Mẹ, 76 tuổi"; for the person themselves the words of `check.who.me`. */
export function memberName(turn: Turn, session: Session, memberId: string): string {
  const profile = session.family ?? EMPTY_PROFILE
  const label =
    memberId === SELF ? wordsOf(turn, session, { key: 'check.who.me' }) : (memberOf(profile, memberId)?.label ?? '')
  const age = ageOf(turn, profile, memberId)
  return age === null ? label : `${label}, ${wordsOf(turn, session, { key: 'facts.age.said', values: { value: age } })}`
}

/** What is known of a member today, with what the commune tells. */
export function factsOfMember(turn: Turn, session: Session, memberId: string): Facts {
  const { facts } = turn.definitions.eligibility
  return {
    ...factsOfCommune(turn),
    ...valuesOf(facts, session.family ?? EMPTY_PROFILE, memberId, turn.situation.today),
  }
}

/** Brings the family up to the answers of the running screening. */
function withAnswers(turn: Turn, before: Session | null, session: Session): Session {
  const step = stepOf(turn, session)
  const { member } = session.subject
  if (!step || !('screen' in step) || member === undefined || session.family === null) return session
  const { facts } = turn.definitions.eligibility
  const ofCommune = factsOfCommune(turn)
  const values = Object.fromEntries(
    Object.entries(saidFacts(turn, session)).filter(
      ([id, value]) => value !== ofCommune[id] || session.family?.household[id] !== undefined,
    ),
  )
  const held = before?.subject.member === member ? before.answers : {}
  const after = withValues(facts, session.family, member, values, turn.situation.today, held)
  const isPastRecap = session.waiting.kind !== 'recap' && session.waiting.kind !== 'member'
  return { ...session, family: isPastRecap ? confirmed(after, member) : after }
}

/** After each step: the family as it now stands, and the effect that keeps it where the person consented. */
export function keepFamily(
  turn: Turn,
  before: Session | null,
  result: { session: Session; effects: Effect[] },
): { session: Session; effects: Effect[] } {
  if (result.effects.some((effect) => effect.kind === 'erase')) return result
  const session = withAnswers(turn, before, result.session)
  const consents = result.effects.some((effect) => effect.kind === 'giveConsent')
  const refuses = result.effects.some((effect) => effect.kind === 'refuseConsent')
  if (session.family === null || refuses || !(turn.situation.consented || consents)) return { ...result, session }
  if (session.family === before?.family && !consents) return { ...result, session }
  const { facts } = turn.definitions.eligibility
  const worth = (profile: Profile) => worthKeeping(facts, profile, turn.situation.today)
  const stored = consents ? EMPTY_PROFILE : (before?.family ?? turn.situation.profile() ?? EMPTY_PROFILE)
  const profile = worth(session.family)
  if (JSON.stringify(profile) === JSON.stringify(worth(stored))) return { ...result, session }
  return { session, effects: [...result.effects, { kind: 'keepProfile', profile }] }
}
