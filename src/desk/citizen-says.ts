import { attachments } from '../attachments/tables.ts'
import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, inArray } from '../db/drizzle.ts'
import { contacts, messages } from '../messaging/tables.ts'
import { addInterest, giveSeatBack } from '../openings/seats.ts'
import { openJson, sealJson } from '../secrets.ts'
import { change } from './activity.ts'
import { answeringUnit } from './heir.ts'
import { type LockedTicket, leaveTalk, lockTicket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { ticketDimensions, tickets } from './tables.ts'
import { notFinished } from './ticket-changes.ts'
import { papersSchema } from './tickets-of-contact.ts'
import { whoHas } from './who-has.ts'

/** What a citizen said about a ticket. */
export interface Said {
  ticketId: number
  messageId: number
  attachmentIds: readonly string[]
  /** Papers that are still missing afterwards; left out: as many as before. */
  papersLeft?: readonly string[] | undefined
}

/** Puts a citizen's words on a ticket. Awaited papers or facts have come: the clock runs again. A finished ticket stays finished. */
export async function citizenSays(tx: Transaction, services: DeskServices, said: Said, now: Date): Promise<void> {
  const locked = await lockGoingOn(tx, services, said.ticketId)
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
      .set({ ticketId: ticket.id, sealedPapers: came(locked, said.papersLeft) })
      .where(and(inArray(attachments.id, [...said.attachmentIds]), inArray(attachments.contactId, people)))
  }
  const back = ticket.assigneeId === null ? ('open' as const) : ('assigned' as const)
  const status = ticket.status === 'pending' ? back : ticket.status
  await change(
    tx,
    ticket,
    services,
    {
      set: { status, spokenAt: now, ...awaited(locked, said.papersLeft) },
      actor: 'citizen',
      verb: 'said',
      facts: { message: said.messageId, attachments: said.attachmentIds.length },
      tell: [{ to: whoHas(ticket, now), kind: 'citizen_wrote' }],
    },
    now,
  )
}

function awaited({ key }: LockedTicket, papersLeft: readonly string[] | undefined): { sealedPapers?: Buffer | null } {
  if (papersLeft === undefined || key === null) return {}
  return { sealedPapers: papersLeft.length === 0 ? null : sealJson(key, papersLeft) }
}

/** The awaited papers that are there with this, sealed; null when it is not known to be any. */
function came({ ticket, key }: LockedTicket, papersLeft: readonly string[] | undefined): Buffer | null {
  if (papersLeft === undefined || key === null || ticket.sealedPapers === null) return null
  const before = papersSchema.parse(openJson(key, ticket.sealedPapers))
  return sealJson(
    key,
    before.filter((paper) => !papersLeft.includes(paper)),
  )
}

/** The citizen says which of the papers they sent before; the others are still missing. A finished ticket waits for none. */
export async function papersCame(
  tx: Transaction,
  services: DeskServices,
  { ticketId, papersLeft }: { ticketId: number; papersLeft: readonly string[] },
  now: Date,
): Promise<void> {
  const locked = await lockGoingOn(tx, services, ticketId)
  if (!locked || locked.ticket.sealedPapers === null || locked.key === null) return
  // The file came just before its name. If it was found unreadable meanwhile, its sender was told and nothing came.
  const [newest] = await tx<{ id: string; failure: string | null }[]>`
    select id, failure from attachments where ticket_id = ${locked.ticket.id} order by created_at desc, id desc limit 1`
  if (newest !== undefined && newest.failure !== null) return
  const set = awaited(locked, papersLeft)
  const facts = { left: papersLeft.length }
  if (newest !== undefined) {
    await tx`update attachments set sealed_papers = ${came(locked, papersLeft)} where id = ${newest.id}`
  }
  await change(tx, locked.ticket, services, { set, actor: 'citizen', verb: 'papers-named', facts }, now)
}

/** The ticket, or the one that goes on in its place: words on a duplicate belong to the main ticket. */
async function lockGoingOn(tx: Transaction, services: DeskServices, id: number): Promise<LockedTicket | null> {
  const locked = await lockTicket(tx, services.secrets, { id })
  const next = locked?.ticket.mergedInto ?? null
  return next === null ? locked : lockGoingOn(tx, services, next)
}

