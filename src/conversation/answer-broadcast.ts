/** What a person does with a policy message in the talk: "đã rõ", a way into a talk, words for the unit that sent it. Pure. */
import type { BroadcastTap } from '../broadcasts/tap.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { fold } from '../understanding/normalise.ts'
import { begin, type StepResult } from './advance.ts'
import { takeCommand } from './commands.ts'
import type { Effect } from './effects.ts'
import { goToTopic } from './free-text.ts'
import type { TellUnit } from './news-prompt.ts'
import { isAfterBroadcast, LONGEST_WORDS } from './offer-to-tell.ts'
import { ask } from './prompt.ts'
import { remember, type Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

export function takeBroadcastTap(turn: Turn, session: Session, { broadcastId, does }: BroadcastTap): StepResult {
  if (does.kind === 'understood') return understood(session, broadcastId)
  const tapped: Effect = { kind: 'noteHeard', broadcastId, hearing: 'tapped' }
  if (does.kind === 'stop') {
    const stopped = takeCommand(turn, session, 'stop')
    return { session: stopped.session, effects: [tapped, ...stopped.effects] }
  }
  const before: Effect[] = turn.situation.talkTicketId === null ? [tapped] : [tapped, { kind: 'releaseTalk' }]
  const from: Session = { ...remember(session), interruption: null }
  const { opens, id } = does
  if (opens === 'topic' && id !== null) {
    const went = goToTopic(turn, { ...session, interruption: null }, id, 'request', null)
    return { session: went.session, effects: [tapped, ...went.effects] }
  }
  const programme = id === null ? undefined : turn.definitions.eligibility.programmes.get(id)
  if (opens === 'programme' && programme !== undefined)
    return begin(turn, from, 'check_topic', { topic: programme.topic, about: programme.id }, before)
  const isTopic = id !== null && turn.definitions.knowledge.topics.has(id)
  return isTopic ? begin(turn, from, 'check_topic', { topic: id }, before) : begin(turn, from, 'check', {}, before)
}

function understood(session: Session, broadcastId: string): StepResult {
  return {
    session,
    effects: [
      { kind: 'noteHeard', broadcastId, hearing: 'understood' },
      { kind: 'say', lines: [{ key: 'news.understood' }], options: [] },
    ],
  }
}

/** Words and papers that quote a message go to its unit at once; "đã rõ" after one is as good as its button. */
export function takeAboutBroadcast(turn: Turn, session: Session, body: UpdateBody): StepResult | null {
  const { broadcast, attachmentIds, messageId } = turn.situation
  if (!broadcast) return null
  if (body.kind === 'text' && saysUnderstood(turn, session, body.text)) return understood(session, broadcast.id)
  if (!broadcast.isQuoted || (body.kind !== 'text' && body.kind !== 'file')) return null
  const words = body.kind === 'text' ? body.text : (body.file.caption ?? '')
  if (words.trim() === '' && attachmentIds.length === 0) return null
  const effect: Effect = {
    kind: 'replyToBroadcast',
    broadcastId: broadcast.id,
    words: words.slice(0, LONGEST_WORDS),
    messageIds: [messageId],
    attachmentIds,
  }
  return { session, effects: [effect] }
}

function saysUnderstood(turn: Turn, session: Session, text: string): boolean {
  if (session.waiting.kind === 'question' && !isAfterBroadcast(turn, session)) return false
  const typed = fold(text)
    .replace(/^(?:da|vang)\s+(?=da |toi )/, '')
    .replace(/(?:\s+(?:a|nhe|nha))?[.!,\s]*$/, '')
    .trim()
  return wordsOf(turn, session, { key: 'news.understoodWords' })
    .split(',')
    .some((words) => fold(words).trim() === typed)
}

/** The choice; null: the words are about something else. What is said before it goes along. */
export function takeTellUnit(
  turn: Turn,
  session: Session,
  telling: TellUnit,
  chosen: string | null,
  body: UpdateBody,
): StepResult | null {
  const calm: Session = { ...session, interruption: null, page: 0 }
  const { broadcastId, text: words, messageIds, attachmentIds } = telling
  if (chosen === 'send') {
    const tell: Effect = { kind: 'replyToBroadcast', broadcastId, words, messageIds, attachmentIds }
    return ask(turn, calm, [tell])
  }
  if (chosen === 'no') return ask(turn, calm, [], [{ key: 'news.tell.notSent' }])
  const { understander } = turn.definitions
  if (chosen !== null) return goToTopic(turn, calm, chosen, understander.understand(words).intent, words)
  const more = turn.situation.attachmentIds
  if (body.kind !== 'text' && more.length === 0) return null
  const said = body.kind === 'text' ? body.text : ''
  const isOther = said !== '' && ['accept', 'smalltalk'].includes(understander.understand(said).decision)
  if (isOther) return null
  const gathered: TellUnit = {
    ...telling,
    text: `${words}\n${said}`.trim().slice(0, LONGEST_WORDS),
    messageIds: [...messageIds, turn.situation.messageId],
    attachmentIds: [...attachmentIds, ...more],
  }
  return ask(turn, { ...session, interruption: gathered })
}

/** Whoever quotes a message has got it, whatever the words ask for. */
export function withQuote({ situation: { broadcast } }: Turn, result: StepResult): StepResult {
  if (!broadcast?.isQuoted || result.effects.some(({ kind }) => kind === 'erase')) return result
  const quoted: Effect = { kind: 'noteHeard', broadcastId: broadcast.id, hearing: 'quoted' }
  return { ...result, effects: [quoted, ...result.effects] }
}
