import { createHash } from 'node:crypto'
import { keepFile } from '../../attachments/keep-file.ts'
import type { AttachmentStore } from '../../attachments/store.ts'
import type { UploadType } from '../../attachments/upload-type.ts'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { Secrets } from '../../secrets.ts'
import { ACCOUNT } from './address.ts'
import type { WebContact } from './talk.ts'

export interface Upload {
  /** Names this upload; a repeat after a broken line stores nothing new. */
  externalId: string
  content: Uint8Array
  mediaType: UploadType
}

/** Returns the attachment's id; null when the person was erased meanwhile. */
export async function storeUpload(
  { sql, secrets, store, clock }: { sql: Sql; secrets: Secrets; store: AttachmentStore; clock: Clock },
  contact: WebContact,
  { externalId, content, mediaType }: Upload,
): Promise<string | null> {
  if (contact.sealedKey === null) return null
  const id = attachmentId(externalId)
  const now = clock.now()
  const owner = { id: contact.id, key: secrets.openPersonKey(contact.sealedKey) }
  const isNew = await keepFile(sql, { secrets, store }, owner, content, async (tx, name) => {
    // Waits for an erasure in progress, and then writes nothing.
    const written = await tx`
      insert into attachments
        (id, contact_id, channel, account, media_type, size_bytes, stored_name, created_at, fetched_at)
      select ${id}::uuid, c.id, 'web', ${ACCOUNT}, ${mediaType}, ${content.length}, ${name}, ${now}, ${now}
      from contacts c where c.id = ${contact.id} and c.sealed_key is not null for share
      on conflict (id) do nothing`
    return written.count > 0
  })
  if (isNew) return id
  const [known] = await sql`select 1 from attachments where id = ${id} and contact_id = ${contact.id}`
  return known === undefined ? null : id
}

/** The same upload has the same id, in the form of a UUID. */
function attachmentId(externalId: string): string {
  const bytes = createHash('sha256').update(externalId).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
