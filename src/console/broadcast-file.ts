import { keepOfficeFile, officeFileType } from '../attachments/office-files.ts'
import { FILE_MAX_BYTES, uploadTypeOf } from '../attachments/upload-type.ts'
import type { Sql } from '../db/client.ts'
import type { FilePreview } from './broadcast-preview.ts'
import { BROADCASTS_PATH } from './broadcast-words.ts'
import type { ConsoleServices } from './visit.ts'

/** The kinds that are no file are text keys under `broadcasts.fault`. */
export type KeptFile = { kind: 'kept'; id: string } | { kind: 'fileTooLarge' } | { kind: 'fileType' }

/** Keeps the picture or document of a policy message. */
export async function keepBroadcastFile(
  services: Pick<ConsoleServices, 'sql' | 'secrets'>,
  officerId: string,
  content: Uint8Array,
  now: Date,
): Promise<KeptFile> {
  if (content.length > FILE_MAX_BYTES) return { kind: 'fileTooLarge' }
  const mediaType = await uploadTypeOf(content)
  if (mediaType === null) return { kind: 'fileType' }
  return { kind: 'kept', id: await keepOfficeFile(services, { content, mediaType, officerId }, now) }
}

/** How the file stands on a page; null when there is none. */
export async function filePreview(sql: Sql, id: string | null): Promise<FilePreview | null> {
  const type = id === null ? null : await officeFileType(sql, id)
  return type === null ? null : { href: `${BROADCASTS_PATH}/files/${id}`, isPicture: type.startsWith('image/') }
}
