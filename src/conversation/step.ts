import type { UpdateBody } from '../messaging/update.ts'
import { type Command, readCommand } from '../understanding/commands.ts'
import { begin, continueForm, type StepResult } from './advance.ts'
import { takeAwaited, takeTicketAction, takeWordsOnResult } from './after-result.ts'
import { takeAboutBroadcast, takeBroadcastTap, withQuote } from './answer-broadcast.ts'
import { takeCommand } from './commands.ts'
import type { Effect } from './effects.ts'
import { keepFamily } from './family.ts'
import { questionById, requestTypeOf, stepOf } from './form.ts'
import { takeFreeText, takeUrgentWords } from './free-text.ts'
import { takeEntered } from './link-code.ts'
import { offerNews } from './news.ts'
import { isAfterBroadcast } from './offer-to-tell.ts'
import { takeOpeningTap } from './openings-in-chat.ts'
import { ask, promptOf } from './prompt.ts'
import { newSession, type Session } from './session.ts'
import type { Definitions, Situation, Turn } from './situation.ts'
import { numberAskedFor, tellNumbered } from './status-lines.ts'
import { takeAnswer } from './take-answer.ts'
import { takeEdit } from './take-edit.ts'
import { takeInterruption } from './take-interruption.ts'
import { takePaperForTicket } from './take-paper.ts'
import { takeForOfficer, takeOfficerWords, withoutOfficer } from './talk-with-officer.ts'

/** Silence after which the bot asks whether to go on. */
const SILENCE_MS = 3 * 24 * 3_600_000
/** What is read of a text; the rest is kept on the ticket but not interpreted. */
const LONGEST_READ = 4_000

/**
 * One step of the talk: what the person said → where they stand now and what is to be done. Pure: it reads no clock, no
 * database and no chance but what `situation` brings. It never throws at a person and always leaves a way on.
 */
export function step(
  definitions: Definitions,
  stored: Session | null,
  received: UpdateBody,
  situation: Situation,
): StepResult {
  const turn: Turn = { definitions, situation }
  const body = shorten(received)
  const known = stored === null ? forgottenSession(turn) : fitToFlows(definitions, stored)
  const result = withQuote(turn, known ? stepOn(turn, known, body) : stepFirst(turn, body))
  const heard = withHeldWords(turn, {
    ...result,
    session: { ...result.session, updatedAt: situation.now.toISOString() },
  })
  return keepFamily(turn, stored, offerNews(turn, stored, heard))
}

function shorten(body: UpdateBody): UpdateBody {
  return body.kind === 'text' && body.text.length > LONGEST_READ
    ? { kind: 'text', text: body.text.slice(0, LONGEST_READ) }
    : body
}

/**
 * Where somebody stands whose session was forgotten after a long silence, while an officer has the talk or a button of
 * their ticket still waits: what they say now is meant for that. Null for everybody else.
 */
function forgottenSession(turn: Turn): Session | null {
  const { talkTicketId, ticketAction, now } = turn.situation
  const menu = turn.definitions.flows.get('menu')
  return menu === undefined || (talkTicketId === null && ticketAction === null)
    ? null
    : begin(turn, newSession(menu, 'vi', now), 'menu').session
}

/** A person we do not know yet. An emergency is answered before anything else; other first words wait for the menu. */
function stepFirst(turn: Turn, body: UpdateBody): StepResult {
  const welcome = turn.definitions.flows.get('welcome')
  if (!welcome) throw new Error('No flow welcome')
  const session = newSession(welcome, 'vi', turn.situation.now)
  if (turn.situation.entered) return takeEntered(turn, session, turn.situation.entered, true)
  if (body.kind === 'left' || body.kind === 'back') {
    const reachable = body.kind === 'back'
    return { session: begin(turn, session, 'welcome').session, effects: [{ kind: 'markReachable', reachable }] }
  }
  if (body.kind === 'officer') return takeOfficerWords(turn, begin(turn, session, 'welcome').session)
  if (turn.situation.broadcastTap)
    return takeBroadcastTap(turn, begin(turn, session, 'menu').session, turn.situation.broadcastTap)
  if (body.kind !== 'text') return begin(turn, session, 'welcome')
  const command = readCommand(body.text)
  if (command !== null && command !== 'start' && command !== 'menu')
    return takeCommand(turn, begin(turn, session, 'welcome').session, command, body.text)
  const urgencies = turn.definitions.understander.urgency(body.text)
  if (urgencies.length > 0) return takeUrgentWords(turn, session, urgencies, body.text)
  return begin(turn, { ...session, held: command === null ? body.text.slice(0, 1_000) : null }, 'welcome')
}

