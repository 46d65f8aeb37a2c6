import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { migrate, WrongMigrations } from '../../src/db/migrate.ts'
import { createDatabase } from '../support/database.ts'

const first = await createDatabase({ empty: true })
const second = await createDatabase({ empty: true })
const third = await createDatabase({ empty: true })
const product = await createDatabase()
const neighbour = connect({ url: first.url })
afterAll(() => neighbour.end())

const temporary = await mkdtemp(join(tmpdir(), 'migrations-'))
afterAll(() => rm(temporary, { recursive: true }))

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(temporary, 'set-'))
  const entries = Object.keys(files).map((tag, idx) => ({ idx, tag, version: '7', when: idx, breakpoints: true }))
  await mkdir(join(folder, 'meta'))
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  await Promise.all(Object.entries(files).map(([tag, text]) => writeFile(join(folder, `${tag}.sql`), text)))
  return folder
}

const doors = 'create table doors (id int);\n--> statement-breakpoint\ninsert into doors values (1);'

describe('several processes that start on a new database at once', () => {
  it('all succeed, and each migration is applied once', async () => {
    const folder = await folderWith({ '0000_doors': doors, '0001_keys': 'create table keys (id int);' })

    const applied = await Promise.all(
      [first.sql, neighbour, first.sql, neighbour].map((sql) => migrate(sql, undefined, folder)),
    )

    expect(applied.flat().sort()).toEqual(['0000_doors', '0001_keys'])
    expect(await first.sql`select id from doors`).toEqual([{ id: 1 }])
  })
})

describe('a migration that fails', () => {
  it('leaves the database as it was, and a corrected one can be applied', async () => {
    const broken = await folderWith({ '0000_doors': doors, '0001_keys': 'create table keys (id nonsense);' })
    const corrected = await folderWith({ '0000_doors': doors, '0001_keys': 'create table keys (id int);' })

    await expect(migrate(second.sql, undefined, broken)).rejects.toThrow('nonsense')

    expect(await second.sql`select to_regclass('doors') as doors`).toEqual([{ doors: null }])
    expect(await migrate(second.sql, undefined, corrected)).toEqual(['0000_doors', '0001_keys'])
  })
})

describe('a database that does not belong to this version', () => {
  it('is refused when a newer version made it, or when a migration was changed afterwards', async () => {
    const tag = '0000_doors'
    const older = await folderWith({})
    const changed = await folderWith({ [tag]: `${doors}\n-- changed` })
    await migrate(third.sql, undefined, await folderWith({ [tag]: doors }))

    await expect(migrate(third.sql, undefined, older)).rejects.toThrow(WrongMigrations)
    await expect(migrate(third.sql, undefined, changed)).rejects.toThrow(/0000_doors was changed/)

    const hash = createHash('sha256').update(doors).digest('hex')
    expect(await third.sql`select tag, hash from migrations`).toEqual([{ tag, hash }])
  })
})

describe('the database that tests start from', () => {
  it('needs no further migration', async () => {
    expect(await migrate(product.sql)).toEqual([])
  })
})
