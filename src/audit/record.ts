import type { Sql, Transaction } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { audit } from './tables.ts'

export interface AuditEntry {
  /** The officer who did it; null when it was the service, or somebody who was not signed in. */
  actorId: string | null
  /** A short word such as `ticket-read`; its text for people is `audit.action.<action>`. */
  action: string
  subjectKind?: 'ticket' | 'officer' | 'unit' | 'village-list' | 'household' | 'report' | (string & {}) | null
  /** A ticket's number, else an id. */
  subjectId?: string | null
  /** Ids, codes, counts: never a name, a phone, an identity number or anybody's words. */
  facts?: Record<string, unknown>
}

/**
 * One line of who read or changed personal data, or changed the service. In a transaction it counts only when that commits.
 * What an officer does to a ticket needs no call: the database takes it over from `activity`.
 */
export async function recordAudit(sql: Sql | Transaction, entry: AuditEntry, now: Date): Promise<void> {
  const { actorId, action, subjectKind = null, subjectId = null, facts = {} } = entry
  await drizzleOn(sql).insert(audit).values({ at: now, actorId, action, subjectKind, subjectId, facts })
}
