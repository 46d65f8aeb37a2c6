import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import { takeAction, ticketsOfContact } from '../desk/tickets-of-contact.ts'
import { newActionId, newId } from '../ids.ts'
import type { TalkEntry } from '../messaging/message.ts'
import type { StoredUpdate, UpdateFile } from '../messaging/update.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { type Key, openJson, seal, sealJson } from '../secrets.ts'
import { perform } from './perform.ts'
import { type Session, sessionSchema } from './session.ts'
import type { Definitions, Situation } from './situation.ts'
import { step } from './step.ts'

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

/** A photo or document larger than this is refused in the step, before anything is fetched (bytes). */
const LARGEST_FILE = 20 * 1024 * 1024

/**
 * Handles one stored update in the caller's transaction: loads the session, takes one step, does what it asks and keeps
 * the new session and the messages to send. All of it or nothing.
 */
export async function receive(
  tx: Transaction,
  services: { definitions: Definitions; desk: DeskServices },
  contact: LockedContact,
  update: StoredUpdate,
  now: Date,
): Promise<void> {
  const loading = tx<{ sealed_session: Buffer }[]>`select sealed_session from sessions where contact_id = ${contact.id}`
  const session = loading.then(([row]) => (row ? sessionSchema.parse(openJson(contact.key, row.sealed_session)) : null))
  // Words are written down while the session loads; a tap must wait for it, being kept by the words of its button.
  const keeping = update.body.kind === 'file' && !tooLarge(update) ? keepFile(tx, contact, update.body.file, now) : null
  const saying =
    update.body.kind === 'action'
      ? session.then((loaded) => insertSaid(tx, contact, update, loaded, [], now))
      : keeping === null
        ? insertSaid(tx, contact, update, null, [], now)
        : keeping.then((kept) => insertSaid(tx, contact, update, null, kept, now))
  const [stored, [said], [ticketed]] = await Promise.all([
    session,
    saying,
    tx<{ one: number }[]>`select 1 as one from tickets where contact_id = ${contact.id} limit 1`,
  ])
  const body = tooLarge(update) ? ({ kind: 'unsupported', what: 'too-large' } as const) : update.body
  const situation: Situation = {
    consented: contact.consentAt !== null,
    communeCode: contact.communeCode,
    tickets: ticketed ? await ticketsOfContact(tx, contact.id, contact.key, now) : [],
    talkTicketId: contact.talkTicketId,
    quotedTicketId: ticketed ? await quotedTicket(tx, contact, update) : null,
    ticketAction: await tappedTicketAction(tx, contact, stored, update, ticketed !== undefined),
    messageId: said?.id ?? 0,
    attachmentIds: (await keeping) ?? [],
    now,
    today: localDay(now),
    newActionId,
  }
  const result = step(services.definitions, stored, body, situation)
  const turn = { definitions: services.definitions, situation }
  const performed = await perform({ tx, desk: services.desk, turn, session: result.session, contact }, result.effects)
  const owner = performed.successor ?? contact
  await Promise.all([
    // Somebody who was forgotten begins anew, with the first greeting.
    performed.successor ? null : storeSession(tx, contact, result.session, now),
    performed.messages.length === 0
      ? null
      : enqueue(tx, {
          contact: { id: owner.id, key: owner.key, channel: contact.channel, account: contact.account },
          author: 'bot',
          messages: performed.messages,
          now,
        }),
  ])
}

function storeSession(tx: Transaction, contact: LockedContact, session: Session, now: Date): Promise<unknown> {
  const sealed = sealJson(contact.key, session)
  return tx`insert into sessions (contact_id, flow, flow_version, step, sealed_session, updated_at)
    values (${contact.id}, ${session.flow}, ${session.flowVersion}, ${session.step}, ${sealed}, ${now})
    on conflict (contact_id) do update set flow = excluded.flow, flow_version = excluded.flow_version,
      step = excluded.step, sealed_session = excluded.sealed_session, updated_at = excluded.updated_at`
}

/** What the person said, as it stands in the talk. A tap is kept by the words of its button in the session's prompt. */
function insertSaid(
  tx: Transaction,
  contact: LockedContact,
  update: StoredUpdate,
  session: Session | null,
  attachmentIds: string[],
  now: Date,
): Promise<{ id: number }[]> {
  const entry: TalkEntry = { text: textOf(update, session), actions: [], attachmentIds }
  return tx<{ id: number }[]>`insert into messages (contact_id, author, sealed_body, external_id, created_at)
    values (${contact.id}, 'citizen', ${sealJson(contact.key, entry)}, ${update.messageId}, ${now}) returning id`
}

function textOf(update: StoredUpdate, session: Session | null): string {
  const { body } = update
  if (body.kind === 'text') return body.text
  if (body.kind === 'action') return session?.offered.find((offered) => offered.id === body.actionId)?.words ?? '[…]'
  if (body.kind === 'phone') return body.phone
  if (body.kind === 'file') return body.file.caption ?? `[${body.file.media}]`
  if (body.kind === 'location') return `[${body.latitude}, ${body.longitude}]`
  return body.kind === 'start' ? '/start' : `[${body.kind}]`
}

function tooLarge(update: StoredUpdate): boolean {
  return update.body.kind === 'file' && (update.body.file.sizeBytes ?? 0) > LARGEST_FILE
}

/** Media that can be a paper get a row to be fetched into; a sticker or a voice message does not. */
async function keepFile(tx: Transaction, contact: LockedContact, file: UpdateFile, now: Date): Promise<string[]> {
  if (file.attachmentId !== null) return [file.attachmentId]
  if (file.externalId === null || (file.media !== 'photo' && file.media !== 'document')) return []
  const id = newId()
  const sealedExternalId = seal(contact.key, Buffer.from(file.externalId))
  await tx`insert into attachments (id, contact_id, channel, account, sealed_external_id, media_type, size_bytes, created_at)
    values (${id}, ${contact.id}, ${contact.channel}, ${contact.account}, ${sealedExternalId}, ${file.mediaType}, ${file.sizeBytes}, ${now})`
  return [id]
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
  update: StoredUpdate,
  hasTickets: boolean,
): Promise<Situation['ticketAction']> {
  const { body } = update
  if (body.kind !== 'action' || !hasTickets || session?.offered.some((offered) => offered.id === body.actionId))
    return null
  return takeAction(tx, contact.id, body.actionId)
}
