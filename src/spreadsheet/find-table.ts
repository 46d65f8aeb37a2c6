/**
 * Finds the headings of a table under its title lines and the lines below them, without those that name nobody: village
 * headings, column numbers, sums. Every line that is not empty comes back as one of these. Pure.
 */
import type { FileFault } from './file-fault.ts'
import { letterOf } from './letter-of.ts'
import { isBlank } from './marks.ts'
import { isOldFont, tidy } from './words.ts'

export interface Line {
  /** As the spreadsheet counts, from 1. */
  number: number
  cells: readonly string[]
}

/** A line that names nobody, and why it was passed over. */
export interface PassedLine {
  number: number
  text: string
  why: 'title' | 'village' | 'numbers' | 'sum'
}

/** Where each known column stands. */
export type Layout<Id extends string> = ReadonlyMap<Id, { index: number; heading: string }>

/** What is known of the columns of one kind of table. */
export interface KnownColumns<Id extends string> {
  /** What a heading says, or null when nothing that is read. */
  columnOf(heading: string): Id | null
  /** Columns that hold a person's name, the better one first; a table needs one of them. */
  names: readonly Id[]
}

export interface FoundTable<Id extends string> {
  /** Lines of people, each with the village that a line above named. */
  lines: (Line & { village: string })[]
  layout: Layout<Id>
  passed: PassedLine[]
  /** Columns that were understood, in the order of the file. */
  columns: { id: Id; heading: string; letter: string }[]
  /** Headings that are not read. */
  unused: string[]
}

/** Titles, seals and addresses of an office above the headings. */
const HEADINGS_WITHIN = 25
const LONGEST_SHOWN = 160
/** So many names in an old font are no slip of a few. */
const OLD_FONT_SHARE = 0.2

