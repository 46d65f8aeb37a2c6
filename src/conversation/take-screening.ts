import type { UpdateBody } from '../messaging/update.ts'
import { confirmed, EMPTY_PROFILE, renewed, SELF, withMember } from '../profile/profile.ts'
import { readYesNo } from '../understanding/yes-no.ts'
import {
  beginRequest,
  continueForm,
  requestTypeFor,
  type StepResult,
  screeningSubject,
  screenMember,
} from './advance.ts'
import { beginCorrection } from './commands.ts'
import type { Words } from './effects.ts'
import { asLabel, memberLike, memberName, withSaid, withSentence } from './family.ts'
import { KIN, kinOptions, MEMBER, NEW_MEMBER } from './family-options.ts'
import { familyLines } from './family-overview.ts'
import { takeFreeText } from './free-text.ts'
import { matchPhrases, phrasesOfLabel } from './match-phrases.ts'
import { SKIP, synonymsOf } from './options.ts'
import { ask, sayBasis, sayDetail } from './prompt.ts'
import { readAnswer, wrongKind } from './read-answer.ts'
import { CORRECT, RIGHT } from './recap.ts'
import { ANOTHER, BASIS, DETAIL, FAMILY, FILE, SPECIAL } from './results.ts'
import { remember, type Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'
import { withoutThemes, withTheme } from './themes.ts'

/** Words that name a person who was not spoken of; longer ones tell something else. */
const LONGEST_NAME = 6

/** Words where a way was to be chosen: they may be a wish of their own. */
export function takeOtherWords(turn: Turn, session: Session, body: UpdateBody): StepResult {
  if (body.kind === 'text') return takeFreeText(turn, session, body.text)
  return ask(turn, session, [], [{ key: wrongKind(body) }])
}

/** For whom: one of those offered, or somebody told in own words ("mẹ tôi 76 tuổi"). */
export function takeMember(turn: Turn, session: Session, body: UpdateBody, chosen: string | null): StepResult {
  const from = remember(session)
  const told = body.kind === 'text' && !chosen?.startsWith(MEMBER) ? memberTold(turn, from, body.text) : null
  if (told) return goOnAbout(turn, told.session, told.memberId)
  if (chosen?.startsWith(MEMBER)) return goOnAbout(turn, from, chosen.slice(MEMBER.length))
  if (chosen === NEW_MEMBER) return ask(turn, { ...from, waiting: { kind: 'newMember' }, page: 0 })
  return takeOtherWords(turn, session, body)
}

/** Who somebody new is: in own words with the age, or by kin; then the age is asked. */
export function takeNewMember(turn: Turn, session: Session, body: UpdateBody, chosen: string | null): StepResult {
  const from = remember(session)
  const told = body.kind === 'text' ? memberTold(turn, from, body.text) : null
  if (told) return askAge(turn, told.session, told.memberId)
  if (chosen?.startsWith(KIN)) {
    const label = wordsOf(turn, session, { key: `check.kin.${chosen.slice(KIN.length)}` })
    const added = addMember(turn, from, label)
    return askAge(turn, added.session, added.memberId)
  }
  if (body.kind !== 'text') return ask(turn, session, [], [{ key: wrongKind(body) }])
  const understood = turn.definitions.understander.understand(body.text)
  const words = body.text.trim().split(/\s+/)
  if (words.length > LONGEST_NAME || !/\p{L}/u.test(body.text)) {
    return understood.decision === 'accept'
      ? takeFreeText(turn, session, body.text)
      : ask(turn, session, [], [{ key: 'check.newMember.again' }])
  }
  const added = addMember(turn, from, words.filter((word) => !/\d/.test(word)).join(' '))
  return askAge(turn, added.session, added.memberId)
}

/** The person's age decides so much that it is asked before anything else. */
function askAge(turn: Turn, session: Session, memberId: string): StepResult {
  const entered = goOnAbout(turn, session, memberId)
  const { waiting, answers } = entered.session
  if (waiting.kind === 'recap' || 'age' in answers || !turn.definitions.eligibility.facts.has('age')) return entered
  return ask(
    turn,
    { ...entered.session, waiting: { kind: 'question', id: 'age' } },
    [],
    aboutWhom(turn, session, memberId),
  )
}

/** The screening goes on about this member. The age belongs to the name that was asked for and needs no yes. */
function goOnAbout(turn: Turn, session: Session, memberId: string): StepResult {
  const family = session.family === null ? null : confirmed(session.family, memberId, 'age')
  const about: Session = { ...session, family }
  return screenMember(turn, about, memberId, aboutWhom(turn, about, memberId))
}

function aboutWhom(turn: Turn, session: Session, memberId: string): Words[] {
  return memberId === SELF ? [] : [{ key: 'check.resultsFor', values: { who: memberName(turn, session, memberId) } }]
}

function addMember(turn: Turn, session: Session, label: string): { session: Session; memberId: string } {
  const memberId = turn.situation.newActionId()
  const family = withMember(session.family ?? EMPTY_PROFILE, memberId, asLabel(label))
  return { session: { ...session, family }, memberId }
}

/** The one member that the words are about: taken from the sentence, else somebody known or of common kin by name. */
function memberTold(turn: Turn, session: Session, text: string): { session: Session; memberId: string } | null {
  const family = session.family ?? EMPTY_PROFILE
  const { profile, about } = withSentence(turn, family, text)
  if (about !== undefined) return withAge(turn, { ...session, family: profile }, about, text)
  const known = family.members
    .filter((member) => member.id !== SELF)
    .map((member) => ({ value: member.id, phrases: [member.label] }))
  const byName = matchPhrases(known, text)
  if (byName !== null) return withAge(turn, session, byName, text)
  const kin = kinOptions().map(({ value, label }) => ({
    value: wordsOf(turn, session, label),
    phrases: [...synonymsOf(turn, { value, label }), ...phrasesOfLabel(wordsOf(turn, session, label))],
  }))
  const label = matchPhrases(kin, text)
  if (label === null) return null
  const same = memberLike(turn, family, label, [])
  const added = same === undefined ? addMember(turn, session, label) : { session, memberId: same }
  return withAge(turn, added.session, added.memberId, text)
}

/** An age said along with the kin ("Cháu bé 4 tuổi") is taken where the sentence reading did not. */
function withAge(turn: Turn, session: Session, memberId: string, text: string) {
  const age = turn.definitions.eligibility.facts.get('age')
  const { territory } = turn.definitions
  if (age === undefined || !/\d/.test(text)) return { session, memberId }
  const expect = { kind: 'number' as const, min: age.min ?? 0, max: age.max ?? 120 }
  const reading = readAnswer(expect, { kind: 'text', text }, territory, turn.situation.today)
  if (reading.kind !== 'answer' || typeof reading.value !== 'number') return { session, memberId }
  const said = [{ fact: 'age', value: reading.value }]
  return { session: { ...session, family: withSaid(turn, session.family ?? EMPTY_PROFILE, memberId, said) }, memberId }
}

/** Words at a question of the screening that are no answer to it may tell other facts; these are shown for a yes. */
export function takeSentence(turn: Turn, session: Session, text: string): StepResult | null {
  const { member } = session.subject
  if (member === undefined || session.family === null) return null
  const { profile, about = member } = withSentence(turn, session.family, text)
  const isNews = JSON.stringify(profile) !== JSON.stringify(session.family)
  return isNews && about === member ? screenMember(turn, { ...remember(session), family: profile }, member) : null
}

/** "Đúng" goes on with what is missing; "Sửa" shows each fact; other words may tell it better. */
export function takeRecap(
  turn: Turn,
  session: Session,
  facts: readonly string[],
  body: UpdateBody,
  chosen: string | null,
): StepResult {
  const { member } = session.subject
  const answer = chosen === null && body.kind === 'text' ? readYesNo(body.text) : null
  if (chosen === RIGHT || answer === 'yes') return agree(turn, remember(session), facts)
  if (body.kind === 'text' && chosen === null && member !== undefined) {
    const { profile, about } = withSentence(turn, session.family ?? EMPTY_PROFILE, body.text)
    const isNews = JSON.stringify(profile) !== JSON.stringify(session.family)
    if (isNews) return screenMember(turn, { ...remember(session), family: profile }, about ?? member)
  }
  if (chosen === CORRECT || answer === 'no') return beginCorrection(turn, session)
  return takeOtherWords(turn, session, body)
}

function agree(turn: Turn, session: Session, facts: readonly string[]): StepResult {
  const { today } = turn.situation
  const definitions = turn.definitions.eligibility.facts
  const member = session.subject.member ?? SELF
  const family = renewed(definitions, session.family ?? EMPTY_PROFILE, member, facts, today)
  return continueForm(turn, { ...session, family })
}

/** A circumstance that was named: whose it is, then its questions. Nobody: the results. */
export function takeThemes(turn: Turn, session: Session, body: UpdateBody, chosen: string | null): StepResult {
  const from = remember(session)
  const isNo = chosen === null && body.kind === 'text' && readYesNo(body.text) === 'no'
  if (chosen === SKIP || isNo) return continueForm(turn, withTheme(from, null))
  if (chosen !== null) return ask(turn, { ...withTheme(from, chosen), waiting: { kind: 'member' }, page: 0 })
  const told = body.kind === 'text' ? memberTold(turn, from, body.text) : null
  return told ? screenMember(turn, told.session, told.memberId) : takeOtherWords(turn, session, body)
}

/** What to do after the results. */
export function takeResultChoice(turn: Turn, session: Session, chosen: string): StepResult {
  if (chosen === 'correct') return beginCorrection(turn, session)
  if (chosen === ANOTHER) {
    const { detail: _, theme: __, ...subject } = session.subject
    return ask(turn, { ...remember(session), subject, waiting: { kind: 'member' }, page: 0 })
  }
  if (chosen === FAMILY)
    return ask(turn, { ...session, page: 0 }, [{ kind: 'say', lines: familyLines(turn, session), options: [] }])
  if (chosen === SPECIAL)
    return ask(turn, { ...withoutThemes(remember(session)), waiting: { kind: 'themes' }, page: 0 })
  if (chosen === BASIS && session.subject.detail !== undefined) {
    return ask(turn, { ...session, page: 0 }, [sayBasis(turn, session, session.subject.detail)])
  }
  if (chosen.startsWith(DETAIL)) {
    const programme = chosen.slice(DETAIL.length)
    const detail = sayDetail(turn, session, programme)
    const looked = { ...session, subject: { ...session.subject, detail: programme }, page: 0 }
    return ask(turn, looked, detail ? [detail] : [])
  }
  if (chosen.startsWith(FILE)) {
    const topic = chosen.slice(FILE.length)
    return beginRequest(turn, session, requestTypeFor(topic), { topic, ...screeningSubject(turn, session) }, null)
  }
  return ask(turn, session)
}
