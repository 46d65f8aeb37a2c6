import { z } from 'zod'
import type { Sql } from '../db/client.ts'
import { asc, drizzleOn, eq } from '../db/drizzle.ts'
import { talkEntrySchema } from '../messaging/message.ts'
import { attachments, contacts, messages } from '../messaging/tables.ts'
import { recordRead } from '../officers/audit.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { officers } from '../officers/tables.ts'
import { type Key, openJson, type Secrets } from '../secrets.ts'
import { type ActivityLine, activitySince } from './activity.ts'
import { readTicketRow, type Ticket } from './locked-ticket.ts'
import { type AnswerLine, answerLineSchema, type Resolution, resolutionSchema } from './services.ts'
import { tickets, walkInWords } from './tables.ts'
import { isOverdue, type Standing } from './ticket.ts'

export interface TicketMessage {
  id: number
  at: Date
  author: 'citizen' | 'bot' | 'officer' | 'note'
  /** Null once the person was erased. */
  text: string | null
  officer: { id: string; name: string } | null
  attachmentIds: string[]
}

export interface TicketAttachment {
  id: string
  mediaType: string | null
  sizeBytes: number | null
  createdAt: Date
  /** Whether its content can be opened; if not, `failure` may say why. */
  isFetched: boolean
  failure: string | null
}

/** Everything an officer sees of one ticket. */
export interface TicketDetails {
  ticket: Ticket
  /** Null when the officer saw it only because they acted on it just now. */
  standing: Standing | null
  assignee: { id: string; username: string; name: string } | null
  answers: AnswerLine[]
  resolution: Resolution | null
  /** Determinations as they were shown to the citizen; null when there was no screening. */
  screening: unknown
  messages: TicketMessage[]
  attachments: TicketAttachment[]
  activity: ActivityLine[]
}

export type ReadOutcome = { kind: 'done'; details: TicketDetails } | { kind: 'not-found' } | { kind: 'forbidden' }

/**
 * Opens one ticket for an officer and records that they read it. `evenOutOfScope` shows the outcome of their own action
 * (filed for another unit, handed back) once more.
 */
export async function readTicket(
  sql: Sql,
  secrets: Secrets,
  officer: Officer,
  number: string,
  now: Date,
  options: { evenOutOfScope?: boolean } = {},
): Promise<ReadOutcome> {
  const drizzle = drizzleOn(sql)
  const [found] = await drizzle
    .select({
      ticket: tickets,
      contactKey: contacts.sealedKey,
      assignee: { id: officers.id, username: officers.username, name: officers.name },
    })
    .from(tickets)
    .leftJoin(contacts, eq(contacts.id, tickets.contactId))
    .leftJoin(officers, eq(officers.id, tickets.assigneeId))
    .where(eq(tickets.number, number))
  if (!found) return { kind: 'not-found' }
  const ticket = readTicketRow(found.ticket)
  const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
  if (standing === null && !options.evenOutOfScope) return { kind: 'forbidden' }
  const sealedKey = ticket.contactId === null ? ticket.sealedKey : found.contactKey
  const key = sealedKey === null ? null : secrets.openPersonKey(sealedKey)
  const [talk, files, activity, screening] = await Promise.all([
    ticket.contactId === null ? walkInTalk(sql, ticket.id, key) : chatTalk(sql, secrets, ticket.id),
    drizzle.select().from(attachments).where(eq(attachments.ticketId, ticket.id)).orderBy(asc(attachments.createdAt)),
    activitySince(sql, ticket.id, 0),
    readScreening(sql, ticket, key),
    recordRead(sql, { officerId: officer.id, what: 'ticket', ticketNumber: ticket.number }, now),
  ])
  return {
    kind: 'done',
    details: {
      ticket,
      standing,
      assignee: found.assignee,
      answers: key === null ? [] : z.array(answerLineSchema).parse(openJson(key, ticket.sealedAnswers)),
      resolution:
        key === null || ticket.sealedResolution === null
          ? null
          : resolutionSchema.parse(openJson(key, ticket.sealedResolution)),
      screening,
      messages: talk,
      attachments: files.map((file) => ({
        id: file.id,
        mediaType: file.mediaType,
        sizeBytes: file.sizeBytes,
        createdAt: file.createdAt,
        isFetched: file.fetchedAt !== null && file.failure === null,
        failure: file.failure,
      })),
      activity,
    },
  }
}

/** The person may have spoken in several chats; each has a key of its own. */
async function chatTalk(sql: Sql, secrets: Secrets, ticketId: number): Promise<TicketMessage[]> {
  const rows = await drizzleOn(sql)
    .select({
      id: messages.id,
      at: messages.createdAt,
      author: messages.author,
      sealedBody: messages.sealedBody,
      contactId: messages.contactId,
      sealedKey: contacts.sealedKey,
      officer: { id: officers.id, name: officers.name },
    })
    .from(messages)
    .leftJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(officers, eq(officers.id, messages.officerId))
    .where(eq(messages.ticketId, ticketId))
    .orderBy(asc(messages.id))
  const keys = new Map<string, Key>()
  for (const { contactId, sealedKey } of rows) {
    if (sealedKey !== null && !keys.has(contactId)) keys.set(contactId, secrets.openPersonKey(sealedKey))
  }
  return rows.map(({ contactId, sealedKey: _, ...row }) => openWords(row, keys.get(contactId) ?? null))
}

async function walkInTalk(sql: Sql, ticketId: number, key: Key | null): Promise<TicketMessage[]> {
  const rows = await drizzleOn(sql)
    .select({
      id: walkInWords.id,
      at: walkInWords.createdAt,
      author: walkInWords.author,
      sealedBody: walkInWords.sealedBody,
      officer: { id: officers.id, name: officers.name },
    })
    .from(walkInWords)
    .leftJoin(officers, eq(officers.id, walkInWords.officerId))
    .where(eq(walkInWords.ticketId, ticketId))
    .orderBy(asc(walkInWords.id))
  return rows.map((row) => openWords(row, key))
}

function openWords(
  row: { id: number; at: Date; author: string; sealedBody: Buffer; officer: TicketMessage['officer'] },
  key: Key | null,
): TicketMessage {
  const entry = key === null ? null : talkEntrySchema.parse(openJson(key, row.sealedBody))
  return {
    id: row.id,
    at: row.at,
    author: row.author as TicketMessage['author'],
    text: entry?.text ?? null,
    officer: row.officer,
    attachmentIds: entry?.attachmentIds ?? [],
  }
}

async function readScreening(sql: Sql, ticket: Ticket, key: Key | null): Promise<unknown> {
  if (ticket.screeningId === null || key === null) return null
  const [row] = await sql<{ sealed: Buffer }[]>`
    select sealed_screening as sealed from screenings where id = ${ticket.screeningId}`
  return row ? openJson(key, row.sealed) : null
}
