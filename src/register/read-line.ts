/** One line of a commune's list: the head of a household or a member of one, with what is wrong with it. Pure. */

import { agesOn, readWritten, type Written, writtenWords } from '../spreadsheet/dates.ts'
import type { Layout } from '../spreadsheet/find-table.ts'
import { isBlank, readAmount, yesNo } from '../spreadsheet/marks.ts'
import { folded, hasWords } from '../spreadsheet/words.ts'
import { readCell } from '../village-list/cells.ts'
import { type ColumnId, LACK_COLUMNS, type LackColumn } from './columns.ts'
import type { PriorityGroup, RegisterFault, RegisterStatus } from './household.ts'
import { readLacks } from './lacks.ts'

export interface LineContext {
  /** The year of the list. */
  year: number
  /** The day on which it is read. */
  today: string
  /** Names of former and present communes → whether they belong to the commune of the list. */
  isOwnCommune(name: string): boolean
}

export interface ReadLine {
  number: number
  name: string
  headName: string
  code: string
  relation: string
  village: string
  birth: string
  /** On the first day of the list's year; null when it is not known. */
  age: number | null
  sex: 'male' | 'female' | null
  identity: string
  certificate: string
  certificateYear: number | null
  decision: string
  decisionDate: string | null
  status: RegisterStatus | null
  previousStatus: 'poor' | 'near_poor' | null
  escapedOn: string | null
  groups: PriorityGroup[]
  /** Null when the list has no column that says it. */
  lacks: LackColumn[] | null
  lackCount: number | null
  size: number | null
  women: number | null
  children: number | null
  faults: RegisterFault[]
  notes: { key: string; value: string }[]
}

const LONGEST_CELL = 300
const LONGEST_NAME = 120
const OLDEST = 120
const FORMULA_ERROR = /^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)/i
const MOST_PERSONS = 40

interface At {
  cell: string
  heading: string
}

export function readLine(
  line: { number: number; cells: readonly string[]; village: string },
  layout: Layout<ColumnId>,
  context: LineContext,
): ReadLine {
  const { number } = line
  const faults: RegisterFault[] = []
  const notes: ReadLine['notes'] = []
  const at = (column: ColumnId): At => {
    const place = layout.get(column)
    const cell = place === undefined ? '' : (line.cells[place.index] ?? '')
    return { cell: isBlank(cell) ? '' : cell, heading: place?.heading ?? '' }
  }
  const blame = (key: string, { cell, heading }: At): null => {
    faults.push({ number, key, column: heading, value: cell.slice(0, LONGEST_CELL) })
    return null
  }
  for (const column of layout.keys()) {
    if (FORMULA_ERROR.test(at(column).cell)) blame('formula_error', at(column))
    else if (at(column).cell.length > LONGEST_CELL) blame('too_long', at(column))
  }
  const say: Saying = { at, blame, note: (key, value) => notes.push({ key, value }), context }

  const named = at('name').cell === '' ? at('head') : at('name')
  if (named.cell === '') blame('no_name', at(layout.has('name') ? 'name' : 'head'))
  else if (!/\p{L}/u.test(named.cell)) blame('not_a_name', named)
  else if (named.cell.length > LONGEST_NAME) blame('too_long', named)
  const commune = at('commune')
  if (commune.cell !== '' && !context.isOwnCommune(commune.cell)) blame('other_commune', commune)

  const born = readBirth(say)
  return {
    number,
    name: named.cell.slice(0, LONGEST_NAME),
    headName: at('head').cell,
    code: at('code').cell,
    relation: at('relation').cell,
    village: at('village').cell === '' ? line.village : at('village').cell,
    ...born,
    identity: readIdentity(say),
    certificate: at('certificate').cell,
    certificateYear: readYear(say, 'certificateYear'),
    decision: at('decision').cell,
    decisionDate: readDay(say, 'decisionDate'),
    ...readStatus(say),
    groups: readGroups(say),
    ...readLacking(say, layout),
    size: readCount(say, 'size'),
    women: readCount(say, 'women'),
    children: readCount(say, 'children'),
    faults,
    notes,
  }
}

interface Saying {
  at(column: ColumnId): At
  blame(key: string, at: At): null
  note(key: string, value: string): void
  context: LineContext
}

