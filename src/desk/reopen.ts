import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { giveSeatBack } from '../openings/seats.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import { answeringUnit } from './heir.ts'
import type { DeskServices } from './services.ts'
import { notFinished } from './ticket-changes.ts'
import { keepNote, speakToCitizen } from './words.ts'

/** Takes a finished ticket up again, on the clock it was filed with. */
export function reopen(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ActRequest & { reason: string },
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'reopen', request, now, async (step) => {
    await giveSeatBack(step.tx, step.ticket.id)
    const facts: Record<string, unknown> = { note: await keepNote(step, request.reason) }
    if (step.contact !== null) {
      facts.message = await speakToCitizen(step, { text: say(step, 'reopened'), takesTalk: true })
    }
    // A finished ticket stayed where it was when its unit ended.
    const unitId = answeringUnit(services.territory, step.ticket, localDay(now))
    return { set: { unitId, assigneeId: step.officerId, spokenAt: now, ...notFinished }, facts }
  })
}