function stepOn(turn: Turn, known: Session, body: UpdateBody): StepResult {
  const { situation } = turn
  if (body.kind === 'officer') return takeOfficerWords(turn, known)
  // A tap, like a command further down: the person turned to the bot again.
  const { awaited } = known
  const session: Session = { ...(body.kind === 'action' ? withoutOfficer(known) : known), awaited: null }
  if (situation.entered) return takeEntered(turn, session, situation.entered, false)
  if (body.kind === 'left' || body.kind === 'back')
    return { session, effects: [{ kind: 'markReachable', reachable: body.kind === 'back' }] }
  if (body.kind === 'edit') return takeEdit(turn, session) ?? stepOn(turn, session, { kind: 'text', text: body.text })
  if (body.kind === 'start')
    return begin(turn, { ...session, trail: [] }, 'welcome', {}, [{ kind: 'markReachable', reachable: true }])
  // A flow that lost the step, or a person who left before anything was asked.
  if (!promptOf(turn, session)) return findFooting(turn, { ...session, interruption: null })
  if (situation.ticketAction) return takeTicketAction(turn, session, situation.ticketAction)
  if (situation.openingTap) return takeOpeningTap(turn, session, situation.openingTap)
  if (situation.broadcastTap) return takeBroadcastTap(turn, session, situation.broadcastTap)
  if (body.kind === 'action' && !session.offered.some((offered) => offered.id === body.actionId)) {
    return ask(turn, session, [], [{ key: 'engine.oldButton' }])
  }
  const number = body.kind === 'text' ? numberAskedFor(body.text) : null
  if (number !== null) return ask(turn, session, tellNumbered(turn, session, number))
  const command = body.kind === 'text' ? readCommand(body.text, { expectsYesNo: asksYesNo(turn, session) }) : null
  if (body.kind === 'text' && command !== null && !isName(turn, session, body.text, command))
    return takeCommand(turn, withoutOfficer(session), command, body.text)
  if (body.kind === 'text') {
    const urgencies = turn.definitions.understander.urgency(body.text)
    if (urgencies.length > 0) {
      const urgent = takeUrgentWords(turn, session, urgencies, body.text)
      if (!urgent.goesOn) return urgent
      const rest = takesWords(turn, urgent.session) ? stepWords(turn, urgent.session, body) : ask(turn, urgent.session)
      return { session: rest.session, effects: [...urgent.effects, ...rest.effects] }
    }
  }
  const about = takeAboutBroadcast(turn, session, body)
  if (about) return about
  const answered = awaited && body.kind === 'text' ? takeAwaited(turn, session, awaited, body.text) : null
  return answered ?? stepWords(turn, session, body)
}

function stepWords(turn: Turn, session: Session, body: UpdateBody): StepResult {
  if (session.interruption) {
    const taken = takeInterruption(turn, session, session.interruption, body)
    if (taken) return taken
  }
  const calm: Session = session.interruption ? { ...session, interruption: null, page: 0 } : session
  const settled = body.kind === 'text' ? takeWordsOnResult(turn, calm, body.text) : null
  if (settled) return settled
  const awaitedPaper = asksForPapers(turn, calm) ? null : takePaperForTicket(turn, calm, body)
  if (awaitedPaper) return awaitedPaper
  const forOfficer = takeForOfficer(turn, calm, body)
  if (forOfficer) return forOfficer
  if (isStale(turn, calm)) return ask(turn, { ...calm, interruption: { kind: 'resume' } })
  const paper = attachToOnlyTicket(turn, calm, body)
  if (paper) return paper
  const result = takeAnswer(turn, calm, body)
  // A tap in a bot's prompt while an officer holds the talk: the person turned to the bot again.
  if (body.kind === 'action' && turn.situation.talkTicketId !== null)
    return { ...result, effects: [{ kind: 'releaseTalk' }, ...result.effects] }
  return result
}

