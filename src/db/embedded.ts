import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../log.ts'
import { type Account, chooseAccount } from './embedded-account.ts'
import { type Binaries, findBinaries } from './embedded-binaries.ts'
import { createCluster, openFolders, sweepLeftovers, USER } from './embedded-cluster.ts'
import { DataDirInUse, EmbeddedUnavailable } from './embedded-errors.ts'
import { liveOwner, readLock, removeOwner, writeOwner } from './embedded-owner.ts'
import { PORT, type Server, startServer } from './embedded-server.ts'

/*
 * A PostgreSQL server of our own, for a machine without one. It lives in the data folder, listens on a socket that
 * only we can reach, and never outlives the process that started it, however that one ends. Exactly one process may
 * use a data folder; several processes need a server and DATABASE_URL.
 */

const DATABASE = 'postgres'
/** The longest path a unix socket may have, its file name `/.s.PGSQL.5432` included. */
const LONGEST_SOCKET_FOLDER = 107 - 15
/** A dead owner's server needs a moment for its last checkpoint. */
const WAIT_FOR_LOCK_MS = 10_000
const WAIT_FOR_START_MS = 60_000
const POLL_MS = 5
const RETRY_MS = 50

export interface EmbeddedOptions {
  /** Made if missing. The database goes into its folder `postgres`. */
  dataDir: string
  log: Pick<Logger, 'info' | 'warn' | 'debug'>
  /** For tests: faster, and lost when the machine goes down. */
  durable?: boolean
  /** For tests: also listen on a free port of 127.0.0.1, open to every local user. */
  tcp?: boolean
  /** 60 unless told. */
  maxConnections?: number
}

export interface EmbeddedDatabase {
  /** For `connect` of `client.ts`. */
  url: string
  /** Of the database server. */
  pid: number
  /** Fulfilled when the server has ended, asked or not. */
  ended: Promise<void>
  /** Ends open connections, writes everything, and returns when the folder is free. May be called twice. */
  stop(): Promise<void>
}

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  if (process.platform === 'win32') throw new EmbeddedUnavailable('Windows is not supported')
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const durable = options.durable ?? true
  const dataDir = realpathSync(options.dataDir)
  const cluster = join(dataDir, 'postgres')
  const binaries = chooseBinaries(cluster)
  const account = chooseAccount(join(binaries.folder, 'postgres'))
  if (account === undefined) {
    throw new EmbeddedUnavailable(
      process.getuid?.() === 0
        ? `PostgreSQL refuses to be root, and ${binaries.folder}/postgres runs neither in a user namespace nor as another account`
        : `${binaries.folder}/postgres does not run`,
    )
  }

  let staleLock = await waitForLock(dataDir, cluster)
  await sweepLeftovers(dataDir)
  await openFolders(dataDir, cluster, account)
  if (!existsSync(cluster)) await createCluster(dataDir, cluster, binaries, account, durable)
  const socketFolder = makeSocketFolder(dataDir, account)
  const tcpPort = options.tcp ? await freePort() : undefined
  const giveUpAt = Date.now() + WAIT_FOR_START_MS
  const maxConnections = options.maxConnections ?? 60
  const start = {
    cluster,
    binaries,
    account,
    socketFolder,
    tcpPort,
    giveUpAt,
    durable,
    maxConnections,
    log: options.log,
  }
  let server = await startServer({ ...start, staleLock })
  while (server === undefined) {
    if (Date.now() > giveUpAt) throw new EmbeddedUnavailable(`the lock of a dead server in ${cluster} does not go away`)
    await pause(RETRY_MS)
    staleLock = await waitForLock(dataDir, cluster)
    server = await startServer({ ...start, staleLock })
  }
  writeOwner(dataDir)
  const running: Server = server

  let stopped: Promise<void> | undefined
  return {
    pid: running.pid,
    ended: running.ended,
    url:
      tcpPort === undefined
        ? `postgres://${USER}@localhost:${PORT}/${DATABASE}?host=${encodeURIComponent(socketFolder)}`
        : `postgres://${USER}@127.0.0.1:${tcpPort}/${DATABASE}`,
    stop() {
      stopped ??= running.stop().then(async () => {
        removeOwner(dataDir)
        await rm(socketFolder, { recursive: true, force: true })
      })
      return stopped
    },
  }
}

function chooseBinaries(cluster: string): Binaries {
  const found = findBinaries()
  const version = join(cluster, 'PG_VERSION')
  const wanted = existsSync(version) ? Number.parseInt(readFileSync(version, 'utf8'), 10) : undefined
  const chosen = found.find(({ major }) => wanted === undefined || major === wanted)
  if (chosen !== undefined) return chosen
  throw new EmbeddedUnavailable(
    wanted === undefined
      ? `no PostgreSQL was found for ${process.platform}-${process.arch} (npm leaves it out with --omit=optional)`
      : `${cluster} was made by PostgreSQL ${wanted}, and only ${found.map(({ major }) => major).join(', ') || 'none'} was found`,
  )
}

/** Returns the pid in a lock file that nobody holds any more, if there is one. */
async function waitForLock(dataDir: string, cluster: string): Promise<number | undefined> {
  const giveUpAt = Date.now() + WAIT_FOR_LOCK_MS
  for (;;) {
    const lock = readLock(cluster)
    if (lock.kind === 'free') return undefined
    if (lock.kind === 'stale') return lock.pid
    const owner = liveOwner(dataDir)
    if (owner !== undefined) throw new DataDirInUse(dataDir, owner)
    if (Date.now() > giveUpAt) throw new DataDirInUse(dataDir, lock.pid)
    await pause(POLL_MS)
  }
}

function makeSocketFolder(dataDir: string, account: Account): string {
  const inside = join(dataDir, 'socket')
  const folder =
    Buffer.byteLength(inside) <= LONGEST_SOCKET_FOLDER ? inside : mkdtempSync(join(shortTemporaryFolder(), 'cau-noi-'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  chownSync(folder, account.fileOwner.uid, account.fileOwner.gid)
  return folder
}

function shortTemporaryFolder(): string {
  return Buffer.byteLength(tmpdir()) <= LONGEST_SOCKET_FOLDER - 'cau-noi-XXXXXX/'.length ? tmpdir() : '/tmp'
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : PORT
}
