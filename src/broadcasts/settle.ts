import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { RecipientResult } from './delivery-result.ts'

export interface SettledRecipient extends RecipientResult {
  broadcastId: string
  contactId: string
  attempts: number
  /** In đồng; null while it is not known. */
  cost: number | null
  /** What the person was told, sealed; goes to their talk when it may have reached them. */
  sealedBody: Buffer | null
}

/** Attempts are counted together for so long. */
export const ATTEMPTS_STEP_SECONDS = 10

/**
 * Writes down what came of attempts, shows what was said in the person's talk, and counts attempts for the watch over
 * errors. A result that comes after the row was given up for uncertain is believed; one of an older attempt is not.
 */
export async function settleRecipients(sql: Sql, results: readonly SettledRecipient[], now: Date): Promise<void> {
  if (results.length === 0) return
  // One order for all who settle, so that nobody waits for anybody in a circle.
  const inOrder = results.toSorted((one, other) => (one.contactId < other.contactId ? -1 : 1))
  const column = (of: (result: SettledRecipient) => string | number | Date | Uint8Array | null) =>
    list(sql, inOrder.map(of))
  await sql`
    with given as materialized (
      select * from unnest(
        ${column(({ broadcastId }) => broadcastId)}::uuid[], ${column(({ contactId }) => contactId)}::uuid[],
        ${column(({ attempts }) => attempts)}::int[], ${column(({ state }) => state)}::text[],
        ${column(({ reason }) => reason)}::text[], ${column(({ notBefore }) => notBefore)}::timestamptz[],
        ${column(({ externalId }) => externalId)}::text[], ${column(({ mayHaveLeft }) => (mayHaveLeft ? 1 : 0))}::int[],
        ${column(({ counts }) => (counts ? 0 : 1))}::int[], ${column(({ partsSent }) => partsSent)}::int[],
        ${column(({ health }) => health)}::text[], ${column(({ cost }) => cost)}::int[],
        ${column(({ sealedBody }) => sealedBody)}::bytea[]
      ) as g(broadcast_id, contact_id, attempts, state, reason, not_before, external_id, may_have_left, refund, parts_sent,
        health, cost, body)
    ), held as materialized (
      select r.broadcast_id, r.contact_id, r.state as before, b.status = 'done' as is_done,
        num_nonnulls(r.tapped_at, r.replied_at) > 0 as is_answered
      from given g join broadcasts b on b.id = g.broadcast_id join broadcast_recipients r on r.broadcast_id = g.broadcast_id and r.contact_id = g.contact_id
      where r.attempts = g.attempts and r.message_id is null
        and (r.state in ('sending', 'uncertain') or r.state = 'confirmed' and r.external_id is null)
      order by r.contact_id for update of r
    ), said as (
      insert into messages (contact_id, author, sealed_body, external_id, created_at)
      select g.contact_id, 'bot', g.body, g.external_id, ${now}::timestamptz
      from given g join held h using (broadcast_id, contact_id)
      where g.may_have_left = 1 and g.body is not null and exists (select from contacts c where c.id = g.contact_id)
      returning id, contact_id
    ), early as (
      delete from broadcast_receipts e using given g
      where e.external_id = g.external_id and e.contact_id = g.contact_id returning e.contact_id, e.seen_at
    ), settled as (
      update broadcast_recipients r set
        state = case when h.before = 'confirmed' then 'confirmed'
          when g.state in ('sent', 'uncertain') and (early.contact_id is not null or h.is_answered) then 'confirmed'
          -- Nobody tries it any more: its last try was given up for uncertain, and the message is done.
          when g.state = 'waiting' and h.is_done then 'refused'
          else g.state end,
        reason = g.reason, not_before = coalesce(g.not_before, r.not_before), lease_until = null,
        external_id = coalesce(g.external_id, r.external_id), attempts = r.attempts - g.refund,
        parts_sent = coalesce(g.parts_sent, r.parts_sent), cost = coalesce(g.cost, r.cost), message_id = said.id,
        read_at = coalesce(r.read_at, early.seen_at),
        sent_at = case when g.may_have_left = 1 or h.before = 'confirmed' then r.sent_at end,
        settled_at = case when g.state = 'waiting' then null else ${now}::timestamptz end
      from given g join held h using (broadcast_id, contact_id) left join said using (contact_id)
        left join early using (contact_id)
      where r.broadcast_id = g.broadcast_id and r.contact_id = g.contact_id
    )
    insert into broadcast_attempts as a (broadcast_id, counted_from, good, bad, reason)
    select broadcast_id, date_bin(make_interval(secs => ${ATTEMPTS_STEP_SECONDS}), ${now}::timestamptz, 'epoch'),
      count(*) filter (where health = 'good'), count(*) filter (where health = 'bad'),
      max(reason) filter (where health = 'bad')
    from given where health is not null group by 1 order by 1
    on conflict (broadcast_id, counted_from) do update
    set good = a.good + excluded.good, bad = a.bad + excluded.bad, reason = coalesce(excluded.reason, a.reason)`
}
