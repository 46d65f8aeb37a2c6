import { formatDay } from '../i18n.ts'
import { EMPTY_PROFILE, type KeptFact, memberOf, SELF } from '../profile/profile.ts'
import { answerWords } from './answer-words.ts'
import type { Option, Words } from './effects.ts'
import { factQuestion } from './fact-question.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

export const RIGHT = 'yes'
export const CORRECT = 'correct'

/** "Tôi hiểu là: hộ nghèo; bà cụ 76 tuổi. Đúng không ạ?", with the days of what was said earlier. */
export function recapPrompt(
  turn: Turn,
  session: Session,
  ids: readonly string[],
): { lines: Words[]; options: Option[] } {
  const { today } = turn.situation
  const memberId = session.subject.member ?? SELF
  const profile = session.family ?? EMPTY_PROFILE
  const member = memberOf(profile, memberId)
  const kept = { ...profile.household, ...member?.facts }
  const told = ids.filter((id) => session.answers[id] !== undefined && kept[id] !== undefined)
  const registered = told.filter((id) => kept[id]?.source === 'register')
  const byDay = Map.groupBy(
    told.filter((id) => !registered.includes(id)),
    (id) => kept[id]?.day ?? today,
  )
  const understood = byDay.get(today) ?? []
  const earlier = [...byDay].filter(([day]) => day < today).toSorted(([a], [b]) => (a < b ? 1 : -1))
  const lines: Words[] = []
  if (registered.length > 0) {
    const year = Math.max(...registered.map((id) => kept[id]?.year ?? 0))
    lines.push({ key: 'check.recap.register', values: { year, facts: factList(turn, session, registered) } })
  }
  if (understood.length > 0) {
    const who = memberId === SELF ? '' : (member?.label ?? '')
    lines.push({ key: 'check.recap.understood', values: { facts: factList(turn, session, understood, who) } })
  }
  if (earlier.length > 0) {
    const days = earlier.map(([day, facts]) => `• ${formatDay(day)}: ${factList(turn, session, facts)}`)
    lines.push(`${wordsOf(turn, session, { key: 'check.recap.known' })}\n${days.join('\n')}`)
  }
  if (tellsPrivately(turn, kept)) lines.push({ key: 'check.recap.private' })
  lines.push({ key: 'check.recap.right' })
  return {
    lines,
    options: [
      { value: RIGHT, label: { key: 'check.recap.yes' } },
      { value: CORRECT, label: { key: 'check.recap.correct' } },
    ],
  }
}

/** Something sensitive was understood: it counts, but is not said back. */
function tellsPrivately(turn: Turn, kept: Readonly<Record<string, KeptFact>>): boolean {
  const { facts } = turn.definitions.eligibility
  return Object.entries(kept).some(([id, fact]) => fact.source === 'sentence' && facts.get(id)?.sensitive === true)
}

/** `who`: said with the age, else with the first fact of theirs, so that it is clear whom it is about. */
function factList(turn: Turn, session: Session, ids: readonly string[], who = ''): string {
  const { facts } = turn.definitions.eligibility
  const own = ids.includes('age') ? 'age' : ids.find((id) => facts.get(id)?.subject === 'p')
  const told = ids.map((id) => {
    const words = lowered(factWords(turn, session, id))
    if (id !== own || who === '') return words
    return lowered(id === 'age' ? `${who} ${words}` : `${who}: ${words}`)
  })
  return told.join('; ')
}

/** As it stands within a sentence; names in capitals stay. */
function lowered(words: string): string {
  return /^\p{Lu}\p{Lu}/u.test(words) ? words : `${words.charAt(0).toLocaleLowerCase('vi')}${words.slice(1)}`
}

/** One fact as it is said back: "hộ nghèo", "76 tuổi", "lương hưu: không có". */
function factWords(turn: Turn, session: Session, id: string): string {
  const { texts, eligibility } = turn.definitions
  const value = answerWords(turn, session, factQuestion(eligibility, id))
  const said = `facts.${id}.said`
  if (texts.has(session.language, said)) return wordsOf(turn, session, { key: said, values: { value } })
  return `${wordsOf(turn, session, { key: `facts.${id}.label` })}: ${value}`
}
