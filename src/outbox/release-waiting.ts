import type { Sql } from '../db/client.ts'

/** Why a message waits for its person's words; written by the dispatcher, as the channel says. */
export const OUTSIDE_WINDOW = 'outside-window'

/** The person did something that lets us write to them again: what waited for that may go at once, in its order. */
export async function releaseWaiting(
  sql: Sql,
  to: { channel: string; account: string; addressHash: Buffer },
  now: Date,
): Promise<void> {
  await sql`
    update outbox o set not_before = ${now} from contacts c
    where c.channel = ${to.channel} and c.account = ${to.account} and c.address_hash = ${to.addressHash}
      and o.contact_id = c.id and o.state = 'waiting' and o.failure = ${OUTSIDE_WINDOW} and o.not_before > ${now}`
}

/** How many messages wait for the person to write; behind one that does, all others do. */
export async function countWaitingForPerson(sql: Sql, contactId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select case when bool_or(failure = ${OUTSIDE_WINDOW}) then count(*) else 0 end as count
    from outbox where contact_id = ${contactId} and state = 'waiting'`
  return row?.count ?? 0
}
