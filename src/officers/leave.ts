import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { newId } from '../ids.ts'

/** Days of an officer's absence, `YYYY-MM-DD`; both are off. */
export interface Leave {
  id: string
  officerId: string
  fromDay: string
  toDay: string
}

/** Notes that an officer is away. Their open work is spread to colleagues when the first day comes. Returns the leave's id. */
export async function setLeave(
  sql: Sql | Transaction,
  leave: Omit<Leave, 'id'>,
  now: Date,
): Promise<{ id: string } | { fault: 'ends-before-it-begins' }> {
  if (leave.toDay < leave.fromDay) return { fault: 'ends-before-it-begins' }
  const id = newId()
  await sql`insert into officer_leaves (id, officer_id, from_day, to_day, set_at)
    values (${id}, ${leave.officerId}, ${leave.fromDay}, ${leave.toDay}, ${now})`
  return { id }
}

/** The officer is back on `day`: a leave that has begun ends the day before, one that has not is taken away. Says whether there was one. */
export async function endLeave(sql: Sql | Transaction, leaveId: string, day: string): Promise<boolean> {
  const gone = await sql`delete from officer_leaves where id = ${leaveId} and from_day >= ${day} returning 1`
  if (gone.length > 0) return true
  const ended = await sql`update officer_leaves set to_day = ${day}::date - 1
    where id = ${leaveId} and to_day >= ${day} returning 1`
  return ended.length > 0
}

/** Leaves of these officers that have not ended before `day`, the next one first. */
export async function leavesOf(sql: Sql | Transaction, officerIds: readonly string[], day: string): Promise<Leave[]> {
  return sql<Leave[]>`
    select id, officer_id as "officerId", from_day::text as "fromDay", to_day::text as "toDay" from officer_leaves
    where officer_id = any (${list(sql, officerIds)}::uuid[]) and to_day >= ${day} order by from_day, id`
}

export async function isOnLeave(sql: Sql | Transaction, officerId: string, day: string): Promise<boolean> {
  const rows = await sql`select from officer_leaves
    where officer_id = ${officerId} and from_day <= ${day} and to_day >= ${day} limit 1`
  return rows.length > 0
}
