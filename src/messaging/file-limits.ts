/** Bytes that a channel carries of each type of file; a type that is not named it does not carry at all. Pure. */
export type FileLimits = Readonly<Record<string, number>>

/** Why a message was put aside: its words left, its file could not. */
export const FILE_NOT_CARRIED = 'file not carried'

const MEGABYTE = 1024 * 1024

export function isCarried(limits: FileLimits, file: { mediaType: string; content: { length: number } }): boolean {
  return file.content.length <= (limits[file.mediaType] ?? 0)
}

const NAMES: Record<string, string> = {
  'image/jpeg': 'JPG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'application/pdf': 'PDF',
}

/** The same in every language: `JPG, PNG ≤ 1 MB; PDF ≤ 5 MB`. Types that officers cannot send are left out. */
export function limitWords(limits: FileLimits): string {
  const named = Object.entries(limits).flatMap(([type, most]) => {
    const name = NAMES[type]
    return name === undefined ? [] : [{ name, most }]
  })
  return [...Map.groupBy(named, ({ most }) => most)]
    .map(([most, types]) => `${types.map(({ name }) => name).join(', ')} ≤ ${Math.floor(most / MEGABYTE)} MB`)
    .join('; ')
}
