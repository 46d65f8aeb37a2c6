import type { Fragment } from 'postgres'
import type { Sql } from '../db/client.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'

/** How many unfinished tickets an officer's queues hold, each counted up to `COUNTED_AT_MOST`. */
export interface Waiting {
  open: number
  assigned: number
  pending: number
  overdue: number
  urgent: number
  /** Offered to the unit by others, not yet accepted. */
  offered: number
}

/** Above it a number on a page tells nothing more, and counting on would take longer the more there are. */
export const COUNTED_AT_MOST = 1_000

const NOTHING: Waiting = { open: 0, assigned: 0, pending: 0, overdue: 0, urgent: 0, offered: 0 }

/** What stands above a queue. Each number is read from an index in which its tickets stand together. */
export async function countWaiting(sql: Sql, officer: Officer, now: Date): Promise<Waiting> {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return NOTHING
  const ours = scope.kind === 'unit' ? sql`and unit_id = ${scope.unitId}` : sql``
  const toUs = scope.kind === 'unit' ? sql`and offered_unit_id = ${scope.unitId}` : sql``
  // All that the index of a unit's waiting work is ordered by is named, so that it is read where it applies.
  const anyStatus = scope.kind === 'unit' ? sql`and status in ('open', 'assigned', 'pending')` : sql``
  const anyUrgency = scope.kind === 'unit' ? sql`and urgent in (false, true)` : sql``
  const counted = (tickets: Fragment) =>
    sql`(select count(*) from (
      select from tickets where due_at is not null and ${tickets} ${ours} limit ${COUNTED_AT_MOST}) as lot)`
  const [row] = await sql<[Waiting]>`
    select ${counted(sql`status = 'open'`)} as open,
      ${counted(sql`status = 'assigned'`)} as assigned,
      ${counted(sql`status = 'pending'`)} as pending,
      ${counted(sql`due_at < ${now} and paused_at is null ${anyStatus} ${anyUrgency}`)} as overdue,
      ${counted(sql`urgent ${anyStatus}`)} as urgent,
      (select count(*) from (
        select from tickets where offered_unit_id is not null ${toUs} limit ${COUNTED_AT_MOST}) as lot) as offered`
  return row ?? NOTHING
}
