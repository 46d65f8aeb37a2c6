import type { StepResult } from './advance.ts'
import { ask } from './prompt.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

/**
 * Words that were corrected after they were sent. The correction is kept beside the first wording, and reaches the
 * officer when that one lies on a ticket. No step is taken back: what was answered stays answered, and the person is told
 * how to change it. Null: the last words found no answer, so the corrected ones are read in their place.
 */
export function takeEdit(turn: Turn, session: Session): StepResult | null {
  const { correction, tickets, talkTicketId, messageId, now } = turn.situation
  const silent: StepResult = { session, effects: [] }
  if (!correction) return silent
  const ticketId = correction.ticketId ?? (correction.isLast ? talkTicketId : null)
  const ticket = tickets.find(({ id }) => id === ticketId)
  if (ticket) {
    const passed = { kind: 'sayToTicket' as const, ticketId: ticket.id, messageId, attachmentIds: [] }
    if (talkTicketId !== null) return { session, effects: [passed] }
    const line = { key: 'engine.edited.toTicket', values: { number: ticket.number } }
    return { session, effects: [passed, { kind: 'say', lines: [line], options: [] }] }
  }
  if (!correction.isLast || (session.officerUntil !== null && now.toISOString() < session.officerUntil)) return silent
  if (session.misses > 0 || session.interruption?.kind === 'didYouMean') return null
  return ask(turn, session, [], [{ key: 'engine.edited.answered' }])
}
