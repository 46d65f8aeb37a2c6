import { describe, expect, it } from 'vitest'
import type { Handle } from '../../src/conversation/take-turns.ts'
import { createWorker } from '../../src/conversation/worker.ts'
import { connect } from '../../src/db/client.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import { createDatabase } from '../support/database.ts'
import { anUpdate, aSpine, echo, saidBy, secrets, silent, TestClock } from '../support/spine.ts'

const { sql, url } = await createDatabase({ max: 16 })

const storeOnly = (clock: TestClock) => createInbox({ sql, secrets, clock, onStored: () => {} })

describe('the updates of one person', () => {
  it('take effect one after the other, in the order in which they were stored', async () => {
    const clock = new TestClock()
    const { inbox, worker, said } = aSpine(sql, { clock })
    const words = Array.from({ length: 60 }, (_, place) => `${place}`)

    await Promise.all(words.map((word) => inbox.receive([anUpdate('in-order', word)])))
    await worker.idle()

    expect(await said('in-order')).toEqual(words)
  })

  it('keep their order when two processes share the database', async () => {
    const clock = new TestClock()
    const other = connect({ url, max: 10 })
    const here = aSpine(sql, { clock })
    const there = aSpine(other, { clock })
    const people = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6']
    const words = Array.from({ length: 30 }, (_, place) => `${place}`)
    for (const word of words) {
      await storeOnly(clock).receive(people.map((person) => anUpdate(person, word)))
    }

    await Promise.all([here.worker.handleDue(clock.now()), there.worker.handleDue(clock.now())])
    await other.end()

    const said = await Promise.all(people.map((person) => saidBy(sql, person)))
    expect(said).toEqual(people.map(() => words))
  })

  it('that another process stored and did not handle are found by looking', async () => {
    const clock = new TestClock()
    await storeOnly(clock).receive([anUpdate('left-behind', 'còn đây')])
    clock.wait(1)
    const handled = Promise.withResolvers<void>()
    const { worker, said } = aSpine(sql, { clock, onHandled: () => handled.resolve() })

    worker.start()
    await handled.promise
    await worker.stop()

    expect(await said('left-behind')).toEqual(['còn đây'])
  })
})

const failing =
  (word: string, tries: { count: number }) =>
  async (...[tx, row, now]: Parameters<typeof echo>) => {
    await echo(tx, row, now)
    if (row.update.body.kind === 'text' && row.update.body.text === word) {
      tries.count += 1
      throw new Error('no answer to this')
    }
  }

describe('an update that cannot be handled', () => {
  it('has no effect at all, and is tried five times, longer apart each time, before the next has its turn', async () => {
    const clock = new TestClock()
    const tries = { count: 0 }
    const { worker, said } = aSpine(sql, { clock, handle: failing('hỏng', tries) })
    await storeOnly(clock).receive([anUpdate('failing', 'hỏng'), anUpdate('failing', 'sau đó')])

    const counts: number[] = []
    for (const seconds of [0, 1, 2, 4, 8]) {
      await worker.handleDue(clock.wait(seconds))
      counts.push(tries.count)
    }

    expect(counts).toEqual([1, 2, 3, 4, 5])
    expect(await said('failing')).toEqual(['sau đó'])
  })

  it('ends with a kind word to the person, once', async () => {
    const clock = new TestClock()
    const apologies: string[] = []
    const { worker } = aSpine(sql, {
      clock,
      handle: failing('hỏng', { count: 0 }),
      apologise: async (_tx, contact) => apologies.push(contact.language),
    })
    await storeOnly(clock).receive([anUpdate('sorry', 'hỏng')])

    for (const seconds of [0, 1, 2, 4, 8, 16]) await worker.handleDue(clock.wait(seconds))

    expect(apologies).toEqual(['vi'])
  })

  it('holds up nobody else', async () => {
    const clock = new TestClock()
    const { inbox, worker, said } = aSpine(sql, { clock, handle: failing('hỏng', { count: 0 }), concurrency: 1 })

    await inbox.receive([anUpdate('stuck', 'hỏng'), ...['a', 'b', 'c'].map((text) => anUpdate('neighbour', text))])
    await worker.idle()
    await worker.stop()

    expect(await said('neighbour')).toEqual(['a', 'b', 'c'])
    expect(await said('stuck')).toEqual([])
  })

  it('leaves none of its words in the log', async () => {
    const clock = new TestClock()
    const lines: unknown[] = []
    const log = { warn: (line: unknown) => lines.push(line), error: (line: unknown) => lines.push(line) }
    const { worker } = aSpine(sql, {
      clock,
      log,
      handle: async (_tx, { update }) => {
        throw new Error(`cannot read ${JSON.stringify(update.body)}`)
      },
    })
    await storeOnly(clock).receive([anUpdate('private', 'bí mật')])

    await worker.handleDue(clock.now())

    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toContain('bí mật')
  })
})

