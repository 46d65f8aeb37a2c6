import type { Sql, Transaction } from '../db/client.ts'

/** Contacts whose next update may be handled at `now` and has waited for `waitedMs`, longest wait first. */
export type Lookout = (now: Date, waitedMs: number) => Promise<string[]>

const CONTACTS_PER_LOOK = 200
/** So many of the oldest updates are looked through; with any more, a look would take longer the more there are. */
const FRONT = 500
const LEAPS = 100
const FIRST = '00000000-0000-0000-0000-000000000000'

/**
 * Looks through the oldest updates only. Where those belong to few people who wrote very much, or wait for another try,
 * somebody may stand hidden behind them: each look then also leaps through some contacts, and goes on with the next at
 * the look after it.
 */
export function createLookout(sql: Sql | Transaction): Lookout {
  let after = FIRST

  return async (now, waitedMs) => {
    const latest = new Date(now.getTime() - waitedMs)
    const [front] = await sql<{ looked: number; ids: string[] }[]>`
      with front as materialized (
        select id, contact_id, received_at, not_before from inbox
        where handled_at is null and failed_at is null order by id limit ${FRONT}
      ), head as (
        select distinct on (contact_id) * from front order by contact_id, id
      )
      select (select count(*) from front) as looked, array(
        select contact_id from head where received_at <= ${latest} and (not_before is null or not_before <= ${now})
        order by id limit ${CONTACTS_PER_LOOK}
      ) as ids`
    const found = new Set(front?.ids)
    if (found.size === CONTACTS_PER_LOOK || front === undefined || front.looked < FRONT) return [...found]

    const heads = await sql<{ contact_id: string; is_due: boolean; is_last: boolean }[]>`
      with recursive head as (
        (select contact_id, id, received_at, not_before, 1 as place from inbox
          where handled_at is null and failed_at is null and contact_id > ${after} order by contact_id, id limit 1)
        union all
        select next.*, head.place + 1 from head cross join lateral (
          select contact_id, id, received_at, not_before from inbox
          where handled_at is null and failed_at is null and contact_id > head.contact_id order by contact_id, id limit 1
        ) as next where head.place < ${LEAPS}
      )
      select contact_id, received_at <= ${latest} and (not_before is null or not_before <= ${now}) as is_due,
        place = ${LEAPS} as is_last
      from head order by id`
    after = heads.find((head) => head.is_last)?.contact_id ?? FIRST
    for (const head of heads) if (head.is_due) found.add(head.contact_id)
    return [...found]
  }
}
