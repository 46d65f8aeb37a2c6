import type { Sql } from '../db/client.ts'
import { open, type Secrets } from '../secrets.ts'
import type { FetchedFile } from './channel.ts'

/** A stored file, opened with its person's key; null when there is no content, or the person was erased. */
export async function openAttachment(
  { sql, secrets }: { sql: Sql; secrets: Secrets },
  id: string,
): Promise<FetchedFile | null> {
  const [row] = await sql<{ media_type: string | null; sealed_content: Buffer; sealed_key: Buffer }[]>`
    select a.media_type, a.sealed_content, c.sealed_key from attachments a join contacts c on c.id = a.contact_id
    where a.id = ${id} and a.sealed_content is not null and c.sealed_key is not null`
  if (row === undefined) return null
  const content = open(secrets.openPersonKey(row.sealed_key), row.sealed_content)
  return { content, mediaType: row.media_type ?? 'application/octet-stream' }
}
