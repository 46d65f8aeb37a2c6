import { fileTypeFromBuffer } from 'file-type'
import { openContent } from '../attachments/open-attachment.ts'
import { attachments } from '../attachments/tables.ts'
import { recordAudit } from '../audit/record.ts'
import { and, drizzleOn, eq, inArray } from '../db/drizzle.ts'
import { familyOf } from '../desk/family.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import { contacts } from '../messaging/tables.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import type { ConsoleServices } from './visit.ts'

type ReadFile =
  /** `mediaType`: what the content is, whatever the sender called it; null when it cannot be told. */
  | { kind: 'file'; content: Buffer; mediaType: string | null }
  /** Not theirs to see, or there is none. */
  | { kind: 'none' }
  /** It was here; the store has it no longer. */
  | { kind: 'lost' }

/** One paper on a ticket, opened for an officer who may see the ticket; the reading is recorded before it is handed out. */
export async function readAttachment(
  services: Pick<ConsoleServices, 'sql' | 'secrets' | 'store' | 'log'>,
  officer: Officer,
  which: { number: string; id: string },
  now: Date,
): Promise<ReadFile> {
  const { sql } = services
  const { id, storedName, sealedContent } = attachments
  const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, which.number))
  if (!row) return { kind: 'none' }
  const ticket = readTicketRow(row)
  if (standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) }) === null) return { kind: 'none' }
  const [found] = await drizzleOn(sql)
    .select({ place: { id, storedName, sealedContent }, sealedKey: contacts.sealedKey })
    .from(attachments)
    .leftJoin(contacts, eq(contacts.id, attachments.contactId))
    .where(and(eq(attachments.id, which.id), inArray(attachments.ticketId, await familyOf(sql, ticket.id))))
  if (!found) return { kind: 'none' }
  const opened = await openContent(services, { ...found.place, sealedKey: found.sealedKey })
  if (opened.kind !== 'content') return opened
  await recordAudit(
    sql,
    {
      actorId: officer.id,
      action: 'attachment-read',
      subjectKind: 'ticket',
      subjectId: ticket.number,
      facts: { attachment: which.id },
    },
    now,
  )
  const type = await fileTypeFromBuffer(opened.content)
  return { kind: 'file', content: opened.content, mediaType: type?.mime ?? null }
}
