import { type Entered, enterCode } from '../accounts/enter-code.ts'
import { homeOf, wholePerson } from '../accounts/join.ts'
import { broadcastQuoted, broadcastsHeard, type HeardBroadcast } from '../broadcasts/replies.ts'
import { type NewsChoice, newsOf } from '../broadcasts/subscriptions.ts'
import { type BroadcastTap, readTap, typedTap } from '../broadcasts/tap.ts'
import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { together } from '../db/pipeline.ts'
import type { DeskServices } from '../desk/services.ts'
import { takeAction, ticketsOfPerson } from '../desk/tickets-of-contact.ts'
import { newActionId } from '../ids.ts'
import { type ContactRow, lockContactRows, openContact } from '../messaging/contact.ts'
import { isForeignFile, LARGEST_FILE } from '../messaging/kept-files.ts'
import type { StoredUpdate, UpdateBody, UpdateFile } from '../messaging/update.ts'
import { greetOfficer, takeOfficersUpdate } from '../officer-chat/take-update.ts'
import { type OpeningTap, takeOffer } from '../openings/offers.ts'
import { enqueueAll } from '../outbox/enqueue.ts'
import { mergeProfiles } from '../profile/keep.ts'
import { EMPTY_PROFILE } from '../profile/profile.ts'
import { loadProfiles, openProfile } from '../profile/store-profile.ts'
import { type VerifiedFacts, withVerified } from '../profile/verified.ts'
import { verifiedFacts } from '../register/verified-facts.ts'
import { type AccountLinks, NO_LINKS } from './accounts.ts'
import { readCorrection } from './corrections.ts'
import { keepFile, keepWords } from './keep-words.ts'
import { codeIn, looksLikeCode } from './link-code.ts'
import { perform } from './perform.ts'
import type { Session } from './session.ts'
import type { Correction, Definitions, Situation } from './situation.ts'
import { step } from './step.ts'
import { loadSessions, storeSessions } from './store-session.ts'

interface Services {
  definitions: Definitions
  desk: DeskServices
  links?: AccountLinks
}

/** One update of one contact, whose row the caller's transaction holds with those of all who are joined with it. */
export interface Received {
  contact: ContactRow
  /** Other contacts whose rows are held. */
  held: readonly ContactRow[]
  update: StoredUpdate
}

/** With what has to be looked up before the words are kept. */
interface Heard extends Received {
  entered: Entered | null
  correction: Correction | null
}

/** A received update with what is known about the person. */
interface Known extends Heard {
  session: Session | null
  sealedProfile: Uint8Array | null
  news: NewsChoice | undefined
  /** The newest policy message that came in one of the person's chats in the last days. */
  broadcast: HeardBroadcast | null
  verified: VerifiedFacts | null
  hasTickets: boolean
  attachmentIds: string[]
  messageId: number
}

/**
 * Handles one stored update of each contact in the caller's transaction: loads the sessions, takes one step each, does
 * what they ask and keeps the new sessions and the messages to send. All of it or nothing. Throws `MoreLocksNeeded` when
 * an update turns out to concern contacts that are not held.
 */
export async function receive(
  tx: Transaction,
  services: Services,
  received: readonly Received[],
  now: Date,
): Promise<void> {
  const heard: Heard[] = []
  for (const given of received) {
    const one = isOfficersDesk(given) ? await takeAtDesk(tx, services, given, now) : given
    if (one === null) continue
    if (one.update.body.kind === 'edit') heard.push(...(await hearCorrection(tx, one, one.update.body.text)))
    else if (looksLikeCode(one.update.body)) {
      const entered = await hearCode(tx, services, one, now)
      if (entered.entered?.kind === 'officer' && hasDesk(one.contact)) await greetOfficer(tx, services.desk, one, now)
      else heard.push(entered)
    } else heard.push({ ...one, entered: null, correction: null })
  }
  if (heard.length === 0) return
  await noteReachable(tx, heard)
  await takeSteps(tx, services, heard, now)
}

/** The page in the browser has the console beside it. */
function hasDesk({ channel }: ContactRow): boolean {
  return channel !== 'web'
}

/** An officer's chat, and no code that they enter: those join people. */
function isOfficersDesk({ contact, update: { body } }: Received): boolean {
  if (!contact.isOfficers || !hasDesk(contact)) return false
  const isCalledCode = body.kind === 'start' || (body.kind === 'text' && /^\p{L}/u.test(body.text.trim()))
  return !(isCalledCode && looksLikeCode(body))
}

