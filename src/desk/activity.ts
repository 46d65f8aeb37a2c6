import type { Sql, Transaction } from '../db/client.ts'
import { and, asc, drizzleOn, eq, gt } from '../db/drizzle.ts'
import { officers } from '../officers/tables.ts'
import type { Ticket } from './locked-ticket.ts'
import { activity, tickets } from './tables.ts'
import { nextPromise, pauseAfter } from './ticket.ts'
import type { WorkingCalendar } from './working-time.ts'

/** One line of who did what. Facts hold no words of people: only ids, codes and numbers of messages. */
export interface ActivityLine {
  seq: number
  at: Date
  actor: 'citizen' | 'bot' | 'officer' | 'system'
  verb: string
  officer: { id: string; name: string } | null
  facts: Record<string, unknown>
}

export interface Change {
  /** What becomes of the ticket; deadline and pause follow from it by themselves. */
  set: Partial<Omit<Ticket, 'id' | 'lastSeq' | 'promise' | 'dueAt' | 'pausedAt' | 'pausedMinutes'>>
  actor: ActivityLine['actor']
  officerId?: string | null
  verb: string
  facts?: Record<string, unknown>
}

/**
 * The only way in which a ticket changes after it was filed: the row, its deadline and one line of activity together.
 * The caller holds the ticket's lock.
 */
export async function change(
  tx: Transaction,
  ticket: Ticket,
  calendar: WorkingCalendar,
  made: Change,
  now: Date,
): Promise<Ticket> {
  const status = made.set.status ?? ticket.status
  const moved = { ...made.set, ...pauseAfter(ticket, status, now, calendar) }
  const columns = { ...moved, ...nextPromise({ ...ticket, ...moved }, calendar), lastSeq: ticket.lastSeq + 1 }
  const after: Ticket = { ...ticket, ...columns }
  const drizzle = drizzleOn(tx)
  await Promise.all([
    drizzle.update(tickets).set(columns).where(eq(tickets.id, ticket.id)),
    drizzle.insert(activity).values({
      ticketId: ticket.id,
      seq: after.lastSeq,
      at: now,
      actor: made.actor,
      officerId: made.officerId ?? null,
      verb: made.verb,
      facts: made.facts ?? {},
    }),
  ])
  return after
}

/** Activity after `seen`, oldest first; 0 for all. */
export async function activitySince(sql: Sql | Transaction, ticketId: number, seen: number): Promise<ActivityLine[]> {
  const rows = await drizzleOn(sql)
    .select({
      seq: activity.seq,
      at: activity.at,
      actor: activity.actor,
      verb: activity.verb,
      facts: activity.facts,
      officerId: activity.officerId,
      officerName: officers.name,
    })
    .from(activity)
    .leftJoin(officers, eq(officers.id, activity.officerId))
    .where(and(eq(activity.ticketId, ticketId), gt(activity.seq, seen)))
    .orderBy(asc(activity.seq))
  return rows.map(({ officerId, officerName, ...row }) => ({
    ...row,
    actor: row.actor as ActivityLine['actor'],
    facts: row.facts as Record<string, unknown>,
    officer: officerId === null ? null : { id: officerId, name: officerName ?? '' },
  }))
}
