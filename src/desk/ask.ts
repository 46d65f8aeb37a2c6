import type { Sql, Transaction } from '../db/client.ts'
import { sealJson } from '../secrets.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import type { DeskServices } from './services.ts'
import { speakToCitizen } from './words.ts'

export interface AskRequest extends ActRequest {
  text: string
  /** Papers that the citizen is asked to bring or photograph; empty when only facts are asked for. */
  papers: readonly string[]
}

/** Asks the citizen for papers or facts; the deadline stands still until they answer. */
export function ask(
  sql: Sql | Transaction,
  services: DeskServices,
  request: AskRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'ask', request, now, async (step) => {
    const list = request.papers.map((paper) => `• ${paper}`).join('\n')
    const text =
      request.papers.length === 0
        ? say(step, 'ask', { text: request.text })
        : say(step, 'askPapers', { text: request.text, papers: list })
    const message = await speakToCitizen(step, { text: text.trim(), takesTalk: true })
    const firstAnsweredAt = step.ticket.firstAnsweredAt ?? step.now
    return {
      set: { firstAnsweredAt, spokenAt: step.now, sealedPapers: sealJson(step.key, request.papers) },
      facts: { message, papers: request.papers.length },
    }
  })
}
