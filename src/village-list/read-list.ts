/** Reads an officer's file of people, beside the server. */
import { type ReadInThread, readInThread } from '../spreadsheet/in-thread.ts'
import type { FoundRows } from './find-rows.ts'
import type { FaultyRow, PersonRow } from './read-row.ts'

export interface ListOrder {
  bytes: Uint8Array
  /** The day to judge, `YYYY-MM-DD`. */
  on: string
  /** Facts that hold for the whole list unless a line says otherwise. */
  common: PersonRow['facts']
}

export type Row = PersonRow | FaultyRow

/** What the file is like, besides its rows. */
export interface AboutFile {
  columns: FoundRows['columns']
  unused: string[]
  passed: FoundRows['passed']
  sheet: string
  otherSheets: string[]
}

export type ReadList = ReadInThread<Row, AboutFile>

export const ROWS_A_PART = 50

/** `patienceMs`: what a file may take. */
export function readList(order: ListOrder, patienceMs?: number): Promise<ReadList> {
  return readInThread<ListOrder, Row, AboutFile>(new URL('./read-list-thread.ts', import.meta.url), order, patienceMs)
}
