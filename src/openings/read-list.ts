import type { FileFault } from '../spreadsheet/file-fault.ts'
import { matchHeading } from '../spreadsheet/match-heading.ts'
import { readFileLines } from '../spreadsheet/read-file.ts'
import { tidy } from '../spreadsheet/words.ts'
import { FIELDS, type Field, type Fields } from './read-fields.ts'

/** Folded words of headings, Vietnamese and English. */
const HEADINGS: Readonly<Record<Field, readonly string[]>> = {
  kind: ['loai', 'kind', 'loai hinh'],
  own_number: ['so', 'so cua don vi', 'ma', 'ma so', 'own number', 'the unit s own number', 'so hieu'],
  title: [
    'ten viec hoac ten lop',
    'ten viec',
    'ten lop',
    'vi tri',
    'vi tri tuyen',
    'viec lam',
    'title',
    'name of the job or course',
  ],
  trade: ['nghe', 'trade', 'nganh nghe', 'nganh'],
  offered_by: [
    'noi tuyen hoac truong',
    'noi tuyen',
    'don vi tuyen',
    'cong ty',
    'truong',
    'doanh nghiep',
    'employer',
    'school',
    'employer or school',
  ],
  area: ['o dau', 'pham vi', 'where', 'noi lam'],
  commune: ['xa phuong', 'xa', 'phuong', 'commune', 'commune ward'],
  pay_words: ['luong hoac ho tro bang chu', 'luong', 'ho tro', 'muc luong', 'pay', 'pay or support in words'],
  pay_from: ['tu dong', 'luong tu', 'pay from', 'from vnd', 'tu'],
  pay_to: ['den dong', 'luong den', 'pay to', 'to vnd', 'den'],
  pay_unit: ['tinh theo', 'pay unit', 'counted'],
  seats: ['so cho', 'so luong', 'chi tieu', 'can tuyen', 'seats'],
  requirements: ['yeu cau', 'requirements', 'dieu kien'],
  starts_on: ['ngay bat dau', 'khai giang', 'starts on', 'bat dau'],
  apply_by: ['nhan don den het ngay', 'han nop', 'han', 'han nop don', 'apply by', 'apply by last day', 'han nhan'],
  contact: ['lien he', 'contact', 'nguoi lien he', 'dien thoai'],
}

const WORDS = { headings: HEADINGS, notOurs: [], ownWords: new Set<string>() }
export const MOST_ROWS = 300
/** A longer file is no list of openings; it is read where the server answers others too. */
export const MOST_LIST_BYTES = 512 * 1_024
const HEADINGS_WITHIN = 15

export interface ListRow {
  line: number
  fields: Fields
}

export type ReadList =
  | { rows: ListRow[]; unused: string[] }
  | { fault: FileFault | { key: 'tooMany' | 'noHeadings'; values?: Record<string, number> } }

/** The lines of a CSV file under their headings. */
export async function readList(bytes: Uint8Array): Promise<ReadList> {
  if (bytes.length > MOST_LIST_BYTES) return { fault: { key: 'too_big' } }
  // A packed file may swell: this one is read beside nothing.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { fault: { key: 'not_a_table' } }
  const read = await readFileLines(bytes, (cell) => matchHeading(cell, WORDS) !== null)
  if ('fault' in read) return read
  const filled = read.lines
    .map(({ number, cells }) => ({ number, cells: cells.map(tidy) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  const at = filled.slice(0, HEADINGS_WITHIN).findIndex(({ cells }) => knownIn(cells).size >= 4)
  const headings = filled[at]
  if (headings === undefined) return { fault: { key: filled.length === 0 ? 'empty' : 'noHeadings' } }
  const columns = knownIn(headings.cells)
  const body = filled.slice(at + 1)
  if (body.length === 0) return { fault: { key: 'no_rows' } }
  if (body.length > MOST_ROWS) return { fault: { key: 'tooMany', values: { max: MOST_ROWS } } }
  const used = new Set(columns.values())
  return {
    rows: body.map(({ number, cells }) => ({
      line: number,
      fields: Object.fromEntries([...columns].map(([field, index]) => [field, cells[index] ?? ''])),
    })),
    unused: headings.cells.filter((heading, index) => heading !== '' && !used.has(index)),
  }
}

/** Field → place of its column; of two headings that say the same the first counts. */
function knownIn(cells: readonly string[]): Map<Field, number> {
  const known = new Map<Field, number>()
  for (const [index, cell] of cells.entries()) {
    const field = matchHeading(cell, WORDS)
    if (field !== null && !known.has(field)) known.set(field, index)
  }
  return known
}

export const TEMPLATE: readonly Field[] = FIELDS
