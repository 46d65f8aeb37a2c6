import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../log.ts'
import type { Account } from './embedded-account.ts'
import type { Binaries } from './embedded-binaries.ts'
import { spawnWatched } from './embedded-child.ts'
import { EmbeddedUnavailable } from './embedded-errors.ts'
import { isReady } from './embedded-owner.ts'

/** Where the socket is; the number is part of its name. */
export const PORT = 5432

const WAIT_FOR_STOP_MS = 20_000
const POLL_MS = 5
const WORDS_KEPT = 20

export interface ServerStart {
  cluster: string
  binaries: Binaries
  account: Account
  socketFolder: string
  tcpPort: number | undefined
  /** A pid in the lock file that is nobody's any more. */
  staleLock: number | undefined
  giveUpAt: number
  durable: boolean
  maxConnections: number
  log: Pick<Logger, 'debug'>
}

export interface Server {
  pid: number
  /** Fulfilled when it has ended, asked or not. */
  ended: Promise<void>
  stop(): Promise<void>
}

/** Undefined: it gave up because somebody else has the folder, or the last children of a dead one do. */
export async function startServer(start: ServerStart): Promise<Server | undefined> {
  const { cluster, binaries, account, giveUpAt } = start
  const child = spawnWatched(
    [
      join(binaries.folder, 'postgres'),
      '-D',
      cluster,
      ...Object.entries(settings(start)).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    account,
    cluster,
    // PostgreSQL passes over a lock with this pid, but still looks whether anybody has the memory it names.
    start.staleLock === undefined ? {} : { PG_GRANDPARENT_PID: String(start.staleLock) },
  )
  const words: string[] = []
  createInterface({ input: child.words }).on('line', (line) => {
    start.log.debug({ postgres: line }, 'embedded database')
    words.push(line)
    if (words.length > WORDS_KEPT) words.shift()
  })
  let hasEnded = false
  const ended = child.ended.then(() => {
    hasEnded = true
  })

  while (!hasEnded && !isReady(cluster, child.pid)) {
    if (Date.now() > giveUpAt) {
      child.kill('SIGQUIT')
      throw new EmbeddedUnavailable(`it did not get ready:\n${words.join('\n')}`)
    }
    await Promise.race([pause(POLL_MS), ended])
  }
  if (hasEnded) {
    const text = words.join('\n')
    if (/lock file .* already exists|shared memory block .* in use/.test(text)) return undefined
    throw new EmbeddedUnavailable(`PostgreSQL ended at once:\n${text}`)
  }

  // It must not keep a script alive that is done; the pipe then closes and takes the server along.
  child.setHolding(false)
  return {
    pid: child.pid,
    ended,
    async stop() {
      child.setHolding(true)
      child.interrupt()
      const late = setTimeout(() => child.kill('SIGQUIT'), WAIT_FOR_STOP_MS)
      await ended.finally(() => clearTimeout(late))
    },
  }
}

function settings({
  binaries,
  socketFolder,
  tcpPort,
  durable,
  maxConnections,
}: ServerStart): Record<string, string | number> {
  return {
    listen_addresses: tcpPort === undefined ? '' : '127.0.0.1',
    port: tcpPort ?? PORT,
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    max_connections: maxConnections,
    shared_buffers: '32MB',
    jit: 'off',
    // One small machine: no replicas, no parallel plans, none of the processes that wait for them.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_logical_replication_workers: 0,
    max_parallel_workers: 0,
    ...(binaries.major >= 18 ? { io_method: 'sync' } : {}),
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_checkpoints: 'off',
    // Statements and rows hold what people told us; errors reach the one who asked.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(!durable ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
}
