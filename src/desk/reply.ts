import type { Sql, Transaction } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act, say } from './act.ts'
import { keepFiles, type OfficerFile } from './officer-files.ts'
import type { DeskServices } from './services.ts'
import { strangeAttachments } from './ticket-attachments.ts'
import { speakToCitizen } from './words.ts'

export interface ReplyRequest extends ActRequest {
  text: string
  /** Papers that lie on the ticket. */
  attachmentIds: readonly string[]
  /** Files that come with the reply. */
  files?: readonly OfficerFile[]
}

/** Words of the officer to the citizen. On a finished ticket they are a last word: the talk stays with the bot. */
export function reply(
  sql: Sql | Transaction,
  services: DeskServices,
  request: ReplyRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'reply', request, now, async (step) => {
    const faults = await strangeAttachments(step.tx, step.ticket.id, request.attachmentIds)
    if (faults.length > 0) return { faults }
    const kept = await keepFiles(services, step, request.files ?? [])
    if ('faults' in kept) return kept
    const attachmentIds = [...request.attachmentIds, ...kept.ids]
    const isFinished = step.to === 'resolved'
    const message = await speakToCitizen(step, {
      text: say(step, isFinished ? 'lastWord' : 'reply', { text: request.text }),
      attachmentIds,
      takesTalk: !isFinished,
    })
    const firstAnsweredAt = step.ticket.firstAnsweredAt ?? step.now
    return { set: { firstAnsweredAt, spokenAt: step.now }, facts: { message, attachments: attachmentIds.length } }
  })
}
