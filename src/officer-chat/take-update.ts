/**
 * The desk in an officer's chat. An officer's update is taken here, in the transaction of its turn; what is meant for the
 * citizens' bot is handed back to it. Nothing of a ticket is said before it is settled that the chat is still the officer's.
 */
import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import type { Texts } from '../i18n.ts'
import { newActionId } from '../ids.ts'
import type { ContactRow } from '../messaging/contact.ts'
import type { StoredUpdate, UpdateBody } from '../messaging/update.ts'
import { type Command, readCommand } from '../understanding/commands.ts'
import { type Hand, say } from './hand.ts'
import { type Heard, hear, type OfficerCommand, type PhraseBook, plainOf, readPhrases } from './hear.ts'
import { MORE, present, speak } from './present.ts'
import { afterSilence, newOfficerSession, type OfficerSession } from './session.ts'
import { type Taken, take, takeNews } from './step.ts'
import { type LinkedOfficer, loadChat, officerOfChat, storeChat } from './store-chat.ts'
import { forgetChat } from './unlink.ts'

export interface OfficersUpdate {
  contact: ContactRow
  held: readonly ContactRow[]
  update: StoredUpdate
  /** Files that came with it, laid down to be fetched. */
  attachmentIds: () => Promise<readonly string[]>
  /** Whether a button belongs to the talk that the officer has with the bot as a citizen. */
  isCitizens: (actionId: string) => Promise<boolean>
}

/** `citizen`: the update, or one in its place, is for the citizens' bot. */
export type TakenUpdate = { kind: 'done' } | { kind: 'citizen'; update: StoredUpdate }

/** What everybody can say to the bot at any time, officers too. */
const CITIZENS_COMMANDS: ReadonlySet<Command> = new Set<Command>([
  'stop',
  'stop_all',
  'erase',
  'link',
  'unlink',
  'export',
])
/** What calls an officer back to the desk. */
const DESK_COMMANDS: ReadonlySet<OfficerCommand> = new Set<OfficerCommand>(['desk', 'mine', 'unit'])
const OWN_WORDS = ['write', 'papers', 'unit', 'handReason', 'why', 'next']

const phraseBooks = new WeakMap<Texts, PhraseBook>()

export async function takeOfficersUpdate(
  tx: Transaction,
  desk: DeskServices,
  given: OfficersUpdate,
  now: Date,
): Promise<TakenUpdate> {
  const { contact, update } = given
  const toCitizen: TakenUpdate = { kind: 'citizen', update }
  if (!isSpoken(update.body)) return toCitizen
  const linked = await officerOfChat(tx, contact.id)
  if (linked === null) return toCitizen
  const session = afterSilence(await loadChat(tx, contact, linked.officer.id, now), now)
  const hand = handOf(tx, desk, given, linked, now)
  const phrases = phrasesOf(desk.texts)
  const called = update.body.kind === 'text' ? (phrases.commands.get(plainOf(update.body.text)) ?? null) : null
  const news = update.body.kind === 'action' ? await newsTapped(tx, contact.id, update.body.actionId) : null

  if (linked.barred !== null) {
    const isForDesk = news !== null || (called !== null && DESK_COMMANDS.has(called))
    if (session.mode === 'citizen' && !isForDesk) return toCitizen
    await speak(hand, say(hand, `barred.${linked.barred}`))
    const left: OfficerSession = { ...newOfficerSession(now), mode: 'citizen' }
    await storeChat(tx, contact, linked.officer.id, left, { now, isUsed: true })
    return isForDesk ? { kind: 'done' } : toCitizen
  }

  const isOwnButton = update.body.kind === 'action' && isOffered(session, update.body.actionId)
  if (session.mode === 'citizen') {
    const isCalled = (called !== null && DESK_COMMANDS.has(called)) || news !== null || isOwnButton
    if (!isCalled) return toCitizen
  }
  if (called === 'citizen' || (isOwnButton && chosenIn(session, update.body) === 'citizen')) {
    return goToCitizen(hand, update)
  }
  if (session.mode === 'desk') {
    if (
      update.body.kind === 'action' &&
      news === null &&
      !isOwnButton &&
      (await given.isCitizens(update.body.actionId))
    ) {
      await storeChat(tx, contact, linked.officer.id, { ...session, mode: 'citizen' }, { now, isUsed: true })
      return toCitizen
    }
    if (update.body.kind === 'text' && called === null && !OWN_WORDS.includes(session.place.kind)) {
      const command = readCommand(update.body.text)
      if (command !== null && CITIZENS_COMMANDS.has(command)) return toCitizen
    }
  }
  const here: OfficerSession = { ...session, mode: 'desk' }
  const heard: Heard =
    session.mode === 'citizen' && isOwnButton
      ? { kind: 'command', command: 'desk' }
      : hear(here, update.body, {
          attachmentIds: await given.attachmentIds(),
          year: Number(localDay(now).slice(0, 4)),
          phrases,
        })
  const taken = news === null ? await takeHeard(hand, here, heard) : await takeNews(hand, here, news)
  const shown = await present(hand, taken.session, taken.said)
  await storeChat(tx, contact, linked.officer.id, shown, { now, isUsed: true })
  return { kind: 'done' }
}

