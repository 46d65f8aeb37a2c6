/**
 * What a person wants to hear of without asking: topics on and off, asked once after the first answer or request, stopped
 * and begun again at every step. Pure.
 */
import type { UpdateBody } from '../messaging/update.ts'
import { fold } from '../understanding/normalise.ts'
import type { StepResult } from './advance.ts'
import type { Effect, Words } from './effects.ts'
import { heardOf, LIST, type NewsQuestion, NOTHING, nameOf, ON, topicsToHear } from './news-prompt.ts'
import { SKIP } from './options.ts'
import { ask } from './prompt.ts'
import type { Interruption, Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** The list of topics, over whatever is open. */
export function openNews(turn: Turn, session: Session, lead: Words[] = []): StepResult {
  const interruption: Interruption = turn.situation.consented ? { kind: 'news' } : { kind: 'newsConsent', topic: null }
  return ask(turn, { ...session, interruption, page: 0 }, [], lead)
}

/** The answer to one of the questions; null: the words were none. */
export function takeNews(
  turn: Turn,
  session: Session,
  question: NewsQuestion,
  chosen: string | null,
): StepResult | null {
  const calm: Session = { ...session, interruption: null, page: 0 }
  if (chosen === null) return null
  if (question.kind === 'newsConsent') {
    if (chosen !== 'agree') return ask(turn, calm, [{ kind: 'refuseConsent' }], [{ key: 'news.consent.refused' }])
    const agreed = withSituation(turn, { consented: true })
    const given: Effect = { kind: 'giveConsent' }
    const { topic } = question
    const next = topic === null ? openNews(agreed, calm) : switchOn(agreed, calm, topic)
    return { session: next.session, effects: [given, ...next.effects] }
  }
  if (question.kind === 'newsOffer') {
    if (chosen === LIST) return openNews(turn, calm)
    if (chosen === ON && question.topic !== null) return switchOn(turn, calm, question.topic)
    return ask(turn, calm, [], [{ key: 'news.offer.declined' }])
  }
  if (chosen === SKIP) {
    const heard = heardOf(turn)
    const key = heard.length === 0 ? 'news.list.leftNone' : 'news.list.left'
    return ask(turn, calm, [], [{ key, values: { topics: heard.map(nameOf) } }])
  }
  if (!topicsToHear(turn).includes(chosen)) return null
  const isOn = heardOf(turn).includes(chosen)
  return isOn ? switchOff(turn, session, chosen) : switchOn(turn, session, chosen)
}

/** A topic of the list by its bare name, whether or not its mark was typed. */
export function topicNamed(turn: Turn, session: Session, question: NewsQuestion, body: UpdateBody): string | null {
  if (question.kind !== 'news' || body.kind !== 'text') return null
  const typed = fold(body.text).trim()
  return topicsToHear(turn).find((topic) => fold(wordsOf(turn, session, nameOf(topic))) === typed) ?? null
}

/** From now on the person hears of the topic; whoever had stopped hears of it alone. */
export function switchOn(turn: Turn, session: Session, topic: string): StepResult {
  if (!turn.situation.consented) return ask(turn, { ...session, interruption: { kind: 'newsConsent', topic }, page: 0 })
  const { isStopped } = turn.situation.news ?? NOTHING
  const topics = [...new Set([...heardOf(turn), topic])]
  const after = withSituation(turn, { news: { topics, isStopped: false, wasAsked: true } })
  const key = isStopped ? 'news.onAgain' : 'news.on'
  return ask(after, session, [{ kind: 'subscribe', topic }], [{ key, values: { topic: nameOf(topic) } }])
}

export function switchOff(turn: Turn, session: Session, topic: string): StepResult {
  const news = turn.situation.news ?? NOTHING
  const topics = news.topics.filter((one) => one !== topic)
  const after = withSituation(turn, { news: { ...news, topics, wasAsked: true } })
  return ask(after, session, [{ kind: 'unsubscribe', topic }], [{ key: 'news.off', values: { topic: nameOf(topic) } }])
}

/** "Nhận lại tin": every stop is taken back, the topics are those from before. */
export function hearAgain(turn: Turn, session: Session): StepResult {
  if (!turn.situation.consented) return openNews(turn, session)
  const { topics } = turn.situation.news ?? NOTHING
  const again: Effect = { kind: 'hearAgain' }
  const after = withSituation(turn, { news: { topics, isStopped: false, wasAsked: true } })
  if (topics.length > 0)
    return ask(after, session, [again], [{ key: 'news.again', values: { topics: topics.map(nameOf) } }])
  const opened = openNews(after, session, [{ key: 'news.againNone' }])
  return { session: opened.session, effects: [again, ...opened.effects] }
}

const ABOUT = /(?:^|\s)(?:về|ve|about|from|to|on)\s+(.+)$/iu
const ENDING = /\s+(?:nữa|nua|cho tôi|cho toi|nhé|nhe|ạ|please)\s*[.!]?$/iu

/** "Nhận tin về vay vốn", "dừng tin về vay vốn": the topic is read from the rest; one that is not clear is picked. */
export function switchNamed(turn: Turn, session: Session, text: string, isOn: boolean): StepResult {
  const rest = ABOUT.exec(text.trim())?.[1]?.replace(ENDING, '') ?? text
  const known = topicsToHear(turn)
  const { decision, topics } = turn.definitions.understander.understand(rest)
  const topic = topics.map(({ id }) => id).find((id) => known.includes(id))
  const isClear = (decision === 'accept' || decision === 'ask') && topic !== undefined
  if (!isClear) return openNews(turn, session, [{ key: 'news.which' }])
  return isOn ? switchOn(turn, session, topic) : switchOff(turn, session, topic)
}

const ANSWERS: readonly string[] = ['answer', 'office']
/** Whoever does one of these is not asked in the same breath. */
const OTHER_MATTERS: readonly Effect['kind'][] = ['refuseConsent', 'stopInformation', 'stopAll', 'erase', 'subscribe']

/**
 * Asks once what the person wants to hear of: at the menu, after the first request or answer, and only whoever
 * consented. In place of the menu, which follows.
 */
export function offerNews(turn: Turn, before: Session | null, result: StepResult): StepResult {
  const { session, effects } = result
  const { news, consented } = turn.situation
  const agrees = consented || effects.some(({ kind }) => kind === 'giveConsent')
  if (news === undefined || news.wasAsked || !agrees) return result
  if (session.flow !== 'menu' || session.waiting.kind !== 'choose' || session.interruption !== null) return result
  if (session.held !== null || effects.some(({ kind }) => OTHER_MATTERS.includes(kind))) return result
  const topic = topicOfHelp(turn, before, effects)
  if (topic === undefined) return result
  const interruption: Interruption = { kind: 'newsOffer', topic }
  const untilMenu = effects.slice(0, -1)
  return ask(turn, { ...session, interruption, page: 0 }, [...untilMenu, { kind: 'noteNewsAsked' }])
}

/** What the person was just helped with; null: with several things; undefined: with nothing yet. */
function topicOfHelp(turn: Turn, before: Session | null, effects: readonly Effect[]): string | null | undefined {
  const clear = (topic: string | undefined) =>
    topic !== undefined && topic !== 'general_support' && topicsToHear(turn).includes(topic) ? topic : null
  const filed = effects.find((effect) => effect.kind === 'fileTicket')
  if (filed !== undefined) {
    const { urgent, complaintAbout, topic } = filed.draft
    return urgent || complaintAbout !== null ? undefined : clear(topic)
  }
  // Other things were said than the menu: this is no moment of rest.
  if (before === null || effects.length !== 1) return undefined
  const isAnswered =
    ANSWERS.includes(before.flow) ||
    before.waiting.kind === 'results' ||
    (before.flow === 'topic' && before.subject.asked !== undefined)
  return isAnswered ? clear(before.subject.topic) : undefined
}

function withSituation(turn: Turn, change: Partial<Turn['situation']>): Turn {
  return { ...turn, situation: { ...turn.situation, ...change } }
}
