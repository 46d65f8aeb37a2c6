import type { Transaction } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { readTicketRow, type Ticket } from '../desk/locked-ticket.ts'
import type { DeskServices } from '../desk/services.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue, isTakenFrom, mayDo, type Standing, statusAfter } from '../desk/ticket.ts'
import type { Language } from '../i18n.ts'
import { contactsOfPerson, MoreLocksNeeded } from '../messaging/person.ts'
import { hasRole, type Officer, standingOf } from '../officers/permissions.ts'
import type { Key } from '../secrets.ts'
import type { Deed } from './deed.ts'

/** One officer's update in the hand of the transaction that holds their chat. */
export interface Hand {
  tx: Transaction
  desk: DeskServices
  officer: Officer
  contact: { id: string; key: Key; channel: string; account: string }
  /** Ids of the contacts whose rows are held, the chat's own included. */
  held: readonly string[]
  language: Language
  now: Date
}

export function say(
  { desk, language }: Pick<Hand, 'desk' | 'language'>,
  key: string,
  values?: Record<string, unknown>,
): string {
  return desk.texts.text(language, `officer_chat.${key}`, values)
}

export interface FoundTicket {
  ticket: Ticket
  standing: Standing
}

/** A ticket that the officer may see; null for any other, whether there is one or not. */
export async function findTicket(
  { tx, officer, now }: Pick<Hand, 'tx' | 'officer' | 'now'>,
  number: string,
): Promise<FoundTicket | null> {
  const [row] = await drizzleOn(tx).select().from(tickets).where(eq(tickets.number, number))
  if (row === undefined) return null
  const ticket = readTicketRow(row)
  const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
  return standing === null || standing === 'reads-only' ? null : { ticket, standing }
}

/** In the order in which they are offered: what moves the work on comes first. */
const OFFERED_VERBS = [
  'accept',
  'claim',
  'reply',
  'ask',
  'resolve',
  'return',
  'hand-off',
  'note',
  'reopen',
  'release',
] as const satisfies readonly Deed['verb'][]
export type OfferedVerb = (typeof OFFERED_VERBS)[number]

/** What the officer can do with the ticket now; the desk decides again when it is done. */
export function possibleVerbs(officer: Officer, { ticket, standing }: FoundTicket): OfferedVerb[] {
  const isNamed = ticket.offeredOfficerId === officer.id
  return OFFERED_VERBS.filter((verb) => {
    if (statusAfter(verb, ticket.status) === null) return false
    if (!mayDo(verb, standing, isNamed, hasRole(officer, 'head_of_unit'))) return false
    if (isTakenFrom(verb, ticket, officer.id, standing)) return false
    if (verb === 'return') return ticket.offeredUnitId !== null
    if (verb !== 'accept') return true
    return ticket.offeredUnitId !== null && (ticket.offeredOfficerId === null || isNamed || standing === 'over-all')
  })
}

/**
 * Makes sure that the citizen's contacts are held before the ticket is touched: all rows of contacts are taken in one
 * order, so that two officers who are each other's citizens never wait for each other.
 */
export async function holdCitizen({ tx, held }: Pick<Hand, 'tx' | 'held'>, number: string): Promise<void> {
  const ids = await citizensOf(tx, number)
  if (ids.some((id) => !held.includes(id))) throw new MoreLocksNeeded(ids)
}

/** All contacts of the person whose ticket it is. */
export async function citizensOf(tx: Transaction, number: string): Promise<string[]> {
  const [row] = await tx<{ contact_id: string; person_id: string | null }[]>`
    select c.id as contact_id, c.person_id from tickets t join contacts c on c.id = t.contact_id where t.number = ${number}`
  if (row === undefined) return []
  return row.person_id === null ? [row.contact_id] : contactsOfPerson(tx, row.person_id)
}
