/**
 * Reads an officer's file without holding up anybody: unpacking and parsing happen in a thread with bounded memory and
 * time, one file at a time, because a file may be made to swell.
 */
import { Worker } from 'node:worker_threads'
import type { FileFault } from './file-fault.ts'
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

export type ListPart =
  | { kind: 'rows'; rows: Row[] }
  | { kind: 'about'; about: AboutFile }
  | { kind: 'fault'; fault: FileFault }

export type ReadList = { about: AboutFile; parts: Row[][] } | { fault: FileFault }

export const ROWS_A_PART = 50
const PATIENCE_MS = 20_000
const MOST_MEMORY_MB = 384

let turn: Promise<unknown> = Promise.resolve()

/** `patienceMs`: what a file may take; 20 seconds unless told. */
export function readList(order: ListOrder, patienceMs = PATIENCE_MS): Promise<ReadList> {
  const reading = turn.then(() => readInThread(order, patienceMs))
  turn = reading.catch(() => undefined)
  return reading
}

function readInThread(order: ListOrder, patienceMs: number): Promise<ReadList> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./read-list-thread.ts', import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    })
    const parts: Row[][] = []
    const end = (result: ReadList) => {
      clearTimeout(timer)
      resolve(result)
      void thread.terminate()
    }
    const timer = setTimeout(() => end({ fault: { key: 'too_slow' } }), patienceMs)
    thread.on('message', (part: ListPart) => {
      if (part.kind === 'rows') {
        parts.push(part.rows)
        setImmediate(() => thread.postMessage('next'))
      } else if (part.kind === 'about') end({ about: part.about, parts })
      else end({ fault: part.fault })
    })
    thread.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return end({ fault: { key: 'swells' } })
      clearTimeout(timer)
      reject(error)
    })
  })
}
