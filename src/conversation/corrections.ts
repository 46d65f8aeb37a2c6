import type { Transaction } from '../db/client.ts'
import { talkEntrySchema } from '../messaging/message.ts'
import { type Key, openJson } from '../secrets.ts'
import type { Correction } from './situation.ts'

/** Stands before words that correct earlier ones, in the talk as it is kept. */
export const CORRECTED = '✎ '

/**
 * What the person corrected; null when we do not have it (any more), or when the words are the same: a channel tells of
 * changes that nobody sees, too.
 */
export async function readCorrection(
  tx: Transaction,
  contact: { id: string; key: Key },
  messageId: string,
  text: string,
): Promise<Correction | null> {
  const [row] = await tx<{ ticket_id: number | null; sealed_body: Buffer; is_last: boolean }[]>`
    select m.ticket_id, m.sealed_body, not exists (
      select from messages l where l.contact_id = m.contact_id and l.author = 'citizen' and l.id > m.id) as is_last
    from messages m
    where m.contact_id = ${contact.id} and m.external_id = ${messageId} and m.author = 'citizen'
    order by m.id desc limit 1`
  if (row === undefined) return null
  const before = talkEntrySchema.parse(openJson(contact.key, row.sealed_body)).text
  const words = before.startsWith(CORRECTED) ? before.slice(CORRECTED.length) : before
  return words === text ? null : { ticketId: row.ticket_id, isLast: row.is_last }
}
