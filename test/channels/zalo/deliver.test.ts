import { describe, expect, it } from 'vitest'
import { vietnamesePhone } from '../../../src/channels/zalo/ledger.ts'
import { TINY_JPEG } from '../../fakes/zalo.ts'
import { createDatabase } from '../../support/database.ts'
import { type Account, anAccount, day, hour, somebody, words } from './account.ts'

const { sql } = await createDatabase()

const TALK = '/v3.0/oa/message/cs'
const BY_UID = '/v3.0/oa/message/template'
const BY_PHONE = '/message/template'

/** Somebody who just wrote to us. */
async function talker(account: Account): Promise<string> {
  const address = somebody()
  await account.fake.person(address).says('xin chào')
  return address
}

async function chooseTemplate({ zalo, clock }: Account): Promise<void> {
  await sql`insert into zalo_templates (account, purpose, template_id, name, parameters, status, price_by_uid, price_by_phone, changed_at)
    values (${zalo.account}, 'answer-waits', '300100', 'Có trả lời mới', array['ticket', 'unit', 'date'], 'ENABLE', 80, 120, ${clock.now()})
    on conflict (account, purpose) do update set status = 'ENABLE'`
}

const noticesTo = (account: Account, address: string) =>
  account.fake.received(address).filter(({ kind }) => kind === 'template')

describe('a message on Zalo', () => {
  it('has its buttons in the form that Zalo takes, and a tap comes back as its action', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)

    await account.deliver(address, {
      text: 'Chọn việc',
      actions: [{ id: 'aB3_-x', label: 'Vay vốn' }],
      attachmentId: null,
    })
    await account.fake.person(address).taps('Vay vốn')

    expect(account.fake.callsOf(TALK)[0]?.body).toEqual({
      recipient: { user_id: address },
      message: {
        text: 'Chọn việc',
        attachment: {
          type: 'template',
          payload: { buttons: [{ title: 'Vay vốn', type: 'oa.query.hide', payload: '#cn:aB3_-x' }] },
        },
      },
    })
    expect(account.updates.at(-1)?.body).toEqual({ kind: 'action', actionId: 'aB3_-x' })
  })

  it('has its buttons under the last part of a text in several parts', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)

    await account.deliver(address, {
      text: 'chữ '.repeat(900),
      actions: [{ id: 'a', label: 'Tiếp' }],
      attachmentId: null,
    })

    expect(account.fake.received(address).map(({ buttons }) => buttons.length)).toEqual([0, 1])
  })

  it('goes on after the parts that arrived, when a later one did not', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    const message = { text: 'chữ '.repeat(1_400), actions: [], attachmentId: null }
    await account.deliver(address, 'xin chào')
    account.fake.fail({ kind: 'error', code: -200 })
    const none = await account.deliver(address, message)
    account.fake.mend()
    account.fake.failAfter(1, { kind: 'error', code: -200 })

    const some = await account.deliver(address, message)
    account.fake.mend()
    const rest = await account.zalo.deliver({ id: 1, contactId: 'c', address, message, partsSent: 1 })

    expect(none).not.toHaveProperty('partsSent')
    expect(some).toMatchObject({ kind: 'retry', partsSent: 1 })
    expect(rest).toMatchObject({ kind: 'delivered', sends: 2 })
    expect(
      account.fake
        .received(address)
        .slice(1)
        .map(({ text }) => text)
        .join(' '),
    ).toBe(message.text.trim())
  })

  it('has its choices as numbered lines where the package allows no buttons', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.fake.account.takesButtons = false
    const actions = ['Vay vốn', 'Học nghề'].map((label) => ({ id: label.length.toString(), label }))

    const outcome = await account.deliver(address, { text: 'Chọn việc', actions, attachmentId: null })

    expect(outcome.kind).toBe('delivered')
    expect(account.fake.received(address)).toMatchObject([
      { text: 'Chọn việc\n\n1. Vay vốn\n2. Học nghề', buttons: [] },
    ])
  })

  it('waits with all others when the package allows no talk at all', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.fake.account.takesTalk = false

    const outcome = await account.deliver(address, 'xin chào')

    expect(outcome).toMatchObject({ kind: 'hold', reason: 'zalo -224' })
    expect(await sql`select code from channel_alarms where code = 'zalo -224'`).toHaveLength(1)
  })

  it('is cut anew where its buttons have to be written as lines under it', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.fake.fail({ kind: 'error', code: -224, message: 'package' }, { times: 1 })
    const actions = Array.from({ length: 6 }, (_, place) => ({ id: `a${place}`, label: `Việc số ${place} `.repeat(5) }))

    const outcome = await account.deliver(address, { text: 'chữ '.repeat(490), actions, attachmentId: null })

    const texts = account.fake.received(address).map(({ text }) => text)
    expect(outcome.kind).toBe('delivered')
    expect(texts.length).toBe(2)
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(2_000)
    expect(texts.at(-1)).toContain('6. Việc số 5')
  })

  it('that asks for a phone number brings the form of Zalo with it', async () => {
    await using account = await anAccount(sql, { contactImageUrl: 'https://caunoi.example.vn/a.png' })
    const address = await talker(account)

    const outcome = await account.deliver(address, {
      ...words('Số điện thoại của quý vị?'),
      asks: { kind: 'phone', label: 'Gửi số' },
    })

    expect(outcome.kind).toBe('delivered')
    expect(account.fake.received(address).map(({ asksContact }) => asksContact)).toEqual([false, true])
  })

  it('arrives all the same when the form does not', async () => {
    await using account = await anAccount(sql, { contactImageUrl: 'https://caunoi.example.vn/a.png' })
    const address = await talker(account)
    const message = { ...words('Số điện thoại của quý vị?'), asks: { kind: 'phone', label: '' } } as const

    const outcome = await account.deliver(address, message)

    expect(outcome.kind).toBe('delivered')
  })

  it('is refused without asking Zalo when the address is none', async () => {
    await using account = await anAccount(sql)

    const outcome = await account.deliver('../../x', 'xin chào')

    expect(outcome).toEqual({ kind: 'refused', reason: 'bad-address' })
    expect(account.fake.callsOf(TALK)).toEqual([])
  })

  it('is put aside and shown when Zalo answers with a number nobody knows', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.fake.fail({ kind: 'error', code: -7777, message: 'brand new' })

    const outcome = await account.deliver(address, 'xin chào')

    expect(outcome).toEqual({ kind: 'refused', reason: 'parked', detail: 'zalo -7777' })
    expect(await sql`select detail, count from channel_alarms where code = 'zalo -7777'`).toEqual([
      { detail: 'brand new', count: 1 },
    ])
  })
})

