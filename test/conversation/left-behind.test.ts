import { describe, expect, it } from 'vitest'
import { createLookout } from '../../src/conversation/left-behind.ts'
import type { Sql } from '../../src/db/client.ts'
import { createDatabase } from '../support/database.ts'

const NOW = new Date('2026-11-23T08:00:00+07:00')
const secondsAgo = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000)
const contact = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** Updates of one contact that nobody has in hand. */
function wait(sql: Sql, who: number, options: { count?: number; at?: Date; notBefore?: Date | null } = {}) {
  const { count = 1, at = secondsAgo(60), notBefore = null } = options
  return sql`
    insert into inbox (contact_id, channel, account, external_id, received_at, not_before)
    select ${contact(who)}, 'web', 'web', gen_random_uuid()::text, ${at}, case when n = 1 then ${notBefore}::timestamptz end
    from generate_series(1, ${count}) n`
}

/** What several looks find, when whoever was found is served before the next. */
async function found(sql: Sql, looks: number): Promise<string[]> {
  const lookout = createLookout(sql)
  const all: string[] = []
  for (let look = 0; look < looks; look++) {
    const ids = await lookout(NOW, 300)
    await sql`update inbox set handled_at = ${NOW} where contact_id = any (${ids}::uuid[])`
    all.push(...ids)
  }
  return all
}

describe('updates that a process left behind', () => {
  it('are found by those who have waited longest, once for each person', async () => {
    const { sql } = await createDatabase()
    for (const who of [7, 3, 9, 3, 7, 1]) await wait(sql, who)

    expect(await found(sql, 1)).toEqual([7, 3, 9, 1].map(contact))
  })

  it('are left alone while they are young, or wait for their next try; so is what came after them', async () => {
    const { sql } = await createDatabase()
    await wait(sql, 1, { count: 2, notBefore: new Date(NOW.getTime() + 5_000) })
    await wait(sql, 2, { notBefore: secondsAgo(1) })
    await wait(sql, 3, { at: secondsAgo(0.1) })

    expect(await found(sql, 1)).toEqual([contact(2)])
  })

  it('are found behind thousands of somebody whose own cannot be handled', async () => {
    const { sql } = await createDatabase()
    await wait(sql, 5, { count: 9_000, notBefore: new Date(NOW.getTime() + 5_000) })
    for (let who = 1_000; who < 1_450; who++) await wait(sql, who)

    const ids = await found(sql, 6)

    expect(ids).toHaveLength(450)
    expect(ids).not.toContain(contact(5))
  })

  it('cost no more to look for when very many wait', async () => {
    const { sql } = await createDatabase()
    await sql`
      insert into inbox (contact_id, channel, account, external_id, received_at)
      select md5((n % 5000)::text)::uuid, 'web', 'web', n::text, ${secondsAgo(60)} from generate_series(1, 30000) n`
    await sql`analyze inbox`

    const { ids, rows } = await sql.begin(async (tx) => {
      const ids = await createLookout(tx)(NOW, 300)
      const [read] = await tx<{ rows: number }[]>`
        select sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))::int as rows
        from pg_class c where c.oid = 'inbox'::regclass
          or c.oid in (select indexrelid from pg_index where indrelid = 'inbox'::regclass)`
      return { ids, rows: read?.rows ?? 0 }
    })

    expect(ids).toHaveLength(200)
    expect(rows).toBeLessThan(2_000)
  })
})
