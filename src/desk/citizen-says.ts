import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, inArray } from '../db/drizzle.ts'
import { attachments, contacts, messages } from '../messaging/tables.ts'
import { change } from './activity.ts'
import { leaveTalk, lockTicket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
import { notFinished } from './ticket-changes.ts'

/** What a citizen said about a ticket. */
export interface Said {
  ticketId: number
  messageId: number
  attachmentIds: readonly string[]
}

/** Puts a citizen's words on a ticket. Awaited papers or facts have come: the clock runs again. A finished ticket stays finished. */
export async function citizenSays(tx: Transaction, services: DeskServices, said: Said, now: Date): Promise<void> {
  const locked = await lockTicket(tx, services.secrets, { id: said.ticketId })
  if (!locked || locked.contact === null) return
  const { ticket } = locked
  const people = locked.people.map(({ id }) => id)
  const drizzle = drizzleOn(tx)
  await drizzle
    .update(messages)
    .set({ ticketId: ticket.id })
    .where(and(eq(messages.id, said.messageId), inArray(messages.contactId, people)))
  if (said.attachmentIds.length > 0) {
    await drizzle
      .update(attachments)
      .set({ ticketId: ticket.id })
      .where(and(inArray(attachments.id, [...said.attachmentIds]), inArray(attachments.contactId, people)))
  }
  const back = ticket.assigneeId === null ? ('open' as const) : ('assigned' as const)
  const status = ticket.status === 'pending' ? back : ticket.status
  await change(
    tx,
    ticket,
    services.calendar,
    {
      set: { status, spokenAt: now },
      actor: 'citizen',
      verb: 'said',
      facts: { message: said.messageId, attachments: said.attachmentIds.length },
    },
    now,
  )
}

/** The citizen says that the matter is settled. Says whether that closed the ticket; an old button changes nothing. */
export async function confirmResolved(
  tx: Transaction,
  services: DeskServices,
  ticketId: number,
  now: Date,
): Promise<boolean> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (locked?.ticket.status !== 'resolved') return false
  await leaveTalk(tx, locked)
  const set = { status: 'closed' as const, closedAt: now }
  await change(tx, locked.ticket, services.calendar, { set, actor: 'citizen', verb: 'confirmed' }, now)
  return true
}

/** The citizen says that the matter is not settled: the same officer has it again, on the first clock. Says whether it was finished. */
export async function reopenByCitizen(
  tx: Transaction,
  services: DeskServices,
  ticketId: number,
  now: Date,
): Promise<boolean> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (!locked || (locked.ticket.status !== 'resolved' && locked.ticket.status !== 'closed')) return false
  const status = locked.ticket.assigneeId === null ? ('open' as const) : ('assigned' as const)
  const set = { status, spokenAt: now, ...notFinished }
  await change(tx, locked.ticket, services.calendar, { set, actor: 'citizen', verb: 'reopen' }, now)
  return true
}

/** Closes whatever a person who asked to be forgotten had open, and makes it impossible to find by name. The caller holds the contact's lock. */
export async function withdrawTickets(tx: Transaction, contactId: string, now: Date): Promise<void> {
  await tx`
    with withdrawn as (
      update tickets
      set status = 'closed', closed_at = ${now}, result = coalesce(result, 'withdrawn'), promise = null, due_at = null,
        paused_at = null, offered_unit_id = null, offered_officer_id = null, offered_at = null, offer_lapses_at = null,
        last_seq = last_seq + 1
      where contact_id = ${contactId} and status <> 'closed'
      returning id, last_seq
    )
    insert into activity (ticket_id, seq, at, actor, verb, facts)
    select id, last_seq, ${now}, 'citizen', 'withdrawn', '{}' from withdrawn`
  const drizzle = drizzleOn(tx)
  await drizzle.update(tickets).set({ searchHashes: [] }).where(eq(tickets.contactId, contactId))
  await drizzle.update(contacts).set({ talkTicketId: null }).where(eq(contacts.id, contactId))
}
