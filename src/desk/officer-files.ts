import type { Sql } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { newId } from '../ids.ts'
import { beginAnew } from '../messaging/person.ts'
import { attachments, contacts } from '../messaging/tables.ts'
import type { UploadType } from '../messaging/upload-type.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { seal } from '../secrets.ts'
import { lockTicket, reachOf } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { isOverdue, isTakenFrom, mayDo } from './ticket.ts'
import type { Speaker } from './words.ts'

/** A file from an officer, meant for the citizen. */
export interface OfficerFile {
  content: Uint8Array
  mediaType: UploadType
}

/**
 * Lays files on the ticket, sealed with the key of the chat in which the person is written to, so that they go when the
 * person goes. Returns their ids. Somebody without a chat gets papers in the hand.
 */
export async function keepFiles(
  speaker: Pick<Speaker, 'tx' | 'reach' | 'ticket' | 'now'>,
  files: readonly OfficerFile[],
): Promise<{ ids: string[] } | { faults: Fault[] }> {
  const { tx, reach, ticket, now } = speaker
  if (files.length === 0) return { ids: [] }
  if (reach === null) return { faults: [{ where: 'files', what: 'this person has no chat to send files to' }] }
  const drizzle = drizzleOn(tx)
  const [chat] = await drizzle
    .select({ channel: contacts.channel, account: contacts.account })
    .from(contacts)
    .where(eq(contacts.id, reach.id))
  if (!chat) throw new Error('The contact is gone')
  const rows = files.map(({ content, mediaType }) => ({
    id: newId(),
    contactId: reach.id,
    ticketId: ticket.id,
    ...chat,
    mediaType,
    sizeBytes: content.length,
    sealedContent: seal(reach.key, content),
    createdAt: now,
    fetchedAt: now,
  }))
  await drizzle.insert(attachments).values(rows)
  return { ids: rows.map((row) => row.id) }
}

type LayOutcome =
  | { kind: 'done'; id: string }
  | { kind: 'not-found' }
  | { kind: 'forbidden' }
  | { kind: 'invalid'; faults: Fault[] }

/** Lays one file on a ticket, to be named in a reply that follows. Whoever may reply may do so. */
export function layFile(
  sql: Sql,
  services: DeskServices,
  { number, officer }: { number: string; officer: Officer },
  file: OfficerFile,
  now: Date,
): Promise<LayOutcome> {
  return beginAnew(sql, async (tx): Promise<LayOutcome> => {
    const locked = await lockTicket(tx, services.secrets, { number })
    if (!locked) return { kind: 'not-found' }
    const { ticket } = locked
    const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
    if (standing === null || !mayDo('reply', standing)) return { kind: 'forbidden' }
    if (isTakenFrom('reply', ticket, officer.id, standing)) return { kind: 'forbidden' }
    const kept = await keepFiles({ tx, reach: await reachOf(tx, locked, now), ticket, now }, [file])
    if ('faults' in kept) return { kind: 'invalid', faults: kept.faults }
    const [id] = kept.ids
    if (id === undefined) throw new Error('The file was not kept')
    return { kind: 'done', id }
  })
}
