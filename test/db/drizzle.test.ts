import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import {
  bigint,
  boolean,
  bytea,
  date,
  drizzleOn,
  eq,
  inArray,
  jsonb,
  pgTable,
  text,
  timestamp,
} from '../../src/db/drizzle.ts'
import { createDatabase } from '../support/database.ts'

const { sql, url } = await createDatabase({ empty: true })

const letters = pgTable('letters', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  title: text('title').notNull(),
  body: jsonb('body').$type<unknown>(),
  seal: bytea('seal'),
  isRead: boolean('is_read'),
  arrivedAt: timestamp('arrived_at', { withTimezone: true }),
  writtenOn: date('written_on'),
  tags: text('tags').array(),
})

beforeAll(async () => {
  await sql`create table letters (
    id bigint primary key generated always as identity, title text not null, body jsonb, seal bytea,
    is_read boolean, arrived_at timestamptz, written_on date, tags text[]
  )`
})

afterEach(() => sql`truncate letters`)

describe('what is written through drizzle', () => {
  it('comes back as it was', async () => {
    const letter = {
      title: 'Xin trợ giúp',
      body: { lines: ['một', 'hai'], urgent: true },
      seal: Buffer.from([0, 1, 255]),
      isRead: false,
      arrivedAt: new Date('2026-02-03T04:05:06.789Z'),
      writtenOn: '2026-02-01',
      tags: ['nhà ở', 'vay "vốn"'],
    }

    const [stored] = await drizzleOn(sql).insert(letters).values(letter).returning()

    expect(stored).toEqual({ id: expect.any(Number), ...letter })
  })

  it('may be missing', async () => {
    const [stored] = await drizzleOn(sql).insert(letters).values({ title: 'trống' }).returning()

    expect(stored).toMatchObject({ body: null, seal: null, isRead: null, arrivedAt: null, writtenOn: null, tags: null })
  })

  it.each([
    ['an object', { a: 1 }, 'object'],
    ['a list of truths', [true, false], 'array'],
    ['an empty list', [], 'array'],
    ['a text', 'lời', 'string'],
    ['a number', 7, 'number'],
  ])('is JSON encoded once: %s', async (_, body, kind) => {
    await drizzleOn(sql).insert(letters).values({ title: 'x', body })

    expect(await sql`select jsonb_typeof(body) as kind, body from letters`).toEqual([{ kind, body }])
  })
})

describe('what is written through plain postgres.js', () => {
  beforeEach(() => drizzleOn(sql).select().from(letters))

  it('is read the same beside drizzle: instants as dates, days as text, whole numbers as numbers, JSON parsed', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z')

    const [row] = await sql`
      insert into letters (title, body, arrived_at, written_on)
      values ('x', ${sql.json({ a: [1] })}, ${at}, ${'2026-02-01'})
      returning body, arrived_at, written_on, 9007199254740991::bigint as number`

    expect(row).toEqual({ body: { a: [1] }, arrived_at: at, written_on: '2026-02-01', number: 9007199254740991 })
  })
})

describe('drizzle inside a transaction that somebody else began', () => {
  it('is undone with it', async () => {
    const work = sql.begin(async (tx) => {
      await drizzleOn(tx).insert(letters).values({ title: 'x' })
      await tx`select 1 / 0`
    })

    await expect(work).rejects.toThrow('division by zero')
    expect(await sql`select 1 from letters`).toHaveLength(0)
  })

  it('sees what plain statements did, and the other way round', async () => {
    const seen = await sql.begin(async (tx) => {
      await tx`insert into letters (title) values ('plain')`
      await drizzleOn(tx).update(letters).set({ isRead: true }).where(eq(letters.title, 'plain'))
      return tx`select title from letters where is_read`
    })

    expect(seen).toEqual([{ title: 'plain' }])
  })

  it('may nest one that is undone alone', async () => {
    await sql.begin(async (tx) => {
      await drizzleOn(tx).insert(letters).values({ title: 'outer' })
      await drizzleOn(tx)
        .transaction(async (inner) => {
          await inner.insert(letters).values({ title: 'inner' })
          throw new Error('changed my mind')
        })
        .catch(() => {})
    })

    expect(await sql`select title from letters`).toEqual([{ title: 'outer' }])
  })
})

describe('a statement made by drizzle', () => {
  it('is prepared once, however many values it looks for', async () => {
    const connection = connect({ url, max: 1 })

    for (const titles of [['a'], ['a', 'b'], []]) {
      await drizzleOn(connection).select().from(letters).where(inArray(letters.title, titles))
    }

    const prepared = await connection`select 1 from pg_prepared_statements where statement like '%= any(%'`
    await connection.end()
    // The other one is the question itself.
    expect(prepared).toHaveLength(2)
  })

  it('finds rows by bytes as well', async () => {
    await drizzleOn(sql)
      .insert(letters)
      .values({ title: 'sealed', seal: Buffer.from('a') })

    const found = await drizzleOn(sql)
      .select({ title: letters.title })
      .from(letters)
      .where(inArray(letters.seal, [Buffer.from('a'), Buffer.from('b')]))

    expect(found).toEqual([{ title: 'sealed' }])
  })
})