/** Null: it was the officer's, and is done. */
async function takeAtDesk(
  tx: Transaction,
  { desk }: Services,
  received: Received,
  now: Date,
): Promise<Received | null> {
  const { contact, held, update } = received
  const taken = await takeOfficersUpdate(
    tx,
    desk,
    {
      contact,
      held,
      update,
      attachmentIds: async () => keepFiles(tx, contact, update, now),
      isCitizens: (actionId) => isCitizensButton(tx, contact, actionId),
    },
    now,
  )
  if (taken.kind === 'citizen') return { ...received, update: taken.update }
  await noteReachable(tx, [{ ...received, entered: null, correction: null }])
  return null
}

async function isCitizensButton(tx: Transaction, contact: ContactRow, actionId: string): Promise<boolean> {
  const session = (await loadSessions(tx, [contact])).get(contact.id)
  if (session?.offered.some(({ id }) => id === actionId)) return true
  const [row] = await tx`select 1 from ticket_actions where id = ${actionId} and contact_id = ${contact.id}`
  return row !== undefined
}

/** Not said by the person. */
const NOT_THEIRS: readonly UpdateBody['kind'][] = ['left', 'officer']

/** Whoever says something can be answered, whatever the channel told us before. */
async function noteReachable(tx: Transaction, heard: readonly Heard[]): Promise<void> {
  const back = heard.filter(({ contact, update }) => contact.isUnreachable && !NOT_THEIRS.includes(update.body.kind))
  if (back.length === 0) return
  const ids = list(
    tx,
    back.map(({ contact }) => contact.id),
  )
  await tx`update contacts set unreachable_at = null where id = any (${ids}::uuid[])`
}

async function takeSteps(tx: Transaction, services: Services, heard: readonly Heard[], now: Date): Promise<void> {
  const contacts = heard.map(({ contact }) => contact)
  const homes = heard.map(({ contact, held }) => homeOf(contact, wholePerson(contact, held)))
  const everyId = heard.flatMap(({ contact, held }) => wholePerson(contact, held).map(({ id }) => id))
  const sinceBroadcast = new Date(now.getTime() - services.definitions.repliesWithinHours * 3_600_000)
  const [sessions, profiles, ticketed, files, verified, news, broadcasts] = await together([
    loadSessions(tx, contacts),
    loadProfiles(
      tx,
      homes.map(({ id }) => id),
    ),
    contactsWithTickets(
      tx,
      heard.flatMap(({ contact, held }) => wholePerson(contact, held)),
    ),
    together(heard.map(({ contact, update }) => keepFiles(tx, contact, update, now))),
    verifiedFacts(tx, everyId, localDay(now)),
    newsOf(
      tx,
      contacts.map(({ id }) => id),
    ),
    broadcastsHeard(tx, everyId, sinceBroadcast),
  ])
  const words = heard.map((one, place) => ({
    ...one,
    session: sessions.get(one.contact.id) ?? null,
    sealedProfile: profiles.get(homes[place]?.id ?? '') ?? null,
    verified: verifiedOf(verified, one),
    news: news.get(one.contact.id),
    broadcast: newestOf(broadcasts, one),
    attachmentIds: files[place] ?? [],
  }))
  const messageIds = await keepWords(tx, words, now)
  const known = words.map((one, place): Known => {
    const hasTickets = wholePerson(one.contact, one.held).some(({ id }) => ticketed.has(id))
    return { ...one, hasTickets, messageId: messageIds[place] ?? 0 }
  })
  const taken = await together(known.map((one) => takeStep(tx, services, one, now)))
  await together([
    // Somebody who was forgotten begins anew, with the first greeting.
    storeSessions(
      tx,
      taken.filter(({ performed }) => performed.successor === null),
      now,
    ),
    enqueueAll(
      tx,
      taken.map(({ contact, performed }) => {
        const { id, key } = performed.successor ?? contact
        return { contact: { id, key }, author: 'bot', messages: performed.messages, now }
      }),
    ),
  ])
}

/** A person who joined chats was linked in one of them. */
function verifiedOf(verified: ReadonlyMap<string, VerifiedFacts>, { contact, held }: Heard): VerifiedFacts | null {
  const [facts] = wholePerson(contact, held).flatMap(({ id }) => verified.get(id) ?? [])
  return facts ?? null
}

