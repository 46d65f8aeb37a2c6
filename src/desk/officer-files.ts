import { keepFileIn } from '../attachments/keep-file.ts'
import { attachments } from '../attachments/tables.ts'
import type { UploadType } from '../attachments/upload-type.ts'
import type { Sql } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { newId } from '../ids.ts'
import { type FileLimits, isCarried, limitWords } from '../messaging/file-limits.ts'
import { beginAnew } from '../messaging/person.ts'
import { wayTo } from '../messaging/reach.ts'
import { contacts } from '../messaging/tables.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { lockTicket, reachOf } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
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
  services: Pick<DeskServices, 'secrets' | 'store' | 'fileLimits'>,
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
  const limits = services.fileLimits(chat.channel)
  if (limits !== null && !files.every((file) => isCarried(limits, file))) {
    return {
      faults: [{ where: 'files', what: `the person's channel, ${chat.channel}, carries ${limitWords(limits)}` }],
    }
  }
  const rows = []
  for (const { content, mediaType } of files) {
    rows.push({
      id: newId(),
      contactId: reach.id,
      ticketId: ticket.id,
      ...chat,
      mediaType,
      sizeBytes: content.length,
      storedName: await keepFileIn(tx, services, reach, content),
      createdAt: now,
      fetchedAt: now,
    })
  }
  await drizzle.insert(attachments).values(rows)
  return { ids: rows.map((row) => row.id) }
}

/** What can be sent to the person of a ticket as things are; null without a chat. Asked before anything is laid down. */
export async function filesCarriedTo(
  sql: Sql,
  services: Pick<DeskServices, 'fileLimits'>,
  number: string,
  now: Date,
): Promise<{ channel: string; limits: FileLimits } | null> {
  const drizzle = drizzleOn(sql)
  const [ticket] = await drizzle
    .select({ contactId: tickets.contactId })
    .from(tickets)
    .where(eq(tickets.number, number))
  const contactId = ticket?.contactId ?? null
  if (contactId === null) return null
  const way = await wayTo(sql, contactId, now)
  const [chat] = await drizzle.select({ channel: contacts.channel }).from(contacts).where(eq(contacts.id, way))
  const limits = chat === undefined ? null : services.fileLimits(chat.channel)
  return chat === undefined || limits === null ? null : { channel: chat.channel, limits }
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
    const kept = await keepFiles(services, { tx, reach: await reachOf(tx, locked, now), ticket, now }, [file])
    if ('faults' in kept) return { kind: 'invalid', faults: kept.faults }
    const [id] = kept.ids
    if (id === undefined) throw new Error('The file was not kept')
    return { kind: 'done', id }
  })
}
