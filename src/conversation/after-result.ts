import { type TicketEffect, WHY_EFFECTS } from '../desk/ticket-actions.ts'
import type { TakenAction } from '../desk/tickets-of-contact.ts'
import { fold } from '../understanding/normalise.ts'
import type { StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import { ask } from './prompt.ts'
import type { Awaited, Session } from './session.ts'
import { type KnownTicket, type Turn, wordsOf } from './situation.ts'

/*
 * What a person says once a ticket has a result: settled or not, why not, how good the help was. Buttons stay good while
 * the talk moves on; typed words count only as the next thing said.
 */

const AWAITED_MS = 24 * 3_600_000
const OTHER_WISHES = ['request', 'eligibility_question', 'how_to_apply', 'amount', 'complaint', 'status_check']
const RATINGS = [1, 2, 4, 5, 3]

/** A tap on a button under words about a ticket. */
export function takeTicketAction(turn: Turn, session: Session, action: TakenAction): StepResult {
  const { effect, ticketId, number } = action
  const ticket = turn.situation.tickets.find((one) => one.id === ticketId)
  if (effect === 'confirm_resolved') {
    const awaited = ticket && isUnsettled(ticket) ? awaiting(turn, 'rating', action) : null
    return { session: { ...session, awaited }, effects: [{ kind: 'confirmResolved', ticketId, number }] }
  }
  if (effect === 'reopen') {
    const isFinished = ticket?.status === 'resolved' || ticket?.status === 'closed'
    const awaited = isFinished ? awaiting(turn, 'why', action) : null
    return { session: { ...session, awaited }, effects: [{ kind: 'reopenTicket', ticketId, number }] }
  }
  const [kind, value = ''] = effect.split('_')
  const taken: Effect =
    kind === 'rate'
      ? { kind: 'rateTicket', ticketId, number, rating: Number(value) }
      : { kind: 'explainTicket', ticketId, number, why: value }
  return { session: { ...session, awaited: null }, effects: [taken] }
}

function awaiting(turn: Turn, kind: Awaited['kind'], { ticketId, number }: TakenAction): Awaited {
  return { kind, ticketId, number, until: new Date(turn.situation.now.getTime() + AWAITED_MS).toISOString() }
}

function isUnsettled({ status, confirmedAt }: KnownTicket): boolean {
  return status === 'resolved' || (status === 'closed' && confirmedAt === null)
}

/** "Xong rồi" or "chưa xong" typed after a result, instead of its buttons. */
export function takeWordsOnResult(turn: Turn, session: Session, text: string): StepResult | null {
  if (session.waiting.kind === 'question') return null
  const typed = fold(text).trim()
  const resolved = turn.situation.tickets.find((ticket) => ticket.status === 'resolved')
  // What was closed in silence is asked about weeks later: only these words and no more can mean it then.
  const ticket = resolved ?? turn.situation.tickets.find(isUnsettled)
  if (!ticket) return null
  const says = (key: string) =>
    listOf(turn, session, key).some((words) => (resolved ? typed.startsWith(words) : typed === words))
  const action = (effect: TicketEffect) =>
    takeTicketAction(turn, session, { effect, ticketId: ticket.id, number: ticket.number })
  if (says('engine.ticket.notDoneWords')) return action('reopen')
  return says('engine.ticket.doneWords') ? action('confirm_resolved') : null
}

/** Typed words in answer to a question that has buttons of its own. Null: they mean something else, and the question is left. */
export function takeAwaited(turn: Turn, session: Session, awaited: Awaited, text: string): StepResult | null {
  if (awaited.until < turn.situation.now.toISOString()) return null
  const typed = fold(text)
    .replace(/[.!,]+$/, '')
    .trim()
  const { ticketId, number } = awaited
  const isSkipped = listOf(turn, session, 'engine.rating.skipWords').includes(typed)
  if (isSkipped) return ask(turn, session, [], [{ key: 'engine.rating.skipped' }])
  if (awaited.kind === 'rating') {
    const rating = ratingIn(turn, session, typed)
    return rating === null ? null : { session, effects: [{ kind: 'rateTicket', ticketId, number, rating }] }
  }
  const why = WHY_EFFECTS.find((effect) => fold(wordsOf(turn, session, { key: `desk.action.${effect}` })) === typed)
  if (why) return takeTicketAction(turn, session, { effect: why, ticketId, number })
  const understood = turn.definitions.understander.understand(text)
  const ticket = turn.situation.tickets.find((one) => one.id === ticketId)
  const [topic] = understood.topics
  const isOther =
    understood.decision === 'smalltalk' ||
    (understood.decision === 'accept' && topic?.id !== ticket?.topic && OTHER_WISHES.includes(understood.intent))
  if (isOther) return null
  const { messageId, attachmentIds, now } = turn.situation
  return {
    session: { ...session, saidToOfficerAt: now.toISOString() },
    effects: [
      { kind: 'sayToTicket', ticketId, messageId, attachmentIds },
      { kind: 'say', lines: [{ key: 'engine.ticket.whyTaken', values: { number } }], options: [] },
    ],
  }
}

function ratingIn(turn: Turn, session: Session, typed: string): number | null {
  const figure = /^([1-5])(?:\s*(?:diem|sao|\/\s*5|points?|stars?))?$/.exec(typed)
  if (figure) return Number(figure[1])
  return RATINGS.find((rating) => listOf(turn, session, `engine.rating.words.${rating}`).includes(typed)) ?? null
}

function listOf(turn: Turn, session: Session, key: string): string[] {
  return wordsOf(turn, session, { key })
    .split(',')
    .map((words) => fold(words).trim())
}
