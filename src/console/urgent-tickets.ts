import type { Sql } from '../db/client.ts'
import { and, asc, drizzleOn, eq, isNotNull, or, sql as raw, type SQL } from '../db/drizzle.ts'
import type { TicketFilter } from '../desk/list-tickets.ts'
import { readTicketRow, type Ticket } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import { type Officer, scopeOf, standingOf } from '../officers/permissions.ts'
import { officers } from '../officers/tables.ts'

/** Urgent work is rare; should it ever be more than this, the rest follows in the ordinary list. */
const MOST = 100

export interface UrgentTicket extends Ticket {
  assigneeName: string | null
}

/**
 * Unfinished urgent tickets that an officer may see, next deadline first. They stand above the ordinary list, which the
 * desk gives by deadline alone.
 */
export async function urgentTickets(
  sql: Sql,
  officer: Officer,
  filter: TicketFilter,
  now: Date,
): Promise<UrgentTicket[]> {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return []
  const conditions: (SQL | undefined)[] = [raw`${tickets.urgent}`, isNotNull(tickets.dueAt)]
  if (scope.kind === 'unit') {
    conditions.push(
      or(
        eq(tickets.unitId, scope.unitId),
        eq(tickets.offeredUnitId, scope.unitId),
        eq(tickets.departmentId, scope.unitId),
        eq(tickets.escalationUnitId, scope.unitId),
      ),
    )
  }
  if (filter.topic !== undefined) conditions.push(eq(tickets.topic, filter.topic))
  if (filter.commune !== undefined) conditions.push(eq(tickets.communeCode, filter.commune))
  if (filter.status?.[0] !== undefined) conditions.push(eq(tickets.status, filter.status[0]))
  const rows = await drizzleOn(sql)
    .select({ ticket: tickets, assigneeName: officers.name })
    .from(tickets)
    .leftJoin(officers, eq(officers.id, tickets.assigneeId))
    .where(and(...conditions))
    .orderBy(asc(tickets.dueAt), asc(tickets.id))
    .limit(MOST)
  return rows
    .map((row) => ({ ...readTicketRow(row.ticket), assigneeName: row.assigneeName }))
    .filter((ticket) => isListed(ticket, officer, filter, now))
}

function isListed(ticket: Ticket, officer: Officer, filter: TicketFilter, now: Date): boolean {
  const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
  if (standing === null || (filter.overdue === true && !isOverdue(ticket, now))) return false
  switch (filter.queue) {
    case undefined:
      return true
    case 'mine':
      return ticket.assigneeId === officer.id
    case 'offered':
      return standing === 'offered' || (ticket.offeredUnitId !== null && standing !== 'accountable')
    case 'escalated':
      return standing === 'escalated' || (isOverdue(ticket, now) && standing !== 'accountable')
    default:
      return ticket.unitId === filter.queue
  }
}
