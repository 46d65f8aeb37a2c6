/** What a browser may open by itself. Everything else is handed over as a file, so that it can never act as a page. */
const IMAGES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])
const PDF = 'application/pdf'

const ENDINGS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'application/pdf': 'pdf',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'text/plain': 'txt',
  'application/json': 'json',
}

/**
 * How a kept file is handed to a browser. Its name is ours, by number and type: whatever the sender called it may tell
 * about them, or pretend to be something else.
 */
export function servedHeaders(
  stem: string,
  mediaType: string | null,
  options: { pdfInline: boolean },
): Record<string, string> {
  const type = mediaType?.split(';')[0] ?? ''
  const isInline = IMAGES.has(type) || (options.pdfInline && type === PDF)
  const name = `${stem.replace(/[^\w-]/g, '')}.${ENDINGS[type] ?? 'bin'}`
  // The browser's viewer of PDF files is a plugin with styles of its own; images need nothing at all.
  const policy =
    isInline && type === PDF
      ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
      : "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
  return {
    'content-type': isInline ? type : 'application/octet-stream',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'content-disposition': `${isInline ? 'inline' : 'attachment'}; filename="${name}"`,
    'cache-control': 'private, no-store',
  }
}
