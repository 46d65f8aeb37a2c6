import type { PendingQuery, Row } from 'postgres'
import { localDay } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'

/** How long things are kept. A repeat of an update is known within the first of these; channels repeat for a day at most. */
const DAYS = {
  handledUpdates: 3,
  failedUpdates: 30,
  settledDeliveries: 7,
  talkWithoutTicket: 90,
  talkWithoutConsent: 1,
  signedInOfficers: 1,
  copiesOfData: 7,
  registerLists: 30,
} as const
const ROWS_AT_ONCE = 5_000

/**
 * Removes one batch of what has had its time. The rows are named by an array, so that they are found by their keys: with
 * a plain subquery the planner reads the whole table for each batch. A session that its person takes up meanwhile stays.
 */
type Deletion = (sql: Sql, now: Date, most: number) => PendingQuery<Row[]>

const before = (now: Date, days: number) => new Date(now.getTime() - days * 86_400_000)

const deletions: Record<string, Deletion> = {
  'handled updates': (sql, now, most) => sql`
    delete from inbox where id = any (array(
      select id from inbox where handled_at < ${before(now, DAYS.handledUpdates)} limit ${most}))`,
  'failed updates': (sql, now, most) => sql`
    delete from inbox where id = any (array(
      select id from inbox where failed_at < ${before(now, DAYS.failedUpdates)} limit ${most}))`,
  'settled deliveries': (sql, now, most) => sql`
    delete from outbox where id = any (array(
      select id from outbox where settled_at < ${before(now, DAYS.settledDeliveries)} limit ${most}))`,
  'talk without ticket': (sql, now, most) => sql`
    delete from messages where id = any (array(
      select id from messages where ticket_id is null and created_at < ${before(now, DAYS.talkWithoutTicket)}
      limit ${most}))`,
  // From the people to their words: nearly all talk of the last months belongs to people who consented.
  'talk without consent': (sql, now, most) => sql`
    delete from messages where id = any (array(
      select m.id from contacts c cross join lateral (
        select id from messages where contact_id = c.id and ticket_id is null
          and created_at < ${before(now, DAYS.talkWithoutConsent)} offset 0
      ) m where c.consent_at is null and c.erased_at is null limit ${most}))`,
  'papers without ticket': (sql, now, most) => sql`
    delete from attachments where id = any (array(
      select id from attachments where ticket_id is null and created_at < ${before(now, DAYS.talkWithoutTicket)}
      limit ${most}))`,
  'papers without consent': (sql, now, most) => sql`
    delete from attachments where id = any (array(
      select a.id from contacts c cross join lateral (
        select id from attachments where contact_id = c.id and ticket_id is null
          and created_at < ${before(now, DAYS.talkWithoutConsent)} offset 0
      ) a where c.consent_at is null and c.erased_at is null limit ${most}))`,
  'screenings without ticket': (sql, now, most) => sql`
    delete from screenings where id = any (array(
      select id from screenings where ticket_id is null and created_at < ${before(now, DAYS.talkWithoutTicket)}
      limit ${most}))`,
  'screenings without consent': (sql, now, most) => sql`
    delete from screenings where id = any (array(
      select s.id from contacts c cross join lateral (
        select id from screenings where contact_id = c.id and ticket_id is null
          and created_at < ${before(now, DAYS.talkWithoutConsent)} offset 0
      ) s where c.consent_at is null and c.erased_at is null limit ${most}))`,
  'idle sessions': (sql, now, most) => sql`
    delete from sessions where contact_id = any (array(
      select contact_id from sessions
      where updated_on <= (${before(now, DAYS.talkWithoutTicket)}::timestamptz at time zone 'UTC')::date
        and updated_at < ${before(now, DAYS.talkWithoutTicket)} limit ${most} for update skip locked))`,
  'idle sessions without consent': (sql, now, most) => sql`
    delete from sessions where contact_id = any (array(
      select s.contact_id from sessions s join contacts c on c.id = s.contact_id
      where c.consent_at is null and s.updated_at < ${before(now, DAYS.talkWithoutConsent)} limit ${most}
      for update of s skip locked))`,
  'profiles past their time': (sql, now, most) => sql`
    delete from profiles where contact_id = any (array(
      select contact_id from profiles where kept_until < ${localDay(now)} limit ${most}))`,
  'profiles without consent': (sql, _, most) => sql`
    delete from profiles where contact_id = any (array(
      select p.contact_id from profiles p join contacts c on c.id = p.contact_id
      where c.consent_at is null limit ${most}))`,
  // Files of these kinds come from nobody: they were made here for the person, who has them by now.
  'copies of data': (sql, now, most) => sql`
    delete from attachments where id = any (array(
      select id from attachments where ticket_id is null and created_at < ${before(now, DAYS.copiesOfData)}
        and media_type in ('text/plain', 'application/json') limit ${most}))`,
  // The register keeps what was taken over; what a file said besides is not needed longer.
  'register lists': (sql, now, most) => sql`
    update register_imports set sealed_key = null where id = any (array(
      select id from register_imports where sealed_key is not null and created_at < ${before(now, DAYS.registerLists)}
      limit ${most}))`,
  'rows of register lists': (sql, _, most) => sql`
    delete from register_import_parts where (import_id, part) in (
      select p.import_id, p.part from register_import_parts p join register_imports i on i.id = p.import_id
      where i.sealed_key is null limit ${most})`,
  'one-time codes': (sql, now, most) => sql`
    delete from link_codes where code_hash = any (array(
      select code_hash from link_codes where expires_at < ${now} limit ${most}))`,
  'wrong one-time codes': (sql, now, most) => sql`
    delete from link_tries where scope = any (array(
      select scope from link_tries where until < ${now} limit ${most}))`,
  'sessions of officers': (sql, now, most) => sql`
    delete from officer_sessions where token_hash = any (array(
      select token_hash from officer_sessions where expires_at < ${before(now, DAYS.signedInOfficers)} limit ${most}))`,
}

interface ForgetOptions {
  log: Pick<Logger, 'error'>
  /** Rows per statement; 5,000 unless told. */
  rowsAtOnce?: number
  /** Ends it between two batches; the rest goes next time. */
  signal?: AbortSignal
}

/**
 * Deletes what has served its purpose: handled updates, settled deliveries, household profiles whose time is over, and
 * talk, papers, screenings and sessions that belong to no ticket (after a day when the person never consented). One kind
 * that cannot be deleted does not keep the others. Returns how many rows went.
 */
export async function forget(sql: Sql, now: Date, options: ForgetOptions): Promise<number> {
  const { log, rowsAtOnce = ROWS_AT_ONCE, signal } = options
  let gone = 0
  for (const [what, deletion] of Object.entries(deletions)) {
    try {
      let count = rowsAtOnce
      while (count >= rowsAtOnce && signal?.aborted !== true) {
        count = (await deletion(sql, now, rowsAtOnce)).count
        gone += count
      }
    } catch (error) {
      log.error({ err: error, what }, 'something could not be forgotten')
    }
  }
  return gone
}
