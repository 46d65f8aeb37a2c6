import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import { openJson } from '../../src/secrets.ts'
import { createDatabase } from '../support/database.ts'
import { anUpdate, aSpine, secrets, TestClock } from '../support/spine.ts'

const { sql, url } = await createDatabase()
const clock = new TestClock()
const anInbox = (woken: string[][] = []) => createInbox({ sql, secrets, clock, onStored: (ids) => woken.push(ids) })

async function stored(address: string) {
  const hash = secrets.keyedHash('address', `telegram\0bot\0${address}`)
  return sql<{ external_id: string; sealed_body: Buffer }[]>`
    select external_id, sealed_body from inbox where contact_id = (select id from contacts where address_hash = ${hash}) order by id`
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

describe('an update that arrives', () => {
  it('is stored, sealed, before the channel is told', async () => {
    const update = anUpdate('mai', 'tôi cần giúp')

    await anInbox().receive([update])

    const rows = await stored('mai')
    expect(rows).toHaveLength(1)
    expect(String(rows[0]?.sealed_body)).not.toContain('giúp')
    expect(openJson(secrets.transitKey, rows[0]?.sealed_body ?? Buffer.alloc(0))).toMatchObject({ body: update.body })
  })

  it('makes one contact of a person who writes several times at once for the first time', async () => {
    const inbox = anInbox()

    await Promise.all(['a', 'b', 'c', 'd'].map((text) => inbox.receive([anUpdate('newcomer', text)])))

    expect(await stored('newcomer')).toHaveLength(4)
  })

  it('wakes the worker for its contact, and a repeat of it wakes nobody', async () => {
    const woken: string[][] = []
    const inbox = anInbox(woken)
    const update = anUpdate('lan', 'xin chào')

    await inbox.receive([update])
    await inbox.receive([update])

    expect(woken).toHaveLength(1)
    expect(woken[0]).toHaveLength(1)
  })

  it('keeps the order in which it came, in one batch and over many', async () => {
    const inbox = anInbox()
    const words = Array.from({ length: 40 }, (_, place) => anUpdate('order', String(place)))

    await Promise.all([inbox.receive(words.slice(0, 10)), ...words.slice(10).map((word) => inbox.receive([word]))])

    expect((await stored('order')).map((row) => row.external_id)).toEqual(words.map((word) => word.externalId))
  })
})

describe('an update that no database can store', () => {
  it('is dropped with a line in the log, and those that came with it are stored in their order', async () => {
    const lines: unknown[] = []
    const inbox = createInbox({
      sql,
      secrets,
      clock,
      onStored() {},
      log: { error: (line: unknown) => lines.push(line) },
    })
    const good = Array.from({ length: 8 }, (_, place) => anUpdate('burst', String(place)))
    const bad = anUpdate('burst', 'xấu', { externalId: 'x\0y' })

    await Promise.all([...good.slice(0, 4), bad, ...good.slice(4)].map((update) => inbox.receive([update])))

    expect((await stored('burst')).map((row) => row.external_id)).toEqual(good.map(({ externalId }) => externalId))
    expect(lines).toHaveLength(1)
  })

  it('does not hold up a batch that is fetched again until it is stored', async () => {
    const good = anUpdate('fetched', 'chào')

    await anInbox().receive([good, anUpdate('fetched', 'xấu', { albumId: '\0' })])

    expect(await stored('fetched')).toHaveLength(1)
  })
})

describe('the same update a thousand times, in parallel and shuffled among others', () => {
  it('takes effect once', async () => {
    const { inbox, worker, said } = aSpine(sql, { clock })
    const other = connect({ url, max: 4 })
    const second = createInbox({ sql: other, secrets, clock, onStored: worker.wake })
    const updates = ['một', 'hai', 'ba'].map((text) => anUpdate('thousand', text))
    const calls = shuffled(updates.flatMap((update) => Array.from({ length: 1_000 }, () => update)))

    await Promise.all(calls.map((update, place) => (place % 2 === 0 ? inbox : second).receive([update])))
    await worker.idle()
    await other.end()

    expect((await said('thousand')).sort()).toEqual(['ba', 'hai', 'một'])
  })
})

describe('a database that does not answer', () => {
  it('makes the channel keep its updates, all of the batch', async () => {
    const gone = connect({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 })
    const inbox = createInbox({ sql: gone, secrets, clock, onStored: () => {} })

    const answers = await Promise.allSettled([inbox.receive([anUpdate('x', '1')]), inbox.receive([anUpdate('x', '2')])])
    await gone.end({ timeout: 0 })

    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected'])
  })
})
