import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { FetchedFile } from '../../messaging/channel.ts'
import { type FileLimits, isCarried } from '../../messaging/file-limits.ts'
import type { Secrets } from '../../secrets.ts'
import type { Failure, UploadedFile, ZaloAnswer } from './zalo-api.ts'

const MEGABYTE = 1024 * 1024
/** Zalo takes pictures of few types up to 1 MB and documents of a few types up to 5 MB. */
export const ZALO_FILES: FileLimits = {
  'image/jpeg': MEGABYTE,
  'image/png': MEGABYTE,
  'image/gif': MEGABYTE,
  'application/pdf': 5 * MEGABYTE,
}
const GIF_TYPE = 'image/gif'
/** Zalo forgets uploads after seven days; well before that a new one is made. */
const GOOD_FOR_MS = 6 * 86_400_000

const ANSWER = z.object({ attachment_id: z.string().optional(), token: z.string().optional() })

export type UploadKind = 'image' | 'gif' | 'file'
export type Uploaded =
  | { kind: 'uploaded'; as: UploadKind; externalId: string }
  /** Zalo carries no file of this type or size. */
  | { kind: 'not-carried' }
  | { kind: 'failed'; failure: Failure }

export type Uploads = ReturnType<typeof createUploads>

/** Files at Zalo. One content is uploaded once as long as Zalo keeps it: there are 5,000 uploads a month. */
export function createUploads(options: {
  sql: Sql
  secrets: Secrets
  clock: Clock
  account: string
  upload: (path: string, file: UploadedFile) => Promise<ZaloAnswer>
}) {
  const { sql, secrets, clock, account } = options
  const hashOf = (content: Uint8Array) =>
    secrets.keyedHash('zalo-upload', `${account}\0${Buffer.from(content).toString('base64')}`)

  return {
    async place(file: FetchedFile): Promise<Uploaded> {
      const as = kindOf(file)
      if (as === null) return { kind: 'not-carried' }
      const hash = hashOf(file.content)
      const [row] = await sql<{ external_id: string }[]>`select external_id from zalo_uploads
        where account = ${account} and content_hash = ${hash} and expires_at > ${clock.now()}`
      if (row !== undefined) return { kind: 'uploaded', as, externalId: row.external_id }
      const name = `giay-to.${file.mediaType.split('/')[1]?.replace('jpeg', 'jpg') ?? 'bin'}`
      const answer = await options.upload(`/v2.0/oa/upload/${as}`, { ...file, name })
      if (answer.kind !== 'ok') return { kind: 'failed', failure: answer }
      const parsed = ANSWER.safeParse(answer.data)
      const externalId = parsed.data?.attachment_id ?? parsed.data?.token
      if (externalId === undefined)
        return { kind: 'failed', failure: { kind: 'broken', reason: 'no id of the upload' } }
      const expiresAt = new Date(clock.now().getTime() + GOOD_FOR_MS)
      await sql`insert into zalo_uploads (account, content_hash, external_id, expires_at)
        values (${account}, ${hash}, ${externalId}, ${expiresAt})
        on conflict (account, content_hash) do update set external_id = excluded.external_id, expires_at = excluded.expires_at`
      return { kind: 'uploaded', as, externalId }
    },
    /** Zalo does not have it any more. */
    async drop(file: FetchedFile): Promise<void> {
      await sql`delete from zalo_uploads where account = ${account} and content_hash = ${hashOf(file.content)}`
    },
    async forget(now: Date): Promise<void> {
      await sql`delete from zalo_uploads where expires_at < ${now}`
    },
  }
}

function kindOf(file: FetchedFile): UploadKind | null {
  if (!isCarried(ZALO_FILES, file)) return null
  if (file.mediaType === GIF_TYPE) return 'gif'
  return file.mediaType.startsWith('image/') ? 'image' : 'file'
}
