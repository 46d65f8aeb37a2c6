import { z } from 'zod'
import type { Transaction } from '../db/client.ts'
import { and, desc, drizzleOn, eq, gte, inArray, isNull, ne, or, sql } from '../db/drizzle.ts'
import { type Key, openJson } from '../secrets.ts'
import { type Resolution, resolutionSchema } from './services.ts'
import { activity, ticketActions, tickets } from './tables.ts'
import type { TicketStatus } from './ticket.ts'
import { TICKET_EFFECTS, type TicketEffect } from './ticket-actions.ts'

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
  /** Papers that an officer asked for and that have not been sent here; empty once the ticket is finished. */
  missingPapers: string[]
  /** When the person said that the matter is settled. */
  confirmedAt: Date | null
  /** What came of it, in the officer's words; null while it is not finished. */
  outcome(): (Resolution & { result: string }) | null
}

const DAYS_SHOWN_AFTER_CLOSING = 30
/** Papers that a ticket waits for, by the names that its officer gave them. */
export const papersSchema = z.array(z.string())

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
    .where(
      and(
        inArray(tickets.contactId, ids),
        isNull(tickets.mergedInto),
        or(ne(tickets.status, 'closed'), gte(tickets.closedAt, since)),
      ),
    )
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
    missingPapers: isFinished(ticket) ? [] : papersOf(ticket, keys.get(ticket.contactId ?? '')),
    confirmedAt: ticket.confirmedAt,
    outcome: () => outcomeOf(ticket, keys.get(ticket.contactId ?? '')),
  }))
}

function papersOf({ sealedPapers }: { sealedPapers: Buffer | null }, key: Key | undefined): string[] {
  return sealedPapers === null || key === undefined ? [] : papersSchema.parse(openJson(key, sealedPapers))
}

function isFinished({ status }: { status: string }): boolean {
  return status === 'resolved' || status === 'closed'
}

function outcomeOf(
  { result, sealedResolution }: { result: string | null; sealedResolution: Buffer | null },
  key: Key | undefined,
): (Resolution & { result: string }) | null {
  if (result === null || sealedResolution === null || key === undefined) return null
  return { ...resolutionSchema.parse(openJson(key, sealedResolution)), result }
}

export interface TakenAction {
  effect: TicketEffect
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
  const effect = TICKET_EFFECTS.find((known) => known === row?.effect)
  return row && effect ? { ...row, effect } : null
}
