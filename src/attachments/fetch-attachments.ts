import { fileTypeFromBuffer } from 'file-type'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter } from '../messaging/channel.ts'
import { KEPT_TYPES, LARGEST_FILE } from '../messaging/kept-files.ts'
import { open, type Secrets } from '../secrets.ts'
import { keepFile } from './keep-file.ts'
import { type AttachmentStore, StoreAway } from './store.ts'

const LEASE_MS = 60_000
const MOST_ATTEMPTS = 8
const AT_ONCE = 4

interface FetchOptions {
  sql: Sql
  secrets: Secrets
  store: AttachmentStore
  clock: Clock
  log: Pick<Logger, 'warn'>
  /** Leaves what is on its way for later, without counting the try. */
  signal?: AbortSignal
  /** Says on the row that a file can never be kept, and to whom it matters; on the row alone unless told. */
  fileFailed?: (file: { id: string; failure: FileFailure }, now: Date) => Promise<void>
}

export type FileFailure = 'gone' | 'too-large' | 'wrong-type'

interface Wanted {
  id: string
  contact_id: string
  sealed_external_id: Buffer
  sealed_key: Buffer | null
  attempts: number
}

/**
 * Fetches papers that updates named and keeps them in the store, sealed with the person's key. A file that cannot be fetched now is tried
 * again later; one that is gone, too large or of another type says so on its row. Returns how many were looked at.
 */
export async function fetchAttachments(
  { sql, secrets, store, clock, log, signal, fileFailed }: FetchOptions,
  adapter: ChannelAdapter,
): Promise<number> {
  const now = clock.now()
  const wanted = await sql<Wanted[]>`
    with next as (
      select id from attachments
      where fetched_at is null and failure is null and channel = ${adapter.id} and account = ${adapter.account}
        and sealed_external_id is not null and (lease_until is null or lease_until < ${now})
      order by created_at limit ${AT_ONCE} for update skip locked
    ), claimed as (
      update attachments a set lease_until = ${new Date(now.getTime() + LEASE_MS)}, attempts = attempts + 1
      from next where a.id = next.id returning a.id, a.contact_id, a.sealed_external_id, a.attempts
    ) select claimed.*, c.sealed_key from claimed join contacts c on c.id = claimed.contact_id`
  await Promise.all(
    wanted.map(async (row) => {
      if (row.sealed_key === null) return fail(row, 'gone')
      const key = secrets.openPersonKey(row.sealed_key)
      try {
        const file = await unlessAborted(adapter.fetchFile(open(key, row.sealed_external_id).toString()), signal)
        if (file === null) return await fail(row, 'gone')
        if (file.content.length > LARGEST_FILE) return await fail(row, 'too-large')
        // `audio/ogg; codecs=opus`: how it is coded is of no matter.
        const type = (await fileTypeFromBuffer(file.content))?.mime.split(';')[0]
        if (type === undefined || !KEPT_TYPES.has(type)) return await fail(row, 'wrong-type')
        await keepFile(sql, { secrets, store }, { id: row.contact_id, key }, file.content, async (tx, name) => {
          const written = await tx`update attachments set stored_name = ${name}, media_type = ${type},
            size_bytes = ${file.content.length}, fetched_at = ${clock.now()}, lease_until = null
            where id = ${row.id} and fetched_at is null`
          return written.count > 0
        })
      } catch (error) {
        if (signal?.aborted) return leave(row)
        log.warn({ err: error, attachmentId: row.id, attempts: row.attempts }, 'a paper could not be fetched')
        // The channel still has it, and a store that is away for an hour must not cost a paper.
        if (error instanceof StoreAway) return forgive(row)
        if (row.attempts >= MOST_ATTEMPTS) await fail(row, 'gone')
      }
    }),
  )
  return wanted.length

  async function leave(row: Wanted): Promise<void> {
    await sql`update attachments set attempts = attempts - 1, lease_until = null where id = ${row.id}`
  }

  /** Comes again when the lease ends. */
  async function forgive(row: Wanted): Promise<void> {
    await sql`update attachments set attempts = attempts - 1 where id = ${row.id}`
  }

  async function fail(row: Wanted, failure: FileFailure): Promise<void> {
    if (fileFailed !== undefined) return fileFailed({ id: row.id, failure }, clock.now())
    await sql`update attachments set failure = ${failure}, lease_until = null where id = ${row.id}`
  }
}

/** A large file over a slow line takes a minute; a stop does not wait for it. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    // Whichever came second is nobody's concern any more.
    work.catch(() => {})
  }
}
