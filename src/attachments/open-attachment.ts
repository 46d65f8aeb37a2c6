import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { FetchedFile } from '../messaging/channel.ts'
import { open, type Secrets } from '../secrets.ts'
import { openOfficeFile } from './office-files.ts'
import type { AttachmentStore } from './store.ts'

export interface OpenServices {
  sql: Sql
  secrets: Secrets
  store: AttachmentStore
  log: Pick<Logger, 'error'>
}

/** What a row says of its content. */
export interface ContentPlace {
  id: string
  storedName: string | null
  sealedContent: Uint8Array | null
  /** The person's key as it is kept; null once the person was erased. */
  sealedKey: Uint8Array | null
}

export type Content =
  | { kind: 'content'; content: Buffer }
  /** There never was any, or the person was erased. */
  | { kind: 'none' }
  /** There should be: the disk lost it, or it was changed. */
  | { kind: 'lost' }

/** Opens a content with its person's key. Throws `StoreAway` while the store does not answer. */
export async function openContent(
  { secrets, store, log }: Omit<OpenServices, 'sql'>,
  place: ContentPlace,
): Promise<Content> {
  const { id, storedName, sealedContent, sealedKey } = place
  if (sealedKey === null || (storedName === null && sealedContent === null)) return { kind: 'none' }
  const sealed = storedName === null ? sealedContent : await store.get(storedName)
  if (sealed === null) {
    log.error({ attachmentId: id }, 'a paper is not in the store')
    return { kind: 'lost' }
  }
  const key = secrets.openPersonKey(sealedKey)
  try {
    return { kind: 'content', content: open(key, sealed) }
  } catch {
    log.error({ attachmentId: id, bytes: sealed.length }, 'a paper in the store is not what was put there')
    return { kind: 'lost' }
  }
}

/** A kept file, opened; null when there is no content (any more). */
export async function openAttachment(services: OpenServices, id: string): Promise<FetchedFile | null> {
  const [row] = await services.sql<
    {
      media_type: string | null
      stored_name: string | null
      sealed_content: Buffer | null
      sealed_key: Buffer | null
    }[]
  >`select a.media_type, a.stored_name, a.sealed_content, c.sealed_key
    from attachments a join contacts c on c.id = a.contact_id where a.id = ${id}`
  if (row === undefined) return openOfficeFile(services, id)
  const opened = await openContent(services, {
    id,
    storedName: row.stored_name,
    sealedContent: row.sealed_content,
    sealedKey: row.sealed_key,
  })
  if (opened.kind !== 'content') return null
  return { content: opened.content, mediaType: row.media_type ?? 'application/octet-stream' }
}
