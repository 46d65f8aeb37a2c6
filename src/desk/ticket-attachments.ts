import { attachments } from '../attachments/tables.ts'
import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, inArray } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { familyOf } from './family.ts'

/** Names the attachments that do not belong to the ticket: an officer may only send what lies on it. */
export async function strangeAttachments(tx: Transaction, ticketId: number, ids: readonly string[]): Promise<Fault[]> {
  if (ids.length === 0) return []
  const found = await drizzleOn(tx)
    .select({ id: attachments.id })
    .from(attachments)
    .where(and(inArray(attachments.ticketId, await familyOf(tx, ticketId)), inArray(attachments.id, [...ids])))
  const known = new Set(found.map((row) => row.id))
  return ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ where: `attachments.${index}`, what: 'is not an attachment of this ticket' }],
  )
}
