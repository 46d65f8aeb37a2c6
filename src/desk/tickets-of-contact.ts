import { z } from 'zod'
import type { Transaction } from '../db/client.ts'
import { and, desc, drizzleOn, eq, gte, inArray, ne, or, sql } from '../db/drizzle.ts'
import { type Key, openJson } from '../secrets.ts'
import { activity, ticketActions, tickets } from './tables.ts'
import type { TicketStatus } from './ticket.ts'

export interface TicketOfContact {
  id: number
  number: string
  topic: string
  status: TicketStatus
  urgent: boolean
  unitId: string
  dueAt: Date | null
  spokenAt: Date
  /** Whether an officer has said anything to the citizen. */
  officerSpoke: boolean
  /** Papers that the office waits for; empty unless the ticket is pending. */
  missingPapers: string[]
}

const DAYS_SHOWN_AFTER_CLOSING = 30
const papersSchema = z.array(z.string())

/**
 * A person's tickets, whichever of their contacts filed them: those not closed, and those closed in the last 30 days, the
 * one last spoken about first.
 */
export async function ticketsOfPerson(
  tx: Transaction,
  people: readonly { id: string; key: Key }[],
  now: Date,
): Promise<TicketOfContact[]> {
  const since = new Date(now.getTime() - DAYS_SHOWN_AFTER_CLOSING * 86_400_000)
  const keys = new Map(people.map(({ id, key }) => [id, key]))
  const ids = [...keys.keys()]
  const officerSpoke = sql<boolean>`exists (select from ${activity} where ${activity.ticketId} = ${tickets.id}
    and ${activity.actor} = 'officer' and ${activity.verb} in ('reply', 'ask', 'resolve'))`
  const rows = await drizzleOn(tx)
    .select({ ticket: tickets, officerSpoke })
    .from(tickets)
    .where(and(inArray(tickets.contactId, ids), or(ne(tickets.status, 'closed'), gte(tickets.closedAt, since))))
    .orderBy(desc(tickets.spokenAt), desc(tickets.id))
  return rows.map(({ ticket, officerSpoke }) => ({
    id: ticket.id,
    number: ticket.number,
    topic: ticket.topic,
    status: ticket.status as TicketStatus,
    urgent: ticket.urgent,
    unitId: ticket.unitId,
    dueAt: ticket.dueAt,
    spokenAt: ticket.spokenAt,
    officerSpoke,
    missingPapers: ticket.status === 'pending' ? papersOf(ticket, keys.get(ticket.contactId ?? '')) : [],
  }))
}

function papersOf({ sealedPapers }: { sealedPapers: Buffer | null }, key: Key | undefined): string[] {
  return sealedPapers === null || key === undefined ? [] : papersSchema.parse(openJson(key, sealedPapers))
}

export interface TakenAction {
  effect: 'confirm_resolved' | 'reopen'
  ticketId: number
  number: string
}

/**
 * What a button under a desk's message means; null when it is none of this person's. The button stays: whether it still
 * changes anything depends on the ticket alone.
 */
export async function takeAction(tx: Transaction, contactId: string, actionId: string): Promise<TakenAction | null> {
  const [row] = await drizzleOn(tx)
    .select({ effect: ticketActions.effect, ticketId: tickets.id, number: tickets.number })
    .from(ticketActions)
    .innerJoin(tickets, eq(tickets.id, ticketActions.ticketId))
    .where(and(eq(ticketActions.id, actionId), eq(ticketActions.contactId, contactId)))
  return row ? { ...row, effect: row.effect === 'reopen' ? 'reopen' : 'confirm_resolved' } : null
}
