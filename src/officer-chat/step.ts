/** One step of the talk with an officer: what was said, where the talk stands → what is done and where it stands then. */
import { localDay } from '../clock.ts'
import type { ActOutcome } from '../desk/act.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { RESULTS } from '../desk/ticket.ts'
import { markRead } from '../notices/read-notices.ts'
import { checklistOf, readPapers } from './checklist.ts'
import { type Deed, doDeed } from './deed.ts'
import { setDigest } from './digest-choice.ts'
import { findUnits } from './find-units.ts'
import { findTicket, type Hand, holdCitizen, say } from './hand.ts'
import type { Heard, OfficerCommand } from './hear.ts'
import { queueReply } from './queue-reply.ts'
import { CANCEL, FILES, MENU, NEWS, NEXT, VIEW } from './screens.ts'
import { cancel, goBack, goTo, MENU_PLACE, type OfficerSession, type Place, QUEUES } from './session.ts'
import { showFiles } from './show-files.ts'
import { activityLine, unitWords } from './ticket-words.ts'

export interface Taken {
  session: OfficerSession
  /** Said before what is open is asked (again). */
  said: string[]
}

/** What a button under news asks for. */
export interface TappedNews {
  effect: string
  number: string | null
  seen: number
}

const LONGEST_TEXT = 20_000

export async function take(hand: Hand, session: OfficerSession, heard: Heard): Promise<Taken> {
  switch (heard.kind) {
    case 'command':
      return takeCommand(hand, session, heard.command)
    case 'open':
      return takeNumbered(hand, session, heard)
    case 'chosen':
      return takeChoice(hand, session, heard.value)
    case 'text':
      return takeText(hand, session, heard.text)
    case 'files':
      return takeFiles(hand, session, heard.text, heard.attachmentIds)
    case 'foreign':
      return { session, said: [say(hand, 'oldButton')] }
    case 'nothing':
      return { session, said: [say(hand, 'notUnderstood')] }
    default:
      return heard satisfies never
  }
}

/** A button under news, tapped whenever. */
export async function takeNews(
  hand: Hand,
  session: OfficerSession,
  { effect, number, seen }: TappedNews,
): Promise<Taken> {
  const queue = QUEUES.find((one) => one === effect)
  if (queue !== undefined) return { session: goTo(session, { kind: 'list', queue, cursors: [''] }), said: [] }
  if (effect === 'digestOff') return takeCommand(hand, session, 'digestOff')
  if (number === null) return { session: goTo(session, MENU_PLACE), said: [] }
  return begin(hand, session, effect, { number, seen })
}

async function takeCommand(hand: Hand, session: OfficerSession, command: OfficerCommand): Promise<Taken> {
  switch (command) {
    case 'menu':
    case 'desk':
      return { session: goTo(session, MENU_PLACE), said: [] }
    case 'back':
      return { session: goBack(session), said: [] }
    case 'cancel':
      return { session: cancel(session), said: [say(hand, 'cancelled')] }
    case 'mine':
    case 'unit':
    case 'offered':
    case 'overdue':
      return { session: goTo(session, { kind: 'list', queue: command, cursors: [''] }), said: [] }
    case 'digestOff':
    case 'digestOn':
      await setDigest(hand.tx, hand.officer.id, command === 'digestOn', hand.now)
      return { session, said: [say(hand, command)] }
    case 'help':
      return { session, said: [say(hand, 'help')] }
    case 'vietnamese':
    case 'english':
      hand.language = command === 'english' ? 'en' : 'vi'
      await hand.tx`update contacts set language = ${hand.language} where id = ${hand.contact.id}`
      return { session, said: [] }
    // Settled before the step: the bot speaks then.
    case 'citizen':
      return { session: { ...session, mode: 'citizen' }, said: [] }
    default:
      return command satisfies never
  }
}

async function takeNumbered(
  hand: Hand,
  session: OfficerSession,
  { numbers, what }: Extract<Heard, { kind: 'open' }>,
): Promise<Taken> {
  for (const number of numbers) {
    const found = await findTicket(hand, number)
    if (found !== null) return begin(hand, session, what, { number, seen: found.ticket.lastSeq })
  }
  return { session, said: [say(hand, 'noTicket', { number: numbers[0] ?? '' })] }
}

