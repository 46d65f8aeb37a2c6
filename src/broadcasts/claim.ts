/**
 * Takes people from the line of a message, for one account of a channel. What may have changed since the audience was
 * frozen is looked at in the transaction that takes them: a person's opt-out, an officer who talks with them, the
 * message's own status. Whoever may not be written to any more leaves the line here.
 */
import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'

export interface ClaimedRecipient {
  contactId: string
  language: string
  sealedKey: Buffer
  sealedAddress: Buffer
  /** A number of its own among all messages that leave. */
  deliveryId: number
  /** This one included; tells a late result from the one that is expected. */
  attempts: number
  partsSent: number
}

export interface RecipientClaim {
  broadcastId: string
  channel: string
  account: string
  room: number
  /** Messages that one person gets in seven days, of the kind of this one. */
  weeklyLimit: number
  now: Date
  leaseMs: number
}

/** A killed process leaves what it had in hand for others to notice after so long. */
export const RECIPIENT_LEASE_MS = 5_000
/** A talk that somebody else holds is looked at again after so long. */
const BUSY_SECONDS = 20

/** `looked`: how many stood first in line, whether they may be written to or not. */
export async function claimRecipients(
  sql: Sql,
  { broadcastId, channel, account, room, weeklyLimit, now, leaseMs }: RecipientClaim,
): Promise<{ looked: number; claimed: ClaimedRecipient[] }> {
  return sql.begin(async (tx) => {
    // The person's rows are locked, so that whoever is told "no more messages" or taken over meanwhile is either seen to
    // be so by the next statement, or waits for it. Those who are busy now come a moment later.
    const first = await tx<{ contact_id: string }[]>`
      select r.contact_id from broadcast_recipients r
        join contacts c on c.id = r.contact_id join contacts home on home.id = coalesce(c.person_id, c.id)
      where r.broadcast_id = ${broadcastId} and r.channel = ${channel} and r.account = ${account}
        and r.state = 'waiting' and r.not_before <= ${now}
      order by r.not_before, r.contact_id limit ${room}
      for update of r skip locked for no key update of c, home skip locked`
    if (first.length === 0) return { looked: 0, claimed: [] }
    const ids = list(
      tx,
      first.map(({ contact_id: id }) => id),
    )
    const claimed = await tx<ClaimedRecipient[]>`
      with line as materialized (
        select r.broadcast_id, r.contact_id, b.status, b.kind, b.topic, b.corrects, b.not_after, c.*,
          coalesce(c.person_id, c.id) as home,
          row_number() over (partition by coalesce(c.person_id, c.id) order by c.id) as place
        from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id join contacts c on c.id = r.contact_id
        where r.broadcast_id = ${broadcastId} and r.contact_id = any (${ids}::uuid[])
      ), told as materialized (
        -- The same person on another channel: joined after the audience was frozen.
        select l.contact_id, bool_or(o.state = 'sending') as now, bool_or(o.state in ('sent', 'confirmed', 'uncertain', 'visited')) as before
        from line l join contacts c on c.person_id = l.person_id and c.id <> l.contact_id
          join broadcast_recipients o on o.broadcast_id = l.broadcast_id and o.contact_id = c.id
        group by 1
      ), verdict as materialized (
        select l.contact_id, case
          when l.status <> 'sending' then 'leave'
          when l.not_after <= ${now} then 'expired'
          when l.erased_at is not null or l.sealed_key is null then 'erased'
          when l.all_stopped_at is not null or l.kind = 'information' and l.information_stopped_at is not null
            then 'opted-out'
          when l.consent_at is null then 'no-consent'
          when coalesce(t.before, false) then 'same-person'
          when l.kind = 'information' and l.corrects is null and not exists (
            select from subscriptions s where s.contact_id = l.home and s.topic = l.topic) then 'not-subscribed'
          when coalesce(t.now, false) or l.place > 1 then 'busy'
          when l.unreachable_at is not null then 'unreachable'
          when l.corrects is null and (
            select count(*) from (select l.contact_id as id union select id from contacts where person_id = l.person_id) own
              join broadcast_recipients o on o.contact_id = own.id and o.sent_at > ${now}::timestamptz - interval '7 days'
              join broadcasts b on b.id = o.broadcast_id and b.kind = l.kind and b.id <> l.broadcast_id
          ) >= ${weeklyLimit} then 'weekly-limit'
          when l.talk_ticket_id is not null
            or exists (select from outbox o where o.contact_id = l.contact_id and o.state = 'waiting' and o.priority = 0)
            or exists (select from broadcast_recipients o where o.contact_id = l.contact_id and o.state = 'sending')
            then 'busy'
          else 'go' end as says
        from line l left join told t using (contact_id)
      ), taken as (
        update broadcast_recipients r set
          state = case v.says when 'go' then 'sending' when 'busy' then 'waiting' when 'unreachable' then 'visit'
            when 'expired' then 'expired' else 'stopped' end,
          reason = case when v.says in ('go', 'busy', 'expired') then null else v.says end,
          not_before = case v.says when 'busy' then ${now}::timestamptz + make_interval(secs => ${BUSY_SECONDS}) else r.not_before end,
          lease_until = case v.says when 'go' then clock_timestamp() + make_interval(secs => ${leaseMs / 1_000}) end,
          attempts = r.attempts + case v.says when 'go' then 1 else 0 end,
          sent_at = case v.says when 'go' then ${now}::timestamptz end,
          settled_at = case when v.says in ('go', 'busy') then null else ${now}::timestamptz end
        from verdict v
        where r.broadcast_id = ${broadcastId} and r.contact_id = v.contact_id and r.state = 'waiting' and v.says <> 'leave'
        returning r.contact_id, r.state, r.attempts, r.parts_sent
      )
      select t.contact_id as "contactId", l.language, l.sealed_key as "sealedKey", l.sealed_address as "sealedAddress",
        t.attempts, t.parts_sent as "partsSent",
        nextval(pg_get_serial_sequence('outbox', 'id')) as "deliveryId"
      from taken t join line l using (contact_id) where t.state = 'sending'`
    return { looked: first.length, claimed: [...claimed] }
  })
}

/** Keeps what is still on its way from being taken for lost. */
export async function renewRecipients(
  sql: Sql,
  inHand: readonly { broadcastId: string; contactId: string }[],
  leaseMs: number,
): Promise<void> {
  if (inHand.length === 0) return
  const broadcastIds = list(
    sql,
    inHand.map(({ broadcastId }) => broadcastId),
  )
  const contactIds = list(
    sql,
    inHand.map(({ contactId }) => contactId),
  )
  await sql`
    with held as (
      select r.broadcast_id, r.contact_id
      from unnest(${broadcastIds}::uuid[], ${contactIds}::uuid[]) as h(broadcast_id, contact_id)
        join broadcast_recipients r on r.broadcast_id = h.broadcast_id and r.contact_id = h.contact_id
      where r.state = 'sending' for update of r skip locked
    )
    update broadcast_recipients r set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    from held where r.broadcast_id = held.broadcast_id and r.contact_id = held.contact_id`
}
