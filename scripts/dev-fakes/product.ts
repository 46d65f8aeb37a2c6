import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** The product in a process of its own, so that its clock can be moved by starting it again. */
export interface ProductRun {
  /** Undefined while it starts. */
  readonly address: string | undefined
  /** Ends the one that runs and starts the next; resolves with its address. */
  start(settings: Record<string, string>): Promise<string>
  stop(): Promise<void>
}

/** `show` gets what it prints; `ended` is called when it ends without being told to. */
export function createProductRun(options: { show(text: string): void; ended(code: number | null): void }): ProductRun {
  let child: ChildProcess | null = null
  let address: string | undefined

  async function stop(): Promise<void> {
    const ending = child
    child = null
    address = undefined
    if (ending === null || ending.exitCode !== null) return
    const exited = once(ending, 'exit')
    ending.kill('SIGTERM')
    await exited
  }

  return {
    get address() {
      return address
    },
    stop,
    async start(settings) {
      await stop()
      const started = spawn(process.execPath, [MAIN], {
        // Nothing of a real service on this machine may get in: no .env, and only what is named here.
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...settings },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      const ready = Promise.withResolvers<string>()
      let printed = ''
      started.stdout.on('data', (chunk: Buffer) => {
        options.show(chunk.toString())
        if (address !== undefined || child !== started) return
        printed += chunk.toString()
        const found = /is ready[\s\S]*?(http:\/\/\S+)\/chat/.exec(printed)?.[1]
        if (found === undefined) return
        address = found
        ready.resolve(found)
      })
      started.once('exit', (code) => {
        ready.reject(new Error('The product ended before it was ready'))
        if (child !== started) return
        child = null
        address = undefined
        options.ended(code)
      })
      return ready.promise
    },
  }
}
