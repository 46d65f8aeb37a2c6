import type { Determination } from '../eligibility/determine.ts'
import { formatDay } from '../i18n.ts'
import { EMPTY_PROFILE, SELF } from '../profile/profile.ts'
import type { Option, Words } from './effects.ts'
import { isAboutPeople, memberName } from './family.ts'
import { circumstances, screenAnswers } from './form.ts'
import { MENU } from './options.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

export const DETAIL = 'detail:'
export const FILE = 'file:'
export const BASIS = 'basis'
export const ANOTHER = 'another'
export const FAMILY = 'family'
export const SPECIAL = 'special'

/** The order in which outcomes are told: what helps comes first. */
const TOLD = ['eligible', 'needs_officer', 'unknown', 'not_eligible', 'not_in_force'] as const

const HELPS: readonly string[] = ['eligible', 'needs_officer']
/** Of what does not help for now, more names than these only hide what does. */
const MOST_NAMED = 6

function nameWithBetter(
  turn: Turn,
  session: Session,
  { programme, superseded_by }: { programme: string; superseded_by?: string | undefined },
): string {
  const name = wordsOf(turn, session, { key: `programmes.${programme}.name` })
  if (superseded_by === undefined) return name
  return `${name} ${wordsOf(turn, session, { key: 'check.superseded', values: { other: { key: `programmes.${superseded_by}.name` } } })}`
}

/** Somebody else was asked about: what is meant for that person comes before what is the household's. */
function determinationsToTell(turn: Turn, session: Session): Determination[] {
  const { determinations } = screenAnswers(turn, session)
  if ((session.subject.member ?? SELF) === SELF) return determinations
  const { programmes } = turn.definitions.eligibility
  const rank = ({ programme }: Determination) => (programmes.get(programme)?.subject === 'p' ? 0 : 1)
  return determinations.toSorted((a, b) => rank(a) - rank(b))
}

/** One line an outcome, one bullet a programme. */
export function resultLines(turn: Turn, session: Session): Words[] {
  const determinations = determinationsToTell(turn, session)
  const { member } = session.subject
  const lines: Words[] = [{ key: 'check.results', values: { day: formatDay(turn.situation.today) } }]
  lines.push(...sourceLines(turn, session))
  if (member !== undefined && member !== SELF)
    lines.unshift({ key: 'check.resultsFor', values: { who: memberName(turn, session, member) } })
  const isHopeful = determinations.some((one) => HELPS.includes(one.outcome) && !isOpenToAll(one))
  // Beside help that was found, only what was asked for by name is worth a line of its own.
  const isTold = (one: Determination) => HELPS.includes(one.outcome) || !isHopeful || isNamed(session, one)
  for (const outcome of TOLD) {
    const these = determinations.filter(
      (one) => one.outcome === outcome && isTold(one) && !isOfSpecialGroup(turn, session, one) && !isOpenToAll(one),
    )
    if (these.length === 0) continue
    // Programmes that are over only matter to somebody who asked for them.
    if (outcome === 'not_in_force' && determinations.length > these.length) continue
    const heading = wordsOf(turn, session, { key: `check.outcome.${outcome}` })
    const names = these.map((one) => nameWithBetter(turn, session, one))
    // What helps stands line by line; the rest must not drown it.
    lines.push(
      HELPS.includes(outcome)
        ? `${heading}\n${names.map((name) => `• ${name}`).join('\n')}`
        : `${heading} ${shortList(turn, session, names)}.`,
    )
  }
  const open = determinations.filter(isOpenToAll).map((one) => nameWithBetter(turn, session, one))
  if (open.length > 0)
    lines.push(`${wordsOf(turn, session, { key: 'check.outcome.referral' })} ${shortList(turn, session, open)}.`)
  const others = determinations.filter(
    (one) => !isTold(one) && one.outcome !== 'not_in_force' && !isOfSpecialGroup(turn, session, one),
  )
  if (others.length > 0) lines.push({ key: 'check.others', values: { count: others.length } })
  if (determinations.some((one) => isOfSpecialGroup(turn, session, one))) lines.push({ key: 'check.specialGroups' })
  return lines
}

/** Whether the household's standing is the register's or the person's own word; and where they differ. */
function sourceLines(turn: Turn, session: Session): Words[] {
  const { verified } = turn.situation
  if (!verified) return []
  const { year, values } = verified
  const status = values.household_status
  const said = session.answers.household_status
  if (said === undefined || said === null) return []
  if (said === status) return [{ key: 'check.source.register', values: { year } }]
  return [{ key: 'check.source.differs', values: { year, status: { key: `facts.household_status.values.${status}` } } }]
}

/** A way that stands open to everybody, or to everybody of whom the ordinary is assumed: no finding about this person. */
export function isOpenToAll({ kind, outcome, rests_on_assumptions }: Determination): boolean {
  return rests_on_assumptions || (kind === 'referral' && outcome === 'needs_officer')
}

/** Refused only as nobody spoke of a special circumstance: told together, not by name, unless it was asked for. */
function isOfSpecialGroup(turn: Turn, session: Session, one: Determination): boolean {
  const { facts } = turn.definitions.eligibility
  const { outcome, assumed } = one
  return !isNamed(session, one) && outcome === 'not_eligible' && assumed.some((id) => facts.get(id)?.special === true)
}

function isNamed(session: Session, { programme }: Determination): boolean {
  return (session.subject.about ?? '').split(' ').includes(programme)
}

function shortList(turn: Turn, session: Session, names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join('; ')
  const rest = { key: 'check.andMore', values: { count: names.length - MOST_NAMED + 1 } }
  return [...names.slice(0, MOST_NAMED - 1), wordsOf(turn, session, rest)].join('; ')
}

/** A request, the programme that can help most, its basis once it was looked at; then other members, the menu, the rest. */
export function resultOptions(turn: Turn, session: Session): Option[] {
  const determinations = determinationsToTell(turn, session)
  const told = TOLD.flatMap((outcome) => determinations.filter((one) => one.outcome === outcome))
  const detail = session.subject.detail
  const about = told.find((one) => one.programme === detail)
  const topicOfDetail = about ? turn.definitions.eligibility.programmes.get(about.programme)?.topic : undefined
  const topic = topicOfDetail ?? session.subject.topic ?? 'general_support'
  const file: Option[] = [{ value: `${FILE}${topic}`, label: { key: 'check.file' } }]
  const basis: Option[] = about ? [{ value: BASIS, label: { key: 'check.basis.show' } }] : []
  const another: Option[] = isAboutPeople(turn, session) ? [{ value: ANOTHER, label: { key: 'check.another' } }] : []
  const family: Option[] =
    (session.family ?? EMPTY_PROFILE).members.length > 1 ? [{ value: FAMILY, label: { key: 'check.family.show' } }] : []
  const special: Option[] =
    circumstances(turn, session).length > 0 ? [{ value: SPECIAL, label: { key: 'check.themes.show' } }] : []
  const ways: Option[] = [
    ...another,
    ...family,
    ...special,
    { value: 'correct', label: { key: 'check.correct' } },
    { value: MENU, label: { key: 'engine.menu' } },
  ]
  const details = told
    .toSorted((a, b) => Number(isOpenToAll(a)) - Number(isOpenToAll(b)))
    .filter((one) => one.programme !== detail && (one.outcome !== 'not_in_force' || told.length === 1))
    .map((one) => ({ value: `${DETAIL}${one.programme}`, label: { key: `programmes.${one.programme}.name` } }))
  return [...file, ...basis, ...details.slice(0, 1), ...ways, ...details.slice(1)]
}
