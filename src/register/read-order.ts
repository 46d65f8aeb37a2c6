import type { FileFault } from '../spreadsheet/file-fault.ts'
import type { Line } from '../spreadsheet/find-table.ts'
import { folded } from '../spreadsheet/words.ts'
import type { RegisterRow } from './household.ts'
import { readHouseholds } from './read-households.ts'
import type { AboutRegisterFile, RegisterOrder } from './read-register-list.ts'

/** Says what kind of commune it is; lists leave it out or abbreviate it. */
const KIND = /^(xa|x|phuong|p|thi tran|tt|ubnd xa|ubnd phuong) /
const LISTS_PASSED = 1_000

/** The households of an opened file, as they were ordered. Pure. */
export function readOrder(
  file: { lines: readonly Line[]; sheet: string; otherSheets: string[] },
  order: RegisterOrder,
): { rows: RegisterRow[]; about: AboutRegisterFile } | { fault: FileFault } {
  const names = new Set(order.communeNames.map((name) => folded(name).replace(KIND, '')))
  const found = readHouseholds(file.lines, {
    ...order,
    isOwnCommune: (name) => names.has(folded(name).replace(KIND, '')),
  })
  if ('fault' in found) return found
  const { rows, passed, columns, unused } = found
  const { sheet, otherSheets } = file
  return { rows, about: { passed: passed.slice(0, LISTS_PASSED), columns, unused, sheet, otherSheets } }
}
