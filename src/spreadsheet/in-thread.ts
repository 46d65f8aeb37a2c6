/**
 * Reads an officer's file without holding up anybody: unpacking and parsing happen in a thread with bounded memory and
 * time, one file at a time, because a file may be made to swell.
 */
import { once } from 'node:events'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import type { FileFault } from './file-fault.ts'

export type ReadInThread<Row, About> = { about: About; parts: Row[][] } | { fault: FileFault }

type Answer<Row, About> =
  | { kind: 'rows'; rows: Row[] }
  | { kind: 'about'; about: About }
  | { kind: 'fault'; fault: FileFault }

const PATIENCE_MS = 20_000
const MOST_MEMORY_MB = 384

let turn: Promise<unknown> = Promise.resolve()

/** `thread`: a file that calls `answerInParts`. `patienceMs`: what a file may take; 20 seconds unless told. */
export function readInThread<Order, Row, About>(
  thread: URL,
  order: Order,
  patienceMs = PATIENCE_MS,
): Promise<ReadInThread<Row, About>> {
  const reading = turn.then(() => readAlone<Order, Row, About>(thread, order, patienceMs))
  turn = reading.catch(() => undefined)
  return reading
}

function readAlone<Order, Row, About>(url: URL, order: Order, patienceMs: number): Promise<ReadInThread<Row, About>> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(url, {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    })
    const parts: Row[][] = []
    const end = (result: ReadInThread<Row, About>) => {
      clearTimeout(timer)
      resolve(result)
      void thread.terminate()
    }
    const timer = setTimeout(() => end({ fault: { key: 'too_slow' } }), patienceMs)
    thread.on('message', (answer: Answer<Row, About>) => {
      if (answer.kind === 'rows') {
        parts.push(answer.rows)
        setImmediate(() => thread.postMessage('next'))
      } else if (answer.kind === 'about') end({ about: answer.about, parts })
      else end({ fault: answer.fault })
    })
    thread.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return end({ fault: { key: 'swells' } })
      clearTimeout(timer)
      reject(error)
    })
  })
}

/** The thread's side: reads, then hands the rows over one part after the other. */
export function answerInParts<Order, Row, About>(
  rowsAPart: number,
  read: (order: Order) => Promise<{ rows: readonly Row[]; about: About } | { fault: FileFault }>,
): void {
  const port = parentPort
  if (port === null) return
  const run = async () => {
    const send = (answer: Answer<Row, About>) => port.postMessage(answer)
    const found = await read(workerData as Order)
    if ('fault' in found) return send({ kind: 'fault', fault: found.fault })
    for (let start = 0; start < found.rows.length; start += rowsAPart) {
      send({ kind: 'rows', rows: found.rows.slice(start, start + rowsAPart) })
      // Taken in one by one: a thousand rows at once would hold up the calls of others.
      await once(port, 'message')
    }
    send({ kind: 'about', about: found.about })
  }
  void run()
}
