import type { Sql, Transaction } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act } from './act.ts'
import { leaveTalk } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'

/** The officer gives the ticket back to the unit's queue; the bot speaks again. */
export function release(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ActRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'release', request, now, async (step) => {
    await leaveTalk(step.tx, step)
    return { set: { assigneeId: null } }
  })
}