interface About {
  number: string
  seen: number
}

/** Begins what is to be done with a ticket: at once what needs no words, else by asking for them. */
async function begin(hand: Hand, session: OfficerSession, what: string, { number, seen }: About): Promise<Taken> {
  const at = (place: Place): Taken => ({ session: goTo(session, place), said: [] })
  switch (what) {
    case VIEW:
      return at({ kind: 'ticket', number, seen, brief: false })
    case 'claim':
    case 'release':
    case 'accept':
      return carryOut(hand, session, { number, seen }, { verb: what })
    case 'reply':
    case 'note':
    case 'return':
    case 'reopen':
      return at({ kind: 'write', number, seen, verb: what })
    case 'ask':
      return at({ kind: 'papers', number, seen, checklist: await checklistFor(hand, number), chosen: [] })
    case FILES:
      return { session, said: [await showFiles(hand, number)] }
    case 'hand-off':
      return at({ kind: 'unit', number, seen, found: [] })
    case 'resolve':
      return at({ kind: 'result', number, seen })
    default:
      return { session, said: [say(hand, 'oldButton')] }
  }
}

async function checklistFor({ tx, desk, officer, now }: Hand, number: string): Promise<string[]> {
  const read = await readTicket(tx, desk.secrets, officer, number, now)
  return read.kind === 'done' ? checklistOf(desk.texts, 'vi', read.details.screening) : []
}

async function takeChoice(hand: Hand, session: OfficerSession, value: string): Promise<Taken> {
  const { place } = session
  if (value === MENU) return { session: goTo(session, MENU_PLACE), said: [] }
  if (value === CANCEL) return { session: cancel(session), said: [say(hand, 'cancelled')] }
  if (value.startsWith(NEWS)) {
    const [effect = '', number = ''] = value.slice(NEWS.length).split(' ')
    const found = await findTicket(hand, number)
    if (found === null) return { session, said: [say(hand, 'noTicket', { number })] }
    return begin(hand, session, effect, { number, seen: found.ticket.lastSeq })
  }
  switch (place.kind) {
    case 'menu': {
      const queue = QUEUES.find((one) => one === value)
      if (queue === undefined) return { session, said: [] }
      return { session: goTo(session, { kind: 'list', queue, cursors: [''] }), said: [] }
    }
    case 'list':
      if (value.startsWith(NEXT)) {
        const cursors = [...place.cursors, value.slice(NEXT.length)]
        return { session: goTo(session, { ...place, cursors }), said: [] }
      }
      return begin(hand, session, VIEW, { number: value, seen: 0 })
    case 'ticket':
      return begin(hand, session, value, place)
    case 'loose': {
      const { text, attachmentIds } = place
      return carryOut(
        hand,
        session,
        place,
        value === 'note' ? { verb: 'note', text } : { verb: 'reply', text, attachmentIds },
      )
    }
    case 'unit':
      return chooseUnit(hand, session, place, value)
    case 'colleague':
      return { session: goTo(session, { ...place, kind: 'handReason', officer: value }), said: [] }
    case 'result': {
      const result = RESULTS.find((one) => one === value)
      if (result === undefined) return { session, said: [] }
      return { session: goTo(session, { ...place, kind: 'why', result }), said: [] }
    }
    case 'next':
      return confirmResolve(session, place, say(hand, 'nothingToDo'))
    case 'confirm':
      if (value === VIEW) return begin(hand, session, VIEW, place)
      return carryOut(hand, session, place, place.deed)
    case 'write':
    case 'papers':
    case 'handReason':
    case 'why':
      return { session, said: [] }
    default:
      return place satisfies never
  }
}

