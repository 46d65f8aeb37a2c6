import { fileTypeFromBuffer } from 'file-type'
import type { Sql } from '../db/client.ts'
import { and, drizzleOn, eq } from '../db/drizzle.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import { attachments, contacts } from '../messaging/tables.ts'
import { recordRead } from '../officers/audit.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { open, type Secrets } from '../secrets.ts'

interface OpenedFile {
  content: Buffer
  /** What the content is, whatever the sender called it; null when it cannot be told. */
  mediaType: string | null
  extension: string
}

/** One paper on a ticket, opened for an officer who may see the ticket; the reading is recorded. Null: not theirs, or gone. */
export async function readAttachment(
  sql: Sql,
  secrets: Secrets,
  officer: Officer,
  which: { number: string; id: string },
  now: Date,
): Promise<OpenedFile | null> {
  const [found] = await drizzleOn(sql)
    .select({ ticket: tickets, sealedContent: attachments.sealedContent, contactKey: contacts.sealedKey })
    .from(attachments)
    .innerJoin(tickets, eq(tickets.id, attachments.ticketId))
    .leftJoin(contacts, eq(contacts.id, attachments.contactId))
    .where(and(eq(attachments.id, which.id), eq(tickets.number, which.number)))
  if (!found || found.sealedContent === null || found.contactKey === null) return null
  const ticket = readTicketRow(found.ticket)
  if (standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) }) === null) return null
  await recordRead(sql, { officerId: officer.id, what: 'attachment', ticketNumber: ticket.number }, now)
  const content = open(secrets.openPersonKey(found.contactKey), found.sealedContent)
  const type = await fileTypeFromBuffer(content)
  return { content, mediaType: type?.mime ?? null, extension: type?.ext ?? 'bin' }
}
