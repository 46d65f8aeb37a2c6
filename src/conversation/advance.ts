import { draftRequest, type FileTicketDraft } from '../requests/request-draft.ts'
import { urgentHotlines } from '../requests/request-type.ts'
import type { Effect, Words } from './effects.ts'
import { enterMember, memberName, type Opened, openScreening } from './family.ts'
import { nextQuestion, programmesAsked, requestTypeOf, stepOf, themesToOffer } from './form.ts'
import { answerLines, basisOfAnswer } from './knowledge-lines.ts'
import { ask, flowText, sayResults } from './prompt.ts'
import { sayHotline } from './say-hotline.ts'
import { remember, type Session, startFlow } from './session.ts'
import type { Turn } from './situation.ts'
import { tellStatus } from './status-lines.ts'

export interface StepResult {
  session: Session
  effects: Effect[]
}

/** Characters below which the first words of a complaint are taken as the wish to complain, not as the story. */
const SHORTEST_STORY = 40
/** Steps passed without a wait in one go; the definitions' check makes sure that it is never reached. */
const LONGEST_PASSAGE = 50

/** Starts a flow and goes on until it waits. */
export function begin(
  turn: Turn,
  session: Session,
  flowId: string,
  subject: Record<string, string> = {},
  before: Effect[] = [],
): StepResult {
  const flow = turn.definitions.flows.get(flowId)
  if (!flow) throw new Error(`No flow ${flowId}`)
  const talkFrom = flowId === 'menu' ? null : (session.talkFrom ?? turn.situation.messageId)
  return advance(turn, { ...startFlow(session, flow, subject), talkFrom }, before)
}

/** Goes on from the session's step until something must be waited for. */
export function advance(turn: Turn, from: Session, before: Effect[] = []): StepResult {
  let session = from
  const effects = [...before]
  for (let passed = 0; passed < LONGEST_PASSAGE; passed++) {
    const step = stepOf(turn, session)
    if (!step)
      return begin(turn, session, 'menu', {}, [
        ...effects,
        { kind: 'say', lines: [{ key: 'engine.flowChanged' }], options: [] },
      ])
    if ('choose' in step) return ask(turn, { ...session, waiting: { kind: 'choose' }, page: 0, misses: 0 }, effects)
    if ('ask' in step)
      return ask(turn, { ...session, waiting: { kind: 'question', id: session.step }, page: 0, misses: 0 }, effects)
    if ('screen' in step) return goOnScreening(turn, openScreening(turn, session), effects)
    if ('request' in step) return continueForm(turn, session, effects)
    if ('say' in step) {
      effects.push({ kind: 'say', lines: [flowText(session, step.say)], options: [] })
      session = { ...session, step: step.next }
    } else if ('do' in step) {
      if (step.do === 'chooseNews') session = withNews(turn, session)
      else if (step.do === 'showStatus') effects.push(...tellStatus(turn, session))
      else
        effects.push(
          isTold(step.do) ? { kind: 'say', lines: TOLD[step.do](turn, session), options: [] } : { kind: step.do },
        )
      session = { ...session, step: step.next }
    } else if ('when' in step) {
      const holds = step.when === 'consented' ? turn.situation.consented : turn.situation.communeCode !== null
      session = { ...session, step: holds ? step.yes : step.no }
    } else {
      return begin(turn, session, step.start, {}, effects)
    }
  }
  throw new Error(`Flow ${session.flow} never waits`)
}

/** The list of topics to hear of stands over what follows. */
function withNews({ situation }: Turn, session: Session): Session {
  const interruption = situation.consented ? { kind: 'news' as const } : { kind: 'newsConsent' as const, topic: null }
  return { ...session, interruption }
}

/** Steps that tell something and change nothing. */
const TOLD = { showAnswer: answerLines, showBasis: basisOfAnswer } as const

function isTold(step: string): step is keyof typeof TOLD {
  return step in TOLD
}

/** Asks what the screening must know first, else its next question. */
function goOnScreening(turn: Turn, { session, isReady }: Opened, before: Effect[], lead: Words[] = []): StepResult {
  return isReady ? continueForm(turn, session, before, lead) : ask(turn, session, before, lead)
}

/** The screening goes on about this member of the household. */
export function screenMember(turn: Turn, session: Session, memberId: string, lead: Words[] = []): StepResult {
  return goOnScreening(turn, enterMember(turn, session, memberId), [], lead)
}