/**
 * The citizen says that the matter is settled. Says whether that is new; an old button changes nothing. One that was
 * closed in silence stays closed from then on.
 */
export async function confirmResolved(
  tx: Transaction,
  services: DeskServices,
  ticketId: number,
  now: Date,
): Promise<boolean> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (!locked || !mayConfirm(locked.ticket)) return false
  await leaveTalk(tx, locked)
  const closedAt = locked.ticket.closedAt ?? now
  const set = { status: 'closed' as const, closedAt, confirmedAt: now, checkInAt: null }
  await change(tx, locked.ticket, services, { set, actor: 'citizen', verb: 'confirmed' }, now)
  return true
}

/**
 * The citizen would like a vacancy or a course that was shown to them. `known`: they said so before; `finished`: the
 * ticket is at its end, another has to be filed.
 */
export async function wantOpening(
  tx: Transaction,
  services: DeskServices,
  { ticketId, openingId }: { ticketId: number; openingId: string },
  now: Date,
): Promise<'noted' | 'known' | 'finished'> {
  const locked = await lockGoingOn(tx, services, ticketId)
  if (!locked || locked.ticket.status === 'resolved' || locked.ticket.status === 'closed') return 'finished'
  const { ticket } = locked
  if (!(await addInterest(tx, { ticketId: ticket.id, openingId }, now))) return 'known'
  const tell = [{ to: whoHas(ticket, now), kind: 'citizen_wrote' as const }]
  const made = { set: { spokenAt: now }, actor: 'citizen' as const, verb: 'interested', facts: { opening: openingId } }
  await change(tx, ticket, services, { ...made, tell }, now)
  return 'noted'
}

/** Whether the citizen has yet to say that it is settled. */
export function mayConfirm(ticket: { status: string; confirmedAt: Date | null; mergedInto: number | null }): boolean {
  return (
    ticket.status === 'resolved' ||
    (ticket.status === 'closed' && ticket.confirmedAt === null && ticket.mergedInto === null)
  )
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
  await giveSeatBack(tx, locked.ticket.id)
  // A finished ticket stayed where it was when its unit ended; those who had it are not of the unit that took over.
  const unitId = answeringUnit(services.territory, locked.ticket, localDay(now))
  const assigneeId = unitId === locked.ticket.unitId ? locked.ticket.assigneeId : null
  const status = assigneeId === null ? ('open' as const) : ('assigned' as const)
  const set = { status, unitId, assigneeId, spokenAt: now, ...notFinished }
  const tell = [{ to: whoHas({ unitId, assigneeId }, now), kind: 'reopened' as const }]
  await change(tx, locked.ticket, services, { set, actor: 'citizen', verb: 'reopen', tell }, now)
  return true
}

/** Closes whatever a person who asked to be forgotten had open, and makes it impossible to find by name. The caller holds the contact's lock. */
export async function withdrawTickets(tx: Transaction, contactId: string, now: Date): Promise<void> {
  await tx`
    with withdrawn as (
      update tickets
      set status = 'closed', closed_at = ${now}, result = coalesce(result, 'withdrawn'), promise = null, due_at = null, queue_position = null,
        ladder_at = null, paused_at = null, offered_unit_id = null, offered_officer_id = null, offered_at = null, offer_lapses_at = null,
        last_seq = last_seq + 1
      where contact_id = ${contactId} and status <> 'closed'
      returning id, last_seq
    )
    insert into activity (ticket_id, seq, at, actor, verb, facts)
    select id, last_seq, ${now}, 'citizen', 'withdrawn', '{}' from withdrawn`
  const drizzle = drizzleOn(tx)
  await drizzle.update(tickets).set({ searchHashes: [], priorityGroups: [] }).where(eq(tickets.contactId, contactId))
  const unknown = { gender: null, ageBand: null, householdStatus: null }
  await drizzle.update(ticketDimensions).set(unknown).where(eq(ticketDimensions.contactId, contactId))
  await drizzle.update(contacts).set({ talkTicketId: null }).where(eq(contacts.id, contactId))
}
