import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { newId } from '../ids.ts'
import type { TalkEntry } from '../messaging/message.ts'
import type { StoredUpdate, UpdateFile } from '../messaging/update.ts'
import { type Key, seal, sealJson } from '../secrets.ts'
import { CORRECTED } from './corrections.ts'
import type { Session } from './session.ts'

const KEPT_MEDIA: readonly UpdateFile['media'][] = ['photo', 'document', 'voice']

/** Words of one person on their way into the talk. */
export interface Words {
  contact: { id: string; channel: string; account: string; key: Key }
  update: StoredUpdate
  session: Session | null
  attachmentIds: string[]
}

/** Writes down what people said, as it stands in their talks. Returns the ids of the messages, in the same order. */
export async function keepWords(tx: Transaction, said: readonly Words[], now: Date): Promise<number[]> {
  const column = (of: (words: Words) => string | Uint8Array | null) => list(tx, said.map(of))
  const rows = await tx<{ id: number }[]>`
    with given as materialized (
      select ${column(({ contact }) => contact.id)}::uuid[] as contact_id,
        ${column(({ contact, ...words }) => sealJson(contact.key, entryOf(words)))}::bytea[] as body,
        ${column(({ update }) => update.messageId)}::text[] as external_id,
        ${column(({ update }) => (update.body.kind === 'officer' ? 'officer' : 'citizen'))}::text[] as author
    ), kept as (
      insert into messages (contact_id, author, sealed_body, external_id, created_at)
      select w.contact_id, w.author, w.body, w.external_id, ${now}
      from given g, unnest(g.contact_id, g.body, g.external_id, g.author) with ordinality
        as w(contact_id, body, external_id, author, place) order by place
      returning id
    )
    select id from kept order by id`
  return rows.map((row) => row.id)
}

function entryOf({ update, session, attachmentIds }: Omit<Words, 'contact'>): TalkEntry {
  return { text: textOf(update, session), actions: [], attachmentIds }
}

/** A tap is kept by the words of its button in the session's prompt. */
function textOf({ body }: StoredUpdate, session: Session | null): string {
  if (body.kind === 'text' || body.kind === 'officer') return body.text
  if (body.kind === 'edit') return `${CORRECTED}${body.text}`
  if (body.kind === 'action') return session?.offered.find((offered) => offered.id === body.actionId)?.words ?? '[…]'
  if (body.kind === 'phone') return body.phone
  if (body.kind === 'file') return body.file.caption ?? `[${body.file.media}]`
  if (body.kind === 'location') return `[${body.latitude}, ${body.longitude}]`
  return body.kind === 'start' ? '/start' : `[${body.kind}]`
}

/** What an officer can look at or listen to gets a row to be fetched into; a sticker or a film does not. */
export async function keepFile(
  tx: Transaction,
  contact: Words['contact'],
  file: UpdateFile,
  now: Date,
): Promise<string[]> {
  if (file.attachmentId !== null) return [file.attachmentId]
  if (file.externalId === null || !KEPT_MEDIA.includes(file.media)) return []
  const id = newId()
  const mediaType = file.mediaType ?? (file.media === 'voice' ? 'audio/*' : null)
  const sealedExternalId = seal(contact.key, Buffer.from(file.externalId))
  await tx`insert into attachments (id, contact_id, channel, account, sealed_external_id, media_type, size_bytes, created_at)
    values (${id}, ${contact.id}, ${contact.channel}, ${contact.account}, ${sealedExternalId}, ${mediaType}, ${file.sizeBytes}, ${now})`
  return [id]
}