describe('many people at once, more than there are turns for', () => {
  const people = Array.from({ length: 40 }, (_, place) => `crowd-${place}`)

  it('are handled together, each in their own order', async () => {
    const clock = new TestClock()
    let [most, transactions] = [0, 0]
    const handle: Handle = async (tx, rows, now) => {
      most = Math.max(most, rows.length)
      transactions += 1
      for (const row of rows) await echo(tx, row, now)
    }
    const worker = createWorker({ sql, secrets, clock, log: silent, handle, concurrency: 2 })
    const inbox = createInbox({ sql, secrets, clock, onStored: worker.wake })

    await Promise.all(people.flatMap((one) => ['một', 'hai', 'ba'].map((word) => inbox.receive([anUpdate(one, word)]))))
    await worker.idle()

    const said = await Promise.all(people.map((one) => saidBy(sql, one)))
    expect(said).toEqual(people.map(() => ['một', 'hai', 'ba']))
    expect(most).toBeGreaterThan(4)
    expect(transactions).toBeLessThan(people.length * 3)
  })

  it('do not suffer from one among them whose words cannot be handled', async () => {
    const clock = new TestClock()
    const crowd = people.map((one) => `unlucky-${one}`)
    const { inbox, worker, said } = aSpine(sql, { clock, handle: failing('hỏng', { count: 0 }), concurrency: 1 })

    await Promise.all(crowd.map((one, place) => inbox.receive([anUpdate(one, place === 7 ? 'hỏng' : 'tốt')])))
    await worker.idle()
    await worker.stop()

    const heard = await Promise.all(crowd.map(said))
    expect(heard).toEqual(crowd.map((_, place) => (place === 7 ? [] : ['tốt'])))
  })

  it('do not wait for one among them whose talk an officer has in hand', async () => {
    const clock = new TestClock()
    const crowd = people.map((one) => `patient-${one}`)
    const { inbox, worker } = aSpine(sql, { clock, concurrency: 2 })
    await inbox.receive(crowd.map((one) => anUpdate(one, 'trước')))
    await worker.idle()
    const hash = secrets.keyedHash('address', `telegram\0bot\0${crowd[3]}`)
    const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const officer = sql.begin(async (tx) => {
      await tx`select 1 from contacts where address_hash = ${hash} for no key update`
      locked.resolve()
      await release.promise
    })
    await locked.promise

    await inbox.receive(crowd.map((one) => anUpdate(one, 'sau')))
    const others = crowd.filter((_, place) => place !== 3)
    await expect
      .poll(() => Promise.all(others.map((one) => saidBy(sql, one))), { timeout: 5_000 })
      .toEqual(others.map(() => ['trước', 'sau']))
    const meanwhile = await saidBy(sql, crowd[3] ?? '')
    release.resolve()
    await officer
    await worker.idle()

    expect(meanwhile).toEqual(['trước'])
    expect(await saidBy(sql, crowd[3] ?? '')).toEqual(['trước', 'sau'])
  })
})

describe('a person who is busy elsewhere', () => {
  it('is waited for when something new came in this process', async () => {
    const clock = new TestClock()
    const { inbox, worker, said } = aSpine(sql, { clock })
    await inbox.receive([anUpdate('busy', 'trước')])
    await worker.idle()
    const hash = secrets.keyedHash('address', 'telegram\0bot\0busy')
    const locked = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const officer = sql.begin(async (tx) => {
      await tx`select 1 from contacts where address_hash = ${hash} for no key update`
      locked.resolve()
      await release.promise
    })
    await locked.promise

    await inbox.receive([anUpdate('busy', 'sau')])
    release.resolve()
    await officer
    await worker.idle()

    expect(await said('busy')).toEqual(['trước', 'sau'])
  })
})

describe('a person who had everything deleted', () => {
  it('is heard under the new, empty contact when an update hangs on the old one', async () => {
    const clock = new TestClock()
    const { inbox, worker, said } = aSpine(sql, { clock })
    await inbox.receive([anUpdate('again', 'cũ')])
    await worker.idle()
    await storeOnly(clock).receive([anUpdate('again', 'mới')])
    const hash = secrets.keyedHash('address', 'telegram\0bot\0again')
    await sql`update contacts set address_hash = '\\x00', sealed_key = null where address_hash = ${hash}`
    await storeOnly(clock).receive([anUpdate('again', 'mới hơn')])

    await worker.handleDue(clock.now())

    expect((await said('again')).sort()).toEqual(['mới', 'mới hơn'])
  })
})
