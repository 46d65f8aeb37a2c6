import type { Transaction } from '../db/client.ts'
import { drizzleOn, eq, type InferSelectModel } from '../db/drizzle.ts'
import { list } from '../db/list.ts'
import type { Language } from '../i18n.ts'
import { lockPerson } from '../messaging/person.ts'
import { pickWay, waysTo } from '../messaging/reach.ts'
import type { Key, Secrets } from '../secrets.ts'
import { tickets } from './tables.ts'
import { type Promises, promisesSchema, type TicketStatus } from './ticket.ts'

type Row = InferSelectModel<typeof tickets>

/** A row of `tickets`, with its status and promises read. */
export type Ticket = Omit<Row, 'status' | 'promises'> & { status: TicketStatus; promises: Promises }

/** A ticket whose row, and the rows of all contacts of whose person, this transaction holds. */
export interface LockedTicket {
  ticket: Ticket
  /** The contact that filed it. Null when somebody without a chat is helped. */
  contact: { id: string; language: Language; talkTicketId: number | null } | null
  /** All contacts of the person, the one that filed it included. */
  people: readonly { id: string; language: Language; key: Key | null }[]
  /** Opens what is sealed on the ticket; null once the person was erased. */
  key: Key | null
}

/**
 * Locks the contacts of the person, then the ticket, always in this order: a step of the chat holds the contacts already
 * when it touches a ticket. To be called inside `beginAnew`, or by a step of the chat.
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
  const people = found.contactId === null ? [] : await lockPerson(tx, found.contactId)
  const contact = people.find(({ id }) => id === found.contactId)
  const [row] = await drizzle.select().from(tickets).where(eq(tickets.id, found.id)).for('no key update')
  if (!row || (found.contactId !== null && contact === undefined)) return null
  const keyOf = (sealed: Buffer | null) => (sealed === null ? null : secrets.openPersonKey(sealed))
  const languageOf = (language: string) => (language === 'en' ? 'en' : 'vi')
  return {
    ticket: readTicketRow(row),
    contact:
      contact === undefined
        ? null
        : { id: contact.id, language: languageOf(contact.language), talkTicketId: contact.talk_ticket_id },
    people: people.map((one) => ({ id: one.id, language: languageOf(one.language), key: keyOf(one.sealed_key) })),
    key: contact === undefined ? keyOf(row.sealedKey) : keyOf(contact.sealed_key),
  }
}

/** Where the person is written to: in the chat where they spoke last. Null without a chat, or once they were erased. */
export async function reachOf(
  tx: Transaction,
  { contact, people }: LockedTicket,
  now: Date,
): Promise<{ id: string; language: Language; key: Key } | null> {
  if (contact === null) return null
  const ids = people.map(({ id }) => id)
  const id = people.length === 1 ? contact.id : pickWay(await waysTo(tx, ids), contact.id, now)
  const found = people.find((one) => one.id === id)
  return found === undefined || found.key === null ? null : { ...found, key: found.key }
}

export function readTicketRow(row: Row): Ticket {
  return { ...row, status: row.status as TicketStatus, promises: promisesSchema.parse(row.promises) }
}

/** The ticket's officer holds the talk from now on, in all chats of the person; the bot is silent. Says whether that is new. */
export async function takeTalk(tx: Transaction, locked: LockedTicket): Promise<boolean> {
  if (locked.contact === null || locked.contact.talkTicketId === locked.ticket.id) return false
  await tx`update contacts set talk_ticket_id = ${locked.ticket.id} where id = any (${idsOf(tx, locked)}::uuid[])`
  locked.contact.talkTicketId = locked.ticket.id
  return true
}

/** Gives the talk back to the bot, if this ticket holds it. */
export async function leaveTalk(tx: Transaction, locked: LockedTicket): Promise<void> {
  if (locked.contact === null) return
  await tx`update contacts set talk_ticket_id = null
    where id = any (${idsOf(tx, locked)}::uuid[]) and talk_ticket_id = ${locked.ticket.id}`
  if (locked.contact.talkTicketId === locked.ticket.id) locked.contact.talkTicketId = null
}

function idsOf(tx: Transaction, { people }: LockedTicket) {
  return list(
    tx,
    people.map(({ id }) => id),
  )
}
