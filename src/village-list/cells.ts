/**
 * What one cell of a column says about the person, in the facts of the rules. `null` as a value = said to be not known.
 * An empty cell says nothing: nobody's blank is taken for a "no". Pure.
 */
import type { FactValue } from '../eligibility/facts.ts'
import { monthsSince, readWritten } from '../spreadsheet/dates.ts'
import { readAmount, yesNo } from '../spreadsheet/marks.ts'
import { folded, hasWords } from '../spreadsheet/words.ts'
import type { ColumnId } from './columns.ts'

export type Facts = Record<string, FactValue | null>
/** Facts, or the key of what is wrong (`village.fault.<key>`), or facts with a remark (`village.note.<key>`). */
export type Reading = { facts: Facts; note?: NoteKey } | { fault: CellFault }
export type CellFault =
  | 'not_yes_no'
  | 'not_known_word'
  | 'not_a_number'
  | 'not_a_date'
  | 'no_such_day'
  | 'short_year'
  | 'serial_number'
  | 'in_future'
export type NoteKey = 'disability_level' | 'escape_month' | 'occupation' | 'orphan_kind' | 'work_capacity'

type FactColumn = Exclude<ColumnId, 'name' | 'head' | 'village' | 'birth' | 'birthYear' | 'age' | 'male' | 'female'>

/** `on` = the day to judge. `words` = the folded cell. */
type ReadCell = (words: string, cell: string, on: string) => Reading

function flag(fact: string): ReadCell {
  return (words, cell) => {
    const value = yesNo(words, cell)
    return value === undefined ? { fault: 'not_yes_no' } : { facts: { [fact]: value } }
  }
}

/** The first whose words stand in the cell; a plain yes or no is looked up under `yes` and `no`. */
function oneOf(table: readonly (readonly [string, Facts])[], plain: { yes?: Reading; no?: Reading } = {}): ReadCell {
  return (words, cell) => {
    const value = yesNo(words, cell)
    if (value === true && plain.yes) return plain.yes
    if (value === false && plain.no) return plain.no
    const found = table.find(([phrase]) => hasWords(words, phrase))
    if (found !== undefined) return { facts: found[1] }
    if (value === null) return { facts: Object.fromEntries(Object.keys(table[0]?.[1] ?? {}).map((id) => [id, null])) }
    return { fault: 'not_known_word' }
  }
}

function whole(fact: string): ReadCell {
  return (words, cell) => {
    if (yesNo(words, cell) === null) return { facts: { [fact]: null } }
    const value = readAmount(cell)
    return value === undefined || !Number.isInteger(value) ? { fault: 'not_a_number' } : { facts: { [fact]: value } }
  }
}

const poor = { household_status: 'poor' }
const nearPoor = { household_status: 'near_poor' }
const none = { household_status: 'none' }
const mark =
  (facts: Facts, others: ReadCell): ReadCell =>
  (words, cell, on) => {
    const value = yesNo(words, cell)
    if (value === true) return { facts }
    // Not poor may still be near-poor: it settles nothing by itself.
    return value === undefined ? others(words, cell, on) : { facts: {} }
  }
const status = oneOf(
  [
    ['thoat can ngheo', { household_status: 'escaped_poverty', previous_status: 'near_poor' }],
    ['thoat ngheo', { household_status: 'escaped_poverty', previous_status: 'poor' }],
    ['thoat', { household_status: 'escaped_poverty' }],
    ['khong thuoc', none],
    ['khong phai', none],
    ['khong ngheo', none],
    ['can ngheo', nearPoor],
    ['hcn', nearPoor],
    ['cn', nearPoor],
    ['ngheo', poor],
    ['hn', poor],
    ['trung binh', { household_status: 'average_living' }],
    ['mstb', { household_status: 'average_living' }],
    ['binh thuong', none],
    ['kha', none],
    ['giau', none],
  ],
  { no: { facts: none } },
)

