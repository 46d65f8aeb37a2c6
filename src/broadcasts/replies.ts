/** Words with which a person answers a policy message: they become a ticket of the unit that sent it. */
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { citizenSays } from '../desk/citizen-says.ts'
import { fileTicket } from '../desk/file-ticket.ts'
import type { DeskServices } from '../desk/services.ts'
import type { Key } from '../secrets.ts'
import { contentSchema } from './broadcast.ts'
import { noteHeard } from './tap.ts'

/** A policy message that a person got. */
export interface HeardBroadcast {
  id: string
  /** The chat in which it came. */
  contactId: string
  topic: string
  sentAt: Date
  messageId: number | null
}

interface HeardRow {
  broadcast_id: string
  contact_id: string
  topic: string
  sent_at: Date
  message_id: number | null
}

const heardOf = (row: HeardRow): HeardBroadcast => ({
  id: row.broadcast_id,
  contactId: row.contact_id,
  topic: row.topic,
  sentAt: row.sent_at,
  messageId: row.message_id,
})

/** The newest message that each of these contacts got since then. */
export async function broadcastsHeard(
  sql: Sql | Transaction,
  contactIds: readonly string[],
  since: Date,
): Promise<HeardBroadcast[]> {
  if (contactIds.length === 0) return []
  const rows = await sql<HeardRow[]>`
    select distinct on (r.contact_id) r.broadcast_id, r.contact_id, b.topic, r.sent_at, r.message_id
    from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
    where r.contact_id = any (${list(sql, contactIds)}::uuid[]) and r.sent_at >= ${since}
      and r.state in ('sending', 'sent', 'confirmed', 'uncertain')
    order by r.contact_id, r.sent_at desc`
  return rows.map(heardOf)
}

/** The message that a person quoted, however old. */
export async function broadcastQuoted(
  tx: Transaction,
  contactIds: readonly string[],
  quotedMessageId: string,
): Promise<HeardBroadcast | null> {
  const [row] = await tx<HeardRow[]>`
    select r.broadcast_id, r.contact_id, b.topic, coalesce(r.sent_at, r.settled_at, b.started_at) as sent_at, r.message_id
    from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id left join messages m on m.id = r.message_id
    where r.contact_id = any (${list(tx, contactIds)}::uuid[])
      and (r.external_id = ${quotedMessageId} or m.external_id = ${quotedMessageId})
    order by r.sent_at desc nulls last limit 1`
  return row ? heardOf(row) : null
}

export interface BroadcastReply {
  broadcastId: string
  /** The chat in which the person answered. */
  contact: { id: string; key: Key }
  /** All contacts of the person. */
  contactIds: readonly string[]
  communeCode: string | null
  words: string
  messageIds: readonly number[]
  attachmentIds: readonly string[]
}

/** `filed`: a new ticket; `added`: to the one that the person's earlier answer to this message opened. */
export type ReplyOutcome =
  | { kind: 'filed'; number: string; unitName: Record<'vi' | 'en', string>; dueAt: Date }
  | { kind: 'added'; number: string }
  | { kind: 'gone' }

/** How much of the message stands on the ticket, in characters. */
const LONGEST_EXTRACT = 300

/** Brings an answer to the unit that sent the message. The caller holds the contact's lock. */
export async function replyToBroadcast(
  tx: Transaction,
  desk: DeskServices,
  reply: BroadcastReply,
  now: Date,
): Promise<ReplyOutcome> {
  const { broadcastId, contactIds, contact, messageIds, attachmentIds } = reply
  const [row] = await tx<
    {
      topic: string
      unit_id: string | null
      content: unknown
      message_id: number | null
      number: string | null
      ticket_id: number | null
    }[]
  >`
    select b.topic, b.unit_id, b.content, r.message_id, t.number, t.id as ticket_id
    from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
    left join tickets t on t.id = r.reply_ticket_id and t.status not in ('resolved', 'closed')
    where r.broadcast_id = ${broadcastId} and r.contact_id = any (${list(tx, contactIds)}::uuid[])
    order by (r.contact_id = ${contact.id}) desc limit 1`
  if (!row) return { kind: 'gone' }
  await noteHeard(tx, { broadcastId, contactIds }, 'replied', now)
  if (row.ticket_id !== null && row.number !== null) {
    for (const [index, messageId] of messageIds.entries()) {
      const attached = index === 0 ? [...attachmentIds] : []
      await citizenSays(tx, desk, { ticketId: row.ticket_id, messageId, attachmentIds: attached }, now)
    }
    return { kind: 'added', number: row.number }
  }
  const label = (name: string) => desk.texts.text('vi', `news.reply.${name}`)
  const { texts } = contentSchema.parse(row.content)
  const filed = await fileTicket(
    tx,
    desk,
    {
      contact,
      topic: row.topic,
      requestType: 'general',
      urgent: false,
      communeCode: reply.communeCode,
      answers: [
        { id: 'need', label: label('words'), value: reply.words },
        { id: 'broadcast', label: label('about'), value: extract(texts.vi.text) },
      ],
      screeningId: null,
      unitId: row.unit_id ?? undefined,
      attachmentIds,
    },
    now,
  )
  const talk = row.message_id === null ? messageIds : [row.message_id, ...messageIds]
  // Only these words: what else was said in between is not the unit's to read.
  await tx`update messages set ticket_id = ${filed.id}
    where id = any (${list(tx, talk)}::bigint[]) and contact_id = ${contact.id} and ticket_id is null`
  await tx`update broadcast_recipients set reply_ticket_id = ${filed.id}
    where broadcast_id = ${broadcastId} and contact_id = any (${list(tx, contactIds)}::uuid[])`
  return { kind: 'filed', number: filed.number, unitName: filed.unitName, dueAt: filed.dueAt }
}

function extract(text: string): string {
  const characters = [...text]
  return characters.length <= LONGEST_EXTRACT ? text : `${characters.slice(0, LONGEST_EXTRACT - 1).join('')}…`
}
