import { isSameLine, successorOf } from '../territory/successor.ts'
import { isInForce, type Territory } from '../territory/territory.ts'
import type { Ticket } from './locked-ticket.ts'

/**
 * The unit that answers for a ticket on a day: its own, or what took over from it. A complaint never goes to what became
 * of the unit complained of: it goes to the coordinator's next step up.
 */
export function answeringUnit(territory: Territory, ticket: Ticket, day: string): string {
  const own = territory.unitById.get(ticket.unitId)
  if (own && isInForce(own, day)) return own.id
  const heir = successorOf(territory, ticket.unitId, day, ticket.topic)
  const about = ticket.complaintAbout === null ? undefined : territory.unitById.get(ticket.complaintAbout)
  const isBarred = about !== undefined && isSameLine(territory, heir, about)
  return isBarred ? successorOf(territory, ticket.escalationUnitId ?? '', day).id : heir.id
}
