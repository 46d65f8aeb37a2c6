import type { Sql, Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, inArray } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { attachments } from '../messaging/tables.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import type { DeskServices } from './services.ts'
import { speakToCitizen } from './words.ts'

export interface ReplyRequest extends ActRequest {
  text: string
  attachmentIds: readonly string[]
}

/** Words of the officer to the citizen. On a finished ticket they are a last word: the talk stays with the bot. */
export function reply(sql: Sql, services: DeskServices, request: ReplyRequest, now: Date): Promise<ActOutcome> {
  return act(sql, services, 'reply', request, now, async (step) => {
    const faults = await strangeAttachments(step.tx, step.ticket.id, request.attachmentIds)
    if (faults.length > 0) return { faults }
    const isFinished = step.to === 'resolved'
    const message = await speakToCitizen(step, {
      text: say(step, isFinished ? 'lastWord' : 'reply', { text: request.text }),
      attachmentIds: request.attachmentIds,
      takesTalk: !isFinished,
    })
    const firstAnsweredAt = step.ticket.firstAnsweredAt ?? step.now
    return { set: { firstAnsweredAt, spokenAt: step.now }, facts: { message } }
  })
}

/** Names the attachments that do not belong to the ticket: an officer may only send what lies on it. */
async function strangeAttachments(tx: Transaction, ticketId: number, ids: readonly string[]): Promise<Fault[]> {
  if (ids.length === 0) return []
  const found = await drizzleOn(tx)
    .select({ id: attachments.id })
    .from(attachments)
    .where(and(eq(attachments.ticketId, ticketId), inArray(attachments.id, [...ids])))
  const known = new Set(found.map((row) => row.id))
  return ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ where: `attachments.${index}`, what: 'is not an attachment of this ticket' }],
  )
}
