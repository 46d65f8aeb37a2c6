import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import type { Screening } from '../eligibility/screen.ts'
import type { Question } from '../messaging/question.ts'
import { nextRequestQuestion, type RequestType } from '../requests/request-type.ts'
import { factQuestion } from './fact-question.ts'
import type { Step } from './flow.ts'
import { screenRecent } from './screen-recent.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

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

/** Judges the answers given so far, as of today. */
export function screenAnswers(turn: Turn, session: Session): Screening {
  const { eligibility } = turn.definitions
  const facts = Object.fromEntries(
    Object.entries(session.answers).filter(([id, value]) => eligibility.facts.has(id) && !Array.isArray(value)),
  ) as Record<string, string | number | boolean | null>
  return screenRecent(eligibility, facts, turn.situation.today, programmesAsked(turn, session))
}

/** The next question of the form at this step; null when it is complete. */
export function nextQuestion(turn: Turn, session: Session): Question | null {
  const step = stepOf(turn, session)
  if (step && 'screen' in step) {
    const fact = screenAnswers(turn, session).nextQuestion
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

/** Questions that were answered in this form, in the order of asking. */
export function answeredQuestions(turn: Turn, session: Session): Question[] {
  return Object.keys(session.answers).flatMap((id) => questionById(turn, session, id) ?? [])
}

/** The ways that a `choose` step offers now: a check by topic only where there are programmes to check. */
export function waysOf(turn: Turn, session: Session, step: Extract<Step, { choose: string }>) {
  const topic = session.subject.topic
  const checkable = topic !== undefined && programmesOfTopic(turn.definitions.eligibility, topic).length > 0
  return step.options.filter((option) => option.start?.flow !== 'check_topic' || checkable)
}
