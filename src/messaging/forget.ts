import type { Sql } from '../db/client.ts'

/** How long things are kept. A repeat of an update is known within the first of these; channels repeat for a day at most. */
const DAYS = {
  handledUpdates: 3,
  settledDeliveries: 7,
  talkWithoutTicket: 90,
  talkWithoutConsent: 1,
  signedInOfficers: 1,
} as const
const ROWS_AT_ONCE = 5_000

const before = (now: Date, days: number) => new Date(now.getTime() - days * 86_400_000)

/**
 * Deletes what has served its purpose: handled updates, settled deliveries, and talk that belongs to no ticket (after a
 * day when the person never consented). Returns how many rows went.
 */
export async function forget(sql: Sql, now: Date): Promise<number> {
  const deletions = [
    sql`delete from inbox where id in (select id from inbox where handled_at < ${before(now, DAYS.handledUpdates)} limit ${ROWS_AT_ONCE})`,
    sql`delete from outbox where id in (select id from outbox where settled_at < ${before(now, DAYS.settledDeliveries)} limit ${ROWS_AT_ONCE})`,
    sql`delete from messages where id in (
      select id from messages where ticket_id is null and created_at < ${before(now, DAYS.talkWithoutTicket)} limit ${ROWS_AT_ONCE})`,
    sql`delete from messages where id in (
      select m.id from messages m join contacts c on c.id = m.contact_id
      where m.ticket_id is null and c.consent_at is null and m.created_at < ${before(now, DAYS.talkWithoutConsent)} limit ${ROWS_AT_ONCE})`,
    sql`delete from attachments where id in (
      select id from attachments where ticket_id is null and created_at < ${before(now, DAYS.talkWithoutTicket)} limit ${ROWS_AT_ONCE})`,
    sql`delete from officer_sessions where expires_at < ${before(now, DAYS.signedInOfficers)}`,
  ]
  let gone = 0
  for (const deletion of deletions) gone += (await deletion).count
  return gone
}
