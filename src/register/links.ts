/** Whose household is whose: made by an officer who has seen the certificate on a ticket, and undone by one. */
import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { change } from '../desk/activity.ts'
import { lockTicket, type Ticket } from '../desk/locked-ticket.ts'
import type { DeskServices } from '../desk/services.ts'
import { newId } from '../ids.ts'
import { beginAnew } from '../messaging/person.ts'
import type { PriorityGroup } from './household.ts'
import type { RegisterServices } from './services.ts'

export const SEEN = ['paper', 'photo', 'number'] as const
export type Seen = (typeof SEEN)[number]

export interface Link {
  id: string
  householdId: string
  ticketNumber: string
  officerName: string
  seen: Seen
  linkedAt: Date
  undoneAt: Date | null
}

/** The ticket on which the certificate was seen. */
export interface TicketOfLink {
  id: number
  number: string
  contactId: string | null
}

interface LinkRow {
  id: string
  household_id: string
  number: string
  officer_name: string | null
  seen: string
  linked_at: Date
  undone_at: Date | null
}

/** The groups of a list by which a ticket comes earlier in its queue; the other ones move none. */
const GROUPS_OF_TICKET: Partial<Record<PriorityGroup, string>> = {
  merit: 'merit',
  disabled: 'disabled',
  children: 'children',
  women_headed: 'women',
}

/**
 * Links a ticket's person with a household, in place of the one before; the household's priority groups become the
 * ticket's too. False: that household does not exist or was erased. The same link twice is one.
 */
export async function linkHousehold(
  services: RegisterServices & Pick<DeskServices, 'calendars' | 'territory'>,
  {
    ticket,
    householdId,
    seen,
    officerId,
  }: { ticket: TicketOfLink; householdId: string; seen: Seen; officerId: string },
  now: Date,
): Promise<boolean> {
  return beginAnew(services.sql, async (tx) => {
    // People before tickets before households, as everywhere.
    const locked = await lockTicket(tx, services.secrets, { id: ticket.id })
    const [household] = await tx`select id from households where id = ${householdId} and erased_at is null for update`
    if (household === undefined) return false
    const home = await homeOf(tx, ticket.contactId)
    // Two officers at one time: the second waits for the first.
    if (home !== null) await tx`select id from contacts where id = ${home} for no key update`
    const [held] = await activeOf(tx, ticket, await personOf(tx, ticket.contactId))
    if (held?.household_id === householdId) return true
    if (held !== undefined) await undo(tx, held.id, officerId, now)
    const id = newId()
    await tx`insert into register_links (id, household_id, contact_id, ticket_id, officer_id, seen, linked_at)
      values (${id}, ${householdId}, ${home}, ${ticket.id}, ${officerId}, ${seen}, ${now})`
    const facts = { ticket: ticket.number, seen, link: id }
    await recordAudit(
      tx,
      { actorId: officerId, action: 'household-linked', subjectKind: 'household', subjectId: householdId, facts },
      now,
    )
    if (locked !== null) await takeGroups(tx, services, locked.ticket, { householdId, officerId }, now)
    return true
  })
}

/** What the newest list says of the household counts for the ticket, beside what the person said. */
async function takeGroups(
  tx: Transaction,
  services: Pick<DeskServices, 'calendars' | 'territory'>,
  ticket: Ticket,
  { householdId, officerId }: { householdId: string; officerId: string },
  now: Date,
): Promise<void> {
  const [entry] = await tx<{ groups: PriorityGroup[] }[]>`
    select priority_groups as groups from register_households
    where household_id = ${householdId} order by status_from desc, id desc limit 1`
  const listed = (entry?.groups ?? []).flatMap((group) => GROUPS_OF_TICKET[group] ?? [])
  const added = listed.filter((group) => !ticket.priorityGroups.includes(group))
  if (added.length === 0) return
  const set = { priorityGroups: [...ticket.priorityGroups, ...added] }
  await change(tx, ticket, services, { set, actor: 'officer', officerId, verb: 'register-linked' }, now)
}

/** Takes back the link of a ticket's person. False: there is none. */
export async function unlinkHousehold(
  { sql }: RegisterServices,
  ticket: TicketOfLink,
  officerId: string,
  now: Date,
): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [held] = await activeOf(tx, ticket, await personOf(tx, ticket.contactId))
    if (held === undefined) return false
    await undo(tx, held.id, officerId, now)
    const facts = { ticket: ticket.number, link: held.id }
    await recordAudit(
      tx,
      {
        actorId: officerId,
        action: 'household-unlinked',
        subjectKind: 'household',
        subjectId: held.household_id,
        facts,
      },
      now,
    )
    return true
  })
}

async function undo(tx: Transaction, id: string, officerId: string, now: Date): Promise<void> {
  await tx`update register_links set undone_at = ${now}, undone_by = ${officerId} where id = ${id} and undone_at is null`
}

/** The link in force of a ticket's person; null when no officer has seen a certificate. */
export async function linkOfTicket({ sql }: RegisterServices, ticket: TicketOfLink): Promise<Link | null> {
  const [row] = await activeOf(sql, ticket, await personOf(sql, ticket.contactId))
  return row === undefined ? null : linkOf(row)
}

/** All links of a household, also those undone, the newest first. */
export async function linksOfHousehold({ sql }: RegisterServices, householdId: string): Promise<Link[]> {
  const rows = await sql<LinkRow[]>`
    select l.*, t.number, o.name as officer_name from register_links l
    join tickets t on t.id = l.ticket_id left join officers o on o.id = l.officer_id
    where l.household_id = ${householdId} order by l.linked_at desc limit 50`
  return rows.map(linkOf)
}

function activeOf(tx: Sql | Transaction, ticket: TicketOfLink, contacts: readonly string[]) {
  const isTheirs =
    ticket.contactId === null
      ? tx`l.contact_id is null and l.ticket_id = ${ticket.id}`
      : tx`l.contact_id = any (${list(tx, [...contacts])}::uuid[])`
  return tx<LinkRow[]>`
    select l.*, t.number, o.name as officer_name from register_links l
    join tickets t on t.id = l.ticket_id left join officers o on o.id = l.officer_id
    where ${isTheirs} and l.undone_at is null order by l.linked_at desc limit 1`
}

/** All contacts of a person who joined several chats. */
async function personOf(tx: Sql | Transaction, contactId: string | null): Promise<string[]> {
  if (contactId === null) return []
  const rows = await tx<{ id: string }[]>`
    select c.id from contacts c, contacts own where own.id = ${contactId}
      and (c.id = own.id or c.person_id = own.person_id)`
  return rows.map(({ id }) => id)
}

/** The one of them under which the person is kept. */
async function homeOf(tx: Transaction, contactId: string | null): Promise<string | null> {
  if (contactId === null) return null
  const [row] = await tx<{ home: string }[]>`
    select coalesce(person_id, id) as home from contacts where id = ${contactId} and erased_at is null`
  return row?.home ?? contactId
}

function linkOf(row: LinkRow): Link {
  return {
    id: row.id,
    householdId: row.household_id,
    ticketNumber: row.number,
    officerName: row.officer_name ?? '',
    seen: row.seen as Seen,
    linkedAt: row.linked_at,
    undoneAt: row.undone_at,
  }
}
