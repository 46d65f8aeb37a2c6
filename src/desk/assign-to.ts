import { localDay } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isOnLeave } from '../officers/leave.ts'
import { type ActOutcome, type ActRequest, act } from './act.ts'
import { officerOf } from './hand-off.ts'
import type { DeskServices } from './services.ts'
import { noOffer } from './ticket-changes.ts'

/** The head of a unit, or who is over all, gives a ticket to an officer of its unit. `toOfficer`: an id or user name. */
export function assignTo(
  sql: Sql,
  services: DeskServices,
  request: ActRequest & { toOfficer: string },
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'assign', request, now, async (step) => {
    const { ticket, tx } = step
    const officerId = await officerOf(tx, ticket.unitId, request.toOfficer)
    if (officerId === undefined) return { faults: [{ where: 'to_officer', what: `is no officer of ${ticket.unitId}` }] }
    if (await isOnLeave(tx, officerId, localDay(now))) {
      return { faults: [{ where: 'to_officer', what: 'is on leave today' }] }
    }
    return {
      set: { assigneeId: officerId, ...noOffer },
      facts: { from: ticket.assigneeId, to: officerId },
      tell: [{ to: { officerIds: [officerId] }, kind: 'assigned' }],
    }
  })
}
