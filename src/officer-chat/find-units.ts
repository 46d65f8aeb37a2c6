import { foldWords } from '../desk/search-terms.ts'
import type { Territory, Unit } from '../territory/territory.ts'
import { unitsInForce } from '../territory/territory.ts'

const MOST_FOUND = 12
/** Words that say what kind of place is meant, and are as often left out. */
const KINDS = new Set(['xa', 'phuong', 'ubnd', 'so', 'thi', 'tran', 'ban', 'bo', 'phan', 'mot', 'cua'])

/** Units of today that the words may name, without diacritics and in part; the likeliest first. Pure. */
export function findUnits(territory: Territory, day: string, text: string): Unit[] {
  const typed = foldWords(text)
  const telling = typed.filter((word) => !KINDS.has(word))
  const wanted = telling.length > 0 ? telling : typed
  if (wanted.length === 0) return []
  const scored = unitsInForce(territory, day).flatMap((unit) => {
    const names = [unit.name.vi, unit.name.en, unit.id.replaceAll('_', ' ')].map(foldWords)
    const score = Math.max(...names.map((name) => scoreOf(name, wanted, typed)))
    return score > 0 ? [{ unit, score }] : []
  })
  return scored
    .toSorted((a, b) => b.score - a.score || a.unit.id.localeCompare(b.unit.id))
    .slice(0, MOST_FOUND)
    .map(({ unit }) => unit)
}

/** All telling words must be there; the fewer others stand beside them, the better. */
function scoreOf(name: readonly string[], wanted: readonly string[], typed: readonly string[]): number {
  const initials = name.map((word) => word[0]).join('')
  const isThere = (word: string) =>
    name.includes(word) || (word.length >= 3 && name.some((one) => one.startsWith(word)))
  const isInitials = typed.length === 1 && (typed[0]?.length ?? 0) >= 3 && initials.includes(typed[0] ?? '')
  if (!wanted.every(isThere) && !isInitials) return 0
  if (name.join(' ') === typed.join(' ')) return 10
  const isInRow = name.join(' ').includes(wanted.join(' '))
  return (isInRow ? 2 : 1) + wanted.length / name.length
}
