import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Logger } from '../log.ts'
import { type AttachmentStore, isStoreName } from './store.ts'

const AT_ONCE = 50
/** Removed at the same time: the transaction must not be silent for long. */
const PER_TRANSACTION = 10
const ORPHAN_AFTER_MS = 24 * 3_600_000
/** Deaths between file and row leave a handful. Thousands without a row mean that this is another database's store. */
const MOST_ORPHANS = 1_000

/**
 * Removes the files of rows that went (deleted by their time, or with their person). A file that another row still names
 * stays. Killed at any moment, the rest comes next time. Returns how many lines are done.
 */
export async function removeFiles(sql: Sql, store: AttachmentStore, signal?: AbortSignal): Promise<number> {
  let done = 0
  while (done < AT_ONCE && signal?.aborted !== true) {
    const count = await removeSome(sql, store)
    done += count
    if (count < PER_TRANSACTION) break
  }
  return done
}

function removeSome(sql: Sql, store: AttachmentStore): Promise<number> {
  return sql.begin(async (tx) => {
    const lines = await tx<{ id: number; name: string; is_free: boolean }[]>`
      with next as materialized (
        select id, name from attachments_to_remove order by id limit ${PER_TRANSACTION} for update skip locked
      ) select id, name, pg_try_advisory_xact_lock(hashtextextended(name, 0)) as is_free from next`
    // Somebody is naming the others at this moment; they are looked at next time.
    const free = lines.filter((line) => line.is_free)
    if (free.length === 0) return 0
    // A statement of its own: it sees what was committed before the lock was ours.
    const named = await tx<{ stored_name: string }[]>`
      select stored_name from attachments where stored_name = any (${list(
        tx,
        free.map(({ name }) => name),
      )}::text[])`
    const kept = new Set(named.map((row) => row.stored_name))
    await store.remove(
      [...new Set(free.map(({ name }) => name))].filter((name) => isStoreName(name) && !kept.has(name)),
    )
    await tx`delete from attachments_to_remove where id = any (${list(
      tx,
      free.map(({ id }) => id),
    )}::bigint[])`
    return free.length
  }) as Promise<number>
}

/** Marks files older than a day that no row names: what a death between file and row left. Returns how many. */
export async function sweepFiles(
  sql: Sql,
  store: AttachmentStore,
  now: Date,
  options: { log: Pick<Logger, 'error'>; most?: number; signal?: AbortSignal },
): Promise<number> {
  const { log, most = MOST_ORPHANS, signal } = options
  const before = now.getTime() - ORPHAN_AFTER_MS
  const orphans: string[] = []
  for await (const files of store.list()) {
    if (signal?.aborted) return 0
    const old = files.filter(({ storedAt }) => storedAt.getTime() < before).map(({ name }) => name)
    if (old.length === 0) continue
    const rows = await sql<{ name: string }[]>`
      select old.name from unnest(${list(sql, old)}::text[]) as old(name)
      where not exists (select from attachments where stored_name = old.name)
        and not exists (select from attachments_to_remove marked where marked.name = old.name)`
    orphans.push(...rows.map(({ name }) => name))
    if (orphans.length > most) {
      log.error({ most }, 'the store of attachments has files that no row names, too many to be ours: none is removed')
      return 0
    }
  }
  if (orphans.length > 0) {
    await sql`insert into attachments_to_remove (name) select unnest(${list(sql, orphans)}::text[])`
  }
  return orphans.length
}
