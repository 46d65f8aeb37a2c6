/**
 * Files that the office sends to many: nobody's own, so they are sealed with the service's key and lie in their rows. They
 * never change once they are kept; the few that are being sent are remembered.
 */
import type { Sql } from '../db/client.ts'
import { newId } from '../ids.ts'
import type { FetchedFile } from '../messaging/channel.ts'
import { open, type Secrets, seal } from '../secrets.ts'
import type { UploadType } from './upload-type.ts'

const REMEMBERED = 3
const recent = new Map<string, FetchedFile>()

export async function keepOfficeFile(
  { sql, secrets }: { sql: Sql; secrets: Pick<Secrets, 'systemKey'> },
  { content, mediaType, officerId }: { content: Uint8Array; mediaType: UploadType; officerId: string },
  now: Date,
): Promise<string> {
  const id = newId()
  const sealed = seal(secrets.systemKey, content)
  await sql`
    insert into office_files (id, media_type, size_bytes, sealed_content, kept_by, kept_at)
    values (${id}, ${mediaType}, ${content.length}, ${sealed}, ${officerId}, ${now})`
  return id
}

/** Null when it is none of the office's. */
export async function openOfficeFile(
  { sql, secrets }: { sql: Sql; secrets: Pick<Secrets, 'systemKey'> },
  id: string,
): Promise<FetchedFile | null> {
  const known = recent.get(id)
  if (known !== undefined) return known
  const [row] = await sql<{ media_type: string; sealed_content: Buffer }[]>`
    select media_type, sealed_content from office_files where id = ${id}`
  if (row === undefined) return null
  const file = { content: open(secrets.systemKey, row.sealed_content), mediaType: row.media_type }
  recent.set(id, file)
  for (const oldest of recent.keys()) {
    if (recent.size <= REMEMBERED) break
    recent.delete(oldest)
  }
  return file
}

export async function officeFileType(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql<{ media_type: string }[]>`select media_type from office_files where id = ${id}`
  return row?.media_type ?? null
}
