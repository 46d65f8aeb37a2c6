/*
 * Messages that were put aside for a person: parked, since the channel said what nobody foresaw, or of unknown outcome
 * and of the kind that is never sent again by itself.
 */
import type { Sql, Transaction } from '../db/client.ts'

/** Nothing of it tells who the person is or what was to be said. */
export interface SetAside {
  id: number
  channel: string
  state: 'parked' | 'uncertain'
  contactId: string
  ticketNumber: string | null
  /** `bot` or `officer`. */
  author: string
  /** As it was written down at the last try; it may hold what the channel said. */
  reason: string
  at: Date
}

const MOST_COUNTED = 10_000

export async function listSetAside(sql: Sql, most: number): Promise<SetAside[]> {
  return sql<SetAside[]>`
    select o.id, o.channel, o.state, o.contact_id as "contactId", t.number as "ticketNumber", o.author,
      coalesce(o.failure, '') as reason, coalesce(o.settled_at, o.created_at) as at
    from (
      select * from outbox where state in ('parked', 'uncertain') order by channel, id limit ${most}
    ) o left join messages m on m.id = o.message_id left join tickets t on t.id = m.ticket_id
    order by at desc, o.id desc`
}

/** By channel; so many or more when it is 10,000. */
export async function countSetAside(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ channel: string; count: number }[]>`
    select channel, count(*) as count from (
      select channel from outbox where state in ('parked', 'uncertain') order by channel, id limit ${MOST_COUNTED}
    ) o group by channel`
  return new Map(rows.map(({ channel, count }) => [channel, count]))
}

/** `gone`: somebody else saw to it, or it is too long ago. `officer-talks`: the bot's words would come in between. */
export type SetAsideOutcome =
  | { kind: 'done'; ticketNumber: string | null }
  | { kind: 'gone' }
  | { kind: 'officer-talks' }

/** Puts it among those that wait, at its old place in its person's order. */
export async function sendAgain(tx: Transaction, id: number, now: Date): Promise<SetAsideOutcome> {
  const found = await lock(tx, id)
  if (found === null || found.erased_at !== null) return { kind: 'gone' }
  if (found.author === 'bot' && found.talk_ticket_id !== null) return { kind: 'officer-talks' }
  // The count of attempts goes on, so that a late answer to an old one is not taken for that of the new.
  await tx`
    update outbox set state = 'waiting', not_before = ${now}, lease_until = null, settled_at = null,
      withdrawn_at = null, failure = null
    where id = ${id}`
  await tx`select pg_notify('outbox', '')`
  return { kind: 'done', ticketNumber: found.number }
}

export async function giveUp(tx: Transaction, id: number, now: Date): Promise<SetAsideOutcome> {
  const found = await lock(tx, id)
  if (found === null) return { kind: 'gone' }
  await tx`update outbox set state = 'dropped', settled_at = ${now} where id = ${id}`
  return { kind: 'done', ticketNumber: found.number }
}

/** The contact's row comes first, as everywhere: it is the lock of the talk. */
async function lock(tx: Transaction, id: number) {
  const [contact] = await tx<{ erased_at: Date | null; talk_ticket_id: number | null }[]>`
    select erased_at, talk_ticket_id from contacts where id = (
      select contact_id from outbox where id = ${id} and state in ('parked', 'uncertain')) for no key update`
  if (contact === undefined) return null
  const [row] = await tx<{ author: string; message_id: number }[]>`
    select author, message_id from outbox where id = ${id} and state in ('parked', 'uncertain') for update`
  if (row === undefined) return null
  const [ticket] = await tx<{ number: string }[]>`
    select t.number from messages m join tickets t on t.id = m.ticket_id where m.id = ${row.message_id}`
  return { ...contact, ...row, number: ticket?.number ?? null }
}
