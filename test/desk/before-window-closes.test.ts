import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ZALO_WINDOW } from '../../src/channels/zalo/ledger.ts'
import { remindBeforeWindowCloses } from '../../src/desk/before-window-closes.ts'
import { createDatabase } from '../support/database.ts'
import { startSpine, Talk } from '../support/talk.ts'
import { aTicket } from './desk-builders.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
/** Nine in the morning; free talk ends at nine two days later. */
const start = spine.clock.now()
afterAll(() => spine.close())
beforeEach(() => spine.clock.set(start))

const hours = (count: number) => new Date(start.getTime() + count * 3_600_000)

async function remindAt(moment: Date): Promise<number> {
  spine.clock.set(moment)
  const channel = { id: 'zalo', account: spine.adapters.zalo.account, rules: ZALO_WINDOW }
  const told = await remindBeforeWindowCloses(sql, spine.desk, channel, moment)
  await spine.settle()
  return told
}

/** Somebody who spoke just now, with a ticket or none. */
async function somebody(has: { ticket: boolean } = { ticket: true }): Promise<Talk & { contactId: string }> {
  const talk = new Talk(spine, 'zalo')
  await talk.says('xin chào')
  await talk.hears()
  const hash = spine.desk.secrets.keyedHash('address', `zalo\0${spine.adapters.zalo.account}\0${talk.address}`)
  const [row] = await sql<{ id: string; sealed_key: Buffer }[]>`
    select id, sealed_key from contacts where address_hash = ${hash}`
  const contactId = row?.id ?? ''
  const key = spine.desk.secrets.openPersonKey(row?.sealed_key ?? Buffer.alloc(0))
  if (has.ticket) await aTicket(sql, { id: contactId, key }, { at: start })
  return Object.assign(talk, { contactId })
}

describe('somebody with an open ticket, before free talk on Zalo ends', () => {
  it('is told once how it stands and until when to write', async () => {
    const talk = await somebody()

    const told = [
      await remindAt(hours(34)),
      await remindAt(hours(35)),
      await remindAt(hours(36)),
      await remindAt(hours(47)),
    ]
    const heard = await talk.hears()

    expect(told).toEqual([0, 1, 0, 0])
    expect(heard).toHaveLength(1)
    expect(heard[0]?.text).toMatch(/HY-2026-\d{6}.*09:00 25\/11/s)
  })

  it('is told again in the next window', async () => {
    const talk = await somebody()
    await remindAt(hours(36))
    await talk.says('hồ sơ')
    await talk.hears()

    await remindAt(hours(36 + 46))

    expect(await talk.hears()).toHaveLength(1)
  })

  it('is told nothing when they wrote meanwhile, or when it is over', async () => {
    const talk = await somebody()
    spine.clock.set(hours(30))
    await talk.says('hồ sơ')
    await talk.hears()

    const told = [await remindAt(hours(36)), await remindAt(hours(30 + 49))]

    expect(told).toEqual([0, 0])
    expect(await talk.hears()).toEqual([])
  })

  it.each([
    ['has no open ticket', { ticket: false }, 'select 1'],
    ['wants no messages', { ticket: true }, 'update contacts set all_stopped_at = now()'],
    ['left', { ticket: true }, 'update contacts set unreachable_at = now()'],
    ['has a closed ticket', { ticket: true }, "update tickets set status = 'closed'"],
  ])('is left in peace when the person %s', async (_why, has, change) => {
    const talk = await somebody(has)
    await sql.unsafe(change)

    const told = await remindAt(hours(36))

    expect(told).toBe(0)
    expect(await talk.hears()).toEqual([])
  })

  it('is told once by many processes at the same moment', async () => {
    const talk = await somebody()
    const channel = { id: 'zalo', account: spine.adapters.zalo.account, rules: ZALO_WINDOW }
    spine.clock.set(hours(36))

    const told = await Promise.all(
      Array.from({ length: 5 }, () => remindBeforeWindowCloses(sql, spine.desk, channel, hours(36))),
    )
    await spine.settle()

    expect(told.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await talk.hears()).toHaveLength(1)
  })
})

describe('an officer who answers after a week of silence', () => {
  it('is heard as soon as the person writes, in the right order and before the bot', async () => {
    const talk = await somebody()
    spine.clock.set(hours(24 * 8))
    await spine.settle()
    const { enqueue } = await import('../../src/outbox/enqueue.ts')
    const [row] = await sql<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${talk.contactId}`
    const key = spine.desk.secrets.openPersonKey(row?.sealed_key ?? Buffer.alloc(0))
    const messages = ['Kết quả một', 'Kết quả hai'].map((text) => ({ text, actions: [], attachmentId: null }))
    await sql.begin((tx) =>
      enqueue(tx, { contact: { id: talk.contactId, key }, author: 'officer', messages, now: spine.clock.now() }),
    )
    await spine.settle()
    const standing = await spine.zaloAccount.talkStanding(talk.contactId, spine.clock.now())
    const before = await talk.hears()

    spine.clock.set(hours(24 * 8 + 2))
    await talk.says('có gì mới không')

    const heard = await talk.hears()
    expect(before).toEqual([])
    expect(standing).toMatchObject({ kind: 'template', waiting: 2 })
    expect(heard.map(({ text }) => text).slice(0, 2)).toEqual(['Kết quả một', 'Kết quả hai'])
    expect(heard.length).toBeGreaterThan(2)
  })
})
