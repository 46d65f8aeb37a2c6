import { confirmResolved, reopenByCitizen, wantOpening } from '../desk/citizen-says.ts'
import { explainByCitizen, rateByCitizen } from '../desk/rate.ts'
import { actionKey, offerActions, RATING_EFFECTS, type TicketEffect, WHY_EFFECTS } from '../desk/ticket-actions.ts'
import type { Message } from '../messaging/message.ts'
import type { Effect, Words } from './effects.ts'
import type { Performance } from './perform.ts'
import { render, renderLine } from './render.ts'
import { wordsOf } from './situation.ts'

type About = Pick<Performance, 'tx' | 'desk' | 'turn' | 'session'> & { contact: { id: string } }
type OnTicket<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>

/** Says something about a ticket with buttons that stay good. */
export async function offerOnTicket(
  { tx, turn, session, contact }: About,
  { ticketId, lines, offers }: { ticketId: number; lines: Words[]; offers: readonly TicketEffect[] },
): Promise<Message[]> {
  const about = { contactId: contact.id, ticketId, effects: offers }
  const offered = await offerActions(tx, about, turn.situation.now)
  const actions = offered.map(({ id, effect }) => ({ id, label: wordsOf(turn, session, { key: actionKey(effect) }) }))
  const said = render(turn, session, { kind: 'say', lines, options: [] })
  return said.map((message, index) => (index === said.length - 1 ? { ...message, actions } : message))
}

/** The matter is settled; how good the help was is asked at once. */
export async function confirm(about: About, { ticketId, number }: OnTicket<'confirmResolved'>): Promise<Message[]> {
  const { tx, desk, turn, session } = about
  if (!(await confirmResolved(tx, desk, ticketId, turn.situation.now))) return already(about, number)
  const thanks = renderLine(turn, session, { key: 'engine.ticket.confirmed', values: { number } })
  const lines = [{ key: 'engine.rating.ask', values: { number } }]
  return [...thanks, ...(await offerOnTicket(about, { ticketId, lines, offers: RATING_EFFECTS }))]
}

/** The matter is not settled; a word on why is welcome, not needed. */
export async function reopen(about: About, { ticketId, number }: OnTicket<'reopenTicket'>): Promise<Message[]> {
  const { tx, desk, turn, session } = about
  if (!(await reopenByCitizen(tx, desk, ticketId, turn.situation.now))) return already(about, number)
  const told = renderLine(turn, session, { key: 'engine.ticket.reopened', values: { number } })
  const lines = [{ key: 'engine.ticket.askWhy' }]
  return [...told, ...(await offerOnTicket(about, { ticketId, lines, offers: WHY_EFFECTS }))]
}

export async function rate(about: About, { ticketId, number, rating }: OnTicket<'rateTicket'>): Promise<Message[]> {
  const { tx, desk, turn, session } = about
  const rated = await rateByCitizen(tx, desk, { ticketId, rating }, turn.situation.now)
  if (rated === 'not-finished') return already(about, number)
  const word = { key: `desk.action.rate_${rating}` }
  return renderLine(turn, session, { key: `engine.rating.${rated}`, values: { word, number } })
}

export async function explain(about: About, { ticketId, number, why }: OnTicket<'explainTicket'>): Promise<Message[]> {
  const { tx, desk, turn, session } = about
  await explainByCitizen(tx, desk, { ticketId, why }, turn.situation.now)
  return renderLine(turn, session, { key: 'engine.ticket.whyTaken', values: { number } })
}

export async function want(about: About, effect: OnTicket<'wantOpening'>): Promise<Message[]> {
  const { tx, desk, turn, session } = about
  const { ticketId, openingId, number, title } = effect
  const noted = await wantOpening(tx, desk, { ticketId, openingId }, turn.situation.now)
  return renderLine(turn, session, { key: `openings.chat.${noted}`, values: { number, title } })
}

function already({ turn, session }: About, number: string): Message[] {
  return renderLine(turn, session, { key: 'engine.ticket.already', values: { number } })
}
