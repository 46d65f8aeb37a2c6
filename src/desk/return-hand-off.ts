import type { Sql, Transaction } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act } from './act.ts'
import type { DeskServices } from './services.ts'
import { noOffer } from './ticket-changes.ts'
import { whoHas } from './who-has.ts'
import { keepNote } from './words.ts'

/** Refuses an offered ticket with a reason, or takes one's own offer back. The sender has it as before. */
export function returnHandOff(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ActRequest & { reason: string },
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'return', request, now, async (step) => {
    const { ticket } = step
    if (ticket.offeredUnitId === null) return { faults: [{ where: 'verb', what: 'nobody offered this ticket' }] }
    const message = await keepNote(step, request.reason)
    const facts = { from_unit: ticket.offeredUnitId, to_unit: ticket.unitId, message }
    return { set: noOffer, facts, tell: [{ to: whoHas(ticket, now), kind: 'returned' }] }
  })
}
