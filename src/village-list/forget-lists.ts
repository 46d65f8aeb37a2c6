import type { Sql } from '../db/client.ts'

/** How long a list is kept: long enough to visit the households, no longer. */
export const KEPT_DAYS = 30
const LISTS_AT_ONCE = 20

/** Deletes the lists whose time is over, with their keys and rows. Returns how many went. */
export async function forgetLists(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000)
  let gone = 0
  for (;;) {
    const ids = await sql<{ id: string }[]>`
      select id from village_lists where created_at < ${before} order by created_at limit ${LISTS_AT_ONCE}`
    for (const { id } of ids) await deleteList(sql, id)
    gone += ids.length
    if (ids.length < LISTS_AT_ONCE) return gone
  }
}

/** Takes the list's key, and with it whatever a copy of the database still holds of its rows. */
export async function deleteList(sql: Sql, id: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`delete from village_lists where id = ${id}`
    await tx`delete from village_list_parts where list_id = ${id}`
  })
}