async function takeText(hand: Hand, session: OfficerSession, text: string): Promise<Taken> {
  const { place } = session
  if (text.length > LONGEST_TEXT) return { session, said: [say(hand, 'tooLong', { most: LONGEST_TEXT })] }
  switch (place.kind) {
    case 'ticket':
      return { session: goTo(session, { ...about(place), kind: 'loose', text, attachmentIds: [] }), said: [] }
    case 'loose': {
      const together = place.text === '' ? text : `${place.text}\n${text}`
      return { session: { ...session, place: { ...place, text: together } }, said: [] }
    }
    case 'write': {
      const deed: Deed =
        place.verb === 'reply'
          ? { verb: 'reply', text, attachmentIds: [] }
          : place.verb === 'note'
            ? { verb: 'note', text }
            : { verb: place.verb, reason: text }
      return carryOut(hand, session, place, deed)
    }
    case 'papers': {
      const asked = readPapers(place.checklist, text)
      return carryOut(hand, session, place, { verb: 'ask', ...asked })
    }
    case 'unit': {
      const found = findUnits(hand.desk.territory, localDay(hand.now), text)
      const [only] = found
      if (only === undefined) return { session, said: [say(hand, 'noUnit', { text: text.slice(0, 60) })] }
      if (found.length === 1) return chooseUnit(hand, session, place, only.id)
      return { session: { ...session, page: 0, place: { ...place, found: found.map(({ id }) => id) } }, said: [] }
    }
    case 'handReason': {
      const deed: Deed = { verb: 'hand-off', toUnit: place.unit, toOfficer: place.officer, reason: text }
      return { session: goTo(session, { ...about(place), kind: 'confirm', deed, isChanged: false }), said: [] }
    }
    case 'why': {
      const place2: Place = { ...about(place), kind: 'next', result: place.result, ...reasonAndBasis(text) }
      return { session: goTo(session, place2), said: [] }
    }
    case 'next':
      return confirmResolve(session, place, text)
    case 'menu':
    case 'list':
    case 'colleague':
    case 'result':
    case 'confirm':
      return { session, said: [say(hand, 'notUnderstood')] }
    default:
      return place satisfies never
  }
}

const BASIS = /(?:^|\n|\s)(?:căn cứ|can cu|basis)\s*:\s*/iu

/** "… căn cứ: Điều 5 Nghị định …": what follows is the legal basis. */
function reasonAndBasis(text: string): { reason: string | null; basis: string | null } {
  const [reason = '', ...basis] = text.split(BASIS)
  return { reason: reason.trim() || null, basis: basis.join('; ').trim() || null }
}

function confirmResolve(session: OfficerSession, place: Extract<Place, { kind: 'next' }>, nextStep: string): Taken {
  const { result, reason, basis } = place
  const deed: Deed = { verb: 'resolve', result, reason, basis, nextStep }
  return { session: goTo(session, { ...about(place), kind: 'confirm', deed, isChanged: false }), said: [] }
}

async function chooseUnit(hand: Hand, session: OfficerSession, place: About, unit: string): Promise<Taken> {
  const found = await findTicket(hand, place.number)
  if (found?.ticket.unitId === unit) {
    return { session: goTo(session, { ...about(place), kind: 'colleague', unit }), said: [] }
  }
  return { session: goTo(session, { ...about(place), kind: 'handReason', unit, officer: null }), said: [] }
}

/** A photo or document goes to the citizen, with its words; on a ticket that was only looked at, after a question. */
async function takeFiles(hand: Hand, session: OfficerSession, text: string, attachmentIds: string[]): Promise<Taken> {
  const { place } = session
  if (place.kind === 'write' && place.verb === 'reply') {
    return carryOut(hand, session, place, { verb: 'reply', text, attachmentIds })
  }
  if (place.kind === 'loose') {
    const gathered = [...place.attachmentIds, ...attachmentIds]
    const words = [place.text, text].filter((part) => part !== '').join('\n')
    return { session: { ...session, place: { ...place, text: words, attachmentIds: gathered } }, said: [] }
  }
  if (place.kind === 'ticket') {
    return { session: goTo(session, { ...about(place), kind: 'loose', text, attachmentIds }), said: [] }
  }
  return { session, said: [say(hand, 'filesNotHere')] }
}

function about({ number, seen }: About): About {
  return { number, seen }
}