function newestOf(broadcasts: readonly HeardBroadcast[], { contact, held }: Heard): HeardBroadcast | null {
  const ids = wholePerson(contact, held).map(({ id }) => id)
  const theirs = broadcasts.filter(({ contactId }) => ids.includes(contactId))
  return theirs.toSorted((a, b) => b.sentAt.getTime() - a.sentAt.getTime())[0] ?? null
}

async function takeStep(tx: Transaction, services: Services, known: Known, now: Date) {
  const { definitions, desk, links = NO_LINKS } = services
  const { contact, held, session } = known
  const situation = await situationOf(tx, services, known, now)
  const result = step(definitions, session, bodyOf(known), situation)
  const turn = { definitions, situation }
  const performed = await perform({ tx, desk, turn, session: result.session, contact, held, links }, result.effects)
  return { contact, session: result.session, performed }
}

async function situationOf(tx: Transaction, services: Services, known: Known, now: Date): Promise<Situation> {
  const { contact, held, update, session, sealedProfile, verified, hasTickets, messageId, attachmentIds } = known
  const people = wholePerson(contact, held)
  const home = homeOf(contact, people)
  return {
    consented: contact.consentAt !== null,
    communeCode: contact.communeCode,
    tickets: hasTickets ? await ticketsOfPerson(tx, people, now) : [],
    talkTicketId: contact.talkTicketId,
    quotedTicketId: hasTickets ? await quotedTicket(tx, contact, update) : null,
    ticketAction: hasTickets ? await tappedTicketAction(tx, contact, session, update) : null,
    openingTap: await tappedOpening(tx, contact, session, update, now),
    broadcastTap: await tappedBroadcast(tx, services, known),
    broadcast: await spokenOfBroadcast(tx, known),
    ...(known.news === undefined ? {} : { news: known.news }),
    messageId,
    attachmentIds,
    profile: () => {
      const own = sealedProfile === null ? null : openProfile(home.key, sealedProfile)
      return verified === null ? own : withVerified(own ?? EMPTY_PROFILE, verified)
    },
    verified,
    entered: known.entered,
    correction: known.correction,
    joinedChannels: people.slice(1).map(({ channel }) => channel),
    now,
    today: localDay(now),
    newActionId,
  }
}

/** Nothing, when nothing that we have was changed: then there is nothing to keep and nobody to answer. */
async function hearCorrection(tx: Transaction, received: Received, text: string): Promise<Heard[]> {
  const { contact, update } = received
  const correction = update.messageId && (await readCorrection(tx, contact, update.messageId, text))
  return correction ? [{ ...received, entered: null, correction }] : []
}

/** Takes a one-time code before the step, which then finds the person as they are afterwards. */
async function hearCode(tx: Transaction, { desk }: Services, received: Received, now: Date): Promise<Heard> {
  const { contact, held, update } = received
  const session = (await loadSessions(tx, [contact])).get(contact.id) ?? null
  const code = codeIn(update.body, session, contact.talkTicketId !== null)
  if (code === null) return { ...received, entered: null, correction: null }
  const entered = await enterCode(tx, desk.secrets, received, code, now)
  if (entered.kind !== 'joined') return { ...received, entered, correction: null }
  const ids = [contact, ...held].map(({ id }) => id)
  const rows = await lockContactRows(tx, ids, { skipBusy: false })
  const people = rows.flatMap((row) => openContact(desk.secrets, row) ?? [])
  const joined = people.find(({ id }) => id === contact.id) ?? contact
  const rest = people.filter(({ id }) => id !== contact.id)
  await bringFamiliesTogether(tx, wholePerson(joined, rest), now)
  return { ...received, contact: joined, held: rest, entered, correction: null }
}

/** What each chat has in mind of the household, so that none of them overwrites what was said in the other. */
async function bringFamiliesTogether(tx: Transaction, people: readonly ContactRow[], now: Date): Promise<void> {
  const sessions = await loadSessions(tx, people)
  const families = [...sessions.values()].flatMap(({ family }) => family ?? [])
  const [first, ...others] = families
  if (first === undefined || others.length === 0) return
  const family = others.reduce(mergeProfiles, first)
  const minded = people.flatMap((contact) => {
    const session = sessions.get(contact.id)
    return session?.family ? [{ contact, session: { ...session, family } }] : []
  })
  await storeSessions(tx, minded, now)
}

