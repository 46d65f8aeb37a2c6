import type { OpeningTap } from '../openings/offers.ts'
import { kindOfTopic, OPENING_TOPICS, wishOf } from '../openings/wish.ts'
import { beginRequest, requestTypeFor, type StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

/** Ways of asking that may be after what there is now. */
const ASKS_WHAT_THERE_IS: readonly string[] = ['eligibility_question', 'how_to_apply']
const FINISHED: readonly string[] = ['resolved', 'closed']

/** Words about work or training are answered with what there is, before anything is said of programmes. */
export function openingsFor(turn: Turn, topic: string, intent: string, text: string | null): Effect[] {
  if (!OPENING_TOPICS.includes(topic) || !ASKS_WHAT_THERE_IS.includes(intent) || text === null) return []
  const { situation, definitions } = turn
  const wish = wishOf(definitions, { topic, commune: situation.communeCode, said: text, day: situation.today })
  return [{ kind: 'showOpenings', topic, wish, page: 0, ticketId: ticketFor(turn, topic)?.id ?? null }]
}

/** A button under openings: onto the ticket that asks for such, or first a request for one. */
export function takeOpeningTap(turn: Turn, session: Session, tap: OpeningTap): StepResult {
  const { topic } = tap
  if (tap.kind === 'more') {
    const { wish, page, ticketId } = tap
    return { session, effects: [{ kind: 'showOpenings', topic, wish, page, ticketId, isAsked: true }] }
  }
  const { openingId, title } = tap
  const filed = turn.situation.tickets.find(({ id, status }) => id === tap.ticketId && !FINISHED.includes(status))
  const ticket = filed ?? ticketFor(turn, topic)
  if (ticket) {
    const { id: ticketId, number } = ticket
    return { session, effects: [{ kind: 'wantOpening', ticketId, number, openingId, title }] }
  }
  const first: Effect = {
    kind: 'say',
    lines: [{ key: 'openings.chat.fileFirst', values: { title } }],
    options: [],
  }
  return beginRequest(turn, session, requestTypeFor(topic), { topic, opening: openingId }, null, [first])
}

function ticketFor(turn: Turn, topic: string) {
  const kind = kindOfTopic(topic)
  return turn.situation.tickets.find(
    (ticket) =>
      !FINISHED.includes(ticket.status) && OPENING_TOPICS.includes(ticket.topic) && kindOfTopic(ticket.topic) === kind,
  )
}
