/** Runs in a thread of its own: reads one commune's list. */
import { answerInParts } from '../spreadsheet/in-thread.ts'
import { readFileLines } from '../spreadsheet/read-file.ts'
import { columnOf } from './columns.ts'
import type { RegisterRow } from './household.ts'
import { readOrder } from './read-order.ts'
import { type AboutRegisterFile, HOUSEHOLDS_A_PART, type RegisterOrder } from './read-register-list.ts'

answerInParts<RegisterOrder, RegisterRow, AboutRegisterFile>(HOUSEHOLDS_A_PART, async (order) => {
  const file = await readFileLines(order.bytes, (cell) => columnOf(cell) !== null)
  return 'fault' in file ? file : readOrder(file, order)
})
