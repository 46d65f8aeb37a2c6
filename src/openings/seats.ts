import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, gt, sql } from '../db/drizzle.ts'
import { openingInterests, openingPlacements, openings } from './tables.ts'

/** Writes down that the person of a ticket would like an opening. False: it stood there already. */
export async function addInterest(
  tx: Transaction,
  interest: { ticketId: number; openingId: string },
  now: Date,
): Promise<boolean> {
  const rows = await drizzleOn(tx)
    .insert(openingInterests)
    .values({ ...interest, at: now })
    .onConflictDoNothing()
    .returning({ openingId: openingInterests.openingId })
  return rows.length > 0
}

/**
 * Gives a seat to the person of a ticket; one who had another gives that back. Of two who want the last one, one gets
 * `full`; one that was withdrawn or has lapsed is `over`. The caller holds the ticket's lock.
 */
export async function takeSeat(
  tx: Transaction,
  { ticketId, openingId }: { ticketId: number; openingId: string },
  now: Date,
): Promise<'taken' | 'full' | 'over' | 'unknown'> {
  const drizzle = drizzleOn(tx)
  const goesOn = sql<boolean>`(${openings.withdrawnAt} is null and ${openings.applyBy} >= ${localDay(now)})`
  const [taken] = await drizzle
    .update(openings)
    .set({ seatsTaken: sql`${openings.seatsTaken} + 1` })
    .where(and(eq(openings.id, openingId), gt(openings.seats, openings.seatsTaken), goesOn))
    .returning({ id: openings.id })
  if (!taken) {
    const [known] = await drizzle.select({ goesOn }).from(openings).where(eq(openings.id, openingId))
    if (!known) return 'unknown'
    return known.goesOn ? 'full' : 'over'
  }
  await giveSeatBack(tx, ticketId)
  await drizzle.insert(openingPlacements).values({ ticketId, openingId, at: now })
  return 'taken'
}

/** What the person of a ticket would like stands on the ticket in which that one goes on. */
export async function moveInterests(tx: Transaction, from: number, to: number): Promise<void> {
  await tx`insert into opening_interests (ticket_id, opening_id, at)
    select ${to}, opening_id, at from opening_interests where ticket_id = ${from} on conflict do nothing`
  await drizzleOn(tx).delete(openingInterests).where(eq(openingInterests.ticketId, from))
}

/** The ticket is at work again, or ended otherwise: its seat is free for somebody else. */
export async function giveSeatBack(tx: Transaction, ticketId: number): Promise<void> {
  const drizzle = drizzleOn(tx)
  const [had] = await drizzle
    .delete(openingPlacements)
    .where(eq(openingPlacements.ticketId, ticketId))
    .returning({ openingId: openingPlacements.openingId })
  if (!had) return
  await drizzle
    .update(openings)
    .set({ seatsTaken: sql`${openings.seatsTaken} - 1` })
    .where(eq(openings.id, had.openingId))
}
