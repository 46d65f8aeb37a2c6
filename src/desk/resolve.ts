import type { Sql, Transaction } from '../db/client.ts'
import type { Action } from '../messaging/message.ts'
import { takeSeat } from '../openings/seats.ts'
import { sealJson } from '../secrets.ts'
import { type ActOutcome, type ActRequest, act, type Step, say } from './act.ts'
import { leaveTalk } from './locked-ticket.ts'
import type { DeskServices, Resolution } from './services.ts'
import type { Result } from './ticket.ts'
import { actionKey, DONE_EFFECTS, offerActions } from './ticket-actions.ts'
import { noOffer } from './ticket-changes.ts'
import { speakToCitizen } from './words.ts'

export interface ResolveRequest extends ActRequest, Resolution {
  result: Result
  /** The vacancy or course that the person got a seat in; only with `placed` or `enrolled`. */
  opening?: string | null | undefined
}

/** Results that a seat goes with. */
const SEATED: readonly Result[] = ['placed', 'enrolled']

/** Ends the work with a result, why, and what the citizen does next; one tap of theirs confirms it or opens it again. */
export function resolve(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ResolveRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'resolve', request, now, async (step) => {
    const { reason, basis, nextStep, text, result } = request
    if (reason === null && basis === null) {
      return { faults: [{ where: 'reason', what: 'give a reason or the legal basis' }] }
    }
    const opening = request.opening ?? null
    if (opening !== null) {
      if (!SEATED.includes(result)) return { faults: [{ where: 'opening', what: 'goes only with placed or enrolled' }] }
      const seat = await takeSeat(step.tx, { ticketId: step.ticket.id, openingId: opening }, now)
      if (seat === 'full') return { faults: [{ where: 'opening', what: 'has no seat left' }] }
      if (seat === 'over') return { faults: [{ where: 'opening', what: 'was withdrawn or takes nobody any more' }] }
      if (seat === 'unknown') return { faults: [{ where: 'opening', what: 'there is no such opening' }] }
    }
    const actions = await offerAnswer(step)
    const message = await speakToCitizen(step, { text: resultText(step, request), actions, takesTalk: false })
    await leaveTalk(step.tx, step)
    return {
      set: {
        result,
        sealedResolution: sealJson(step.key, { reason, basis, nextStep, text } satisfies Resolution),
        assigneeId: step.ticket.assigneeId ?? step.officerId,
        firstAnsweredAt: step.ticket.firstAnsweredAt ?? now,
        resolvedAt: now,
        spokenAt: now,
        sealedPapers: null,
        ...noOffer,
      },
      facts: { result, message, ...(opening !== null && { opening }) },
    }
  })
}

function resultText(step: Step, request: ResolveRequest): string {
  const lines = [say(step, 'resolved', { result: say(step, `result.${request.result}`) })]
  if (request.text) lines.push(request.text)
  if (request.reason) lines.push(say(step, 'resolvedReason', { reason: request.reason }))
  if (request.basis) lines.push(say(step, 'resolvedBasis', { basis: request.basis }))
  lines.push(say(step, 'resolvedNextStep', { nextStep: request.nextStep }), say(step, 'resolvedQuestion'))
  return lines.join('\n')
}

/** Buttons that stay good while the talk moves on; none for somebody without a chat. */
async function offerAnswer(step: Step): Promise<Action[]> {
  const { reach, ticket, now } = step
  if (reach === null) return []
  const about = { contactId: reach.id, ticketId: ticket.id, effects: DONE_EFFECTS }
  const offered = await offerActions(step.tx, about, now)
  return offered.map(({ id, effect }) => ({ id, label: step.services.texts.text(step.language, actionKey(effect)) }))
}
