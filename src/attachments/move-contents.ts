import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import { open, type Secrets } from '../secrets.ts'
import { keepFile } from './keep-file.ts'
import type { AttachmentStore } from './store.ts'

const AT_ONCE = 20

interface Services {
  sql: Sql
  secrets: Secrets
  store: AttachmentStore
  log: Pick<Logger, 'error'>
  signal?: AbortSignal
}

interface InRow {
  id: string
  contact_id: string
  sealed_content: Buffer
  sealed_key: Buffer | null
}

/**
 * Moves contents that still lie in their rows to the store, a few each time it is called. A row changes in the transaction
 * that finds the file in its place, so that it may end at any moment. One that cannot be opened stays and is passed over.
 */
export function createMover({ sql, secrets, store, log, signal }: Services): { run(): Promise<number> } {
  let after = '00000000-0000-0000-0000-000000000000'

  async function move(row: InRow): Promise<void> {
    if (row.sealed_key === null) {
      await sql`update attachments set sealed_content = null, failure = 'gone' where id = ${row.id}`
      return
    }
    const key = secrets.openPersonKey(row.sealed_key)
    await keepFile(
      sql,
      { secrets, store },
      { id: row.contact_id, key },
      open(key, row.sealed_content),
      async (tx, name) => {
        const moved = await tx`update attachments set stored_name = ${name}, sealed_content = null
          where id = ${row.id} and sealed_content is not null`
        return moved.count > 0
      },
    )
  }

  return {
    run: async () => {
      const ids = await sql<{ id: string }[]>`
        select id from attachments where sealed_content is not null and id > ${after} order by id limit ${AT_ONCE}`
      let moved = 0
      for (const { id } of ids) {
        if (signal?.aborted) return moved
        // One at a time: twenty papers of twenty megabytes are too much to hold.
        const [row] = await sql<InRow[]>`
          select a.id, a.contact_id, a.sealed_content, c.sealed_key
          from attachments a left join contacts c on c.id = a.contact_id
          where a.id = ${id} and a.sealed_content is not null`
        try {
          if (row !== undefined) await move(row)
          moved += 1
        } catch (error) {
          log.error({ err: error, attachmentId: id }, 'a paper could not be moved to the store')
        }
        after = id
      }
      if (ids.length < AT_ONCE) after = '00000000-0000-0000-0000-000000000000'
      return moved
    },
  }
}
