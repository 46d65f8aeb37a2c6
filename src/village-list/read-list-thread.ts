/** Runs in a thread of its own: reads one file and hands over its rows in parts, small enough to take in between calls. */
import { answerInParts } from '../spreadsheet/in-thread.ts'
import { readFileLines } from '../spreadsheet/read-file.ts'
import { columnOf } from './columns.ts'
import { findRows } from './find-rows.ts'
import { type AboutFile, type ListOrder, ROWS_A_PART, type Row } from './read-list.ts'

answerInParts<ListOrder, Row, AboutFile>(ROWS_A_PART, async ({ bytes, on, common }) => {
  const file = await readFileLines(bytes, (cell) => columnOf(cell) !== null)
  if ('fault' in file) return file
  const found = findRows(file.lines, { on, common })
  if ('fault' in found) return found
  const { rows, passed, columns, unused } = found
  const { sheet, otherSheets } = file
  return { rows, about: { columns, unused, passed: passed.slice(0, 1_000), sheet, otherSheets } }
})
