/** Reads a commune's list from its file, beside the server. */
import { type ReadInThread, readInThread } from '../spreadsheet/in-thread.ts'
import type { RegisterRow, RegisterStatus } from './household.ts'
import type { FoundHouseholds } from './read-households.ts'

export interface RegisterOrder {
  bytes: Uint8Array
  year: number
  today: string
  commonStatus: RegisterStatus | null
  childBelow: number
  elderlyFrom: number
  /** Folded names, of now and of before, of the commune whose list it is. */
  communeNames: readonly string[]
}

export interface AboutRegisterFile extends Omit<FoundHouseholds, 'rows'> {
  sheet: string
  otherSheets: string[]
}

export const HOUSEHOLDS_A_PART = 50

/** `patienceMs`: what a file may take. */
export function readRegisterList(
  order: RegisterOrder,
  patienceMs?: number,
): Promise<ReadInThread<RegisterRow, AboutRegisterFile>> {
  const thread = new URL('./read-register-thread.ts', import.meta.url)
  return readInThread<RegisterOrder, RegisterRow, AboutRegisterFile>(thread, order, patienceMs)
}
