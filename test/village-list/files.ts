import { readFileLines } from '../../src/spreadsheet/read-file.ts'
import { columnOf } from '../../src/village-list/columns.ts'
import { findRows } from '../../src/village-list/find-rows.ts'
import type { AboutFile, ReadList, Row } from '../../src/village-list/read-list.ts'
import type { FaultyRow, PersonRow } from '../../src/village-list/read-row.ts'

export const isListHeading = (cell: string): boolean => columnOf(cell) !== null

export const DAY = '2026-11-23'

/** A CSV file with these lines. */
export function csvFile(...lines: string[]): Buffer {
  return Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`)
}

/** What the thread does, without the thread. */
export async function read(bytes: Uint8Array, common: PersonRow['facts'] = {}): Promise<ReadList> {
  const file = await readFileLines(bytes, isListHeading)
  if ('fault' in file) return file
  const found = findRows(file.lines, { on: DAY, common })
  if ('fault' in found) return found
  const { rows, ...about } = found
  return { about: { ...about, sheet: file.sheet, otherSheets: file.otherSheets }, parts: [rows] }
}

/** The rows of a sound file; throws with the fault of one that is not. */
export async function rowsIn(bytes: Uint8Array, common: PersonRow['facts'] = {}): Promise<Row[]> {
  const list = await read(bytes, common)
  if ('fault' in list) throw new Error(JSON.stringify(list.fault))
  return list.parts.flat()
}

export async function aboutOf(bytes: Uint8Array): Promise<AboutFile> {
  const list = await read(bytes)
  if ('fault' in list) throw new Error(JSON.stringify(list.fault))
  return list.about
}

export async function faultOf(bytes: Uint8Array): Promise<string> {
  const list = await read(bytes)
  return 'fault' in list ? list.fault.key : `read: ${list.parts.flat().length} rows`
}

/** One person's line under these headings. */
export async function person(headings: string, line: string, common: PersonRow['facts'] = {}): Promise<PersonRow> {
  const [row] = await rowsIn(csvFile(`Họ và tên,${headings}`, `Nguyễn Thị Đào,${line}`), common)
  if (row?.kind !== 'person') throw new Error(JSON.stringify(row))
  return row
}

export async function faultsOf(headings: string, line: string): Promise<FaultyRow['faults']> {
  const [row] = await rowsIn(csvFile(`Họ và tên,${headings}`, `Nguyễn Thị Đào,${line}`))
  if (row?.kind !== 'faulty') throw new Error(JSON.stringify(row))
  return row.faults
}

const NAMES = ['Nguyễn Thị Đào', 'Trần Văn Bình', 'Lê Thị Hoa', 'Phạm Văn Nam', 'Hoàng Thị Lan', 'Vũ Đức Thắng']

/** A village of so many people, some of whose lines cannot be read. */
export function villageLines(count: number): string[] {
  const lines = Array.from({ length: count }, (_, index) => {
    const age = (index * 7) % 95
    const school = age >= 3 && age <= 5 ? 'Mẫu giáo' : age >= 6 && age <= 17 ? String(age - 5) : ''
    const status = ['Hộ nghèo', 'Hộ cận nghèo', 'Mới thoát nghèo', ''][index % 4]
    const birth = index % 41 === 40 ? '30/2/1950' : index % 3 === 0 ? String(2026 - age) : `15/3/${2026 - age}`
    const name = `${NAMES[index % NAMES.length]} ${index + 1}`
    const pension = age >= 60 ? 'Không' : ''
    return `${name},Thôn ${1 + (index % 4)},${birth},${index % 2 ? 'Nam' : 'Nữ'},${status},${pension},${school}`
  })
  return ['Họ và tên,Thôn,Ngày sinh,Giới tính,Diện hộ,Lương hưu,Đang học lớp', ...lines]
}
