import type { UpdateBody } from '../messaging/update.ts'
import type { StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import { goToTopic } from './free-text.ts'
import { ask } from './prompt.ts'
import type { Session } from './session.ts'
import type { KnownTicket, Turn } from './situation.ts'

const UNFINISHED = ['open', 'assigned', 'pending']
/** After words that belong to no ticket; a command or a tap ends it sooner. */
const SILENCE_AFTER_OFFICER_MS = 24 * 3_600_000
const OTHER_WISHES = ['request', 'eligibility_question', 'how_to_apply', 'amount']

/**
 * Words and papers that belong to a ticket rather than to the bot. Null: the bot answers. While an officer holds the
 * talk the bot says nothing, unless the words are clearly about another service.
 */
export function takeForOfficer(turn: Turn, session: Session, body: UpdateBody): StepResult | null {
  if (body.kind !== 'text' && body.kind !== 'file' && body.kind !== 'location' && body.kind !== 'phone') return null
  const { situation } = turn
  const quoted = situation.tickets.find((ticket) => ticket.id === situation.quotedTicketId)
  if (quoted && UNFINISHED.includes(quoted.status)) return pass(turn, session, quoted)
  const holder = situation.tickets.find((ticket) => ticket.id === situation.talkTicketId)
  if (!holder) return isTalkedToElsewhere(session, situation.now) ? { session, effects: [] } : null
  const other = body.kind === 'text' ? answerOtherTopic(turn, session, holder, body.text) : null
  if (other !== null) return other
  const waiting = unanswered(turn, session)
  if (waiting.length < 2) return pass(turn, session, holder)
  return ask(turn, {
    ...session,
    interruption: {
      kind: 'whichTicket',
      messageIds: [situation.messageId],
      attachmentIds: situation.attachmentIds,
      ticketIds: waiting.map((ticket) => ticket.id),
    },
  })
}

/** Words that an officer wrote past the desk belong to the ticket last spoken about, as if they were written on it. */
export function takeOfficerWords(turn: Turn, session: Session): StepResult {
  const { tickets, messageId, now } = turn.situation
  const ticket = tickets.find(({ status }) => UNFINISHED.includes(status))
  const officerUntil = ticket ? null : new Date(now.getTime() + SILENCE_AFTER_OFFICER_MS).toISOString()
  return {
    session: { ...session, interruption: null, officerUntil },
    effects: [{ kind: 'officerSpoke', ticketId: ticket?.id ?? null, messageId }],
  }
}

export function withoutOfficer(session: Session): Session {
  return session.officerUntil === null ? session : { ...session, officerUntil: null }
}

function isTalkedToElsewhere({ officerUntil }: Session, now: Date): boolean {
  return officerUntil !== null && now.toISOString() < officerUntil
}

/** Tickets on which an officer spoke after the person last spoke to officers. */
function unanswered(turn: Turn, session: Session): KnownTicket[] {
  const since = session.saidToOfficerAt === null ? 0 : Date.parse(session.saidToOfficerAt)
  return turn.situation.tickets.filter(
    (ticket) =>
      ticket.officerSpoke &&
      (ticket.status === 'assigned' || ticket.status === 'pending') &&
      ticket.spokenAt.getTime() > since,
  )
}

/** Words about another service are answered by the bot; the officer sees them too, in case they were meant so. */
function answerOtherTopic(turn: Turn, session: Session, holder: KnownTicket, text: string): StepResult | null {
  const understood = turn.definitions.understander.understand(text)
  const topic = understood.topics[0]?.id
  if (understood.decision !== 'accept' || topic === undefined || !OTHER_WISHES.includes(understood.intent)) return null
  const known = turn.situation.tickets.some((ticket) => ticket.topic === topic && UNFINISHED.includes(ticket.status))
  if (known) return null
  const passed = pass(turn, session, holder)
  const answered = goToTopic(turn, passed.session, topic, understood.intent, text)
  return { session: answered.session, effects: [...passed.effects, ...answered.effects] }
}

export function pass(turn: Turn, session: Session, ticket: KnownTicket): StepResult {
  const { messageId, attachmentIds, now } = turn.situation
  const effect: Effect = { kind: 'sayToTicket', ticketId: ticket.id, messageId, attachmentIds }
  return { session: { ...session, interruption: null, saidToOfficerAt: now.toISOString() }, effects: [effect] }
}