export function findTable<Id extends string>(
  lines: readonly Line[],
  known: KnownColumns<Id>,
): FoundTable<Id> | { fault: FileFault } {
  const filled = lines
    .map(({ number, cells }) => ({ number, cells: cells.map(tidy) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (filled.length === 0) return { fault: { key: 'empty' } }
  const head = findHeadings(filled, known)
  if ('fault' in head) return head
  const { layout, start, columns, unused } = head

  const body = filled.slice(start)
  if (body.length === 0) return { fault: { key: 'no_rows' } }
  const nameAt = nameIndex(layout, known)
  const oldNames = body.filter(({ cells }) => isOldFont(cells[nameAt] ?? '')).length
  if (oldNames > body.length * OLD_FONT_SHARE) return { fault: { key: 'old_font' } }

  const passed: PassedLine[] = filled.slice(0, head.at).map((line) => ({ ...shown(line), why: 'title' }))
  const found: FoundTable<Id>['lines'] = []
  let village = ''
  for (const line of body) {
    const why = passedOver(line.cells, layout, nameAt)
    if (why === null) {
      found.push({ ...line, village })
      continue
    }
    if (why === 'village') village = villageOf(line.cells)
    passed.push({ ...shown(line), why })
  }
  return { lines: found, layout, passed, columns, unused }
}

function nameIndex<Id extends string>(layout: Layout<Id>, { names }: KnownColumns<Id>): number {
  const column = names.find((id) => layout.has(id))
  return (column === undefined ? undefined : layout.get(column)?.index) ?? 0
}

function shown({ number, cells }: Line): { number: number; text: string } {
  const text = cells.filter((cell) => cell !== '').join(' · ')
  return { number, text: text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text }
}

interface Headings<Id extends string> {
  /** Place of the line of headings, and of the first line after it. */
  at: number
  start: number
  layout: Layout<Id>
  columns: FoundTable<Id>['columns']
  unused: string[]
}

function findHeadings<Id extends string>(
  lines: readonly Line[],
  { columnOf, names }: KnownColumns<Id>,
): Headings<Id> | { fault: FileFault } {
  let best = { at: -1, known: 0 }
  for (const [at, { cells }] of lines.slice(0, HEADINGS_WITHIN).entries()) {
    const known = new Set(cells.flatMap((cell) => (cell.length > LONGEST_SHOWN ? [] : (columnOf(cell) ?? [])))).size
    if (known > best.known) best = { at, known }
  }
  const line = lines[best.at]
  const top = line?.cells ?? []
  const ids = new Set(top.flatMap((cell) => columnOf(cell) ?? []))
  if (line === undefined || ids.size < 2) {
    const isOld = lines.slice(0, HEADINGS_WITHIN).some(({ cells }) => cells.some(isOldFont))
    return { fault: { key: isOld ? 'old_font' : 'no_headings' } }
  }
  const below = secondHeadings(top, lines[best.at + 1]?.cells, { columnOf, names })
  const headings = below ?? top
  const layout = new Map<Id, { index: number; heading: string }>()
  const unused: string[] = []
  for (const [index, heading] of headings.entries()) {
    const id = columnOf(heading)
    if (id === null) {
      if (heading !== '') unused.push(heading)
      continue
    }
    const other = layout.get(id)
    if (other !== undefined) {
      const values = { first: `${other.heading} (${letterOf(other.index)})`, second: `${heading} (${letterOf(index)})` }
      return { fault: { key: 'double_column', values } }
    }
    layout.set(id, { index, heading })
  }
  if (!names.some((id) => layout.has(id))) return { fault: { key: 'no_name_column' } }
  if (layout.size < 2) return { fault: { key: 'no_headings' } }
  const columns = [...layout].map(([id, { index, heading }]) => ({ id, heading, letter: letterOf(index) }))
  return { at: best.at, start: best.at + (below === null ? 1 : 2), layout, columns, unused }
}

/** Headings in two lines ("Năm sinh" over "Nam" and "Nữ"), put together; null when the next line is no heading. */
function secondHeadings<Id extends string>(
  top: readonly string[],
  next: readonly string[] | undefined,
  { columnOf, names }: KnownColumns<Id>,
): string[] | null {
  if (next === undefined) return null
  const filled = next.filter((cell) => cell !== '')
  const isName = (cell: string) => (names as readonly (Id | null)[]).includes(columnOf(cell))
  const isUnderNames = top.some((cell, index) => isName(cell) && (next[index] ?? '') !== '')
  if (filled.length === 0 || isUnderNames) return null
  if (filled.some((cell) => /\d/.test(cell)) || !filled.some((cell) => columnOf(cell) !== null)) return null
  let above = ''
  return Array.from({ length: Math.max(top.length, next.length) }, (_, index) => {
    const upper = top[index] ?? ''
    const lower = next[index] ?? ''
    // A merged cell stands over its columns with its words in the first of them.
    if (upper !== '') above = upper
    return lower === '' ? upper : `${above} ${lower}`.trim()
  })
}

// With their marks: Tống and Công are families, Tô and Lang too.
const SUM = /^(tổng|cộng|tong cong|tong so)([\s:.]|$)/i
const VILLAGE =
  /^(?:(?:[ivx]+|[a-h]|\d+)[\s.)]+)?(?:thôn|xóm|làng|khu|cụm|đội|tổ dân phố|tổ|tdp|xã|phường|thon|xom|to dan pho|khu dan cu)[\s:]+\S/i

/** Why a line names nobody; null when it is to be read as a person. */
function passedOver<Id extends string>(
  cells: readonly string[],
  layout: Layout<Id>,
  nameAt: number,
): Exclude<PassedLine['why'], 'title'> | null {
  const filled = cells.filter((cell) => !isBlank(cell))
  if (filled.length === 0) return 'numbers'
  const isNumbers = filled.length >= 3 && filled.every((cell) => /^\(?(\d{1,2}|[A-Za-z])\)?$/.test(cell))
  if (isNumbers && inOrder(filled)) return 'numbers'
  const others = [...layout.values()].filter(({ index }) => index !== nameAt && !isBlank(cells[index] ?? ''))
  if (SUM.test(filled[0] ?? '') || (SUM.test(cells[nameAt] ?? '') && others.length === 0)) return 'sum'
  if (filled.length <= 2 && others.length === 0 && VILLAGE.test(filled.join(' '))) return 'village'
  return null
}

function inOrder(cells: readonly string[]): boolean {
  const numbers = cells.flatMap((cell) => (/\d/.test(cell) ? [Number(cell.replace(/\D/g, ''))] : []))
  return (
    numbers.length >= 2 && numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)
  )
}

function villageOf(cells: readonly string[]): string {
  return cells.filter((cell) => cell !== '' && !/^([IVXivx]+|[A-Ha-h]|\d+)[.)]?$/.test(cell)).join(' ')
}
