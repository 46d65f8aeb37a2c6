import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './embedded-account.ts'
import type { Binaries } from './embedded-binaries.ts'
import { run } from './embedded-child.ts'
import { processState } from './embedded-owner.ts'

/** The account every embedded database has. */
export const USER = 'caunoi'

const OURSELVES: Account = { prefix: [], identity: {}, fileOwner: { uid: 0, gid: 0 } }

/** What first starts left behind that were killed in the middle; the last of their programs may still be ending. */
export async function sweepLeftovers(dataDir: string): Promise<void> {
  for (const entry of readdirSync(dataDir)) {
    const maker = /^postgres\.new-(\d+)-/.exec(entry)?.[1]
    if (maker === undefined) continue
    if (Number(maker) !== process.pid && processState(Number(maker)) === 'running') continue
    await rm(join(dataDir, entry), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

/** Another account must be able to walk through to its own folder, and must own it. */
export async function openFolders(dataDir: string, cluster: string, account: Account): Promise<void> {
  const { uid, gid } = account.fileOwner
  if (account.identity.uid !== undefined) chmodSync(dataDir, 0o711)
  if (!existsSync(cluster) || (await stat(cluster)).uid === uid) return
  await run(['chown', '-R', `${uid}:${gid}`, cluster], OURSELVES)
}

/** Beside first and then renamed: a start killed in the middle leaves no half-made database. */
export async function createCluster(
  dataDir: string,
  cluster: string,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<void> {
  const making = join(dataDir, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  mkdirSync(making, { mode: 0o700 })
  chownSync(making, account.fileOwner.uid, account.fileOwner.gid)
  await run(
    [
      join(binaries.folder, 'initdb'),
      `--pgdata=${making}`,
      `--username=${USER}`,
      '--auth=trust',
      '--encoding=UTF8',
      '--no-instructions',
      ...(binaries.major >= 17
        ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
        : ['--locale=C']),
      ...(!durable ? ['--no-sync'] : []),
    ],
    account,
  )
  try {
    await rename(making, cluster)
  } catch (error) {
    // Somebody else was first; theirs is as good, and the lock decides who may use it.
    if (!existsSync(cluster)) throw error
    await rm(making, { recursive: true, force: true })
  }
  const folder = await open(dataDir)
  await folder.sync().finally(() => folder.close())
}