function readBirth({ at, blame, context }: Saying): Pick<ReadLine, 'birth' | 'age' | 'sex'> {
  let sex: ReadLine['sex'] = null
  let written: Written | null = null
  const take = (cell: At) => {
    const read = readWritten(cell.cell)
    if (typeof read === 'string') return blame(read, cell)
    const isNoClearer = written !== null && (written.day !== undefined || read.day === undefined)
    if (written !== null && written.year !== read.year) return blame('contradicts', cell)
    if (!isNoClearer) written = read
    return null
  }
  if (at('sex').cell !== '') {
    const reading = readCell('sex', at('sex').cell, context.today)
    if ('fault' in reading) blame(reading.fault, at('sex'))
    else sex = reading.facts.sex === 'female' ? 'female' : 'male'
  }
  for (const column of ['male', 'female'] as const) {
    const cell = at(column)
    if (cell.cell === '') continue
    const ticked = yesNo(folded(cell.cell), cell.cell)
    if (ticked === false) continue
    if (sex !== null && sex !== column) blame('contradicts', cell)
    sex = column
    if (ticked !== true) take(cell)
  }
  for (const column of ['birth', 'birthYear'] as const) if (at(column).cell !== '') take(at(column))
  if (written === null) return { birth: '', age: null, sex }
  const [age = null] = agesOn(written, `${context.year}-01-01`)
  const heading = at(at('birth').cell === '' ? 'birthYear' : 'birth')
  if ((written as Written).year > Number(context.today.slice(0, 4))) blame('in_future', heading)
  else if (age !== null && age > OLDEST) blame('too_old', heading)
  return { birth: writtenWords(written), age, sex }
}

