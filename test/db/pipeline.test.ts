import { describe, expect, it } from 'vitest'
import { together } from '../../src/db/pipeline.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
await sql`create table kept (what text not null)`

describe('statements that are sent together', () => {
  it('leave nothing behind when one of them fails while another still has a statement to send', async () => {
    const failing = sql.begin((tx) =>
      together([
        tx`select 1 / 0`,
        tx`select 1`.then(() => tx`insert into kept values ('after the fault')`).catch((error: unknown) => error),
        tx`insert into kept values ('before')`,
      ]),
    )

    await expect(failing).rejects.toMatchObject({ code: '22012' })
    expect(await sql`select * from kept`).toEqual([])
  })

  it('come back in their order', async () => {
    const [numbers, nothing, words] = await together([sql`select 1 as one`, null, sql`select 'hai' as two`])

    expect([...numbers, nothing, ...words]).toEqual([{ one: 1 }, null, { two: 'hai' }])
  })
})
