import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { UploadType } from '../../messaging/upload-type.ts'
import { type Secrets, seal } from '../../secrets.ts'
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
  { sql, secrets, clock }: { sql: Sql; secrets: Secrets; clock: Clock },
  contact: WebContact,
  { externalId, content, mediaType }: Upload,
): Promise<string | null> {
  if (contact.sealedKey === null) return null
  const id = attachmentId(externalId)
  const now = clock.now()
  const sealed = seal(secrets.openPersonKey(contact.sealedKey), content)
  await sql`
    insert into attachments
      (id, contact_id, channel, account, media_type, size_bytes, sealed_content, created_at, fetched_at)
    values
      (${id}, ${contact.id}, 'web', ${ACCOUNT}, ${mediaType}, ${content.length}, ${sealed}, ${now}, ${now})
    on conflict (id) do nothing`
  return id
}

/** The same upload has the same id, in the form of a UUID. */
function attachmentId(externalId: string): string {
  const bytes = createHash('sha256').update(externalId).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
