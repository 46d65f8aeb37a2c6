import { describe, expect, it } from 'vitest'
import { applyReceipts, noteBroadcastReceipt } from '../../src/broadcasts/receipts.ts'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { hashAddress } from '../../src/messaging/contact.ts'
import { type Account, anAccount, day, hour, somebody } from '../channels/zalo/account.ts'
import { startFakeTelegram, TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, secrets, TestClock } from '../support/spine.ts'
import { aBroadcast, aRecipient, aSender, type Recipient, rowOf } from './sending-desk.ts'

const { sql } = await createDatabase({ max: 12 })
const TEMPLATE = { id: '300100', params: { ticket: 'A', unit: 'B', date: 'C' } }

/** Somebody on Zalo who wrote so many seconds ago, and a sender for them. */
async function zaloPeople(account: Account, ...secondsAgo: number[]) {
  const people: Recipient[] = []
  for (const seconds of secondsAgo) {
    const address = somebody()
    const at = new Date(account.clock.now().getTime() - seconds * 1_000)
    account.fake.person(address).wasLastHere(at)
    await account.zalo.ledger.touch(address, at)
    people.push(await aRecipient(sql, account.zalo, { address }))
  }
  account.clock.at = new Date('2026-11-23T09:00:00+07:00')
  const sender = aSender(sql, { clock: account.clock, adapters: [account.zalo] })
  return { people, send: () => sender.sendDue(account.clock.now()) }
}

