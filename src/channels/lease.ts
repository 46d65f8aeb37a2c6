import type { Sql } from '../db/client.ts'

/**
 * Taken over within five seconds of a kill: the lease runs for four after the last renewal, and those who wait look
 * twice a second. The database's clock counts, since several machines may take part.
 */
export const LEASE_SECONDS = 4
export const RENEW_EVERY_MS = 1_000
export const LOOK_EVERY_MS = 500

/** Takes or renews; false while somebody else holds it. */
export async function holdLease(sql: Sql, name: string, owner: string): Promise<boolean> {
  const rows = await sql`
    insert into leases (name, owner, until)
    values (${name}, ${owner}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where leases.owner = excluded.owner or leases.until < clock_timestamp()
    returning 1`
  return rows.length > 0
}

/** Gives it back at an orderly stop, so that nobody has to wait for its end. */
export async function releaseLease(sql: Sql, name: string, owner: string): Promise<void> {
  await sql`delete from leases where name = ${name} and owner = ${owner}`
}