/** Says to a chat that was linked just now what it is for. */
export async function greetOfficer(
  tx: Transaction,
  desk: DeskServices,
  given: Pick<OfficersUpdate, 'contact' | 'held'>,
  now: Date,
): Promise<void> {
  const linked = await officerOfChat(tx, given.contact.id)
  if (linked === null) return
  const hand = handOf(tx, desk, given, linked, now)
  // It may have been another officer's until now.
  await forgetChat(tx, given.contact.id, now)
  if (linked.barred !== null) return speak(hand, say(hand, `barred.${linked.barred}`))
  const shown = await present(hand, newOfficerSession(now), [say(hand, 'welcome', { name: linked.officer.name })])
  await storeChat(tx, given.contact, linked.officer.id, shown, { now, isUsed: true })
}

function takeHeard(hand: Hand, session: OfficerSession, heard: Heard): Promise<Taken> | Taken {
  if (heard.kind === 'chosen' && heard.value === MORE) {
    return { session: { ...session, page: session.page + 1 }, said: [] }
  }
  return take(hand, session, heard)
}

/** The officer speaks with the bot as anybody does, from its menu on; a button and a word lead back. */
async function goToCitizen(hand: Hand, update: StoredUpdate): Promise<TakenUpdate> {
  const back = { value: 'desk', id: newActionId(), words: say(hand, 'label.desk') }
  await speak(hand, say(hand, 'asCitizen'), [back])
  const left: OfficerSession = { ...newOfficerSession(hand.now), mode: 'citizen', offered: [back] }
  await storeChat(hand.tx, hand.contact, hand.officer.id, left, { now: hand.now, isUsed: true })
  return { kind: 'citizen', update: { ...update, body: { kind: 'text', text: 'menu' } } }
}

async function newsTapped(tx: Transaction, contactId: string, actionId: string) {
  const [row] = await tx<{ effect: string; seen: number; number: string | null }[]>`
    select a.effect, a.seen, t.number from officer_chat_actions a left join tickets t on t.id = a.ticket_id
    where a.id = ${actionId} and a.contact_id = ${contactId}`
  return row ?? null
}

function handOf(
  tx: Transaction,
  desk: DeskServices,
  { contact, held }: Pick<OfficersUpdate, 'contact' | 'held'>,
  { officer }: LinkedOfficer,
  now: Date,
): Hand {
  const language = contact.language === 'en' ? 'en' : 'vi'
  const ids = [contact.id, ...held.map(({ id }) => id)]
  return { tx, desk, officer, contact, held: ids, language, now }
}

function phrasesOf(texts: Texts): PhraseBook {
  const known = phraseBooks.get(texts)
  if (known !== undefined) return known
  const read = readPhrases(texts)
  phraseBooks.set(texts, read)
  return read
}

const isOffered = (session: OfficerSession, actionId: string) => session.offered.some(({ id }) => id === actionId)

function chosenIn(session: OfficerSession, body: UpdateBody): string | null {
  if (body.kind !== 'action') return null
  return session.offered.find(({ id }) => id === body.actionId)?.value ?? null
}

/** What the officer says or taps; that they blocked us or wrote in the channel's own inbox is for the bot to note. */
function isSpoken({ kind }: UpdateBody): boolean {
  return (
    kind === 'text' ||
    kind === 'action' ||
    kind === 'file' ||
    kind === 'start' ||
    kind === 'edit' ||
    kind === 'unsupported'
  )
}
