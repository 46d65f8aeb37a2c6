import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { StoredUpdate } from '../messaging/update.ts'

/** Files that keep coming are not waited for any longer. */
const LONGEST_WAIT_MS = 5_000

interface Part {
  id: number
  sealed_body: Buffer
}

/**
 * The files of an album that were stored so far; `laterAt` when the next may still be on its way. The caller holds the
 * contact's lock.
 */
export async function gatherAlbum(
  tx: Transaction,
  contactId: string,
  album: string,
  now: Date,
): Promise<{ parts: readonly Part[] } | { laterAt: Date }> {
  const parts = await tx<(Part & { received_at: Date; not_before: Date | null })[]>`
    select id, sealed_body, received_at, not_before from inbox
    where contact_id = ${contactId} and album = ${album} and handled_at is null and failed_at is null order by id`
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last?.not_before == null || last.not_before <= now) return { parts }
  const laterAt = new Date(Math.min(last.not_before.getTime(), first.received_at.getTime() + LONGEST_WAIT_MS))
  if (laterAt <= now) return { parts }
  await tx`update inbox set not_before = ${laterAt} where id = ${first.id}`
  return { laterAt }
}

export async function markHandled(tx: Transaction, parts: readonly Part[], now: Date): Promise<void> {
  const ids = parts.map(({ id }) => id)
  await tx`update inbox set handled_at = ${now}, sealed_body = null where id = any (${list(tx, ids)}::bigint[])`
}

/** One update of several: the words that stand with any of the files stand with all. */
export function asOne(updates: readonly StoredUpdate[]): StoredUpdate {
  const [first] = updates
  if (first === undefined) throw new Error('No update to handle')
  if (updates.length === 1) return first
  const files = updates.flatMap(({ body }) => (body.kind === 'file' ? [body.file] : []))
  const [file, ...more] = files
  if (file === undefined) return first
  const caption = files.find((one) => one.caption !== null)?.caption ?? null
  const quotedMessageId = updates.find((update) => update.quotedMessageId !== null)?.quotedMessageId ?? null
  return { ...first, quotedMessageId, body: { kind: 'file', file: { ...file, caption }, more } }
}
