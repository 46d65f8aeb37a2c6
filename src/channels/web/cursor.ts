/**
 * How far one page has read: the highest message shown, and those before it that were still on their way, since an
 * answer that leaves late comes after what the person wrote meanwhile. Written `57`, or `57.55.56` with two on the way.
 */
export interface Cursor {
  after: number
  gaps: number[]
}

const GAPS_MAX = 50

/** Null when it is none, e.g. at the first load. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined || !/^\d{1,15}(\.\d{1,15}){0,50}$/.test(text)) return null
  const [after = 0, ...gaps] = text.split('.').map(Number)
  return { after, gaps }
}

export function writeCursor({ after, gaps }: Cursor): string {
  return [after, ...gaps].join('.')
}

/** Where the page stands once `shown` is on it, while `unshown` (shown later, or still on their way) is not. */
export function advance(cursor: Cursor, shown: number, unshown: readonly number[]): Cursor {
  const after = Math.max(cursor.after, shown)
  const gaps = unshown.filter((id) => id < after && id !== shown)
  return { after, gaps: gaps.slice(-GAPS_MAX) }
}
