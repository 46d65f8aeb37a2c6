import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../src/audit/verify.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase } from '../support/database.ts'
import { ROOT } from '../support/definitions.ts'

const MIGRATIONS = join(ROOT, 'src/db/migrations')

/** The migrations up to one of them. */
function migrationsUntil(last: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cau-noi-migrations-'))
  cpSync(MIGRATIONS, folder, { recursive: true })
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(file, 'utf8')) as { entries: { tag: string }[] }
  const entries = journal.entries.slice(0, journal.entries.findIndex(({ tag }) => tag === last) + 1)
  writeFileSync(file, JSON.stringify({ ...journal, entries }))
  return folder
}

describe('lines of the log from before there was a chain', () => {
  it('are all there afterwards, in words of today, and chained', async () => {
    const { sql } = await createDatabase({ empty: true })
    const folder = migrationsUntil('0011_outbox-leases')
    await migrate(sql, undefined, folder)
    await sql`insert into audit (at, officer_id, what, ticket_number) values
      (now(), gen_random_uuid(), 'ticket', 'HY-2026-000001'), (now(), gen_random_uuid(), 'ticket-list', null),
      (now(), gen_random_uuid(), 'attachment', 'HY-2026-000001'), (now(), gen_random_uuid(), 'village-list 77', null)`

    await migrate(sql)

    rmSync(folder, { recursive: true })
    const lines = await sql`
      select action, subject_kind as kind, subject_id as id from audit a where actor_id is not null order by a.id`
    expect([...lines]).toEqual([
      { action: 'ticket-read', kind: 'ticket', id: 'HY-2026-000001' },
      { action: 'tickets-searched', kind: null, id: null },
      { action: 'attachment-read', kind: 'ticket', id: 'HY-2026-000001' },
      { action: 'village-list-read', kind: 'village-list', id: '77' },
    ])
    expect(await verifyAudit(sql)).toMatchObject({ kind: 'sound', count: 4 })
    await expect(sql`update audit set action = 'x'`).rejects.toThrow('append-only')
  })
})
