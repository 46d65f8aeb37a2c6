import { formatDay } from '../i18n.ts'
import type { Option, Words } from './effects.ts'
import { screenAnswers } from './form.ts'
import { MENU } from './options.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

export const DETAIL = 'detail:'
export const FILE = 'file:'

/** The order in which outcomes are told: what helps comes first. */
const TOLD = ['eligible', 'needs_officer', 'unknown', 'not_eligible', 'not_in_force'] as const

const HELPS: readonly string[] = ['eligible', 'needs_officer']

function nameWithBetter(
  turn: Turn,
  session: Session,
  { programme, superseded_by }: { programme: string; superseded_by?: string | undefined },
): string {
  const name = wordsOf(turn, session, { key: `programmes.${programme}.name` })
  if (superseded_by === undefined) return name
  return `${name} ${wordsOf(turn, session, { key: 'check.superseded', values: { other: { key: `programmes.${superseded_by}.name` } } })}`
}

/** One line an outcome, one bullet a programme. */
export function resultLines(turn: Turn, session: Session): Words[] {
  const { determinations } = screenAnswers(turn, session)
  const lines: Words[] = [{ key: 'check.results', values: { day: formatDay(turn.situation.today) } }]
  for (const outcome of TOLD) {
    const these = determinations.filter((one) => one.outcome === outcome)
    if (these.length === 0) continue
    // Programmes that are over only matter to somebody who asked for them.
    if (outcome === 'not_in_force' && determinations.length > these.length) continue
    const heading = wordsOf(turn, session, { key: `check.outcome.${outcome}` })
    const names = these.map((one) => nameWithBetter(turn, session, one))
    // What helps stands line by line; the rest must not drown it.
    lines.push(
      HELPS.includes(outcome)
        ? `${heading}\n${names.map((name) => `• ${name}`).join('\n')}`
        : `${heading} ${names.join('; ')}.`,
    )
  }
  return lines
}

/** Details of each programme that can help, then a request, then the menu. */
export function resultOptions(turn: Turn, session: Session): Option[] {
  const { determinations } = screenAnswers(turn, session)
  const told = TOLD.flatMap((outcome) => determinations.filter((one) => one.outcome === outcome))
  const detail = session.subject.detail
  const about = told.find((one) => one.programme === detail)
  const topicOfDetail = about ? turn.definitions.eligibility.programmes.get(about.programme)?.topic : undefined
  const topic = topicOfDetail ?? session.subject.topic ?? 'general_support'
  const file: Option[] = [{ value: `${FILE}${topic}`, label: { key: 'check.file' } }]
  const ways: Option[] = [
    { value: 'correct', label: { key: 'check.correct' } },
    { value: MENU, label: { key: 'engine.menu' } },
  ]
  const details = told
    .filter((one) => one.programme !== detail && (one.outcome !== 'not_in_force' || told.length === 1))
    .map((one) => ({ value: `${DETAIL}${one.programme}`, label: { key: `programmes.${one.programme}.name` } }))
  return [...file, ...details.slice(0, 1), ...ways, ...details.slice(1)]
}