/** Does it through the desk and says what came of it. What was typed is kept where it could not be done yet. */
async function carryOut(hand: Hand, session: OfficerSession, { number, seen }: About, deed: Deed): Promise<Taken> {
  if (deed.verb === 'reply' && deed.attachmentIds.length > 0) {
    await queueReply(hand, { number, seen }, deed)
    return { session: afterwards(session, { number, seen }), said: [say(hand, 'sendingFiles')] }
  }
  await holdCitizen(hand, number)
  const asked = { number, officer: hand.officer }
  let outcome = await doDeed(hand.tx, hand.desk, { ...asked, seen }, deed, hand.now)
  if (outcome.kind === 'stale') {
    const { activity } = outcome
    const isOwn = activity.every(({ officer }) => officer?.id === hand.officer.id)
    const last = activity.at(-1)?.seq ?? seen
    if (isOwn && deed.verb === 'claim' && activity.some(({ verb }) => verb === 'claim')) {
      const said = [say(hand, 'alreadyYours', { number })]
      return { session: goTo(session, { kind: 'ticket', number, seen: last, brief: true }), said }
    }
    // Nothing happened but what the officer did: they know.
    if (isOwn) outcome = await doDeed(hand.tx, hand.desk, { ...asked, seen: last }, deed, hand.now)
  }
  return tellOutcome(hand, session, { number, seen }, deed, outcome)
}

/** What came of a deed, in words, and where the talk goes on. */
export async function tellOutcome(
  hand: Hand,
  session: OfficerSession,
  { number, seen }: About,
  deed: Deed,
  outcome: ActOutcome,
): Promise<Taken> {
  const onTicket = (said: string, at = seen): Taken => ({
    session: afterwards(session, { number, seen: at }),
    said: [said],
  })
  const toMenu = (said: string): Taken => ({ session: goTo(session, MENU_PLACE), said: [said] })
  switch (outcome.kind) {
    case 'done': {
      const { ticket } = outcome
      await markRead(hand.tx, hand.officer.id, { ticketId: ticket.id }, hand.now)
      const unit =
        ticket.offeredUnitId === null
          ? unitWords(hand.desk, hand.language, ticket.unitId)
          : unitWords(hand.desk, hand.language, ticket.offeredUnitId)
      const said = say(hand, `done.${deed.verb}`, { number, unit })
      if ((await findTicket(hand, number)) === null) return toMenu(said)
      const isTaken = deed.verb === 'claim' || deed.verb === 'accept'
      const shown = afterwards(session, { number, seen: ticket.lastSeq })
      const place: Place = { kind: 'ticket', number, seen: ticket.lastSeq, brief: !isTaken }
      return { session: { ...shown, place }, said: [said] }
    }
    case 'stale': {
      const lines = outcome.activity.map((line) => activityLine(hand.desk, hand.language, line))
      const last = outcome.activity.at(-1)?.seq ?? seen
      const place: Place = { kind: 'confirm', number, seen: last, deed, isChanged: true }
      return { session: goTo(session, place), said: [`${say(hand, 'changed', { number })}\n${lines.join('\n')}`] }
    }
    case 'taken':
      return onTicket(say(hand, 'taken', { number, name: outcome.by.name }), outcome.activity.at(-1)?.seq ?? seen)
    case 'wrong-status': {
      const status = hand.desk.texts.text(hand.language, `console.status.${outcome.from}`)
      return onTicket(say(hand, 'wrongStatus', { number, status }))
    }
    case 'forbidden':
      return onTicket(say(hand, 'forbidden', { number }))
    case 'not-found':
      return toMenu(say(hand, 'noTicket', { number }))
    case 'invalid': {
      const where = outcome.faults[0]?.where ?? ''
      const key = ['to_unit', 'to_officer', 'reason', 'files'].includes(where) ? `fault.${where}` : 'fault.other'
      if (where !== 'to_unit' && where !== 'to_officer') return onTicket(say(hand, key))
      return { session: goTo(session, { kind: 'unit', number, seen, found: [] }), said: [say(hand, key)] }
    }
    default:
      return outcome satisfies never
  }
}

/** Back on the ticket, the questions that led to the deed forgotten. */
function afterwards(session: OfficerSession, { number, seen }: About): OfficerSession {
  const trail = session.trail.filter((one) => one.kind === 'menu' || one.kind === 'list')
  return { ...session, place: { kind: 'ticket', number, seen, brief: true }, trail, page: 0 }
}
