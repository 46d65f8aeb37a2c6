import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import type { Urgency } from '../understanding/urgency.ts'
import { begin, beginRequest, requestTypeFor, type StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import { ask } from './prompt.ts'
import { sayHotline } from './say-hotline.ts'
import { remember, type Session } from './session.ts'
import type { Turn } from './situation.ts'
import { statusLines } from './status-lines.ts'

/** Topics that stand for no service. */
const NO_SERVICE = ['out_of_scope', 'smalltalk']

/** Words that answer no question: they are understood as a wish. */
export function takeFreeText(turn: Turn, session: Session, text: string): StepResult {
  const understood = turn.definitions.understander.understand(text)
  if (understood.intent === 'status_check') return sayStatus(turn, session)
  const services = understood.topics.map((topic) => topic.id).filter((id) => !NO_SERVICE.includes(id))
  const [topic] = services
  switch (understood.decision) {
    case 'smalltalk':
      return ask(turn, session, [], [{ key: 'engine.smalltalk' }])
    case 'out_of_scope':
      return ask(
        turn,
        session,
        [],
        [{ key: understood.door === undefined ? 'engine.outOfScope' : `topics.doors.${understood.door}` }],
      )
    case 'accept':
      return topic === undefined ? ask(turn, session) : goToTopic(turn, session, topic, understood.intent, text)
    case 'ask':
      return ask(turn, {
        ...session,
        interruption: { kind: 'didYouMean', text: text.slice(0, 2000), topics: services.slice(0, 3) },
        page: 0,
      })
    default:
      return understood.decision satisfies never
  }
}

/** Starts what a person who spoke of this topic most likely wants. */
export function goToTopic(
  turn: Turn,
  session: Session,
  topic: string,
  intent: string,
  text: string | null,
): StepResult {
  const subject = { topic }
  const before: Effect[] = turn.situation.talkTicketId === null ? [] : [{ kind: 'releaseTalk' }]
  if (intent === 'complaint') return beginRequest(turn, session, 'complaint', subject, text, before)
  const type = requestTypeFor(topic)
  if (intent === 'request' && type !== 'general') return beginRequest(turn, session, type, subject, text, before)
  const judged = programmesOfTopic(turn.definitions.eligibility, topic).length > 0
  if (judged && intent !== 'request') return begin(turn, remember(session), 'check_topic', subject, before)
  return begin(
    turn,
    remember(session),
    'topic',
    text === null ? subject : { ...subject, said: text.slice(0, 1000) },
    before,
  )
}

export function sayStatus(turn: Turn, session: Session): StepResult {
  return ask(turn, session, [{ kind: 'say', lines: statusLines(turn, session), options: [] }])
}

/** The service that takes an emergency first: the commune is nearest; a court date belongs to legal aid. */
function topicOfUrgency(urgency: Urgency): string {
  return urgency === 'court_date'
    ? 'legal_aid'
    : urgency === 'no_food_or_shelter'
      ? 'general_support'
      : 'social_assistance'
}

/** The hotline at once; then an urgent request, unless one is being filled in. */
export function takeUrgentWords(turn: Turn, session: Session, urgencies: readonly Urgency[], text: string): StepResult {
  const told = (session.subject.urgent ?? '').split(' ').filter((one) => one !== '')
  const fresh = urgencies.filter((one) => !told.includes(one))
  const effects = fresh.map((one) => sayHotline(turn, one))
  const subject = { urgent: [...new Set([...told, ...urgencies])].join(' ') }
  const [first] = urgencies
  if (session.subject.request !== undefined || first === undefined) {
    return { session: { ...session, subject: { ...session.subject, ...subject } }, effects }
  }
  return beginRequest(turn, session, 'urgent', { ...subject, topic: topicOfUrgency(first) }, text, effects)
}
