import type { Sql } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { newActionId } from '../ids.ts'
import type { Action } from '../messaging/message.ts'
import { sealJson } from '../secrets.ts'
import { type ActOutcome, type ActRequest, act, type Step, say } from './act.ts'
import { leaveTalk } from './locked-ticket.ts'
import type { DeskServices, Resolution } from './services.ts'
import { ticketActions } from './tables.ts'
import type { Result } from './ticket.ts'
import { noOffer } from './ticket-changes.ts'
import { speakToCitizen } from './words.ts'

export interface ResolveRequest extends ActRequest, Resolution {
  result: Result
}

/** Ends the work with a result, why, and what the citizen does next; one tap of theirs confirms it or opens it again. */
export function resolve(sql: Sql, services: DeskServices, request: ResolveRequest, now: Date): Promise<ActOutcome> {
  return act(sql, services, 'resolve', request, now, async (step) => {
    const { reason, basis, nextStep, text, result } = request
    if (reason === null && basis === null) {
      return { faults: [{ where: 'reason', what: 'give a reason or the legal basis' }] }
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
      facts: { result, message },
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
  const done = { id: newActionId(), effect: 'confirm_resolved', label: say(step, 'action.done') }
  const notDone = { id: newActionId(), effect: 'reopen', label: say(step, 'action.notDone') }
  await drizzleOn(step.tx)
    .insert(ticketActions)
    .values(
      [done, notDone].map(({ id, effect }) => ({
        id,
        effect,
        contactId: reach.id,
        ticketId: ticket.id,
        createdAt: now,
      })),
    )
  return [done, notDone].map(({ id, label }) => ({ id, label }))
}
