import type { Sql, Transaction } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import type { DeskServices } from './services.ts'
import { speakToCitizen } from './words.ts'

/** The officer takes the ticket; from now on the citizen's words reach them and the bot is silent. */
export function claim(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ActRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'claim', request, now, async (step) => {
    const facts: Record<string, unknown> = {}
    if (step.contact !== null) {
      facts.message = await speakToCitizen(step, { text: say(step, 'claimed'), takesTalk: true })
    }
    return { set: { assigneeId: step.officerId }, facts }
  })
}
