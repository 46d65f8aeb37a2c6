import type { Sql } from '../db/client.ts'

/** A message claimed for sending, with what is needed to send it. */
export interface Claimed {
  id: number
  contact_id: string
  message_id: number
  send_class: 'talk' | 'bulk'
  attempts: number
  sealed_key: Buffer | null
  sealed_address: Buffer
  sealed_body: Buffer
}

/** A process that died blocks its messages no longer than this. */
export const LEASE_MS = 5_000

/**
 * Claims the oldest waiting message of each contact, talk before bulk. Rows whose lease ran out were perhaps sent by a
 * process that died: talk is claimed again, bulk is left to `markUncertain`.
 */
export function claim(
  sql: Sql,
  channel: string,
  account: string,
  now: Date,
  limit: number,
  contactId: string | null = null,
): Promise<Claimed[]> {
  const lease = new Date(now.getTime() + LEASE_MS)
  return sql<Claimed[]>`
    with next as (
      select o.id from outbox o
      where o.state = 'waiting' and o.channel = ${channel} and o.account = ${account} and o.not_before <= ${now}
        and (o.lease_until is null or (o.lease_until < ${now} and o.send_class = 'talk'))
        and (${contactId}::uuid is null or o.contact_id = ${contactId}::uuid)
        and not exists (select from outbox earlier where earlier.contact_id = o.contact_id and earlier.state = 'waiting' and earlier.id < o.id)
      order by o.priority, o.id limit ${limit} for update skip locked
    ), claimed as (
      update outbox set lease_until = ${lease}, attempts = attempts + 1 from next where outbox.id = next.id
      returning outbox.id, outbox.contact_id, outbox.message_id, outbox.send_class, outbox.attempts, outbox.priority
    )
    select claimed.*, c.sealed_key, c.sealed_address, m.sealed_body
    from claimed join contacts c on c.id = claimed.contact_id join messages m on m.id = claimed.message_id
    order by claimed.priority, claimed.id`
}

/** Bulk whose call was under way when its process died: never sent again by itself. Returns how many. */
export async function markUncertain(sql: Sql, now: Date): Promise<number> {
  const rows = await sql`update outbox set state = 'uncertain', settled_at = ${now}, failure = 'lease-expired'
    where state = 'waiting' and send_class = 'bulk' and lease_until < ${now} returning id`
  return rows.length
}

/** Keeps messages claimed whose calls are still under way. */
export async function keepLeases(sql: Sql, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await sql`update outbox set lease_until = ${new Date(now.getTime() + LEASE_MS)} where id = any(${[...ids]}) and state = 'waiting'`
}
