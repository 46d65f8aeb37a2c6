import type { Sql } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { audit } from './tables.ts'

/** Records that an officer read personal data. `what` names the kind of thing, never what it held. */
export async function recordRead(
  sql: Sql,
  read: { officerId: string; what: 'ticket' | 'ticket-list' | 'attachment'; ticketNumber: string | null },
  now: Date,
): Promise<void> {
  await drizzleOn(sql)
    .insert(audit)
    .values({ at: now, ...read })
}
