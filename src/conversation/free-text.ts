import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import type { Urgency } from '../understanding/urgency.ts'
import { begin, beginRequest, requestTypeFor, type StepResult } from './advance.ts'
import { answerTopic, programmesNamed } from './answer-topic.ts'
import type { Effect } from './effects.ts'
import { offerToTell } from './offer-to-tell.ts'
import { openingsFor } from './openings-in-chat.ts'
import { ask } from './prompt.ts'
import { sayHotline } from './say-hotline.ts'
import { remember, type Session } from './session.ts'
import type { Turn } from './situation.ts'
import { tellStatus } from './status-lines.ts'

/** Topics that stand for no service. */
const NO_SERVICE = ['out_of_scope', 'smalltalk']

/** What is kept of the words that led to a talk; facts are read from it, and a request takes it as the need. */
const LONGEST_SAID = 1_000

/** Words that answer no question: they are understood as a wish. */
export function takeFreeText(turn: Turn, session: Session, text: string): StepResult {
  const understood = turn.definitions.understander.understand(text)
  if (understood.intent === 'status_check') return sayStatus(turn, session)
  const services = understood.topics.map((topic) => topic.id).filter((id) => !NO_SERVICE.includes(id))
  const [topic] = services
  if (understood.intent === 'complaint' && understood.decision !== 'smalltalk') {
    return beginRequest(turn, session, 'complaint', { topic: topic ?? 'general_support' }, text)
  }
  const told = offerToTell(turn, session, text, understood, services)
  if (told !== null) return told
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
  const shown = [...before, ...openingsFor(turn, topic, intent, text)]
  const answered = answerTopic(turn, session, { topic, intent, text }, shown)
  if (answered) return answered
  const judged = programmesOfTopic(turn.definitions.eligibility, topic).length > 0
  const about = text === null ? '' : programmesNamed(turn, topic, text).join(' ')
  const named = about === '' ? subject : { ...subject, about }
  const heard = text === null ? named : { ...named, said: text.slice(0, LONGEST_SAID) }
  const flow = judged && intent !== 'request' ? 'check_topic' : 'topic'
  return begin(turn, remember(session), flow, heard, shown)
}

export function sayStatus(turn: Turn, session: Session): StepResult {
  return ask(turn, session, tellStatus(turn, session))
}

/** The service that takes an emergency first: the commune is nearest; a court date belongs to legal aid. */
function topicOfUrgency(urgency: Urgency): string {
  if (urgency === 'court_date') return 'legal_aid'
  return urgency === 'no_food_or_shelter' ? 'general_support' : 'social_assistance'
}

/** Requests in which words of danger are the matter itself and go on as it is. */
const ABOUT_DANGER = ['urgent', 'legal_aid', 'complaint']

/**
 * The hotline at once. Then an urgent request of its own; within a request about the danger itself that one goes on
 * (`goesOn`) and becomes urgent. An officer who holds the talk gets the words too.
 */
export function takeUrgentWords(
  turn: Turn,
  session: Session,
  urgencies: readonly Urgency[],
  text: string,
): StepResult & { goesOn: boolean } {
  const told = (session.subject.urgent ?? '').split(' ').filter((one) => one !== '')
  const hotlines = urgencies.map((one) => sayHotline(turn, one))
  const subject = { urgent: [...new Set([...told, ...urgencies])].join(' ') }
  const [first] = urgencies
  if (first === undefined) return { session, effects: [], goesOn: true }
  if (ABOUT_DANGER.includes(session.subject.request ?? '')) {
    return { session: { ...session, subject: { ...session.subject, ...subject } }, effects: hotlines, goesOn: true }
  }
  const { talkTicketId, messageId, attachmentIds } = turn.situation
  const toOfficer: Effect[] =
    talkTicketId === null
      ? []
      : [{ kind: 'sayToTicket', ticketId: talkTicketId, messageId, attachmentIds }, { kind: 'releaseTalk' }]
  const begun = beginRequest(turn, session, 'urgent', { ...subject, topic: topicOfUrgency(first) }, text, [
    ...toOfficer,
    ...hotlines,
  ])
  return { ...begun, goesOn: false }
}
