/** What a channel or a person says of a message that left: it arrived, it was looked at, or somebody asked. */
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'

export interface BroadcastReceipt {
  channel: string
  account: string
  /** Null: the channel does not say whose message it was. */
  addressHash: Buffer | null
  /** The channel's ids of messages; of other messages than ours, too. */
  messageIds: readonly string[]
  isSeen: boolean
  at: Date
}

/** A receipt may come before the answer to the send, and of what was lost it is all that comes. */
const EARLY_SECONDS = 15
/** The answer to a send and its receipt lie no further apart. */
const CALL_MINUTES = 10
const KEPT_HOURS = 24

/** Confirms what the receipt is about; keeps it for a while when that is not known yet. May come twice, in any order. */
export async function noteBroadcastReceipt(sql: Sql, receipt: BroadcastReceipt): Promise<void> {
  const { channel, account, addressHash, messageIds, isSeen, at } = receipt
  if (messageIds.length === 0) return
  await sql`
    with person as (
      select id from contacts
      where channel = ${channel} and account = ${account} and address_hash = ${addressHash}
    ), ids as (
      select unnest(${list(sql, messageIds)}::text[]) as external_id
    ), confirmed as (
      update broadcast_recipients r set state = case when r.state in ('sent', 'uncertain') then 'confirmed' else r.state end,
        read_at = case when ${isSeen} then coalesce(r.read_at, ${at}) else r.read_at end
      from ids
      where r.channel = ${channel} and r.external_id = ids.external_id
        and (${addressHash === null} or r.contact_id in (select id from person))
        and (r.state in ('sent', 'uncertain') or ${isSeen} and r.read_at is null)
      returning r.external_id
    )
    insert into broadcast_receipts as e (channel, external_id, contact_id, received_at, seen_at, noted_at)
    select ${channel}, ids.external_id, person.id, ${at}, case when ${isSeen} then ${at}::timestamptz end, clock_timestamp()
    from ids, person
    where not exists (
        select from broadcast_recipients r
        where r.channel = ${channel} and r.external_id = ids.external_id and r.contact_id = person.id)
      and exists (select from broadcast_recipients r where r.contact_id = person.id
        and (r.state = 'sending' or r.state = 'uncertain' and r.external_id is null))
    on conflict (channel, external_id) do update set seen_at = coalesce(e.seen_at, excluded.seen_at)`
}

/**
 * Receipts of messages whose id nobody wrote down: its sender died before the answer came. One is believed when the
 * person has a single message of unknown outcome, the receipt came just then, and nothing else that left then could be
 * meant.
 */
export async function applyReceipts(sql: Sql): Promise<void> {
  await sql`
    with due as materialized (
      select e.* from broadcast_receipts e where e.noted_at < clock_timestamp() - make_interval(secs => ${EARLY_SECONDS})
    ), meant as (
      select due.*, r.broadcast_id from due join broadcast_recipients r on r.contact_id = due.contact_id
      where r.state = 'uncertain' and r.external_id is null and r.channel = due.channel
        and due.received_at between r.sent_at - interval '5 seconds' and r.sent_at + make_interval(mins => ${CALL_MINUTES})
        and not exists (select from messages m where m.contact_id = due.contact_id and m.external_id = due.external_id)
        and not exists (select from paid_notices n where n.channel = due.channel and n.external_id = due.external_id)
        and not exists (
          select from outbox o where o.contact_id = due.contact_id
            and o.created_at > r.sent_at - make_interval(mins => ${CALL_MINUTES})
            and o.created_at < r.sent_at + make_interval(mins => ${CALL_MINUTES})
            and (o.attempts > 1 or o.state <> 'delivered'))
        and not exists (
          select from broadcast_recipients o where o.contact_id = r.contact_id and o.broadcast_id <> r.broadcast_id
            and (o.state = 'sending' or o.state = 'uncertain' and o.external_id is null))
    ), one as (
      select distinct on (broadcast_id, contact_id) * from meant order by broadcast_id, contact_id, received_at
    ), confirmed as (
      update broadcast_recipients r set state = 'confirmed', external_id = one.external_id, reason = null,
        read_at = coalesce(r.read_at, one.seen_at)
      from one where r.broadcast_id = one.broadcast_id and r.contact_id = one.contact_id and r.state = 'uncertain'
    )
    delete from broadcast_receipts e using one where e.channel = one.channel and e.external_id = one.external_id`
  await sql`delete from broadcast_receipts where noted_at < clock_timestamp() - make_interval(hours => ${KEPT_HOURS})`
}

/** `arrived`: the person said so. `visit`: they know nothing of it and are told in person. `again`: sent once more. */
export type Settlement = 'arrived' | 'visit' | 'again'

/** Somebody found out what became of a send of unknown outcome. False: it was not unknown any more. */
export async function settleUncertain(
  tx: Transaction,
  { broadcastId, contactId }: { broadcastId: string; contactId: string },
  as: Settlement,
  now: Date,
): Promise<boolean> {
  const state = { arrived: 'confirmed', visit: 'visit', again: 'waiting' }[as]
  const isOver = as !== 'again'
  const rows = await tx`
    update broadcast_recipients r set state = ${state}, reason = case when ${isOver} then 'officer' end,
      settled_at = case when ${isOver} then ${now}::timestamptz end, not_before = ${now},
      sent_at = case when ${as === 'arrived'} then r.sent_at end
    from broadcasts b
    where r.broadcast_id = ${broadcastId} and r.contact_id = ${contactId} and r.state = 'uncertain' and b.id = r.broadcast_id
      and (${isOver} or b.status in ('sending', 'paused'))`
  return rows.count > 0
}
