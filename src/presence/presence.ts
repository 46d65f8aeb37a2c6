/**
 * Who has which ticket open, in whatever process: a lease in a small table, renewed while the page stands open, so that
 * nobody is shown for long whose browser or process is gone.
 */
import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'

export interface Look {
  ticketId: number
  officerId: string
}

const LEASE_SECONDS = 30

/** Says that these officers look at these tickets now, and lets go of leases that ended. */
export async function keepLooking(sql: Sql, looks: readonly Look[], now: Date): Promise<void> {
  if (looks.length === 0) return
  const until = new Date(now.getTime() + LEASE_SECONDS * 1_000)
  const tickets = looks.map(({ ticketId }) => ticketId)
  const officers = looks.map(({ officerId }) => officerId)
  await sql`
    insert into ticket_presence (ticket_id, officer_id, until)
    select distinct ticket_id, officer_id, ${until}::timestamptz
    from unnest(${list(sql, tickets)}::bigint[], ${list(sql, officers)}::uuid[]) as look (ticket_id, officer_id)
    order by 1, 2
    on conflict (ticket_id, officer_id) do update set until = excluded.until`
  await sql`delete from ticket_presence where until < ${new Date(now.getTime() - LEASE_SECONDS * 1_000)}`
}

export async function stopLooking(sql: Sql, { ticketId, officerId }: Look): Promise<void> {
  await sql`delete from ticket_presence where ticket_id = ${ticketId} and officer_id = ${officerId}`
}

export interface Looker {
  ticketId: number
  officerId: string
  name: string
}

/** Everybody who looks at any of these tickets, by name. */
export async function lookersOf(sql: Sql, ticketIds: readonly number[], now: Date): Promise<Looker[]> {
  return sql<Looker[]>`
    select p.ticket_id as "ticketId", p.officer_id as "officerId", o.name
    from ticket_presence p join officers o on o.id = p.officer_id
    where p.ticket_id = any (${list(sql, ticketIds)}::bigint[]) and p.until > ${now}
    order by o.name, o.id`
}
