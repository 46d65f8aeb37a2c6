/**
 * How a file comes into the store. Its bytes are there before the row that names it is committed: what a death in between
 * leaves is a file without a row, which is swept. The same content from the same person is one file for several rows, so
 * that whoever removes a file and whoever names it anew have to know of each other: both hold the lock of its name.
 */
import { hash } from 'node:crypto'
import type { Sql, Transaction } from '../db/client.ts'
import { type Key, type Secrets, seal } from '../secrets.ts'
import type { AttachmentStore } from './store.ts'

export interface FileServices {
  secrets: Pick<Secrets, 'keyedHash'>
  store: AttachmentStore
}

/** Whose file it is, with the person's key. */
export interface FileOwner {
  id: string
  key: Key
}

/** Tells nobody without our key what is in the file or whose it is; nobody else's file has the same. */
export function fileName(secrets: Pick<Secrets, 'keyedHash'>, contactId: string, content: Uint8Array): string {
  return secrets.keyedHash('attachment', `${contactId}\0${hash('sha256', content, 'hex')}`).toString('hex')
}

/** Keeps a file inside the transaction that will write its row, and returns its name. For what is small or already there. */
export async function keepFileIn(
  tx: Transaction,
  { secrets, store }: FileServices,
  owner: FileOwner,
  content: Uint8Array,
): Promise<string> {
  const name = fileName(secrets, owner.id, content)
  await holdName(tx, name)
  if (!(await store.has(name))) await store.put(name, seal(owner.key, content))
  return name
}

/**
 * Keeps a file and then its row. `writeRow` says whether it wrote one: where the row or the person went meanwhile, the
 * file goes too. Large contents travel before the transaction begins.
 */
export async function keepFile(
  sql: Sql,
  services: FileServices,
  owner: FileOwner,
  content: Uint8Array,
  writeRow: (tx: Transaction, name: string) => Promise<boolean>,
): Promise<boolean> {
  const ahead = fileName(services.secrets, owner.id, content)
  if (!(await services.store.has(ahead))) await services.store.put(ahead, seal(owner.key, content))
  return (await sql.begin(async (tx) => {
    const name = await keepFileIn(tx, services, owner, content)
    const isWritten = await writeRow(tx, name)
    if (!isWritten) await tx`insert into attachments_to_remove (name) values (${name})`
    return isWritten
  })) as boolean
}

/** Until the transaction ends, nobody takes the file away. */
async function holdName(tx: Transaction, name: string): Promise<void> {
  await tx`select pg_advisory_xact_lock_shared(hashtextextended(${name}, 0))`
}
