import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** The product as it runs in earnest: a process of its own. */
export interface ProductProcess {
  /** Its address once it serves; rejects when it ends before. */
  ready: Promise<string>
  exited: Promise<Exit>
  /** All that it printed so far. */
  output(): string
  kill(signal: NodeJS.Signals): Promise<Exit>
}

const running = new Set<ChildProcess>()

/** Starts `node src/main.ts` on a free port with these settings and none of the machine's own. */
export function startProcess(settings: Record<string, string>): ProductProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  const address = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<Exit>()
  const read = (chunk: Buffer) => {
    output += chunk.toString()
    const found = /is ready[\s\S]*?(http:\/\/\S+)\/chat/.exec(output)?.[1]
    if (found !== undefined) address.resolve(found)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  child.once('close', (code, signal) => {
    running.delete(child)
    address.reject(new Error(`The product ended before it was ready: ${output}`))
    ended.resolve({ code, signal })
  })
  // Whoever kills a process at its start does not ask whether it became ready.
  address.promise.catch(() => {})
  return {
    ready: address.promise,
    exited: ended.promise,
    output: () => output,
    kill(signal) {
      child.kill(signal)
      return ended.promise
    },
  }
}

/** A folder that goes with the test file, and whatever still runs on it. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cau-noi-data-'))
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  })
  return folder
}
