import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { route } from '../territory/route.ts'
import { type ActOutcome, type ActRequest, act, say, unitName } from './act.ts'
import type { DeskServices } from './services.ts'
import { noOffer } from './ticket-changes.ts'
import { speakToCitizen } from './words.ts'

/** Takes an offered ticket: from here on the accepting unit answers for it, and the one who accepts has it. */
export function acceptHandOff(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ActRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'accept', request, now, async (step) => {
    const { ticket } = step
    if (ticket.offeredUnitId === null) return { faults: [{ where: 'verb', what: 'nobody offered this ticket' }] }
    const isForAnother = ticket.offeredOfficerId !== null && ticket.offeredOfficerId !== step.officerId
    if (isForAnother && step.standing !== 'over-all') {
      return { faults: [{ where: 'verb', what: 'the ticket was offered to another officer' }] }
    }
    const facts: Record<string, unknown> = { from_unit: ticket.unitId, to_unit: ticket.offeredUnitId }
    if (step.contact !== null && ticket.unitId !== ticket.offeredUnitId) {
      const text = say(step, 'moved', { unit: unitName(step, ticket.offeredUnitId) })
      facts.message = await speakToCitizen(step, { text, takesTalk: true })
    }
    const { escalation } = route(services.territory, {
      topic: ticket.topic,
      commune: ticket.communeCode,
      day: localDay(now),
      complaintAbout: ticket.complaintAbout ?? undefined,
    })
    return {
      set: {
        unitId: ticket.offeredUnitId,
        assigneeId: step.officerId,
        hops: ticket.hops + (ticket.offeredUnitId === ticket.unitId ? 0 : 1),
        escalationUnitId: escalation.id === ticket.offeredUnitId ? ticket.departmentId : escalation.id,
        ...noOffer,
      },
      facts,
      tell: ticket.assigneeId === null ? [] : [{ to: { officerIds: [ticket.assigneeId] }, kind: 'accepted' }],
    }
  })
}
