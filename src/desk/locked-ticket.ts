import type { Transaction } from '../db/client.ts'
import { drizzleOn, eq, type InferSelectModel, sql } from '../db/drizzle.ts'
import type { Language } from '../i18n.ts'
import { contacts } from '../messaging/tables.ts'
import type { Key, Secrets } from '../secrets.ts'
import { tickets } from './tables.ts'
import { type Promises, promisesSchema, type TicketStatus } from './ticket.ts'

type Row = InferSelectModel<typeof tickets>

/** A row of `tickets`, with its status and promises read. */
export type Ticket = Omit<Row, 'status' | 'promises'> & { status: TicketStatus; promises: Promises }

/** A ticket whose row, and whose contact's row, this transaction holds. */
export interface LockedTicket {
  ticket: Ticket
  /** Null when somebody without a chat is helped. */
  contact: { id: string; language: Language; talkTicketId: number | null } | null
  /** Opens what is sealed on the ticket; null once the person was erased. */
  key: Key | null
}

/**
 * Locks the contact, then the ticket, always in this order: a step of the chat holds the contact already when it
 * touches a ticket.
 */
export async function lockTicket(
  tx: Transaction,
  secrets: Secrets,
  which: { id: number } | { number: string },
): Promise<LockedTicket | null> {
  const drizzle = drizzleOn(tx)
  const isIt = 'id' in which ? eq(tickets.id, which.id) : eq(tickets.number, which.number)
  const [found] = await drizzle.select({ id: tickets.id, contactId: tickets.contactId }).from(tickets).where(isIt)
  if (!found) return null
  const contact =
    found.contactId === null
      ? null
      : (await drizzle.select().from(contacts).where(eq(contacts.id, found.contactId)).for('no key update'))[0]
  const [row] = await drizzle.select().from(tickets).where(eq(tickets.id, found.id)).for('no key update')
  if (!row || contact === undefined) return null
  const sealedKey = contact === null ? row.sealedKey : contact.sealedKey
  return {
    ticket: readTicketRow(row),
    contact: contact && {
      id: contact.id,
      language: contact.language === 'en' ? 'en' : 'vi',
      talkTicketId: contact.talkTicketId,
    },
    key: sealedKey === null ? null : secrets.openPersonKey(sealedKey),
  }
}

export function readTicketRow(row: Row): Ticket {
  return { ...row, status: row.status as TicketStatus, promises: promisesSchema.parse(row.promises) }
}

/** The ticket's officer holds the talk from now on; the bot is silent. Says whether that is new. */
export async function takeTalk(tx: Transaction, locked: LockedTicket): Promise<boolean> {
  if (locked.contact === null || locked.contact.talkTicketId === locked.ticket.id) return false
  await drizzleOn(tx).update(contacts).set({ talkTicketId: locked.ticket.id }).where(eq(contacts.id, locked.contact.id))
  locked.contact.talkTicketId = locked.ticket.id
  return true
}

/** Gives the talk back to the bot, if this ticket holds it. */
export async function leaveTalk(tx: Transaction, locked: LockedTicket): Promise<void> {
  if (locked.contact === null) return
  await drizzleOn(tx)
    .update(contacts)
    .set({ talkTicketId: null })
    .where(sql`${contacts.id} = ${locked.contact.id} and ${contacts.talkTicketId} = ${locked.ticket.id}`)
  if (locked.contact.talkTicketId === locked.ticket.id) locked.contact.talkTicketId = null
}
