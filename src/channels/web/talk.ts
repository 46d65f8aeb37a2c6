import { isoLocal } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import { type TalkEntry, talkEntrySchema } from '../../messaging/message.ts'
import { openJson, type Secrets } from '../../secrets.ts'
import { advance, type Cursor, writeCursor } from './cursor.ts'

/** What the page needs to know of the contact behind an address. */
export interface WebContact {
  id: string
  /** Null once the person was erased. */
  sealedKey: Uint8Array | null
  language: string
}

/** One line of the talk as the page gets it. */
export interface ShownMessage {
  id: number
  /** The page's own id of what the person sent; null for all else. */
  client_id: string | null
  author: 'bot' | 'officer' | 'citizen'
  text: string
  actions: { id: string; label: string }[]
  attachments: { id: string; url: string; media_type: string | null }[]
  at: string
}

export interface TalkPart {
  /** In order, each with the cursor that stands once it is shown. */
  messages: { message: ShownMessage; cursor: string }[]
  cursor: Cursor
  /** Something is on its way, so it is worth looking again soon. */
  isWaiting: boolean
}

interface Row {
  id: number
  author: string
  sealed_body: Buffer
  external_id: string | null
  created_at: Date
  is_delivered: boolean
  is_waiting: boolean
}

const FIRST_LOAD = 50
const AT_ONCE = 200

/**
 * What a page may show after its cursor. The person's own words show at once; what we send shows when it is recorded as
 * delivered, so that a message dropped because an officer took over never shows.
 */
export async function readTalk(
  { sql, secrets }: { sql: Sql; secrets: Secrets },
  contact: WebContact,
  cursor: Cursor | null,
): Promise<TalkPart> {
  if (contact.sealedKey === null) return { messages: [], cursor: cursor ?? { after: 0, gaps: [] }, isWaiting: false }
  const rows = cursor === null ? await lastRows(sql, contact.id) : await rowsAfter(sql, contact.id, cursor)
  const key = secrets.openPersonKey(contact.sealedKey)
  const visible = rows.filter((row) => row.author === 'citizen' || row.is_delivered)
  const waiting = rows.filter((row) => row.is_waiting).map(({ id }) => id)
  const entries = visible.map((row) => talkEntrySchema.parse(openJson(key, row.sealed_body)))
  const types = await mediaTypes(sql, contact.id, entries)

  let current = cursor ?? { after: 0, gaps: [] }
  const messages = visible.map((row, index) => {
    const later = visible.slice(index + 1).map(({ id }) => id)
    current = advance(current, row.id, [...waiting, ...later])
    const entry = entries[index] ?? { text: '', actions: [], attachmentIds: [] }
    return { message: toShown(row, entry, types), cursor: writeCursor(current) }
  })
  // What was on its way and is now refused or dropped is waited for no longer.
  current = { after: current.after, gaps: waiting.filter((id) => id < current.after) }
  return { messages, cursor: current, isWaiting: waiting.length > 0 }
}

const columns = (sql: Sql) => sql`
  m.id, m.author, m.sealed_body, m.external_id, m.created_at,
  exists (select from outbox o where o.message_id = m.id and o.state = 'delivered') as is_delivered,
  exists (select from outbox o where o.message_id = m.id and o.state = 'waiting') as is_waiting`

async function lastRows(sql: Sql, contactId: string): Promise<Row[]> {
  const rows = await sql<Row[]>`
    select ${columns(sql)} from messages m where m.contact_id = ${contactId} order by m.id desc limit ${FIRST_LOAD}`
  return [...rows].reverse()
}

async function rowsAfter(sql: Sql, contactId: string, { after, gaps }: Cursor): Promise<Row[]> {
  return sql<Row[]>`
    select ${columns(sql)} from messages m
    where m.contact_id = ${contactId} and (m.id > ${after} or m.id = any(${gaps}::bigint[]))
    order by m.id limit ${AT_ONCE}`
}

async function mediaTypes(
  sql: Sql,
  contactId: string,
  entries: readonly TalkEntry[],
): Promise<ReadonlyMap<string, string | null>> {
  const ids = entries.flatMap(({ attachmentIds }) => attachmentIds)
  if (ids.length === 0) return new Map()
  const rows = await sql<{ id: string; media_type: string | null }[]>`
    select id, media_type from attachments
    where contact_id = ${contactId} and id = any(${ids}::uuid[]) and sealed_content is not null`
  return new Map(rows.map(({ id, media_type }) => [id, media_type]))
}

function toShown(row: Row, entry: TalkEntry, types: ReadonlyMap<string, string | null>): ShownMessage {
  return {
    id: row.id,
    client_id: row.author === 'citizen' ? row.external_id : null,
    author: row.author === 'citizen' || row.author === 'officer' ? row.author : 'bot',
    text: entry.text,
    actions: row.author === 'citizen' ? [] : entry.actions,
    attachments: entry.attachmentIds.flatMap((id) => {
      const type = types.get(id)
      return type === undefined ? [] : [{ id, url: `/api/v1/chat/attachments/${id}`, media_type: type }]
    }),
    at: isoLocal(row.created_at),
  }
}