describe('a file', () => {
  it('is uploaded once, however often it is sent', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    const message = { text: 'Giấy tờ của quý vị', actions: [], attachmentId: 'paper' }
    await sql`delete from zalo_uploads`

    const outcomes = [await account.deliver(address, message), await account.deliver(address, message)]

    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered'])
    expect(account.fake.received(address)).toMatchObject([{ text: 'Giấy tờ của quý vị', image: true }, { image: true }])
    expect(account.fake.callsOf('/v2.0/oa/upload/image')).toHaveLength(1)
  })

  it('is uploaded anew once Zalo has forgotten it', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    const message = { text: '', actions: [], attachmentId: 'paper' }
    await account.deliver(address, message)
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()
    await account.fake.person(address).says('tôi đây')

    const outcome = await account.deliver(address, message)

    expect(outcome.kind).toBe('delivered')
    expect(account.fake.received(address)).toHaveLength(2)
  })

  it('is uploaded anew when Zalo forgot it sooner than it said', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    await sql`delete from zalo_uploads`
    account.fake.fail({ kind: 'error', code: -100, message: 'attachment has expired' }, { times: 1 })

    const outcome = await account.deliver(address, { text: '', actions: [], attachmentId: 'paper' })

    expect(outcome.kind).toBe('delivered')
    expect(account.fake.callsOf('/v2.0/oa/upload/image')).toHaveLength(2)
  })

  it('that is a document goes with its words before it', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)

    await account.deliver(address, { text: 'Mẫu đơn đây ạ', actions: [], attachmentId: 'form' })

    expect(account.fake.received(address).map(({ text, document }) => ({ text, document }))).toEqual([
      { text: '', document: true },
      { text: 'Mẫu đơn đây ạ', document: false },
    ])
  })

  it('that Zalo does not carry is put aside for somebody to bring, and its words arrive once', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    const message = { text: 'Ảnh lớn', actions: [{ id: 'a', label: 'Đã xem' }], attachmentId: 'huge' }

    const outcome = await account.deliver(address, message)
    const again = await account.zalo.deliver({ id: 1, contactId: 'c', address, message, partsSent: 1 })

    expect(outcome).toEqual({ kind: 'refused', reason: 'parked', detail: 'file not carried', partsSent: 1 })
    expect(again).toEqual(outcome)
    expect(account.fake.received(address)).toMatchObject([{ text: 'Ảnh lớn', image: false }])
  })

  it('that Zalo does not carry keeps a message to many from leaving by half', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)

    const outcome = await account.deliver(address, { text: 'Ảnh lớn', actions: [], attachmentId: 'huge' }, 'bulk')

    expect(outcome).toEqual({ kind: 'refused', reason: 'bad-message' })
    expect(account.fake.received(address)).toEqual([])
  })

  it('that a person sent is fetched, and its bytes say what it is', async () => {
    await using account = await anAccount(sql)
    const url = account.fake.storeFile(TINY_JPEG, 'giấy tờ.exe')

    const file = await account.zalo.fetchFile(url)

    expect(file).toEqual({ mediaType: 'image/jpeg', content: TINY_JPEG })
  })

  it.each([
    'http://169.254.169.254/latest',
    'http://cdn.zalo.vn/1',
    'https://10.0.0.1/x',
    'https://localhost/x',
    'file:///etc/passwd',
    'https://cdn.zalo.vn:8443/1',
  ])('is not looked for inside our own net: %s', async (address) => {
    await using account = await anAccount(sql)

    const file = await account.zalo.fetchFile(address)

    expect(file).toBeNull()
  })
})

