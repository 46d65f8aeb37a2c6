/** Runs in a thread of its own: reads one file and hands over its rows in parts, small enough to take in between calls. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { findRows } from './find-rows.ts'
import { readFileLines } from './read-file.ts'
import { type ListOrder, type ListPart, ROWS_A_PART } from './read-list.ts'

async function run(port: NonNullable<typeof parentPort>, { bytes, on, common }: ListOrder): Promise<void> {
  const send = (part: ListPart) => port.postMessage(part)
  const file = await readFileLines(bytes)
  if ('fault' in file) return send({ kind: 'fault', fault: file.fault })
  const found = findRows(file.lines, { on, common })
  if ('fault' in found) return send({ kind: 'fault', fault: found.fault })
  const { rows, passed, columns, unused } = found
  const { sheet, otherSheets } = file
  for (let start = 0; start < rows.length; start += ROWS_A_PART) {
    send({ kind: 'rows', rows: rows.slice(start, start + ROWS_A_PART) })
    // Taken in one by one: a thousand rows at once would hold up the calls of others.
    await once(port, 'message')
  }
  send({ kind: 'about', about: { columns, unused, passed: passed.slice(0, 1_000), sheet, otherSheets } })
}

if (parentPort !== null) void run(parentPort, workerData as ListOrder)
