import type { PendingQuery, Row } from 'postgres'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { PACE_SECONDS } from './pace.ts'
import type { Settlement } from './retry-policy.ts'

/** What tells one attempt at sending from another. */
interface Sent {
  id: number
  contact_id: string
  message_id: number
  /** This attempt included; tells a result that comes late from one that is expected. */
  attempts: number
}

/** A message that this process may send until its lease ends. */
export interface ClaimedRow extends Sent {
  send_class: string
  created_at: Date
  parts_sent: number
  /** `uncertain`: bulk whose sender died with it in hand. It is not to be sent. */
  state: string
  /** When the last messages to the contact left; null: none did lately. What is settled with it is not in it. */
  left_at: number[] | null
  sealed_body: Buffer | null
  sealed_address: Buffer | null
  /** Null once the person was erased. */
  sealed_key: Buffer | null
}

export interface Result extends Settlement {
  row: Sent
}

export interface Lane {
  channel: string
  account: string
}

export interface Claim {
  /** At most so many messages. */
  room: number
  /** Decides what is due. Leases go by the clock of the database, since the clocks of several machines differ. */
  now: Date
  leaseMs: number
  /** Whether messages to one contact have a pace, for which it is told what left to it lately. */
  isPaced?: boolean
}

/**
 * Claims what may leave next: the first of each contact's waiting messages (bulk waits for talk), talk before bulk. Rows
 * that another process is just claiming are passed over. A lease that ended was held by a process that died: talk is
 * claimed again, bulk becomes uncertain.
 */
export function claimNext(sql: Sql, lane: Lane, { room, now, leaseMs, isPaced = false }: Claim): Promise<ClaimedRow[]> {
  return sql<ClaimedRow[]>`
    with next as (
      select o.id from outbox o
      where o.state = 'waiting' and o.channel = ${lane.channel} and o.account = ${lane.account}
        and o.not_before <= ${now} and (o.lease_until is null or o.lease_until <= clock_timestamp())
        and not exists (
          select 1 from outbox p where p.contact_id = o.contact_id and p.state = 'waiting'
            and (p.priority < o.priority or p.priority = o.priority and p.id < o.id)
        )
      order by o.priority, o.id limit ${room} for update skip locked
    ), ${claimed(sql, now, leaseMs, isPaced)}`
}

/**
 * Writes down what came of attempts and claims what the same contacts get next, in one statement and so with one wait
 * for the disk. It looks at these contacts alone: to look for the next of all takes ten times as long, because the index
 * of waiting rows is full of rows that have just left.
 */
