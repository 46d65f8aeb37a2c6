import type { Sql } from '../db/client.ts'
import { and, eq, isNotNull } from '../db/drizzle.ts'
import { list } from '../db/list.ts'
import { fingerprintOf } from './calendars.ts'
import { eachTicket } from './round.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
import { nextPromise } from './ticket.ts'

/**
 * Reckons the open deadlines of every unit whose calendar is not the one by which they were reckoned last: after a day
 * was set in the console, and after `calendar.yaml` changed. Returns how many deadlines moved.
 */
export async function reckonDeadlines(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  await services.calendars.refresh(sql)
  const rows = await sql<
    { unit_id: string; fingerprint: string }[]
  >`select unit_id, fingerprint from reckoned_calendars`
  const reckoned = new Map(rows.map((row) => [row.unit_id, row.fingerprint]))
  const changed = services.territory.units.flatMap(({ id }) => {
    const fingerprint = fingerprintOf(services.calendars.of(id))
    return reckoned.get(id) === fingerprint ? [] : [{ id, fingerprint }]
  })
  if (changed.length === 0) return 0
  const ids = changed.map(({ id }) => id)
  const holding = await sql<{ id: string }[]>`
    select u.id from unnest(${list(sql, ids)}::text[]) as u(id)
    where exists (select from tickets where unit_id = u.id and due_at is not null)`
  let moved = 0
  for (const { id } of holding) moved += await reckonUnit(sql, services, id, now)
  const fingerprints = changed.map(({ fingerprint }) => fingerprint)
  await sql`
    insert into reckoned_calendars (unit_id, fingerprint)
    select * from unnest(${list(sql, ids)}::text[], ${list(sql, fingerprints)}::text[])
    on conflict (unit_id) do update set fingerprint = excluded.fingerprint`
  return moved
}

function reckonUnit(sql: Sql, services: DeskServices, unitId: string, now: Date): Promise<number> {
  const isOpen = and(eq(tickets.unitId, unitId), isNotNull(tickets.dueAt))
  return eachTicket(sql, services, isOpen, now, async ({ ticket }) => {
    if (ticket.unitId !== unitId || ticket.dueAt === null) return null
    const { dueAt } = nextPromise(ticket, services.calendars.of(unitId))
    if (dueAt === null || dueAt.getTime() === ticket.dueAt.getTime()) return null
    const facts = { from: ticket.dueAt.toISOString(), to: dueAt.toISOString() }
    return { set: {}, actor: 'system', verb: 'calendar-changed', facts, isReckonedAnew: true }
  })
}
