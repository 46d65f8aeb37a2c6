import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { NoticeKind } from './notify.ts'

export interface OfficerNotice {
  id: number
  kind: NoticeKind
  at: Date
  readAt: Date | null
  ticketId: number
  ticketNumber: string
  /** The unit that answers for the ticket today: who sees the notice need not see the ticket any more. */
  unitId: string
}

export interface NoticePage {
  items: OfficerNotice[]
  /** Give it as `before` for the next page; null on the last one. */
  next: number | null
}

/** An officer's notices, the latest first. */
export async function noticesOf(
  sql: Sql,
  officerId: string,
  page: { before?: number | undefined; limit: number; unreadOnly?: boolean },
): Promise<NoticePage> {
  const before = page.before === undefined ? sql`` : sql`and n.id < ${page.before}`
  const unread = page.unreadOnly ? sql`and n.read_at is null` : sql``
  const rows = await sql<OfficerNotice[]>`
    select n.id, n.kind, n.at, n.read_at as "readAt", n.ticket_id as "ticketId", t.number as "ticketNumber",
      t.unit_id as "unitId"
    from officer_notices n join tickets t on t.id = n.ticket_id
    where n.officer_id = ${officerId} ${unread} ${before}
    order by n.id desc limit ${page.limit + 1}`
  const items = rows.slice(0, page.limit)
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** How many notices an officer has not read, counted up to `most`. */
export async function countUnread(sql: Sql, officerId: string, most = 100): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from (
      select from officer_notices where officer_id = ${officerId} and read_at is null limit ${most}) as unread`
  return Number(row?.count ?? 0)
}

/** Marks an officer's own notices as read: these, those about one ticket, or all. Returns how many were new. */
export async function markRead(
  sql: Sql | Transaction,
  officerId: string,
  which: { ids: readonly number[] } | { ticketId: number } | 'all',
  now: Date,
): Promise<number> {
  const these =
    which === 'all'
      ? sql``
      : 'ids' in which
        ? sql`and id = any (${list(sql, which.ids)}::bigint[])`
        : sql`and ticket_id = ${which.ticketId}`
  const rows = await sql`
    update officer_notices set read_at = ${now}
    where officer_id = ${officerId} and read_at is null ${these} returning 1`
  return rows.length
}

const KEPT_DAYS = 90

/** Lets go of notices that are three months old, read or not. Returns how many. */
export async function forgetNotices(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000)
  const rows = await sql`delete from officer_notices where at < ${before} returning 1`
  return rows.length
}