export function settleAndFollow(
  sql: Sql,
  results: readonly Result[],
  { room, now, leaseMs, isPaced = false }: Claim,
): Promise<ClaimedRow[]> {
  // Rows are locked in the order of their ids, so that two who settle the same ones (the lease of one had ended) do not
  // wait for each other in a circle. Without the lock the plan decides on the order, and plans change with the data.
  const inOrder = results.toSorted((one, other) => one.row.id - other.row.id)
  const column = (of: (result: Result) => string | number | Date | null) => list(sql, inOrder.map(of))
  // Lists, not JSON: of lists the planner expects few rows and reads them by their keys, of JSON a hundred. Handed on by
  // a subquery, so that it does not see how many there are and plan every call anew, which takes longer than the call.
  return sql<ClaimedRow[]>`
    with given as materialized (
      select ${column(({ row }) => row.id)}::bigint[] as id, ${column(({ row }) => row.contact_id)}::uuid[] as contact_id,
        ${column(({ row }) => row.message_id)}::bigint[] as message_id,
        ${column(({ row }) => row.attempts)}::int[] as attempts, ${column(({ state }) => state)}::text[] as state,
        ${column(({ notBefore }) => notBefore)}::timestamptz[] as not_before,
        ${column(({ failure }) => failure)}::text[] as failure,
        ${column(({ externalId }) => externalId)}::text[] as external_id,
        ${column(({ counts }) => (counts ? 0 : 1))}::int[] as refund,
        ${column(({ isUnsent }) => (isUnsent ? 1 : 0))}::int[] as unsent,
        ${column(({ partsSent }) => partsSent)}::int[] as parts_sent
    ), result as materialized (
      select r.* from given g, unnest(
        g.id, g.contact_id, g.message_id, g.attempts, g.state, g.not_before, g.failure, g.external_id, g.refund,
        g.unsent, g.parts_sent
      ) as r(id, contact_id, message_id, attempts, state, not_before, failure, external_id, refund, unsent, parts_sent)
    ), held as materialized (
      select o.id from result r join outbox o on o.id = r.id order by o.id for update of o
    ), settled as (
      update outbox o set lease_until = null, not_before = coalesce(r.not_before, o.not_before), failure = r.failure,
        attempts = o.attempts - r.refund, parts_sent = coalesce(r.parts_sent, o.parts_sent),
        state = case when r.unsent = 1 and o.withdrawn_at is not null then 'dropped' else r.state end,
        settled_at = case when r.state = 'waiting' and (r.unsent = 0 or o.withdrawn_at is null) then null
          else ${now}::timestamptz end
      from held join result r on r.id = held.id
      where o.id = r.id and (o.state = 'waiting' and o.attempts = r.attempts
        or r.state = 'delivered' and o.state in ('waiting', 'uncertain'))
      returning o.id, o.contact_id, o.state
    ), told as (
      update messages m set external_id = coalesce(r.external_id, m.external_id),
        undelivered = case when s.state in ('refused', 'parked', 'uncertain') then r.failure end
      from result r left join settled s on s.id = r.id
      where m.id = r.message_id and (r.external_id is not null or s.state in ('refused', 'parked', 'uncertain'))
    ), head as (
      select (
        select o.id from outbox o
        where o.contact_id = talk.contact_id and o.state = 'waiting'
          and o.id <> all (array(select id from settled where state <> 'waiting'))
        order by o.priority, o.id limit 1
      ) as id from (
        select contact_id from result where state <> 'waiting'
        union select contact_id from settled where state <> 'waiting'
      ) as talk
    ), next as (
      select o.id from head join outbox o on o.id = head.id
      where o.state = 'waiting' and o.not_before <= ${now} and (o.lease_until is null or o.lease_until <= clock_timestamp())
      limit ${room} for update of o skip locked
    ), ${claimed(sql, now, leaseMs, isPaced)}`
}

/**
 * When the last messages to a contact left, in milliseconds, in no order. Without a sort and a limit: with them the
 * planner may go by the time, through what left to everybody.
 */
export function leftLately(sql: Sql | Transaction, contactId: PendingQuery<Row[]>, now: Date) {
  return sql`(
    select json_agg(extract(epoch from late.settled_at)::float8 * 1000) from outbox late
    where late.contact_id = ${contactId} and late.settled_at > ${new Date(now.getTime() - PACE_SECONDS * 1_000)}
      and late.state = 'delivered')`
}

function claimed(sql: Sql, now: Date, leaseMs: number, isPaced: boolean) {
  return sql`claimed as (
      update outbox o set attempts = o.attempts + 1, lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000}),
        state = case when o.send_class = 'bulk' and o.lease_until is not null then 'uncertain' else o.state end,
        settled_at = case when o.send_class = 'bulk' and o.lease_until is not null then ${now}::timestamptz end,
        failure = case when o.send_class = 'bulk' and o.lease_until is not null then 'sender-died' else o.failure end
      from next where o.id = next.id
      returning o.id, o.contact_id, o.message_id, o.send_class, o.priority, o.attempts, o.created_at, o.parts_sent,
        o.state
    )
    select claimed.*, ${isPaced ? leftLately(sql, sql`claimed.contact_id`, now) : sql`null::json`} as left_at, m.sealed_body, c.sealed_address, c.sealed_key
    from claimed left join messages m on m.id = claimed.message_id left join contacts c on c.id = claimed.contact_id
    order by claimed.priority, claimed.id`
}

/** Keeps what is still on its way from being claimed by others. What is just being settled needs no lease any more. */
export async function renewLeases(sql: Sql, ids: readonly number[], leaseMs: number): Promise<void> {
  await sql`
    update outbox set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    where id = any (array(
      select id from outbox where id = any(${ids}::bigint[]) and state = 'waiting' and lease_until is not null
      order by id for update skip locked))`
}
