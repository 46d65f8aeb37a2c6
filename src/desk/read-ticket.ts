import { z } from 'zod'
import { attachments } from '../attachments/tables.ts'
import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { asc, drizzleOn, eq, inArray } from '../db/drizzle.ts'
import { talkEntrySchema } from '../messaging/message.ts'
import { contacts, messages } from '../messaging/tables.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { officers } from '../officers/tables.ts'
import { type Key, openJson, type Secrets } from '../secrets.ts'
import { type ActivityLine, activitySince } from './activity.ts'
import { familyOf } from './family.ts'
import { readTicketRow, type Ticket } from './locked-ticket.ts'
import { deliveryOf, type MessageDelivery, readQueued } from './read-delivery.ts'
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
  /** Of words to the person in a chat; null otherwise, and when nobody knows any more. */
  delivery: MessageDelivery | null
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
  /** Every chat of the person is closed to us, as far as we know. */
  isUnreachable: boolean
  /** Null when the officer saw it only because they acted on it just now. */
  standing: Standing | null
  assignee: { id: string; username: string; name: string } | null
  answers: AnswerLine[]
  /** The answers of duplicates that go on here. */
  joined: { number: string; answers: AnswerLine[] }[]
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
  sql: Sql | Transaction,
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
  const family = await familyOf(sql, ticket.id)
  const joined = family.length === 1 ? [] : await answersOfMerged(sql, secrets, ticket.id)
  const [talk, files, activity, screening, isUnreachable] = await Promise.all([
    ticket.contactId === null ? walkInTalk(sql, secrets, family) : chatTalk(sql, secrets, family),
    drizzle.select().from(attachments).where(inArray(attachments.ticketId, family)).orderBy(asc(attachments.createdAt)),
    activitySince(sql, ticket.id, 0),
    readScreening(sql, ticket, key),
    ticket.contactId === null ? false : isOutOfReach(sql, ticket.contactId),
    recordAudit(
      sql,
      { actorId: officer.id, action: 'ticket-read', subjectKind: 'ticket', subjectId: ticket.number },
      now,
    ),
  ])
  return {
    kind: 'done',
    details: {
      ticket,
      isUnreachable,
      standing,
      assignee: found.assignee,
      answers: key === null ? [] : z.array(answerLineSchema).parse(openJson(key, ticket.sealedAnswers)),
      joined,
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

/** What the person said of themselves in the duplicates that go on in this ticket, the first of them first. */
async function answersOfMerged(
  sql: Sql | Transaction,
  secrets: Secrets,
  ticketId: number,
): Promise<{ number: string; answers: AnswerLine[] }[]> {
  const rows = await drizzleOn(sql)
    .select({
      number: tickets.number,
      contactId: tickets.contactId,
      sealedAnswers: tickets.sealedAnswers,
      ownKey: tickets.sealedKey,
      contactKey: contacts.sealedKey,
    })
    .from(tickets)
    .leftJoin(contacts, eq(contacts.id, tickets.contactId))
    .where(eq(tickets.mergedInto, ticketId))
    .orderBy(asc(tickets.id))
  return rows.flatMap(({ number, contactId, sealedAnswers, ownKey, contactKey }) => {
    const sealedKey = contactId === null ? ownKey : contactKey
    if (sealedKey === null) return []
    const answers = openJson(secrets.openPersonKey(sealedKey), sealedAnswers)
    return [{ number, answers: z.array(answerLineSchema).parse(answers) }]
  })
}

/** The person may have spoken in several chats; each has a key of its own. */
async function chatTalk(sql: Sql | Transaction, secrets: Secrets, family: readonly number[]): Promise<TicketMessage[]> {
  const rows = await drizzleOn(sql)
    .select({
      id: messages.id,
      at: messages.createdAt,
      author: messages.author,
      sealedBody: messages.sealedBody,
      externalId: messages.externalId,
      undelivered: messages.undelivered,
      contactId: messages.contactId,
      sealedKey: contacts.sealedKey,
      officer: { id: officers.id, name: officers.name },
    })
    .from(messages)
    .leftJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(officers, eq(officers.id, messages.officerId))
    .where(inArray(messages.ticketId, family))
    .orderBy(asc(messages.id))
  const keys = new Map<string, Key>()
  for (const { contactId, sealedKey } of rows) {
    if (sealedKey !== null && !keys.has(contactId)) keys.set(contactId, secrets.openPersonKey(sealedKey))
  }
  const queued = await readQueued(sql, [...new Set(rows.map(({ contactId }) => contactId))])
  return rows.map(({ contactId, sealedKey: _, ...row }) => {
    const isOurs = row.author === 'bot' || row.author === 'officer'
    const waits = queued.waitedFor.has(contactId)
    const delivery = isOurs ? deliveryOf(row, queued.byMessage.get(row.id), waits) : null
    return { ...openWords(row, keys.get(contactId) ?? null), delivery }
  })
}

/** Each ticket of somebody without a chat has a key of its own. */
async function walkInTalk(
  sql: Sql | Transaction,
  secrets: Secrets,
  family: readonly number[],
): Promise<TicketMessage[]> {
  const rows = await drizzleOn(sql)
    .select({
      id: walkInWords.id,
      at: walkInWords.createdAt,
      author: walkInWords.author,
      sealedBody: walkInWords.sealedBody,
      sealedKey: tickets.sealedKey,
      officer: { id: officers.id, name: officers.name },
    })
    .from(walkInWords)
    .innerJoin(tickets, eq(tickets.id, walkInWords.ticketId))
    .leftJoin(officers, eq(officers.id, walkInWords.officerId))
    .where(inArray(walkInWords.ticketId, family))
    .orderBy(asc(walkInWords.id))
  return rows.map(({ sealedKey, ...row }) =>
    openWords(row, sealedKey === null ? null : secrets.openPersonKey(sealedKey)),
  )
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
    delivery: null,
  }
}

async function isOutOfReach(sql: Sql | Transaction, contactId: string): Promise<boolean> {
  const [row] = await sql<{ all: boolean | null }[]>`
    select bool_and(o.unreachable_at is not null) as all from contacts c
    join contacts o on o.id = c.id or o.person_id = c.person_id where c.id = ${contactId}`
  return row?.all ?? false
}

async function readScreening(sql: Sql | Transaction, ticket: Ticket, key: Key | null): Promise<unknown> {
  if (ticket.screeningId === null || key === null) return null
  const [row] = await sql<{ sealed: Buffer }[]>`
    select sealed_screening as sealed from screenings where id = ${ticket.screeningId}`
  return row ? openJson(key, row.sealed) : null
}
