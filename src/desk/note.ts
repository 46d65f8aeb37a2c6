import type { Sql, Transaction } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act } from './act.ts'
import type { DeskServices } from './services.ts'
import { strangeAttachments } from './ticket-attachments.ts'
import { keepNote } from './words.ts'

export interface NoteRequest extends ActRequest {
  text: string
  attachmentIds: readonly string[]
}

/** Words that stay among officers. */
export function note(
  sql: Sql | Transaction,
  services: DeskServices,
  request: NoteRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'note', request, now, async (step) => {
    const faults = await strangeAttachments(step.tx, step.ticket.id, request.attachmentIds)
    if (faults.length > 0) return { faults }
    return { set: {}, facts: { message: await keepNote(step, request.text, request.attachmentIds) } }
  })
}
