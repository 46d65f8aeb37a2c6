import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Account } from './embedded-account.ts'
import { EmbeddedUnavailable } from './embedded-errors.ts'

/**
 * A shell beside the program waits on a pipe that we hold. When we end, in whatever way, the pipe closes and the program
 * is told to stop; PostgreSQL takes this signal for a fast shutdown. Asking the kernel for a signal at our death would
 * leave a gap at the very start, and works on Linux only.
 */
const WATCH_AND_RUN = `
  exec 3<&0 </dev/null
  ( read -r word <&3; [ "$word" = ended ] || kill -INT $$ ) >/dev/null 2>&1 &
  exec "$@" 3<&-
`

const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' }

export interface Child {
  pid: number
  words: Readable
  /** Fulfilled with the exit code when it has ended. */
  ended: Promise<number | null>
  /** Asks it to stop. */
  interrupt(): void
  kill(signal: NodeJS.Signals): void
  /** Whether it keeps this process from ending. */
  setHolding(holds: boolean): void
}

/** A program that never outlives us. */
export function spawnWatched(
  command: readonly string[],
  account: Account,
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Child {
  const [name = 'sh', ...rest] = [...account.prefix, 'sh', '-c', WATCH_AND_RUN, 'sh', ...command]
  const child: ChildProcessByStdio<Writable, null, Readable> = spawn(name, rest, {
    ...account.identity,
    cwd,
    env: { ...ENVIRONMENT, ...environment },
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C in the terminal is for us; the database has to outlive our own orderly end.
    detached: true,
  })
  child.stdin.on('error', () => {})
  return {
    pid: child.pid ?? -1,
    words: child.stderr,
    ended: once(child, 'exit').then(([code]) => {
      child.stdin.end('ended\n')
      return code as number | null
    }),
    interrupt: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    setHolding(holds) {
      for (const handle of [child, child.stdin, child.stderr] as unknown as { ref(): void; unref(): void }[]) {
        if (holds) handle.ref()
        else handle.unref()
      }
    },
  }
}

/** Runs a program to its end; throws what it said if it failed. */
export async function run(command: readonly string[], account: Account): Promise<void> {
  const child = spawnWatched(command, account, '/')
  let words = ''
  child.words.setEncoding('utf8').on('data', (chunk: string) => {
    words += chunk
  })
  const code = await child.ended
  if (code !== 0) throw new EmbeddedUnavailable(`${command[0]} failed:\n${words}`)
}
