import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../log.ts'
import type { Sql } from './client.ts'

/** "cau noi"; any number will do that nobody else locks. */
const LOCK = 0x63_61_75_6e
const FOLDER = join(import.meta.dirname, 'migrations')

interface Migration {
  tag: string
  hash: string
  statements: string
}

/** The database and this version of the product do not belong together. */
export class WrongMigrations extends Error {
  readonly tag: string

  constructor(tag: string, what: string) {
    super(`Migration ${tag} ${what}`)
    this.name = 'WrongMigrations'
    this.tag = tag
  }
}

/**
 * Brings the database to this version: all missing migrations in one transaction, so that a failure changes nothing.
 * Several processes may call it at once; one does the work. drizzle's own `migrate` fails there, every second time.
 * Returns what was applied. A migration that needs an extension says `create extension if not exists` itself.
 */
export async function migrate(sql: Sql, log?: Pick<Logger, 'info'>, folder: string = FOLDER): Promise<string[]> {
  const migrations = await readMigrations(folder)
  const applied = await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`
    await tx`select pg_advisory_xact_lock(${LOCK})`
    await tx`create table if not exists migrations (tag text primary key, hash text not null, applied_at timestamptz not null default now())`
    const done = new Map(
      (await tx<{ tag: string; hash: string }[]>`select tag, hash from migrations`).map(({ tag, hash }) => [tag, hash]),
    )
    refuseStrangers(migrations, done)
    const missing = migrations.filter(({ tag }) => !done.has(tag))
    for (const { tag, hash, statements } of missing) {
      await tx.unsafe(statements)
      await tx`insert into migrations (tag, hash) values (${tag}, ${hash})`
    }
    return missing.map(({ tag }) => tag)
  })
  if (applied.length > 0) log?.info({ migrations: applied }, 'database migrated')
  return applied
}

/** Names of migrations of this version that the database does not have yet. */
export async function pendingMigrations(sql: Sql, folder: string = FOLDER): Promise<string[]> {
  const done = new Set((await sql<{ tag: string }[]>`select tag from migrations`).map(({ tag }) => tag))
  return (await readMigrations(folder)).map(({ tag }) => tag).filter((tag) => !done.has(tag))
}

function refuseStrangers(migrations: readonly Migration[], done: ReadonlyMap<string, string>): void {
  const known = new Map(migrations.map(({ tag, hash }) => [tag, hash]))
  for (const [tag, hash] of done) {
    if (!known.has(tag)) throw new WrongMigrations(tag, 'is in the database but unknown here: a newer version made it')
    if (known.get(tag) !== hash)
      throw new WrongMigrations(tag, 'was changed after it was applied: add a new one instead')
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  if (!existsSync(folder)) return []
  const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string }[]
  }
  return Promise.all(
    journal.entries.map(async ({ tag }) => {
      const statements = await readFile(join(folder, `${tag}.sql`), 'utf8')
      return { tag, hash: createHash('sha256').update(statements).digest('hex'), statements }
    }),
  )
}
