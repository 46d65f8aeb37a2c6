/** One line of a list: a person with facts, or what is wrong with it. Pure. */

import { agesOn, readWritten, type Written, writtenWords } from '../spreadsheet/dates.ts'
import type { Layout } from '../spreadsheet/find-table.ts'
import { isBlank, yesNo } from '../spreadsheet/marks.ts'
import { folded } from '../spreadsheet/words.ts'
import { type CellFault, type Facts, isFactColumn, type NoteKey, readCell } from './cells.ts'
import { ABOUT_AGE, type ColumnId } from './columns.ts'

/** What is wrong with one cell; texts: `village.fault.<key>`. */
export interface RowFault {
  key:
    | CellFault
    | 'no_name'
    | 'not_a_name'
    | 'too_old'
    | 'ages_differ'
    | 'contradicts'
    | 'formula_error'
    | 'too_long'
    | 'impossible'
    | 'broken'
  /** The heading as it is written in the file; empty when the whole line is meant. */
  column: string
  value: string
}

/** A remark that does not keep the line from being judged; texts: `village.note.<key>`. */
export interface RowNote {
  key: NoteKey | 'repeats' | 'year_only' | 'no_age'
  value: string
}

/** A person of the list, as it was read. */
export interface PersonRow {
  kind: 'person'
  /** As the spreadsheet counts. */
  number: number
  name: string
  village: string
  /** As it is shown; empty when only an age or nothing was given. */
  birth: string
  /** One, or two that follow each other when the birthday is not known; none when nothing was said. */
  ages: number[]
  facts: Facts
  notes: RowNote[]
}

/** A line that could not be read: nobody was judged by it. */
export interface FaultyRow {
  kind: 'faulty'
  number: number
  name: string
  faults: RowFault[]
}

export interface RowContext {
  /** The day to judge, `YYYY-MM-DD`. */
  on: string
  /** What holds for the whole list unless a line says otherwise. */
  common: Facts
  /** The village named by a line above ("Thôn Đông"), for lists that are grouped so. */
  village: string
}

const LONGEST_CELL = 300
const LONGEST_NAME = 120
const OLDEST = 120

export function readRow(
  number: number,
  cells: readonly string[],
  layout: Layout<ColumnId>,
  context: RowContext,
): PersonRow | FaultyRow {
  const faults: RowFault[] = []
  const notes: RowNote[] = []
  const said = (column: ColumnId) => {
    const place = layout.get(column)
    const cell = place === undefined ? '' : (cells[place.index] ?? '')
    return { cell: isBlank(cell) ? '' : cell, heading: place?.heading ?? '' }
  }
  const blame = (key: RowFault['key'], { cell, heading }: { cell: string; heading: string }) => {
    faults.push({ key, column: heading, value: cell.slice(0, LONGEST_CELL) })
  }

  for (const column of layout.keys()) {
    const at = said(column)
    if (/^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)/i.test(at.cell)) blame('formula_error', at)
    else if (at.cell.length > LONGEST_CELL) blame('too_long', at)
  }
  const named = said('name').cell === '' ? said('head') : said('name')
  const name = named.cell
  if (name === '') blame('no_name', said('name'))
  else if (!/\p{L}/u.test(name)) blame('not_a_name', named)
  else if (name.length > LONGEST_NAME && name.length <= LONGEST_CELL) blame('too_long', named)
  if (faults.length > 0) return { kind: 'faulty', number, name: name.slice(0, LONGEST_NAME), faults }

  const facts: Facts = {}
  for (const column of layout.keys()) {
    const at = said(column)
    if (!isFactColumn(column) || at.cell === '') continue
    const reading = readCell(column, at.cell, context.on)
    if ('fault' in reading) {
      blame(reading.fault, at)
      continue
    }
    if (reading.note) notes.push({ key: reading.note, value: at.cell })
    for (const [fact, value] of Object.entries(reading.facts)) {
      const before = facts[fact]
      if (before !== undefined && before !== null && value !== null && before !== value) blame('contradicts', at)
      else if (value !== null || before === undefined) facts[fact] = value
    }
  }
  const born = readBirth(said, blame, facts, context.on)
  if (born.ages.length === 0 && faults.length === 0) notes.push({ key: 'no_age', value: '' })
  if (born.ages.length === 2) notes.push({ key: 'year_only', value: born.birth })
  if (faults.length > 0) return { kind: 'faulty', number, name, faults }
  const village = said('village').cell === '' ? context.village : said('village').cell
  return { kind: 'person', number, name, village, ...born, facts: { ...context.common, ...facts }, notes }
}

type Said = (column: ColumnId) => { cell: string; heading: string }
type Blame = (key: RowFault['key'], at: { cell: string; heading: string }) => void

/** Birth and age from whichever columns say them; they must agree. Adds the sex where the column alone tells it. */
function readBirth(said: Said, blame: Blame, facts: Facts, on: string): { birth: string; ages: number[] } {
  let written: Written | null = null
  let ages: number[] = []
  for (const column of ABOUT_AGE) {
    const at = said(column)
    if (at.cell === '') continue
    const sex = column === 'male' || column === 'female' ? column : null
    if (sex !== null) {
      const ticked = yesNo(folded(at.cell), at.cell)
      if (ticked === false) continue
      if (facts.sex !== undefined && facts.sex !== null && facts.sex !== sex) {
        blame('contradicts', at)
        continue
      }
      facts.sex = sex
      if (ticked === true) continue
    }
    const years = column === 'age' ? /^(\d{1,3})(?: tuoi)?$/.exec(folded(at.cell))?.[1] : undefined
    const read = years === undefined ? readWritten(at.cell) : null
    if (typeof read === 'string') {
      blame(read, at)
      continue
    }
    const own = read === null ? [Number(years)] : agesOn(read, on)
    if (own.some((age) => age < 0)) blame('in_future', at)
    else if (own.some((age) => age > OLDEST)) blame('too_old', at)
    else if (ages.length > 0 && !own.some((age) => ages.some((other) => Math.abs(age - other) <= 1)))
      blame('ages_differ', at)
    else {
      if (read !== null && (written === null || (written.day === undefined && read.day !== undefined))) written = read
      if (ages.length === 0 || (own.length < ages.length && read !== null)) ages = own
    }
  }
  return { birth: written === null ? '' : writtenWords(written), ages: ages.toSorted((a, b) => a - b) }
}
