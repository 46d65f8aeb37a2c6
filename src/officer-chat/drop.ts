import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { OfficerChatRules } from './rules.ts'

/** Words of the desk that have not left are not sent any more; one in the middle of a call cannot be called back. */
export async function dropDeskMessages(tx: Sql | Transaction, contactIds: readonly string[], now: Date): Promise<void> {
  const isOnItsWay = tx`coalesce(lease_until > clock_timestamp(), false)`
  await tx`update outbox set withdrawn_at = ${now}, state = case when ${isOnItsWay} then state else 'dropped' end,
      settled_at = case when ${isOnItsWay} then settled_at else ${now}::timestamptz end
    where contact_id = any (${list(tx, contactIds)}::uuid[]) and state = 'waiting' and author = 'desk'`
}

const ACTIONS_KEPT_DAYS = 30
const CHATS_KEPT_DAYS = 90
const ROWS_AT_ONCE = 5_000

/**
 * Lets go of what officers' chats need no longer: what was delivered (it may hold what a citizen said, under the key of
 * somebody else), news too old to be news, what waits for chats whose officer may not see it any more, and old buttons.
 */
export async function forgetDeskMessages(sql: Sql, rules: OfficerChatRules, now: Date): Promise<number> {
  const before = (ms: number) => new Date(now.getTime() - ms)
  const barred = await sql<{ id: string }[]>`
    select distinct o.contact_id as id from outbox o
    left join officer_contacts l on l.contact_id = o.contact_id
    left join officers f on f.id = l.officer_id
    where o.state = 'waiting' and o.author = 'desk' and (f.id is null or f.disabled_at is not null)`
  if (barred.length > 0)
    await dropDeskMessages(
      sql,
      barred.map(({ id }) => id),
      now,
    )
  await sql`update outbox set state = 'dropped', settled_at = ${now}
    where state = 'waiting' and author = 'desk' and created_at < ${before(rules.newsKeptHours * 3_600_000)}
      and (lease_until is null or lease_until < clock_timestamp())`
  const gone = await sql`
    delete from messages where id = any (array(
      select m.id from messages m where m.author = 'desk' and not exists (
        select from outbox o where o.contact_id = m.contact_id and o.message_id = m.id
          and o.state in ('waiting', 'parked', 'uncertain'))
      limit ${ROWS_AT_ONCE}))`
  await sql`delete from officer_chat_actions where created_at < ${before(ACTIONS_KEPT_DAYS * 86_400_000)}`
  await sql`delete from officer_digests where day < ${before(ACTIONS_KEPT_DAYS * 86_400_000)}::date`
  await sql`delete from officer_chats where used_at < ${before(CHATS_KEPT_DAYS * 86_400_000)}`
  return gone.count
}
