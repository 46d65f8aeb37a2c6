import type { Sql } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import type { DeskServices } from './services.ts'
import { notFinished } from './ticket-changes.ts'
import { keepNote, speakToCitizen } from './words.ts'

/** Takes a finished ticket up again, on the clock it was filed with. */
export function reopen(
  sql: Sql,
  services: DeskServices,
  request: ActRequest & { reason: string },
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'reopen', request, now, async (step) => {
    const facts: Record<string, unknown> = { note: await keepNote(step, request.reason) }
    if (step.contact !== null) {
      facts.message = await speakToCitizen(step, { text: say(step, 'reopened'), takesTalk: true })
    }
    return { set: { assigneeId: step.officerId, spokenAt: now, ...notFinished }, facts }
  })
}
