import { fileTypeFromBuffer } from 'file-type'

/* What people and officers may send us as a file: the same for both. */

export const FILE_MAX_BYTES = 10 * 1024 * 1024

export const UPLOAD_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const
export type UploadType = (typeof UPLOAD_TYPES)[number]

/** By what the bytes are, whatever the sender calls them; null when it is none that we take. */
export async function uploadTypeOf(content: Uint8Array): Promise<UploadType | null> {
  const found = await fileTypeFromBuffer(content)
  return UPLOAD_TYPES.find((type) => type === found?.mime) ?? null
}
