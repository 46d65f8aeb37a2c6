import type { Opening, OpeningFacts } from './opening.ts'
import { type Field, type FieldFault, isSameOpening, readFields } from './read-fields.ts'
import type { ListRow } from './read-list.ts'

/** What becomes of one line of a list. */
export type PlannedRow =
  | { line: number; title: string; state: 'new' | 'changed' | 'same'; facts: OpeningFacts }
  | { line: number; title: string; state: 'faulty'; faults: FieldFault[] }

/**
 * Holds each line against what the unit lists under the same number. A line with a fault is left out by itself; the
 * others can be taken. Pure.
 */
export function planList(
  rows: readonly ListRow[],
  known: ReadonlyMap<string, Opening>,
  context: Parameters<typeof readFields>[1],
): PlannedRow[] {
  const seen = new Map<string, number>()
  for (const { fields } of rows) {
    const number = (fields.own_number ?? '').trim()
    seen.set(number, (seen.get(number) ?? 0) + 1)
  }
  return rows.map(({ line, fields }): PlannedRow => {
    const title = fields.title ?? ''
    const read = readFields(fields, context)
    const faults = 'faults' in read ? [...read.faults] : []
    const number = (fields.own_number ?? '').trim()
    const fault = (field: Field, key: string, values?: Record<string, unknown>) =>
      faults.push({ field, key, ...(values && { values }) })
    if (number !== '' && (seen.get(number) ?? 0) > 1) fault('own_number', 'twice')
    if ('faults' in read) return { line, title, state: 'faulty', faults }
    const before = known.get(read.facts.ownNumber)
    if (before !== undefined && read.facts.seats < before.seatsTaken)
      fault('seats', 'fewerSeats', { taken: before.seatsTaken })
    if (faults.length > 0) return { line, title, state: 'faulty', faults }
    const state = before === undefined ? 'new' : isSameOpening(before, read.facts) ? 'same' : 'changed'
    return { line, title, state, facts: read.facts }
  })
}
