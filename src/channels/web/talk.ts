import { isoLocal } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import { hashAddress } from '../../messaging/contact.ts'
import { type TalkEntry, talkEntrySchema } from '../../messaging/message.ts'
import { openJson, type Secrets } from '../../secrets.ts'
import { ACCOUNT } from './address.ts'
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
  on_their_way: string | null
  id: number
  author: ShownMessage['author']
  sealed_body: Buffer
  external_id: string | null
  created_at: Date
}

const FIRST_LOAD = 50
const AT_ONCE = 200
/** How the talk keeps that the page was opened; nobody said it. */
const OPENED = '/start'

/** Null while the address is new to us. */
export async function findContact(
  { sql, secrets }: { sql: Sql; secrets: Secrets },
  address: string,
): Promise<WebContact | null> {
  const hash = hashAddress(secrets, { channel: 'web', account: ACCOUNT, address })
  const [row] = await sql<{ id: string; sealed_key: Buffer | null; language: string }[]>`
    select id, sealed_key, language from contacts
    where channel = 'web' and account = ${ACCOUNT} and address_hash = ${hash}`
  return row === undefined ? null : { id: row.id, sealedKey: row.sealed_key, language: row.language }
}

/**
 * What a page may show after its cursor. The person's own words show at once; what we send shows when it is recorded as
 * delivered, so that a message dropped because an officer took over never shows. The record is the channel's id of the
 * message: notes among officers never get one.
 */
export async function readTalk(
  { sql, secrets }: { sql: Sql; secrets: Secrets },
  contact: WebContact,
  cursor: Cursor | null,
): Promise<TalkPart> {
  const start = cursor ?? { after: 0, gaps: [] }
  if (contact.sealedKey === null) return { messages: [], cursor: start, isWaiting: false }
  const { rows, onTheirWay } = await readRows(sql, contact.id, cursor)
  const key = secrets.openPersonKey(contact.sealedKey)
  const opened = rows.map((row) => ({ row, entry: talkEntrySchema.parse(openJson(key, row.sealed_body)) }))
  const shown = opened.filter(({ row, entry }) => row.author !== 'citizen' || entry.text !== OPENED)
  const types = await mediaTypes(
    sql,
    contact.id,
    shown.map(({ entry }) => entry),
  )

  let current = start
  const messages = shown.map(({ row, entry }, index) => {
    const later = shown.slice(index + 1).map((next) => next.row.id)
    current = advance(current, row.id, [...onTheirWay, ...later])
    return { message: toShown(row, entry, types), cursor: writeCursor(current) }
  })
  // What was on its way and is refused or dropped now is waited for no longer.
  return { messages, cursor: advance(current, 0, onTheirWay), isWaiting: onTheirWay.length > 0 }
}

/** One statement, so that no message falls between being on its way and being there. */
async function readRows(
  sql: Sql,
  contactId: string,
  cursor: Cursor | null,
): Promise<{ rows: Row[]; onTheirWay: number[] }> {
  const part =
    cursor === null
      ? sql`order by id desc limit ${FIRST_LOAD}`
      : sql`and (id > ${cursor.after} or id = any(${cursor.gaps}::bigint[])) order by id limit ${AT_ONCE}`
  const read = await sql<(Row | { id: null; on_their_way: string | null })[]>`
    select on_their_way.ids as on_their_way, shown.*
    from (
      select string_agg(message_id::text, ' ' order by id) as ids
      from outbox where contact_id = ${contactId} and state = 'waiting'
    ) on_their_way left join lateral (
      select id, author, sealed_body, external_id, created_at from messages
      where contact_id = ${contactId}
        and (author = 'citizen' or (author in ('bot', 'officer') and external_id is not null)) ${part}
    ) shown on true
    order by shown.id`
  const ids = read[0]?.on_their_way?.split(' ').map(Number) ?? []
  return { rows: read.filter((row): row is Row => row.id !== null), onTheirWay: ids }
}

async function mediaTypes(
  sql: Sql,
  contactId: string,
  entries: readonly TalkEntry[],
): Promise<ReadonlyMap<string, string | null>> {
  const ids = entries.flatMap(({ attachmentIds }) => attachmentIds)
  if (ids.length === 0) return new Map()
  const rows = await sql<{ id: string; media_type: string | null }[]>`
    select a.id, a.media_type from attachments a join contacts c on c.id = a.contact_id join contacts me on me.id = ${contactId}
    where (c.id = me.id or c.person_id = me.person_id) and a.id = any(${ids}::uuid[]) 
      and (a.stored_name is not null or a.sealed_content is not null)
    union all select id, media_type from office_files where id = any(${ids}::uuid[])`
  return new Map(rows.map(({ id, media_type }) => [id, media_type]))
}

function toShown(row: Row, entry: TalkEntry, types: ReadonlyMap<string, string | null>): ShownMessage {
  return {
    id: row.id,
    client_id: row.author === 'citizen' ? row.external_id : null,
    author: row.author,
    text: entry.text,
    actions: row.author === 'citizen' ? [] : entry.actions,
    attachments: entry.attachmentIds.flatMap((id) => {
      const type = types.get(id)
      return type === undefined ? [] : [{ id, url: `/api/v1/chat/attachments/${id}`, media_type: type }]
    }),
    at: isoLocal(row.created_at),
  }
}
