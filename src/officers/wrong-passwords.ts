import type { Sql, Transaction } from '../db/client.ts'

/*
 * How often wrong passwords were tried with a name. All it knows of the name is a hash, so that names which nobody bears
 * are treated like all others. A count ends a quarter of an hour after the last try: to wait for that is no faster than
 * to wait for the end of a lock, and there are never more rows than passwords that can be looked at in that time.
 */

const TRIES = 10
const COUNTS_FOR_MS = 15 * 60_000
/** Outlived rows taken away with each new one, so that they vanish faster than they come. */
const SWEPT_AT_ONCE = 100

/** Null when the name is not locked. */
export async function lockedUntil(sql: Sql, name: Buffer, now: Date): Promise<Date | null> {
  const [row] = await sql<{ until: Date }[]>`
    select until from wrong_passwords where name_hash = ${name} and count >= ${TRIES} and until > ${now}`
  return row?.until ?? null
}

/** Counts one. The tenth locks the name; an outcome when it was locked already and nothing was counted. */
export async function countWrong(sql: Sql, name: Buffer, now: Date): Promise<{ kind: 'locked'; until: Date } | null> {
  await sql`
    delete from wrong_passwords where name_hash = any (array(
      select name_hash from wrong_passwords where until <= ${now} order by until limit ${SWEPT_AT_ONCE}
      for update skip locked))`
  const until = new Date(now.getTime() + COUNTS_FOR_MS)
  const counted = await sql`
    insert into wrong_passwords as known (name_hash, count, until) values (${name}, 1, ${until})
    on conflict (name_hash) do update set until = excluded.until,
      count = case when known.until <= ${now} then 1 else known.count + 1 end
    where known.count < ${TRIES} or known.until <= ${now}`
  return counted.count > 0 ? null : { kind: 'locked', until: (await lockedUntil(sql, name, now)) ?? now }
}

/** The right password was given. Null when that took the count back; the end of the lock when there is one. */
export async function takeBack(tx: Transaction, name: Buffer, now: Date): Promise<Date | null> {
  const [row] = await tx<{ count: number; until: Date }[]>`
    select count, until from wrong_passwords where name_hash = ${name} for update`
  if (row === undefined) return null
  if (row.count >= TRIES && row.until > now) return row.until
  await tx`delete from wrong_passwords where name_hash = ${name}`
  return null
}