const LEVEL_WORDS: readonly (readonly [string, Facts])[] = [
  ['nghi hoc', { student_level: 'none' }],
  ['bo hoc', { student_level: 'none' }],
  ['thoi hoc', { student_level: 'none' }],
  ['chua di hoc', { student_level: 'none' }],
  ['khong di hoc', { student_level: 'none' }],
  ['nha tre', { student_level: 'preschool', school_stage: 'nursery' }],
  ['mau giao', { student_level: 'preschool', school_stage: 'kindergarten' }],
  ['mam non', { student_level: 'preschool' }],
  ['tieu hoc', { student_level: 'primary' }],
  ['th', { student_level: 'primary' }],
  ['trung hoc co so', { student_level: 'secondary' }],
  ['thcs', { student_level: 'secondary' }],
  ['trung hoc pho thong', { student_level: 'high' }],
  ['thpt', { student_level: 'high' }],
  ['cao dang', { student_level: 'vocational' }],
  ['cd', { student_level: 'vocational' }],
  ['trung cap', { student_level: 'vocational' }],
  ['tc', { student_level: 'vocational' }],
  ['hoc nghe', { student_level: 'vocational' }],
  ['dai hoc', { student_level: 'university' }],
  ['dh', { student_level: 'university' }],
  ['sinh vien', { student_level: 'university' }],
]

const readSchool: ReadCell = (words, cell, on) => {
  const grade = /^(?:lop |dang hoc lop |hoc lop )?(\d{1,2})(?: ?[a-z]\d{0,2})?(?: 1[02])?$/.exec(words)?.[1]
  if (grade === undefined) return oneOf(LEVEL_WORDS, { no: { facts: { student_level: 'none' } } })(words, cell, on)
  const number = Number(grade)
  if (number < 1 || number > 12) return { fault: 'not_known_word' }
  return { facts: { student_level: number <= 5 ? 'primary' : number <= 9 ? 'secondary' : 'high' } }
}

const readPension: ReadCell = (words, cell) => {
  if (hasWords(words, 'tuat')) return { facts: { pension: 'survivor' } }
  const value = yesNo(words, cell)
  if (value !== undefined) return { facts: { pension: value === null ? null : value ? 'pension' : 'none' } }
  const amount = readAmount(cell)
  if (amount !== undefined && Number.isInteger(amount)) return { facts: { pension: 'pension', pension_amount: amount } }
  if (hasWords(words, 'khong')) return { facts: { pension: 'none' } }
  return hasWords(words, 'huu') ? { facts: { pension: 'pension' } } : { fault: 'not_known_word' }
}

const readEscape: ReadCell = (words, cell, on) => {
  if (yesNo(words, cell) === null) return { facts: { months_since_escape: null } }
  const written = readWritten(cell)
  if (typeof written === 'string') return { fault: written }
  const months = monthsSince(written, on)
  if (months === null) {
    return written.year > Number(on.slice(0, 4))
      ? { fault: 'in_future' }
      : { facts: { months_since_escape: null }, note: 'escape_month' }
  }
  return months < 0 ? { fault: 'in_future' } : { facts: { months_since_escape: months } }
}

/** The peoples of Viet Nam besides the Kinh, as lists of the province name them. */
const PEOPLES =
  /^(tay|thai|muong|khmer|khome|hoa|nung|mong|hmong|h mong|dao|gia rai|e de|ede|ba na|bana|san chay|cao lan|cham|co ho|xo dang|san diu|hre|ra glai|mnong|xtieng|stieng|bru|van kieu|tho|giay|co tu|gie trieng|ma|kho mu|co|ta oi|cho ro|khang|xinh mun|ha nhi|chu ru|lao|la chi|la ha|phu la|la hu|lu|lo lo|chut|mang|pa then|co lao|cong|bo y|si la|pu peo|brau|o du|ro mam|ngai|kho me)$/

