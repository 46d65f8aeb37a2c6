import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordAudit } from '../../src/audit/record.ts'
import { chainHead, verifyAudit } from '../../src/audit/verify.ts'
import type { Sql } from '../../src/db/client.ts'
import { claim } from '../../src/desk/claim.ts'
import { newId } from '../../src/ids.ts'
import { aContact, anOfficer, aTicket, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

const COLUMNS = ['at', 'actor_id', 'action', 'subject_kind', 'subject_id', 'facts'] as const

async function aChain(sql: Sql, lines: number): Promise<void> {
  for (let line = 0; line < lines; line++) {
    const facts = { count: line, ratio: 1.5, unit: 'Xã Đông Hưng', list: [line, null] }
    await recordAudit(
      sql,
      { actorId: newId(), action: 'ticket-read', subjectKind: 'ticket', subjectId: `HY-2026-${line}`, facts },
      new Date(MONDAY.getTime() + line),
    )
  }
}

/** What somebody can do who has the whole database in hand. */
async function tamper(sql: Sql, change: (tx: Sql) => Promise<unknown>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await change(tx as unknown as Sql)
  })
}

describe('the audit log', () => {
  it('is sound, line by line, also when many write at once', async () => {
    const { sql } = await createDatabase()

    await Promise.all(Array.from({ length: 20 }, () => aChain(sql, 5)))

    const found = await verifyAudit(sql)
    expect(found).toEqual({ kind: 'sound', ...(await chainHead(sql)) })
    expect(found).toMatchObject({ count: 100, head: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('keeps transactions from waiting for each other: whoever wrote first may commit last', async () => {
    const { sql } = await createDatabase()
    const line = (action: string) => ({ actorId: null, action })
    await sql`create table rows (id int primary key, n int)`
    await sql`insert into rows values (1, 0), (2, 0)`

    await sql.begin(async (first) => {
      await recordAudit(first, line('first'), MONDAY)
      await sql.begin(async (second) => {
        await second`update rows set n = 1 where id = 1`
        await recordAudit(second, line('second'), MONDAY)
      })
      await first`update rows set n = 2 where id = 1`
    })

    const order = await sql<{ action: string }[]>`
      select action from audit join audit_chain c on c.audit_id = audit.id order by c.seq`
    expect(order.map(({ action }) => action)).toEqual(['second', 'first'])
    expect(await verifyAudit(sql)).toMatchObject({ kind: 'sound', count: 2 })
  })

  it('holds what an officer does to a ticket, with the line of activity', async () => {
    const { sql } = await createDatabase()
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, await aContact(sql))

    await claim(sql, desk, { number, seen: 1, officer }, MONDAY)

    const [line] = await sql`select action, actor_id, subject_id, facts->'seq' as seq from audit`
    expect(line).toMatchObject({ action: 'ticket-claim', actor_id: officer.id, subject_id: number })
    expect(await verifyAudit(sql)).toMatchObject({ kind: 'sound', count: 1 })
  })

  it('refuses every change, also of the chain itself', async () => {
    const { sql } = await createDatabase()
    await aChain(sql, 1)

    await expect(sql`update audit_chain set seq = 2`).rejects.toThrow('append-only')
    await expect(sql`delete from audit where true`).rejects.toThrow('append-only')
    await expect(sql`truncate audit_chain`).rejects.toThrow('append-only')
  })
})

describe('somebody with the whole database in hand', () => {
  it('changes one byte of any column and is found, at that line', async () => {
    const { sql } = await createDatabase()
    await aChain(sql, 12)

    const column = fc.constantFrom(...COLUMNS)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), column, fc.nat(), async (seq, name, place) => {
        const undone = new Error('undone')
        let found: unknown
        const run = sql.begin(async (tx) => {
          await tx`set local session_replication_role = replica`
          await tx.unsafe(`update audit set ${name} = ${flipped(name, place)} where id = ${seq}`)
          found = await verifyAudit(tx as unknown as Sql)
          throw undone
        })
        await expect(run).rejects.toBe(undone)
        expect(found).toMatchObject({ kind: 'broken', seq })
      }),
      { numRuns: 120 },
    )
    expect(await verifyAudit(sql)).toMatchObject({ kind: 'sound', count: 12 })
  })

  it.each([
    [
      'a flipped byte of a hash',
      'update audit_chain set hash = set_byte(hash, 3, get_byte(hash, 3) # 1) where seq = 3',
      3,
    ],
    [
      'a flipped byte of the hash before',
      'update audit_chain set prev_hash = set_byte(prev_hash, 9, get_byte(prev_hash, 9) # 64) where seq = 3',
      3,
    ],
    ['a line without its link', 'delete from audit_chain where seq = 3', 3],
    ['a link without its line', 'delete from audit where id = 3', 3],
    [
      'a line that is gone with its link',
      'with gone as (delete from audit_chain where seq = 3 returning audit_id) delete from audit where id in (select audit_id from gone)',
      3,
    ],
    [
      'two lines that changed places',
      'update audit_chain set audit_id = case seq when 2 then -4 when 4 then -2 end where seq in (2, 4); update audit_chain set audit_id = -audit_id where audit_id < 0',
      2,
    ],
    [
      'two actions that changed places',
      'update audit set facts = (select facts from audit where id = 5) where id = 4',
      4,
    ],
    ['a line put beside the chain', "insert into audit (at, action) values (now(), 'ticket-read')", 9],
  ])('leaves %s, and it is found', async (_, statement, seq) => {
    const { sql } = await createDatabase()
    await aChain(sql, 8)

    await tamper(sql, (tx) => tx.unsafe(statement))

    expect(await verifyAudit(sql)).toMatchObject({ kind: 'broken', seq })
  })

  it('rewrites what an officer did to a ticket, and it is found', async () => {
    const { sql } = await createDatabase()
    const officer = await anOfficer(sql)
    const { number } = await aTicket(sql, await aContact(sql))
    await claim(sql, desk, { number, seen: 1, officer }, MONDAY)

    await tamper(sql, (tx) => tx`update activity set verb = 'resolve' where actor = 'officer'`)

    expect(await verifyAudit(sql)).toMatchObject({ kind: 'broken', seq: 1 })
  })
})

/** An expression with one character or bit of the column turned. */
function flipped(name: (typeof COLUMNS)[number], place: number): string {
  if (name === 'at') return `at + interval '${1 + (place % 999)} microseconds'`
  if (name === 'actor_id') {
    const at = 1 + (place % 8)
    const digit = `substr(actor_id::text, ${at}, 1)`
    return `overlay(actor_id::text placing (case ${digit} when 'a' then 'b' else 'a' end) from ${at})::uuid`
  }
  if (name === 'facts') return `jsonb_set(facts, '{count}', to_jsonb((facts->>'count')::int # ${1 << (place % 8)}))`
  return `overlay(${name} placing chr(ascii(substr(${name}, ${1 + (place % 6)}, 1)) # 1) from ${1 + (place % 6)})`
}