describe('A policy message on Zalo', () => {
  it('is free for who wrote lately, costs what the office says later, and is a template after that', async () => {
    await using account = await anAccount(sql)
    const { people, send } = await zaloPeople(account, hour(1), day(3), day(30))
    await sql`insert into zalo_templates (account, purpose, template_id, name, parameters, status, price_by_uid, changed_at)
      values (${account.zalo.account}, 'policy', '300100', 'Tin', array['ticket', 'unit', 'date'], 'ENABLE', 80, now())
      on conflict (account, purpose) do nothing`
    const id = await aBroadcast(sql, people, { zalo_template: TEMPLATE })

    await send()

    const rows = await Promise.all(people.map((person) => rowOf(sql, id, person)))
    expect(rows.map(({ state, cost }) => [state, cost])).toEqual([
      ['sent', 0],
      ['sent', null],
      ['sent', 80],
    ])
    const kinds = people.map(({ address }) => account.fake.received(address).map(({ kind }) => kind))
    expect(kinds).toEqual([['talk'], ['talk'], ['template']])
  })

  it('leads to a visit outside of the window when there is no template', async () => {
    await using account = await anAccount(sql)
    const { people, send } = await zaloPeople(account, day(30), day(400))
    const id = await aBroadcast(sql, people)

    await send()

    const rows = await Promise.all(people.map((person) => rowOf(sql, id, person)))
    expect(rows.map(({ state, reason }) => [state, reason])).toEqual([
      ['visit', 'outside-window'],
      ['visit', 'outside-window'],
    ])
    expect(account.fake.callsOf('/message/template')).toHaveLength(0)
  })

  it('waits for the next day when the quota is used up, asks once, and goes on with those it is free for', async () => {
    await using account = await anAccount(sql)
    const { people, send } = await zaloPeople(account, day(3), day(4), day(5), hour(1))
    account.fake.paidLeft = 0
    const id = await aBroadcast(sql, people)
    await send()
    const calls = account.fake.callsOf('/v3.0/oa/message/cs').length
    const more = await zaloPeople(account, day(3))
    const later = await aBroadcast(sql, more.people)
    await more.send()
    const [other] = more.people
    const asked = account.fake.callsOf('/v3.0/oa/message/cs').length - calls
    const during = await Promise.all(people.map((person) => rowOf(sql, id, person)))
    account.fake.paidLeft = 500
    account.clock.at = new Date('2026-11-24T09:00:00+07:00')
    await account.zalo.tokens.keepFresh()

    await send()

    const after = await Promise.all(people.map((person) => rowOf(sql, id, person)))
    expect(during.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting', 'sent'])
    expect(asked).toBe(0)
    expect(other && (await rowOf(sql, later, other)).state).toBe('sent')
    expect(after.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent'])
  })
})

describe('A receipt', () => {
  const NOW = new Date('2026-11-23T09:00:00+07:00')

  async function aZaloRow(state: string, externalId: string | null) {
    const channel = { ...aChannel({ account: `oa-${Math.random()}` }), id: 'zalo' as const }
    const person = await aRecipient(sql, channel)
    const id = await aBroadcast(sql, [person])
    await sql`update broadcast_recipients set state = ${state}, external_id = ${externalId}, attempts = 1, sent_at = ${NOW}
      where broadcast_id = ${id}`
    const where = { channel: 'zalo', account: channel.account, address: person.address }
    const note = (messageId: string, isSeen = false) =>
      noteBroadcastReceipt(sql, {
        ...where,
        addressHash: hashAddress(secrets, where),
        messageIds: [messageId],
        isSeen,
        at: NOW,
      })
    const late = async () => {
      await sql`update broadcast_receipts set noted_at = noted_at - interval '1 minute'`
      await applyReceipts(sql)
    }
    const row = async () => {
      const [found] = await sql<{ state: string; read_at: Date | null; external_id: string | null }[]>`
        select state, read_at, external_id from broadcast_recipients where broadcast_id = ${id}`
      return found
    }
    return { note, late, row, person, id }
  }

  it('confirms what was sent, and tells that it was read', async () => {
    const { note, row } = await aZaloRow('sent', 'z1')

    await note('z1')
    const received = await row()
    await note('z1', true)
    await note('z1')

    expect(received).toMatchObject({ state: 'confirmed', read_at: null })
    expect(await row()).toMatchObject({ state: 'confirmed', read_at: NOW })
  })

  it('settles what was given up for uncertain, though nobody wrote the id down', async () => {
    const { note, late, row } = await aZaloRow('uncertain', null)

    await note('z2')
    const before = await row()
    await late()

    expect([before?.state, await row()]).toMatchObject(['uncertain', { state: 'confirmed', external_id: 'z2' }])
  })

  it('of another message settles nothing', async () => {
    const { note, late, row, person } = await aZaloRow('uncertain', null)
    await sql`insert into messages (contact_id, author, sealed_body, external_id, created_at)
      values (${person.id}, 'bot', ''::bytea, 'z3', now())`

    await note('z3')
    await late()

    expect(await row()).toMatchObject({ state: 'uncertain', external_id: null })
  })

  it('settles nothing while an answer of the bot might be meant', async () => {
    const { note, late, row, person } = await aZaloRow('uncertain', null)
    await sql`insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, state, not_before,
        attempts, created_at) values (${person.id}, 1, 'zalo', ${person.account}, 'talk', 'bot', 0, 'delivered', ${NOW}, 2, ${NOW})`

    await note('z4')
    await late()

    expect((await row())?.state).toBe('uncertain')
  })

  it('that comes before the answer to the send counts once the answer is there', async () => {
    await using account = await anAccount(sql)
    const { people, send } = await zaloPeople(account, hour(1))
    const [person] = people as [Recipient]
    const id = await aBroadcast(sql, people)
    const { deliver } = account.zalo
    Object.assign(account.zalo, {
      deliver: async (delivery: Parameters<typeof deliver>[0]) => {
        const outcome = await deliver(delivery)
        const where = { channel: 'zalo', account: account.zalo.account, address: person.address }
        const messageIds = outcome.kind === 'delivered' ? [outcome.externalId ?? ''] : []
        await noteBroadcastReceipt(sql, {
          ...where,
          addressHash: hashAddress(secrets, where),
          messageIds,
          isSeen: false,
          at: NOW,
        })
        return outcome
      },
    })

    await send()

    expect((await rowOf(sql, id, person)).state).toBe('confirmed')
  })
})

describe('A picture that goes to many on Telegram', () => {
  it('is uploaded once, and once more when Telegram has forgotten it', async () => {
    const fake = await startFakeTelegram()
    const clock = new TestClock()
    let opened = 0
    const openAttachment = async () => {
      opened += 1
      return { content: TINY_JPEG, mediaType: 'image/jpeg' }
    }
    const telegram = createTelegram({ token: fake.token, apiRoot: fake.apiRoot, clock, openAttachment })
    const message = { text: 'Tin mới', actions: [], attachmentId: 'a1' }
    const send = (id: number) =>
      telegram.deliver({ id, contactId: 'c', address: String(1_000 + id), message, sendClass: 'bulk' })

    const first = [await send(1), await send(2), await send(3)]
    const uploads = opened
    fake.forgetFiles()
    const after = [await send(4), await send(4)]
    telegram.close()
    await fake.close()

    expect(first.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered'])
    expect(uploads).toBe(1)
    expect(after.map(({ kind }) => kind)).toEqual(['retry', 'delivered'])
    expect(fake.allReceived().map(({ text, photo }) => [text, photo])).toEqual(Array(4).fill(['Tin mới', true]))
  })
})
