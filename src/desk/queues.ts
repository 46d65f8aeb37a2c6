import type { Sql } from '../db/client.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'

/** How much waits in one unit's queue. */
export interface Queue {
  unitId: string
  open: number
  assigned: number
  pending: number
  overdue: number
  urgent: number
  /** Offered to the unit by others, not yet accepted. */
  offered: number
}

/** The queues an officer may see: that of the own unit even when it is empty, or all that hold unfinished work. */
export async function queuesOf(sql: Sql, officer: Officer, now: Date): Promise<Queue[]> {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return []
  const onlyUnit = scope.kind === 'unit' ? sql`and unit_id = ${scope.unitId}` : sql``
  const onlyOffered = scope.kind === 'unit' ? sql`and offered_unit_id = ${scope.unitId}` : sql``
  const queues = await sql<Queue[]>`
    with held as (
      select unit_id,
        count(*) filter (where status = 'open') as open,
        count(*) filter (where status = 'assigned') as assigned,
        count(*) filter (where status = 'pending') as pending,
        count(*) filter (where due_at < ${now} and paused_at is null) as overdue,
        count(*) filter (where urgent) as urgent
      from tickets where due_at is not null ${onlyUnit} group by unit_id
    ), offers as (
      select offered_unit_id as unit_id, count(*) as offered
      from tickets where offered_unit_id is not null ${onlyOffered} group by offered_unit_id
    )
    select coalesce(held.unit_id, offers.unit_id) as "unitId", coalesce(open, 0) as open,
      coalesce(assigned, 0) as assigned, coalesce(pending, 0) as pending, coalesce(overdue, 0) as overdue,
      coalesce(urgent, 0) as urgent, coalesce(offered, 0) as offered
    from held full join offers on offers.unit_id = held.unit_id
    order by 1`
  if (scope.kind !== 'unit' || queues.length > 0) return [...queues]
  return [{ unitId: scope.unitId, open: 0, assigned: 0, pending: 0, overdue: 0, urgent: 0, offered: 0 }]
}