/** Twelve digits, or the nine of the older card. A spreadsheet takes the zero in front for nothing: it is put back. */
function readIdentity({ at, blame, note }: Saying): string {
  const cell = at('identity')
  if (cell.cell === '') return ''
  const digits = cell.cell.replace(/[\s.'-]/g, '')
  if (/^(\d{12}|\d{9})$/.test(digits)) return digits
  if (/^(\d{11}|\d{8})$/.test(digits)) {
    note('identity_zero', `0${digits}`)
    return `0${digits}`
  }
  blame('bad_identity', cell)
  return ''
}

function readDay({ at, blame, context }: Saying, column: ColumnId): string | null {
  const cell = at(column)
  if (cell.cell === '') return null
  const read = readWritten(cell.cell)
  if (typeof read === 'string') return blame(read, cell)
  if (read.month === undefined || read.day === undefined) return blame('whole_day', cell)
  const day = [read.year, read.month, read.day].map((part) => String(part).padStart(2, '0')).join('-')
  return day > context.today ? blame('in_future', cell) : day
}

function readYear({ at, blame, context }: Saying, column: ColumnId): number | null {
  const cell = at(column)
  if (cell.cell === '') return null
  const read = readWritten(cell.cell)
  if (typeof read === 'string') return blame(read, cell)
  return read.year > Number(context.today.slice(0, 4)) + 1 ? blame('in_future', cell) : read.year
}

function readStatus(say: Saying): Pick<ReadLine, 'status' | 'previousStatus' | 'escapedOn'> {
  const { at, blame, context } = say
  let status: RegisterStatus | null = null
  let previousStatus: ReadLine['previousStatus'] = null
  for (const column of ['status', 'poor', 'nearPoor', 'escaped'] as const) {
    const cell = at(column)
    if (cell.cell === '') continue
    // A day in the column of those who escaped says that they did, and when.
    if (column === 'escaped' && typeof readWritten(cell.cell) !== 'string') {
      status = status === null || status === 'escaped_poverty' ? 'escaped_poverty' : blame('contradicts', cell)
      continue
    }
    const reading = readCell(column, cell.cell, context.today)
    if ('fault' in reading) {
      blame(reading.fault, cell)
      continue
    }
    const said = reading.facts.household_status
    if (said === undefined || said === null) continue
    if (said !== 'poor' && said !== 'near_poor' && said !== 'escaped_poverty') blame('not_in_register', cell)
    else if (status !== null && status !== said) blame('contradicts', cell)
    else status = said
    const before = reading.facts.previous_status
    if (before === 'poor' || before === 'near_poor') previousStatus = before
  }
  const inStatusColumn = at('escaped').cell !== '' && typeof readWritten(at('escaped').cell) !== 'string'
  const escapedOn = readDay(say, inStatusColumn && at('escapedOn').cell === '' ? 'escaped' : 'escapedOn')
  return { status, previousStatus, escapedOn }
}

const GROUP_WORDS: readonly (readonly [string, PriorityGroup])[] = [
  ['co cong', 'merit'],
  ['ncc', 'merit'],
  ['liet si', 'merit'],
  ['thuong binh', 'merit'],
  ['chinh sach', 'merit'],
  ['dan toc', 'ethnic_minority'],
  ['dtts', 'ethnic_minority'],
  ['khuyet tat', 'disabled'],
  ['tan tat', 'disabled'],
  ['nkt', 'disabled'],
  ['tre em', 'children'],
  ['cao tuoi', 'elderly'],
  ['nguoi gia', 'elderly'],
  ['phu nu', 'women_headed'],
]

function readGroups({ at, blame, note, context }: Saying): PriorityGroup[] {
  const groups = new Set<PriorityGroup>()
  const ticked = (column: 'merit' | 'womanHeaded', group: PriorityGroup) => {
    const cell = at(column)
    if (cell.cell === '') return
    const value = yesNo(folded(cell.cell), cell.cell)
    // Whoever writes a kind ("thương binh") says yes.
    if (value === undefined && column === 'womanHeaded') blame('not_yes_no', cell)
    else if (value === undefined ? !hasWords(folded(cell.cell), 'khong') : value === true) groups.add(group)
  }
  ticked('merit', 'merit')
  ticked('womanHeaded', 'women_headed')
  const people = at('ethnicity')
  if (people.cell !== '') {
    const reading = readCell('ethnicity', people.cell, context.today)
    if ('fault' in reading) blame('not_a_people', people)
    else if (reading.facts.ethnic_minority === true) groups.add('ethnic_minority')
  }
  const disability = at('disability')
  if (disability.cell !== '') {
    const reading = readCell('disability', disability.cell, context.today)
    if ('fault' in reading) blame(reading.fault, disability)
    else if (reading.facts.disability !== 'none' && yesNo(folded(disability.cell), disability.cell) !== null) {
      groups.add('disabled')
    }
  }
  const priority = at('priority')
  if (priority.cell !== '' && yesNo(folded(priority.cell), priority.cell) !== false) {
    const words = folded(priority.cell)
    const named = GROUP_WORDS.filter(([phrase]) => hasWords(words, phrase))
    for (const [, group] of named) groups.add(group)
    if (named.length === 0) note('priority_words', priority.cell)
  }
  return [...groups]
}

function readLacking({ at, blame }: Saying, layout: Layout<ColumnId>): Pick<ReadLine, 'lacks' | 'lackCount'> {
  const columns = LACK_COLUMNS.filter((column) => layout.has(column))
  const lacks: LackColumn[] = []
  for (const column of columns) {
    const cell = at(column)
    if (cell.cell === '') continue
    const value = yesNo(folded(cell.cell), cell.cell)
    if (value === undefined) blame('not_yes_no', cell)
    else if (value === true) lacks.push(column)
  }
  const listed = at('lacks')
  let says = columns.length > 0
  let lackCount: number | null = null
  // "Thiếu hụt: 4" alone is a number of indicators, "1, 4, 9" names them.
  if (/^\d{1,2}$/.test(listed.cell)) lackCount = Number(listed.cell)
  else if (listed.cell !== '' && yesNo(folded(listed.cell), listed.cell) === false) says = true
  else if (listed.cell !== '') {
    const read = readLacks(listed.cell)
    if (read === null) blame('not_a_lack', listed)
    else lacks.push(...read)
    says = true
  }
  const counted = at('lackCount')
  if (counted.cell !== '') {
    const count = readAmount(counted.cell)
    if (count === undefined || !Number.isInteger(count) || count > 12) blame('not_a_number', counted)
    else lackCount = count
  }
  return {
    lacks: says ? lacks : null,
    lackCount: lackCount !== null && lackCount > 12 ? blame('not_a_number', listed) : lackCount,
  }
}

function readCount({ at, blame }: Saying, column: ColumnId): number | null {
  const cell = at(column)
  if (cell.cell === '') return null
  const count = readAmount(cell.cell)
  return count === undefined || !Number.isInteger(count) || count > MOST_PERSONS ? blame('not_a_number', cell) : count
}
