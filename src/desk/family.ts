import type { Sql, Transaction } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { tickets } from './tables.ts'

/** The ticket and the duplicates that go on in it: their words, papers and answers stand together. */
export async function familyOf(sql: Sql | Transaction, ticketId: number): Promise<number[]> {
  const rows = await drizzleOn(sql).select({ id: tickets.id }).from(tickets).where(eq(tickets.mergedInto, ticketId))
  return [ticketId, ...rows.map(({ id }) => id)]
}
