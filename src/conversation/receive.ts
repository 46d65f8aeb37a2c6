import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { together } from '../db/pipeline.ts'
import type { DeskServices } from '../desk/services.ts'
import { takeAction, ticketsOfContact } from '../desk/tickets-of-contact.ts'
import { newActionId } from '../ids.ts'
import type { StoredUpdate, UpdateBody } from '../messaging/update.ts'
import { enqueueAll } from '../outbox/enqueue.ts'
import { loadProfiles, openProfile } from '../profile/store-profile.ts'
import type { Key } from '../secrets.ts'
import { keepFile, keepWords } from './keep-words.ts'
import { perform } from './perform.ts'
import type { Session } from './session.ts'
import type { Definitions, Situation } from './situation.ts'
import { step } from './step.ts'
import { loadSessions, storeSessions } from './store-session.ts'

/** The contact's row, locked by the caller's transaction. */
export interface LockedContact {
  id: string
  channel: string
  account: string
  key: Key
  communeCode: string | null
  consentAt: Date | null
  talkTicketId: number | null
}

interface Services {
  definitions: Definitions
  desk: DeskServices
}

/** One update of one contact. */
export interface Received {
  contact: LockedContact
  update: StoredUpdate
}

/** A received update with what is known about the person. */
interface Known extends Received {
  session: Session | null
  sealedProfile: Uint8Array | null
  hasTickets: boolean
  attachmentIds: string[]
  messageId: number
}

/** A photo or document larger than this is refused in the step, before anything is fetched (bytes). */
const LARGEST_FILE = 20 * 1024 * 1024

/**
 * Handles one stored update of each contact in the caller's transaction: loads the sessions, takes one step each, does
 * what they ask and keeps the new sessions and the messages to send. All of it or nothing.
 */
export async function receive(
  tx: Transaction,
  services: Services,
  received: readonly Received[],
  now: Date,
): Promise<void> {
  const contacts = received.map(({ contact }) => contact)
  const [sessions, profiles, ticketed, files] = await together([
    loadSessions(tx, contacts),
    loadProfiles(
      tx,
      contacts.map(({ id }) => id),
    ),
    contactsWithTickets(tx, contacts),
    together(received.map(({ contact, update }) => fileOf(tx, contact, update, now))),
  ])
  const words = received.map(({ contact, update }, place) => ({
    contact,
    update,
    session: sessions.get(contact.id) ?? null,
    sealedProfile: profiles.get(contact.id) ?? null,
    attachmentIds: files[place] ?? [],
  }))
  const messageIds = await keepWords(tx, words, now)
  const known = words.map((one, place): Known => {
    return { ...one, hasTickets: ticketed.has(one.contact.id), messageId: messageIds[place] ?? 0 }
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

async function takeStep(tx: Transaction, { definitions, desk }: Services, known: Known, now: Date) {
  const { contact, session } = known
  const situation = await situationOf(tx, known, now)
  const result = step(definitions, session, bodyOf(known.update), situation)
  const turn = { definitions, situation }
  const performed = await perform({ tx, desk, turn, session: result.session, contact }, result.effects)
  return { contact, session: result.session, performed }
}

async function situationOf(tx: Transaction, known: Known, now: Date): Promise<Situation> {
  const { contact, update, session, sealedProfile, hasTickets, messageId, attachmentIds } = known
  return {
    consented: contact.consentAt !== null,
    communeCode: contact.communeCode,
    tickets: hasTickets ? await ticketsOfContact(tx, contact.id, contact.key, now) : [],
    talkTicketId: contact.talkTicketId,
    quotedTicketId: hasTickets ? await quotedTicket(tx, contact, update) : null,
    ticketAction: hasTickets ? await tappedTicketAction(tx, contact, session, update) : null,
    messageId,
    attachmentIds,
    profile: () => (sealedProfile === null ? null : openProfile(contact.key, sealedProfile)),
    now,
    today: localDay(now),
    newActionId,
  }
}

function fileOf(
  tx: Transaction,
  contact: LockedContact,
  update: StoredUpdate,
  now: Date,
): Promise<string[]> | string[] {
  return update.body.kind === 'file' && !isTooLarge(update) ? keepFile(tx, contact, update.body.file, now) : []
}

function bodyOf(update: StoredUpdate): UpdateBody {
  return isTooLarge(update) ? { kind: 'unsupported', what: 'too-large' } : update.body
}

function isTooLarge(update: StoredUpdate): boolean {
  return update.body.kind === 'file' && (update.body.file.sizeBytes ?? 0) > LARGEST_FILE
}

async function contactsWithTickets(tx: Transaction, contacts: readonly LockedContact[]): Promise<Set<string>> {
  const ids = list(
    tx,
    contacts.map(({ id }) => id),
  )
  const rows = await tx<{ id: string }[]>`
    select c.id from unnest(${ids}::uuid[]) as c(id) where exists (select from tickets where contact_id = c.id)`
  return new Set(rows.map((row) => row.id))
}

async function quotedTicket(tx: Transaction, contact: LockedContact, update: StoredUpdate): Promise<number | null> {
  if (update.quotedMessageId === null) return null
  const [row] = await tx<{ ticket_id: number | null }[]>`select ticket_id from messages
    where contact_id = ${contact.id} and external_id = ${update.quotedMessageId} and author = 'officer' limit 1`
  return row?.ticket_id ?? null
}

async function tappedTicketAction(
  tx: Transaction,
  contact: LockedContact,
  session: Session | null,
  { body }: StoredUpdate,
): Promise<Situation['ticketAction']> {
  if (body.kind !== 'action' || session?.offered.some((offered) => offered.id === body.actionId)) return null
  return takeAction(tx, contact.id, body.actionId)
}