/** English words of command are nobody's name. */
const NAMES = /^(?!(?:stop|cancel|exit|quit|unsubscribe)$)[a-z]+$/i

/** Dung and Huy are names too: unmarked and alone, where a name is asked for. */
function isName(turn: Turn, session: Session, text: string, command: Command): boolean {
  if (isAfterBroadcast(turn, session)) return false
  const { waiting } = session
  const asked = waiting.kind === 'question' ? questionById(turn, session, waiting.id) : undefined
  return asked?.expect.kind === 'name' && (command === 'stop' || command === 'cancel') && NAMES.test(text.trim())
}

/** Whether a yes or a no is open: `dung` then means "đúng" (right) rather than "dừng" (stop). */
function asksYesNo(turn: Turn, session: Session): boolean {
  // After a message of ours that came since, the word is about that one.
  if (isAfterBroadcast(turn, session)) return false
  if (session.interruption?.kind === 'places') return true
  return (promptOf(turn, session)?.options ?? []).some((option) =>
    ['true', 'yes', 'agree', 'send'].includes(option.value),
  )
}

/** Whether the open question is answered in own words, so that words of danger are an answer too. */
function takesWords(turn: Turn, session: Session): boolean {
  const { waiting } = session
  return waiting.kind === 'question' && questionById(turn, session, waiting.id)?.expect.kind === 'text'
}

function asksForPapers(turn: Turn, session: Session): boolean {
  const { waiting } = session
  return waiting.kind === 'question' && questionById(turn, session, waiting.id)?.expect.kind === 'papers'
}

/** A form whose question is gone goes on with the next one, answers kept; anything else begins at the menu. */
function findFooting(turn: Turn, session: Session): StepResult {
  const step = stepOf(turn, session)
  const canGoOn = step && ('screen' in step || ('request' in step && requestTypeOf(turn, session) !== undefined))
  if (canGoOn) return continueForm(turn, session)
  const changed: Effect = { kind: 'say', lines: [{ key: 'engine.flowChanged' }], options: [] }
  return begin(turn, session, 'menu', {}, [changed])
}

const BEGUN = ['question', 'summary', 'member', 'newMember', 'recap', 'themes']

/** A form that lay for days is not gone on with unasked. */
function isStale(turn: Turn, session: Session): boolean {
  return (
    BEGUN.includes(session.waiting.kind) && turn.situation.now.getTime() - Date.parse(session.updatedAt) > SILENCE_MS
  )
}

/** A photo or spoken words that no question asked for go to the person's only open ticket. */
function attachToOnlyTicket(turn: Turn, session: Session, body: UpdateBody): StepResult | null {
  const { attachmentIds, tickets, messageId } = turn.situation
  const open = tickets.filter((ticket) => ticket.status !== 'resolved' && ticket.status !== 'closed')
  const [only] = open
  if (attachmentIds.length === 0 || session.waiting.kind === 'question' || open.length !== 1 || !only) return null
  const isVoice = body.kind === 'file' && body.file.media === 'voice'
  const lines = [{ key: isVoice ? 'engine.voiceToTicket' : 'engine.paperToTicket', values: { number: only.number } }]
  return ask(turn, session, [{ kind: 'sayToTicket', ticketId: only.id, messageId, attachmentIds }], lines)
}

/** First words that waited for consent and commune are taken up once the menu stands. */
function withHeldWords(turn: Turn, result: StepResult): StepResult {
  const { held } = result.session
  if (held === null || result.session.flow !== 'menu' || result.session.waiting.kind !== 'choose') return result
  const taken = takeFreeText(turn, { ...result.session, held: null }, held)
  const withoutMenu = result.effects.slice(0, -1)
  return { session: taken.session, effects: [...withoutMenu, ...taken.effects] }
}

/** A session of an older version of its flow: goes on where the step still stands, or where it moved to; else at the menu. */
function fitToFlows(definitions: Definitions, session: Session): Session {
  const flow = definitions.flows.get(session.flow)
  if (flow && flow.version === session.flowVersion) return session
  if (!flow) return { ...session, waiting: { kind: 'choose' }, step: '' }
  const step = session.step in flow.steps ? session.step : (flow.moved[session.step] ?? '')
  return { ...session, flowVersion: flow.version, step }
}