const readers: Record<FactColumn, ReadCell> = {
  sex: oneOf([
    ['nam', { sex: 'male' }],
    ['trai', { sex: 'male' }],
    ['m', { sex: 'male' }],
    ['nu', { sex: 'female' }],
    ['gai', { sex: 'female' }],
    ['f', { sex: 'female' }],
  ]),
  status,
  poor: mark(poor, status),
  nearPoor: mark(nearPoor, status),
  escaped: mark({ household_status: 'escaped_poverty' }, status),
  escapedOn: readEscape,
  disability: oneOf(
    [
      ['dac biet nang', { disability: 'extremely_severe' }],
      ['dbn', { disability: 'extremely_severe' }],
      ['nang', { disability: 'severe' }],
      ['nhe', { disability: 'mild' }],
      ['khong', { disability: 'none' }],
    ],
    { yes: { facts: { disability: null }, note: 'disability_level' }, no: { facts: { disability: 'none' } } },
  ),
  pension: readPension,
  pensionAmount: (words, cell, on) => {
    const read = whole('pension_amount')(words, cell, on)
    return 'facts' in read && read.facts.pension_amount === 0 ? { facts: { pension: 'none' } } : read
  },
  allowance: flag('receives_monthly_social_allowance'),
  socialPension: flag('receives_social_pension'),
  school: readSchool,
  publicSchool: flag('school_public'),
  merit: flag('merit'),
  ethnicity: (words) => {
    if (words === 'kinh' || words === 'viet') return { facts: { ethnic_minority: false } }
    return PEOPLES.test(words) ? { facts: { ethnic_minority: true } } : { fault: 'not_known_word' }
  },
  orphan: oneOf(
    [
      ['ca cha', { orphan: 'both' }],
      ['ca bo', { orphan: 'both' }],
      ['cha me', { orphan: 'both' }],
      ['bo me', { orphan: 'both' }],
      ['hai be', { orphan: 'both' }],
      ['cha', { orphan: 'one_parent' }],
      ['bo', { orphan: 'one_parent' }],
      ['me', { orphan: 'one_parent' }],
    ],
    { yes: { facts: { orphan: null }, note: 'orphan_kind' }, no: { facts: { orphan: 'none' } } },
  ),
  alone: flag('lives_alone'),
  singleParent: flag('single_parent'),
  marital: oneOf([
    ['mat tich', { marital_status: 'spouse_missing' }],
    ['goa', { marital_status: 'widowed' }],
    ['ly hon', { marital_status: 'divorced' }],
    ['li hon', { marital_status: 'divorced' }],
    ['doc than', { marital_status: 'single' }],
    ['chua', { marital_status: 'single' }],
    ['ket hon', { marital_status: 'married' }],
    ['co vo', { marital_status: 'married' }],
    ['co chong', { marital_status: 'married' }],
  ]),
  obligor: flag('has_support_obligor'),
  pregnant: flag('pregnant'),
  hiv: flag('hiv'),
  // Written freely: what is not understood is left open, and said.
  occupation: (words) => {
    const known = OCCUPATIONS.find(([phrase]) => hasWords(words, phrase))
    return known === undefined
      ? { facts: { occupation: null }, note: 'occupation' }
      : { facts: { occupation: known[1] } }
  },
  workCapacity: (words, cell) => {
    const value = yesNo(words, cell)
    if (value !== undefined) return { facts: { work_capacity: value } }
    if (hasWords(words, 'mat') || hasWords(words, 'khong') || hasWords(words, 'het'))
      return { facts: { work_capacity: false } }
    if (hasWords(words, 'con')) return { facts: { work_capacity: true } }
    return { facts: { work_capacity: null }, note: 'work_capacity' }
  },
  income: whole('income_per_capita'),
  size: whole('household_size'),
  deprivations: whole('deprivation_count'),
  electricity: whole('electricity_kwh'),
  latrine: flag('has_sanitary_latrine'),
  water: flag('has_clean_water'),
  area: oneOf([
    ['nong thon', { area: 'rural' }],
    ['thanh thi', { area: 'urban' }],
    ['do thi', { area: 'urban' }],
  ]),
}

const OCCUPATIONS: readonly (readonly [string, string])[] = [
  ['nong', 'farmer'],
  ['lam ruong', 'farmer'],
  ['ngu', 'farmer'],
  ['chan nuoi', 'farmer'],
  ['trong trot', 'farmer'],
  ['can bo', 'office'],
  ['cong chuc', 'office'],
  ['vien chuc', 'office'],
  ['giao vien', 'office'],
  ['cong nhan', 'other'],
  ['buon ban', 'other'],
  ['kinh doanh', 'other'],
  ['tu do', 'other'],
  ['lai xe', 'other'],
  ['tho', 'other'],
  ['lam thue', 'other'],
]

export function readCell(column: FactColumn, cell: string, on: string): Reading {
  return readers[column](folded(cell), cell, on)
}

export function isFactColumn(column: ColumnId): column is FactColumn {
  return column in readers
}
