import { localDay } from '../clock.ts'
import { DONE_EFFECTS } from '../desk/ticket-actions.ts'
import { formatDay } from '../i18n.ts'
import { readCommand } from '../understanding/commands.ts'
import { fold } from '../understanding/normalise.ts'
import type { Effect, Words } from './effects.ts'
import type { Session } from './session.ts'
import { type KnownTicket, type Turn, wordsOf } from './situation.ts'

/** Where each of the person's tickets stands; the newest result comes with its two answers. */
export function tellStatus(turn: Turn, session: Session): Effect[] {
  const { tickets } = turn.situation
  const lines = statusLines(turn, session)
  const [resolved] = tickets.filter((ticket) => ticket.status === 'resolved')
  const [only] = tickets
  if (only !== undefined && tickets.length === 1) return tellOne(turn, session, only)
  const say: Effect = { kind: 'say', lines, options: [] }
  return resolved === undefined ? [say] : [say, askWhetherDone(resolved)]
}

/** Everything a person may know of one of their tickets. */
function tellOne(turn: Turn, session: Session, ticket: KnownTicket): Effect[] {
  const outcome = ticket.outcome?.() ?? null
  const unit = turn.definitions.territory.unitById.get(ticket.unitId ?? '')?.name[session.language]
  const isGoingOn = ticket.status !== 'resolved' && ticket.status !== 'closed'
  const facts: Words[] = [
    lineOf(turn, session, ticket),
    ...(unit === undefined || !isGoingOn ? [] : [{ key: 'engine.status.unit', values: { unit } }]),
    ...missingOf(ticket),
  ]
  if (outcome !== null) {
    facts.push({ key: 'engine.status.result', values: { result: { key: `desk.result.${outcome.result}` } } })
    if (outcome.reason) facts.push({ key: 'desk.resolvedReason', values: { reason: outcome.reason } })
    if (outcome.basis) facts.push({ key: 'desk.resolvedBasis', values: { basis: outcome.basis } })
    facts.push({ key: 'desk.resolvedNextStep', values: { nextStep: outcome.nextStep } })
  }
  const text = facts.map((line) => `• ${wordsOf(turn, session, line)}`).join('\n')
  const say: Effect = { kind: 'say', lines: [{ key: 'engine.status.title' }, text], options: [] }
  return ticket.status === 'resolved' ? [say, askWhetherDone(ticket)] : [say]
}

function askWhetherDone({ id, number }: KnownTicket): Effect {
  const lines = [{ key: 'engine.status.askDone', values: { number } }]
  return { kind: 'offerOnTicket', ticketId: id, lines, offers: DONE_EFFECTS }
}

function statusLines(turn: Turn, session: Session): Words[] {
  const { tickets } = turn.situation
  if (tickets.length === 0) return [{ key: 'engine.status.none' }]
  const lines = tickets.map((ticket) =>
    [
      '•',
      wordsOf(turn, session, lineOf(turn, session, ticket)),
      ...missingOf(ticket).map((line) => wordsOf(turn, session, line)),
    ].join(' '),
  )
  const more: Words[] =
    tickets.length > 1 ? [{ key: 'engine.status.more', values: { number: tickets[0]?.number } }] : []
  return [{ key: 'engine.status.title' }, lines.join('\n'), ...more]
}

function lineOf(_turn: Turn, _session: Session, ticket: KnownTicket): Words {
  return {
    key: `engine.status.${ticket.status}`,
    values: {
      number: ticket.number,
      topic: { key: `topics.${ticket.topic}.name` },
      day: ticket.dueAt ? formatDay(localDay(ticket.dueAt)) : '',
    },
  }
}

function missingOf({ missingPapers }: KnownTicket): Words[] {
  return missingPapers.length === 0
    ? []
    : [{ key: 'engine.status.missing', values: { papers: missingPapers.join(', ') } }]
}

/** `HY-2026-000123`, however it is typed. */
const NUMBER = /\bhy[\s.–-]*(\d{4})[\s.–-]*(\d{6,9})\b/iu
/** More words around a number tell something rather than ask how it is. */
const MOST_WORDS = 8
const ASKS =
  /^(?:(?:cho|toi|em|chau|minh|bac|hoi|xem|ve|kiem tra|tra cuu|tra|tinh trang|trang thai|don|phieu|yeu cau|ho so|so|ma|nay|cua|den dau|toi dau|sao|the nao|ra sao|xong|roi|chua|a|nhe|voi|status|of|my|check|ticket|request|number|how|is|the)(?:\s+|$))*$/u

/** The number of a ticket whose standing the words ask for; null: they ask for something else. */
export function numberAskedFor(text: string): string | null {
  const match = NUMBER.exec(text)
  if (match === null) return null
  const rest = fold(text.replace(match[0], ' '))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  const isAsked = rest.split(' ').length <= MOST_WORDS && (ASKS.test(rest) || readCommand(rest) === 'status')
  return isAsked || readCommand(text) === 'status' ? `HY-${match[1]}-${match[2]}` : null
}

/** One ticket by its number; of somebody else's nothing is said but that it is not among theirs. */
export function tellNumbered(turn: Turn, session: Session, number: string): Effect[] {
  const ticket = turn.situation.tickets.find((one) => one.number === number)
  if (ticket) return tellOne(turn, session, ticket)
  return [{ kind: 'say', lines: [{ key: 'engine.status.notYours', values: { number } }], options: [] }]
}
