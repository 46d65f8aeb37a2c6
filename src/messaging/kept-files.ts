import type { UpdateFile } from './update.ts'

/** What of the files that people send is kept; their bytes say what they are. */
export const KEPT_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  // What newer telephones make of a photo that is sent as a file.
  'image/heic',
  'application/pdf',
  // Spoken words, for an officer to listen to.
  'audio/ogg',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/aac',
  'audio/amr',
])
export const LARGEST_FILE = 20 * 1024 * 1024

const KEPT_ENDINGS = /\.(jpe?g|jfif|png|webp|gif|hei[cf]|pdf|og[ga]|opus|mp3|m4a|mp4|aac|amr)$/i
const ENDING = /\.[a-z0-9]{1,5}$/i
/** Types whose names vary, or say nothing. */
const VAGUE_TYPES = /^(image|audio)\/|^application\/(octet-stream|x-pdf|binary)$/

/**
 * Whether all that the sender's phone says of a document tells that it cannot be kept (a text of an office program, an
 * archive): then its sender hears it at once. Where one sign speaks for it, it is fetched and looked at.
 */
export function isForeignFile({ media, mediaType, name }: Pick<UpdateFile, 'media' | 'mediaType' | 'name'>): boolean {
  if (media !== 'document') return false
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const ending = name?.trim() ?? ''
  if (KEPT_TYPES.has(type) || KEPT_ENDINGS.test(ending)) return false
  return ENDING.test(ending) || (type !== '' && !VAGUE_TYPES.test(type))
}
