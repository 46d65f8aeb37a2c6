import type { UpdateBody } from '../messaging/update.ts'
import { fold } from '../understanding/normalise.ts'
import type { StepResult } from './advance.ts'
import type { Effect, Words } from './effects.ts'
import { ask } from './prompt.ts'
import { ALL_PAPERS, OTHER_PAPER, type Session } from './session.ts'
import type { KnownTicket, Turn } from './situation.ts'

/*
 * A photo of a paper finds its ticket by itself: the one that waits for papers. Several that might be meant are asked
 * about; what is still missing is said each time.
 */

/** Null: the files belong to what is being asked, or to nothing. */
export function takePaperForTicket(turn: Turn, session: Session, body: UpdateBody): StepResult | null {
  const { attachmentIds, tickets, messageId, talkTicketId, quotedTicketId } = turn.situation
  if (attachmentIds.length === 0 || body.kind !== 'file' || body.file.media === 'voice') return null
  const open = tickets.filter(({ status }) => status !== 'resolved' && status !== 'closed')
  const quoted = open.find(({ id }) => id === quotedTicketId)
  const waiting = open.filter(({ missingPapers }) => missingPapers.length > 0)
  const { caption } = body.file
  if (quoted) return waiting.includes(quoted) ? giveTo(turn, session, quoted, caption) : null
  const holder = open.filter(({ id }) => id === talkTicketId)
  const meant = [...new Set([...waiting, ...(waiting.length > 0 ? holder : [])])]
  const [first] = meant
  if (first === undefined) return null
  if (meant.length === 1) return giveTo(turn, session, first, caption)
  const ticketIds = meant.map(({ id }) => id)
  return ask(turn, {
    ...session,
    page: 0,
    interruption: { kind: 'whichTicket', messageIds: [messageId], attachmentIds, ticketIds },
  })
}

function giveTo(turn: Turn, from: Session, ticket: KnownTicket, caption: string | null): StepResult {
  const { attachmentIds, messageId, now } = turn.situation
  const { id: ticketId, number, missingPapers } = ticket
  const session: Session = { ...from, saidToOfficerAt: now.toISOString() }
  const effect: Effect = { kind: 'sayToTicket', ticketId, messageId, attachmentIds }
  const named = paperIn(caption, missingPapers)
  if (named === null || missingPapers.length < 2) return thankFor(turn, session, ticket, [effect])
  const papersLeft = missingPapers.filter((paper) => paper !== named)
  const came: Words = { key: 'engine.paper.came', values: { number } }
  return goOn(turn, session, [{ ...effect, papersLeft }], [came, missing(papersLeft)])
}

/** Shorter words under a photo name nothing. */
const SHORTEST_NAME = 4

/** The only awaited paper that the words under a photo name. */
function paperIn(caption: string | null, papers: readonly string[]): string | null {
  const said = fold(caption ?? '').trim()
  if (said.length < SHORTEST_NAME) return null
  const named = papers.filter((paper) => said.includes(fold(paper).trim()) || fold(paper).includes(said))
  return named.length === 1 ? (named[0] ?? null) : null
}

function missing(papers: readonly string[]): Words {
  if (papers.length === 0) return { key: 'engine.paper.all' }
  return { key: 'engine.paper.left', values: { papers: papers.map((paper) => `\n• ${paper}`).join('') } }
}

/** After files went onto a ticket: which of the awaited papers they are, or that nothing is missing any more. */
export function thankFor(turn: Turn, session: Session, ticket: KnownTicket, given: readonly Effect[]): StepResult {
  const { id: ticketId, number, missingPapers: papers } = ticket
  const came: Words = { key: 'engine.paper.came', values: { number } }
  if (papers.length === 1) {
    const [effect, ...others] = given
    const last = effect?.kind === 'sayToTicket' ? [{ ...effect, papersLeft: [] }, ...others] : [...given]
    return goOn(turn, { ...session, interruption: null }, last, [came, { key: 'engine.paper.all' }])
  }
  const asked: Session = { ...session, page: 0, interruption: { kind: 'whichPaper', ticketId, number, papers } }
  return ask(turn, asked, [...given], [came])
}

/** The paper was named. */
export function takeNamedPaper(
  turn: Turn,
  session: Session,
  interruption: Extract<Session['interruption'], { kind: 'whichPaper' }>,
  chosen: string,
): StepResult {
  const { ticketId, papers } = interruption
  const calm: Session = { ...session, interruption: null, page: 0 }
  const left =
    chosen === ALL_PAPERS ? [] : chosen === OTHER_PAPER ? papers : papers.filter((_, index) => String(index) !== chosen)
  const lines = [missing(left)]
  const effects: Effect[] = left.length === papers.length ? [] : [{ kind: 'papersCame', ticketId, papersLeft: left }]
  return goOn(turn, calm, effects, lines)
}

/** What was open before is asked again; while an officer has the talk nothing is but the receipt. */
function goOn(turn: Turn, session: Session, effects: Effect[], lines: Words[]): StepResult {
  const isOpen = session.waiting.kind !== 'choose' && turn.situation.talkTicketId === null
  if (isOpen) return ask(turn, session, effects, lines)
  return { session, effects: [...effects, { kind: 'say', lines, options: [] }] }
}