function keepFiles(
  tx: Transaction,
  contact: ContactRow,
  update: StoredUpdate,
  now: Date,
): Promise<string[]> | string[] {
  const files = filesOf(update).filter((file) => refusal(file, contact) === null)
  if (files.length === 0) return []
  return together(files.map((file) => keepFile(tx, contact, file, now))).then((ids) => ids.flat())
}

function filesOf({ body }: StoredUpdate): UpdateFile[] {
  return body.kind === 'file' ? [body.file, ...(body.more ?? [])] : []
}

/** What cannot be kept is refused; of an album only when there is nothing else in it. */
function bodyOf({ update, contact }: Pick<Received, 'update' | 'contact'>): UpdateBody {
  const refusals = filesOf(update).map((file) => refusal(file, contact))
  const [first] = refusals
  return first && refusals.every((what) => what !== null) ? { kind: 'unsupported', what: first } : update.body
}

/** An officer who has the talk sees that there was a file, whatever it was. */
function refusal(file: UpdateFile, { talkTicketId }: ContactRow): 'too-large' | 'wrong-type' | null {
  if ((file.sizeBytes ?? 0) > LARGEST_FILE) return 'too-large'
  return talkTicketId === null && isForeignFile(file) ? 'wrong-type' : null
}

async function contactsWithTickets(tx: Transaction, contacts: readonly ContactRow[]): Promise<Set<string>> {
  const ids = list(
    tx,
    contacts.map(({ id }) => id),
  )
  const rows = await tx<{ id: string }[]>`
    select c.id from unnest(${ids}::uuid[]) as c(id) where exists (select from tickets where contact_id = c.id)`
  return new Set(rows.map((row) => row.id))
}

async function quotedTicket(tx: Transaction, contact: ContactRow, update: StoredUpdate): Promise<number | null> {
  if (update.quotedMessageId === null) return null
  const [row] = await tx<{ ticket_id: number | null }[]>`select ticket_id from messages
    where contact_id = ${contact.id} and external_id = ${update.quotedMessageId} and author = 'officer' limit 1`
  return row?.ticket_id ?? null
}

/** A button under openings, or its words; the engine's own buttons are known by the session. */
async function tappedOpening(
  tx: Transaction,
  contact: ContactRow,
  session: Session | null,
  { body }: StoredUpdate,
  now: Date,
): Promise<OpeningTap | null> {
  if (body.kind === 'text') return takeOffer(tx, contact, { words: body.text }, now)
  if (body.kind !== 'action' || session?.offered.some((offered) => offered.id === body.actionId)) return null
  return takeOffer(tx, contact, body, now)
}

/** A button under a policy message; or its number or words, typed as the next thing after it. */
async function tappedBroadcast(tx: Transaction, { desk }: Services, known: Known): Promise<BroadcastTap | null> {
  const { contact, session, update, broadcast } = known
  const { body } = update
  if (body.kind === 'action') {
    if (session?.offered.some((offered) => offered.id === body.actionId)) return null
    return readTap(tx, desk.secrets, contact.id, body.actionId)
  }
  const isNext = broadcast !== null && (session === null || broadcast.sentAt.getTime() > Date.parse(session.updatedAt))
  if (body.kind !== 'text' || !isNext || broadcast.contactId !== contact.id) return null
  const typed = { broadcastId: broadcast.id, language: contact.language, typed: body.text }
  return typedTap(tx, typed, desk.texts)
}

/** What the words may be about: the message they quote, else the newest of the last days. */
async function spokenOfBroadcast(tx: Transaction, known: Known): Promise<Situation['broadcast']> {
  const { contact, held, update, broadcast } = known
  if (update.quotedMessageId !== null) {
    const ids = wholePerson(contact, held).map(({ id }) => id)
    const quoted = await broadcastQuoted(tx, ids, update.quotedMessageId)
    return quoted && { ...quoted, isQuoted: true }
  }
  return broadcast && { ...broadcast, isQuoted: false }
}

async function tappedTicketAction(
  tx: Transaction,
  contact: ContactRow,
  session: Session | null,
  { body }: StoredUpdate,
): Promise<Situation['ticketAction']> {
  if (body.kind !== 'action' || session?.offered.some((offered) => offered.id === body.actionId)) return null
  return takeAction(tx, contact.id, body.actionId)
}