describe('somebody who was silent', () => {
  it('for two days is written to at a price, and what is left is kept', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.clock.wait(hour(50))
    await account.zalo.tokens.keepFresh()
    account.fake.paidLeft = 7

    const outcome = await account.deliver(address, 'xin chào')

    expect(outcome.kind).toBe('delivered')
    expect(await sql`select remaining from channel_quotas where name = 'sub_quota'`).toEqual([{ remaining: 6 }])
  })

  it('has a count of paid messages as Zalo last told it, which begins anew when they write', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    const left = async () => (await account.zalo.ledger.personOf(address))?.paidRemaining
    account.clock.wait(hour(50))
    await account.zalo.tokens.keepFresh()
    account.fake.paidLeft = 7

    await account.deliver(address, 'xin chào')
    const afterSending = await left()
    await account.fake.person(address).says('tôi đây')

    expect(afterSending).toBe(6)
    expect(await left()).toBeNull()
  })

  it('for eight days is called by one template, however many messages wait, until they write', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()

    const outcomes = await Promise.all(['một', 'hai', 'ba'].map((text) => account.deliver(address, text)))
    await account.fake.person(address).says('tôi đây')
    const afterwards = await account.deliver(address, 'một')

    expect(outcomes.map(({ kind }) => kind)).toEqual(['wait', 'wait', 'wait'])
    expect(noticesTo(account, address)).toMatchObject([
      {
        template: { id: '300100', route: 'uid', data: { ticket: 'HY-2026-000007', unit: 'Xã A', date: '23/11/2026' } },
      },
    ])
    expect(afterwards.kind).toBe('delivered')
    expect(account.fake.callsOf(TALK)).toHaveLength(1)
  })

  it('is called again after the next long silence', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    for (const _ of [1, 2]) {
      account.clock.wait(day(8))
      await account.zalo.tokens.keepFresh()
      await account.deliver(address, 'có kết quả')
      await account.fake.person(address).says('tôi đây')
    }

    expect(noticesTo(account, address)).toHaveLength(2)
  })

  it('is waited for without a call while no template is chosen', async () => {
    await using account = await anAccount(sql)
    await sql`delete from zalo_templates`
    const address = await talker(account)
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()

    const outcome = await account.deliver(address, 'xin chào')

    expect(outcome).toEqual({
      kind: 'wait',
      until: new Date(account.clock.now().getTime() + 86_400_000),
      reason: 'outside-window',
    })
    expect(account.fake.received(address)).toEqual([])
  })

  it('gets no bulk message, which is not worth waiting for', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()

    const outcome = await account.deliver(address, 'chính sách mới', 'bulk')

    expect(outcome).toEqual({ kind: 'refused', reason: 'outside-window' })
    expect(account.fake.received(address)).toEqual([])
  })

  it('is called by phone where the template does not go by account', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    await account.contact(address)
    account.fake.person(address).hasPhone('84912345678')
    await account.fake.person(address).submitsInfo('0912 345 678')
    for (const template of account.fake.templates) template.isByUid = false
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()

    await account.deliver(address, 'có kết quả')

    expect(account.fake.callsOf(BY_UID)).toHaveLength(1)
    expect(account.fake.callsOf(BY_PHONE)[0]?.body).toMatchObject({
      phone: '84912345678',
      tracking_id: expect.stringMatching(/^n\d+$/),
    })
    expect(await sql`select state, route, price from paid_notices where route = 'phone'`).toEqual([
      { state: 'sent', route: 'phone', price: 120 },
    ])
  })

  it('keeps no phone number with us without having consented', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    await account.contact(address, { consented: false })

    await account.fake.person(address).submitsInfo('0912345678')

    expect((await account.zalo.ledger.personOf(address))?.phone).toBeNull()
  })

  it('is not called twice when nobody knows whether the first call arrived, which the phone then tells', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    account.clock.wait(day(8))
    await account.zalo.tokens.keepFresh()
    account.fake.fail({ kind: 'accept-then-reset' }, { times: 1 })
    await sql`delete from paid_notices`

    await account.deliver(address, 'một')
    await account.deliver(address, 'hai')
    const [before] = await sql<{ id: number; state: string }[]>`select id, state from paid_notices`
    await account.fake.deliver(
      account.fake.event('user_received_message', {
        recipient: { id: '84912345678' },
        message: { msg_id: 'z1', tracking_id: `n${before?.id}`, delivery_time: String(account.clock.now().getTime()) },
      }),
    )

    expect(noticesTo(account, address)).toHaveLength(1)
    expect(before?.state).toBe('uncertain')
    expect(await sql`select state, delivered_at from paid_notices`).toEqual([
      { state: 'sent', delivered_at: account.clock.now() },
    ])
  })

  it('is called in the morning when Zalo sends none at night', async () => {
    await using account = await anAccount(sql)
    await chooseTemplate(account)
    const address = await talker(account)
    account.clock.wait(day(8) + hour(14))
    await account.zalo.tokens.keepFresh()
    account.fake.fail({ kind: 'error', code: -234 }, { times: 1 })

    const outcome = await account.deliver(address, 'một')
    account.clock.wait(hour(9))
    await account.deliver(address, 'một')

    expect(outcome).toMatchObject({ kind: 'wait', until: new Date('2026-12-02T06:00:00+07:00') })
    expect(noticesTo(account, address)).toHaveLength(1)
  })

  it('waits too when Zalo closed the window sooner than we thought', async () => {
    await using account = await anAccount(sql)
    const address = await talker(account)
    account.fake.person(address).wasLastHere(new Date(account.clock.now().getTime() - 8 * 86_400_000))

    const outcome = await account.deliver(address, 'một')

    expect(outcome).toMatchObject({ kind: 'wait', reason: 'outside-window' })
    expect((await account.zalo.ledger.personOf(address))?.lastAt.getTime()).toBe(
      account.clock.now().getTime() - 7 * 86_400_000,
    )
  })

  it('and of whom we know nothing is asked for at Zalo first', async () => {
    await using account = await anAccount(sql)
    const address = somebody()
    account.fake.person(address).wasLastHere(new Date(account.clock.now().getTime() - 9 * 86_400_000))

    const outcome = await account.deliver(address, 'một')

    expect(outcome.kind).toBe('wait')
    expect(account.fake.callsOf(TALK)).toEqual([])
  })
})

describe('a phone number', () => {
  it.each([
    ['0912 345 678', '84912345678'],
    ['+84 912.345.678', '84912345678'],
    ['84912345678', '84912345678'],
    ['912345678', '84912345678'],
    ['113', null],
    ['không có', null],
  ])('is read as people write it: %s', (written, expected) => {
    expect(vietnamesePhone(written)).toBe(expected)
  })
})
