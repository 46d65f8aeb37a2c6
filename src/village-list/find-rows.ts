/**
 * Finds the headings of a list under its title lines, the lines of people below, and the lines that are neither: village
 * headings, column numbers, sums. Every line that is not empty comes back as one of these. Pure.
 */
import { isBlank } from './cells.ts'
import { type ColumnId, columnOf, letterOf } from './columns.ts'
import type { FileFault } from './file-fault.ts'
import { type FaultyRow, type Layout, type PersonRow, type RowContext, readRow } from './read-row.ts'
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

export interface FoundRows {
  rows: (PersonRow | FaultyRow)[]
  passed: PassedLine[]
  /** Columns that were understood, in the order of the file. */
  columns: { id: ColumnId; heading: string; letter: string }[]
  /** Headings that are not read. */
  unused: string[]
}

export const MOST_ROWS = 5_000
/** Titles, seals and addresses of an office above the headings. */
const HEADINGS_WITHIN = 25
const LONGEST_SHOWN = 160
/** So many names in an old font are no slip of a few. */
const OLD_FONT_SHARE = 0.2

export function findRows(
  lines: readonly Line[],
  context: Omit<RowContext, 'village'>,
): FoundRows | { fault: FileFault } {
  const filled = lines
    .map(({ number, cells }) => ({ number, cells: cells.map(tidy) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (filled.length === 0) return { fault: { key: 'empty' } }
  const head = findHeadings(filled)
  if ('fault' in head) return head
  const { layout, start, columns, unused } = head

  const body = filled.slice(start)
  if (body.length === 0) return { fault: { key: 'no_rows' } }
  const nameAt = (layout.get('name') ?? layout.get('head'))?.index ?? 0
  const oldNames = body.filter(({ cells }) => isOldFont(cells[nameAt] ?? '')).length
  if (oldNames > body.length * OLD_FONT_SHARE) return { fault: { key: 'old_font' } }

  const passed: PassedLine[] = filled.slice(0, head.at).map((line) => ({ ...shown(line), why: 'title' }))
  const rows: (PersonRow | FaultyRow)[] = []
  let village = ''
  for (const line of body) {
    const why = passedOver(line.cells, layout)
    if (why === null) {
      rows.push(readRow(line.number, line.cells, layout, { ...context, village }))
      continue
    }
    if (why === 'village') village = villageOf(line.cells)
    passed.push({ ...shown(line), why })
  }
  if (rows.length === 0) return { fault: { key: 'no_rows' } }
  if (rows.length > MOST_ROWS)
    return { fault: { key: 'too_many_rows', values: { rows: rows.length, most: MOST_ROWS } } }
  markRepeats(rows)
  return { rows, passed, columns, unused }
}

function shown({ number, cells }: Line): { number: number; text: string } {
  const text = cells.filter((cell) => cell !== '').join(' · ')
  return { number, text: text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text }
}

interface Headings {
  /** Place of the line of headings, and of the first line after it. */
  at: number
  start: number
  layout: Layout
  columns: FoundRows['columns']
  unused: string[]
}

function findHeadings(lines: readonly Line[]): Headings | { fault: FileFault } {
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
  const below = secondHeadings(top, lines[best.at + 1]?.cells)
  const headings = below ?? top
  const layout = new Map<ColumnId, { index: number; heading: string }>()
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
  if (!layout.has('name') && !layout.has('head')) return { fault: { key: 'no_name_column' } }
  if (layout.size < 2) return { fault: { key: 'no_headings' } }
  const columns = [...layout].map(([id, { index, heading }]) => ({ id, heading, letter: letterOf(index) }))
  return { at: best.at, start: best.at + (below === null ? 1 : 2), layout, columns, unused }
}

/** Headings in two lines ("Năm sinh" over "Nam" and "Nữ"), put together; null when the next line is no heading. */
function secondHeadings(top: readonly string[], next: readonly string[] | undefined): string[] | null {
  if (next === undefined) return null
  const filled = next.filter((cell) => cell !== '')
  const isUnderNames = top.some(
    (cell, index) => ['name', 'head'].includes(columnOf(cell) ?? '') && (next[index] ?? '') !== '',
  )
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
function passedOver(cells: readonly string[], layout: Layout): Exclude<PassedLine['why'], 'title'> | null {
  const filled = cells.filter((cell) => !isBlank(cell))
  if (filled.length === 0) return 'numbers'
  const isNumbers = filled.length >= 3 && filled.every((cell) => /^\(?(\d{1,2}|[A-Za-z])\)?$/.test(cell))
  if (isNumbers && inOrder(filled)) return 'numbers'
  const nameAt = (layout.get('name') ?? layout.get('head'))?.index ?? 0
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

/** The same name and birth twice: perhaps one person entered twice. Both are judged, the second with a remark. */
function markRepeats(rows: readonly (PersonRow | FaultyRow)[]): void {
  const first = new Map<string, number>()
  for (const row of rows) {
    if (row.kind !== 'person' || row.birth === '') continue
    const who = `${row.name.toLocaleLowerCase('vi')}|${row.birth}|${row.village.toLocaleLowerCase('vi')}`
    const before = first.get(who)
    if (before === undefined) first.set(who, row.number)
    else row.notes.push({ key: 'repeats', value: String(before) })
  }
}
