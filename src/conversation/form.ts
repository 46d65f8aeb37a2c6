import { type Facts, passes } from '../eligibility/facts.ts'
import type { Programme } from '../eligibility/programme.ts'
import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import type { Screening } from '../eligibility/screen.ts'
import type { AnswerValue, Question } from '../messaging/question.ts'
import { type Answers, nextRequestQuestion, type RequestType } from '../requests/request-type.ts'
import { isOfCommune } from './commune-facts.ts'
import { factQuestion } from './fact-question.ts'
import { canBeAsked, canBeSaid } from './fact-words.ts'
import type { Step } from './flow.ts'
import { isHopeful, plannedFact } from './plan-screening.ts'
import { screenRecent } from './screen-recent.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'
import { openThemes, themeFact, themesThatCount } from './themes.ts'

/** The step the session stands at; undefined when the flow or the step is gone. */
export function stepOf(turn: Turn, session: Session): Step | undefined {
  return turn.definitions.flows.get(session.flow)?.steps[session.step]
}

export function requestTypeOf(turn: Turn, session: Session): RequestType | undefined {
  return turn.definitions.requests.get(session.subject.request ?? '')
}

/** The programmes that the running screening is about; undefined: all. */
export function programmesAsked(turn: Turn, session: Session): string[] | undefined {
  const step = stepOf(turn, session)
  const topic = session.subject.topic
  if (!step || !('screen' in step) || step.screen === 'all' || topic === undefined) return undefined
  const programmes = programmesOfTopic(turn.definitions.eligibility, topic)
  return programmes.length > 0 ? programmes : undefined
}

export function askedProgrammes(turn: Turn, session: Session): Programme[] {
  const { programmes } = turn.definitions.eligibility
  return programmesAsked(turn, session)?.flatMap((id) => programmes.get(id) ?? []) ?? [...programmes.values()]
}

/** The answers that are facts. */
export function saidFacts(turn: Turn, { answers }: Session): Facts {
  const { facts } = turn.definitions.eligibility
  const said = Object.entries(answers).flatMap(([id, value]) =>
    facts.has(id) && !Array.isArray(value) ? [[id, value] as const] : [],
  )
  return Object.fromEntries(said)
}

/** Judges the answers given so far, as of today. */
export function screenAnswers(turn: Turn, session: Session): Screening {
  const { eligibility } = turn.definitions
  return screenRecent(eligibility, saidFacts(turn, session), turn.situation.today, programmesAsked(turn, session))
}

/** The next question of the form at this step; null when it is complete. */
export function nextQuestion(turn: Turn, session: Session): Question | null {
  const step = stepOf(turn, session)
  if (step && 'screen' in step) {
    const screening = screenAnswers(turn, session)
    const asked = { programmes: askedProgrammes(turn, session), facts: saidFacts(turn, session), screening }
    const fact = themeFact(turn, session, step, screening) ?? plannedFact(turn, session, step, asked)
    return fact === null ? null : factQuestion(turn.definitions.eligibility, fact)
  }
  const type = requestTypeOf(turn, session)
  return type ? nextRequestQuestion(type, session.answers) : null
}

/** A question by its id, wherever it stands; undefined when the definitions no longer have it. */
export function questionById(turn: Turn, session: Session, id: string): Question | undefined {
  const step = stepOf(turn, session)
  if (step && 'ask' in step) {
    return { id, text: step.ask, expect: step.expect, unknown: step.unknown, skip: step.skip }
  }
  if (step && 'screen' in step) {
    return turn.definitions.eligibility.facts.has(id) ? factQuestion(turn.definitions.eligibility, id) : undefined
  }
  return requestTypeOf(turn, session)?.questions.find((question) => question.id === id)
}

/** Questions that were answered in this form, in the order of asking. What the commune tells by itself is none. */
export function answeredQuestions(turn: Turn, session: Session): Question[] {
  const isScreening = 'screen' in (stepOf(turn, session) ?? {})
  return Object.keys(session.answers)
    .filter((id) => !isScreening || (canBeAsked(turn, id) && !isOfCommune(turn, session, id)))
    .flatMap((id) => questionById(turn, session, id) ?? [])
}

/** Special circumstances that could change an outcome, offered already or not. */
export function circumstances(turn: Turn, session: Session): string[] {
  const step = stepOf(turn, session)
  return step && 'screen' in step ? themesThatCount(turn, session, step, screenAnswers(turn, session)) : []
}

/** Special circumstances to offer in one open question before the results. */
export function themesToOffer(turn: Turn, session: Session): string[] {
  const step = stepOf(turn, session)
  if (!step || !('screen' in step)) return []
  const screening = screenAnswers(turn, session)
  // Who asked about one topic and found something there has an answer; what was assumed stands with it.
  if (step.screen === 'topic' && session.subject.themes === undefined && isHopeful(screening)) return []
  return openThemes(turn, session, step, screening)
}

/** Questions never asked whose ordinary answer was assumed for the programme that is looked at. */
export function assumedQuestions(turn: Turn, session: Session): { question: Question; value: AnswerValue }[] {
  const step = stepOf(turn, session)
  const { detail } = session.subject
  if (!step || !('screen' in step) || detail === undefined) return []
  const { facts } = turn.definitions.eligibility
  const looked = screenAnswers(turn, session).determinations.find((one) => one.programme === detail)
  return (looked?.assumed ?? []).flatMap((id) => {
    const fact = facts.get(id)
    if (fact?.assumed === undefined || !canBeAsked(turn, id) || !canBeSaid(turn, id, fact.assumed)) return []
    return [{ question: factQuestion(turn.definitions.eligibility, id), value: fact.assumed }]
  })
}

/**
 * The answers once one of them was corrected: what only made sense with the old one goes with it (a school class, when
 * the age turns out to be 76) and is asked again where it matters.
 */
export function withoutDependents(turn: Turn, answers: Answers, corrected: string): Answers {
  const { facts } = turn.definitions.eligibility
  const gone = Object.keys(answers).filter((id) => {
    const when = facts.get(id)?.askWhen
    if (when === undefined || when.fact !== corrected) return false
    const value = answers[corrected]
    return value === undefined || value === null || Array.isArray(value) || !passes(when, value)
  })
  const rest = Object.fromEntries(Object.entries(answers).filter(([id]) => !gone.includes(id)))
  return gone.reduce((left, id) => withoutDependents(turn, left, id), rest)
}

/** The ways that a `choose` step offers now: a check by topic only where there are programmes to check. */
export function waysOf(turn: Turn, session: Session, step: Extract<Step, { choose: string }>) {
  const topic = session.subject.topic
  const checkable = topic !== undefined && programmesOfTopic(turn.definitions.eligibility, topic).length > 0
  return step.options.filter((option) => option.start?.flow !== 'check_topic' || checkable)
}
