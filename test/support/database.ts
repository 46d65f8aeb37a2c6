import { randomBytes } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { connect, type Sql } from '../../src/db/client.ts'
import { databaseUrl, TEMPLATE } from './database-server.ts'

export interface TestDatabase {
  sql: Sql
  /** For a second pool, or as `DATABASE_URL` of a process. */
  url: string
  name: string
}

/**
 * A migrated, empty database of this test file's own. Call it at the top of the file, outside of any hook or test: its
 * pool closes after the last test. It is not dropped, since the server goes with the run.
 */
export async function createDatabase(options: { max?: number; empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = inject('databaseServerUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = connect({ url: serverUrl, max: 1 })
  await admin.unsafe(`create database ${name} template ${options.empty ? 'template0' : TEMPLATE} strategy file_copy`)
  await admin.end()
  const url = databaseUrl(serverUrl, name)
  const sql = connect({ url, max: options.max ?? 10 })
  afterAll(() => sql.end())
  return { sql, url, name }
}
