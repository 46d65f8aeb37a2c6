/** The people of a list and the lines that name nobody. Pure. */
import type { FileFault } from '../spreadsheet/file-fault.ts'
import { type FoundTable, findTable, type KnownColumns, type Line, type PassedLine } from '../spreadsheet/find-table.ts'
import { type ColumnId, columnOf } from './columns.ts'
import { type FaultyRow, type PersonRow, type RowContext, readRow } from './read-row.ts'

export interface FoundRows {
  rows: (PersonRow | FaultyRow)[]
  passed: PassedLine[]
  columns: FoundTable<ColumnId>['columns']
  unused: string[]
}

export const MOST_ROWS = 5_000
const KNOWN: KnownColumns<ColumnId> = { columnOf, names: ['name', 'head'] }

export function findRows(
  lines: readonly Line[],
  context: Omit<RowContext, 'village'>,
): FoundRows | { fault: FileFault } {
  const found = findTable(lines, KNOWN)
  if ('fault' in found) return found
  const { layout, passed, columns, unused } = found
  const rows = found.lines.map(({ number, cells, village }) => readRow(number, cells, layout, { ...context, village }))
  if (rows.length === 0) return { fault: { key: 'no_rows' } }
  if (rows.length > MOST_ROWS)
    return { fault: { key: 'too_many_rows', values: { rows: rows.length, most: MOST_ROWS } } }
  markRepeats(rows)
  return { rows, passed, columns, unused }
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