/** The next question of a form; when there is none, the summary of a request or the results of a screening. */
export function continueForm(turn: Turn, from: Session, before: Effect[] = [], lead: Words[] = []): StepResult {
  let session: Session = { ...from, page: 0, misses: 0, interruption: null }
  const effects = [...before, ...newHotlines(turn, session)]
  session = { ...session, subject: { ...session.subject, ...urgentSubject(turn, session) } }
  let question = nextQuestion(turn, session)
  while (question?.expect.kind === 'commune' && turn.situation.communeCode !== null) {
    session = { ...session, answers: { ...session.answers, [question.id]: turn.situation.communeCode } }
    question = nextQuestion(turn, session)
  }
  if (question) return ask(turn, { ...session, waiting: { kind: 'question', id: question.id } }, effects, lead)
  const step = stepOf(turn, session)
  if (step && 'screen' in step) {
    if (themesToOffer(turn, session).length > 0)
      return ask(turn, { ...session, waiting: { kind: 'themes' } }, effects, lead)
    return ask(turn, { ...session, waiting: { kind: 'results' } }, [...effects, sayResults(turn, session)])
  }
  return ask(turn, { ...session, waiting: { kind: 'summary' } }, effects, lead)
}

function hotlinesNow(turn: Turn, session: Session): string[] {
  const type = requestTypeOf(turn, session)
  return type && 'request' in (stepOf(turn, session) ?? {})
    ? urgentHotlines(type, session.answers, turn.situation.today)
    : []
}

/** Hotlines that the answers call for and that were not told yet. */
function newHotlines(turn: Turn, session: Session): Effect[] {
  const told = (session.subject.urgent ?? '').split(' ')
  return hotlinesNow(turn, session)
    .filter((hotline) => !told.includes(hotline))
    .map((hotline) => sayHotline(turn, hotline))
}

function urgentSubject(turn: Turn, session: Session): Record<string, string> {
  const told = (session.subject.urgent ?? '').split(' ').filter((one) => one !== '')
  const urgent = [...new Set([...told, ...hotlinesNow(turn, session)])]
  return urgent.length === 0 ? {} : { urgent: urgent.join(' ') }
}

/** Files the complete request and returns to the menu. */
export function fileRequest(turn: Turn, session: Session, before: Effect[] = []): StepResult {
  const type = requestTypeOf(turn, session)
  if (!type) return begin(turn, session, 'menu', {}, before)
  const commune = session.answers.commune
  const draft: FileTicketDraft = draftRequest(type, session.answers, {
    topic: type.topic === 'chosen' ? topicOfRequest(turn, session) : type.topic,
    communeCode: typeof commune === 'string' ? commune : turn.situation.communeCode,
    village: session.subject.village ?? null,
    urgent: (session.subject.urgent ?? '') !== '',
    facts: session.subject.facts === undefined ? {} : JSON.parse(session.subject.facts),
    talkFrom: session.talkFrom,
  })
  const { opening: wanted } = session.subject
  const opening = wanted === undefined ? {} : { opening: wanted }
  return begin(turn, { ...session, trail: [] }, 'menu', {}, [...before, { kind: 'fileTicket', draft, ...opening }])
}

/** The topic the person came by; when that says nothing, the one their own words are about. */
function topicOfRequest(turn: Turn, session: Session): string {
  const topic = session.subject.topic ?? 'general_support'
  const { need } = session.answers
  if (topic !== 'general_support' || session.subject.request !== 'general' || typeof need !== 'string') return topic
  const understood = turn.definitions.understander.understand(need)
  return understood.decision === 'accept' ? (understood.topics[0]?.id ?? topic) : topic
}

/** Which request type takes a topic. */
export function requestTypeFor(topic: string): string {
  if (topic === 'legal_aid') return 'legal_aid'
  if (topic === 'jobs' || topic === 'work_abroad') return 'jobs'
  return topic === 'vocational_training' ? 'training' : 'general'
}

/** Starts a request; what the person already said in own words is taken as the need. */
export function beginRequest(
  turn: Turn,
  session: Session,
  type: string,
  subject: Record<string, string>,
  said: string | null,
  before: Effect[] = [],
): StepResult {
  const flow = turn.definitions.flows.get('request')
  const definition = turn.definitions.requests.get(type)
  if (!flow || !definition) throw new Error(`No request ${type}`)
  const started = startFlow(remember(session), flow, {
    ...subject,
    request: type,
    requestVersion: String(definition.version),
  })
  const takesNeed = definition.questions.find((question) => question.id === 'need')?.expect
  const tells = said !== null && (type !== 'complaint' || said.length >= SHORTEST_STORY)
  const need = tells && takesNeed?.kind === 'text' && said.length >= takesNeed.min ? said.slice(0, takesNeed.max) : null
  const answers = need === null ? {} : { need }
  return advance(turn, { ...started, answers, talkFrom: session.talkFrom ?? turn.situation.messageId }, before)
}

/** Facts of the running screening and whom it is about, to go with a request that follows it. */
export function screeningSubject(turn: Turn, session: Session): Record<string, string> {
  const facts = Object.fromEntries(
    Object.entries(session.answers).filter(([id]) => turn.definitions.eligibility.facts.has(id)),
  )
  const { member } = session.subject
  const about = member === undefined ? null : memberName(turn, { ...session, language: 'vi' }, member)
  return { facts: JSON.stringify({ facts, programmes: programmesAsked(turn, session) ?? null, member: about }) }
}
