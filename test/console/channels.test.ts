import { describe, expect, it } from 'vitest'
import { anAccount, hour } from '../channels/zalo/account.ts'
import { aContact, aMessage, anOfficer, aTicket } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { cardOf, setAsideOf, theChannels } from './channels-screen.ts'
import type { Browser } from './console-app.ts'

const { sql } = await createDatabase()

const formToken = (html: string) =>
  /name="form_token" value="([^"]*)"/.exec(html.slice(html.indexOf('<main')))?.[1] ?? ''

async function post(browser: Browser, path: string) {
  const page = await browser.get('/console/channels')
  return browser.post(path, { form_token: formToken(page.html) })
}

describe('the page of the channels', () => {
  it('is for administrators and supervisors; an officer is told so and a stranger signs in', async () => {
    const { app, browserOf } = await theChannels(sql)
    const officer = await browserOf(await anOfficer(sql, { roles: ['department_officer'] }))
    const supervisor = await browserOf(await anOfficer(sql, { roles: ['supervisor'], unitId: null }))

    const [refused, seen, stranger] = await Promise.all([
      officer.get('/console/channels'),
      supervisor.get('/console/channels'),
      app.inject('/console/channels'),
    ])

    expect([refused.status, seen.status, stranger.statusCode]).toEqual([403, 200, 303])
    expect(refused.html).toContain('Tài khoản này không được xem trang này')
    expect(refused.html).not.toContain('href="/console/channels"')
    expect(seen.html).toContain('href="/console/channels" aria-current="page"')
    expect((await officer.post('/console/channels/messages/1/again', {})).status).toBe(403)
  })

  it('says that Telegram is off, and which setting is missing', async () => {
    const { administrator } = await theChannels(sql, { telegramIsOff: true })

    const { html } = await (await administrator()).get('/console/channels')

    expect(cardOf(html, 'telegram')).toContain('Đang tắt Kênh đang tắt vì chưa khai báo TELEGRAM_BOT_TOKEN.')
    expect(cardOf(html, 'web')).toContain('Đang bật Không có việc gì cần xử lý.')
  })

  it('tells when something last came in, what waits in both directions, and since when', async () => {
    const { administrator, lastUpdates, minutesBefore, came, waits } = await theChannels(sql)
    lastUpdates.set('telegram', minutesBefore(7))
    await came({ minutesAgo: 3 })
    await waits({ minutesAgo: 12, failure: 'flood limit' })
    await waits({ minutesAgo: 2 })

    const card = cardOf((await (await administrator()).get('/console/channels')).html, 'telegram')

    expect(card).toContain('Tin đến gần nhất 07:53')
    expect(card).toContain('Tin đến đang chờ 1 tin, lâu nhất 3 phút')
    expect(card).toContain('Tin đi đang chờ 2 tin, lâu nhất 12 phút')
    expect(card).toContain('Sẽ gửi lại 1: kênh bảo gửi chậm lại')
    expect(card).toContain('Có tin chờ gửi đã 12 phút.')
  })

  it('does not call messages late that wait until their person writes again', async () => {
    const { administrator, waits } = await theChannels(sql)
    const contactId = '01900000-0000-7000-8000-000000000001'
    await waits({ contactId, minutesAgo: 600, failure: 'outside-window' })
    await waits({ contactId, minutesAgo: 500 })

    const card = cardOf((await (await administrator()).get('/console/channels')).html, 'telegram')

    expect(card).toContain('Chờ người dân nhắn lại 2')
    expect(card).not.toContain('Có tin chờ gửi')
  })

  it('tells what came of messages in the last hour and the last day, and why not', async () => {
    const { administrator, settled } = await theChannels(sql)
    await settled({ count: 3 })
    await settled({ count: 4, minutesAgo: 300 })
    await settled({ state: 'refused', failure: 'blocked', minutesAgo: 300 })
    await settled({ state: 'refused', failure: 'answer 418: I am a teapot' })
    await settled({ count: 9, minutesAgo: 26 * 60 })

    const { html } = await (await administrator()).get('/console/channels')

    const card = cardOf(html, 'telegram')
    expect(card).toContain('Đã gửi 3 7')
    expect(card).toContain('Không gửi được 1 2')
    expect(card).toContain('người dân đã chặn hoặc rời đi 0 1')
    expect(card).toContain('mã lỗi answer 418 1 1')
    expect(html).toContain('<title>07h: 3 đã gửi, 1 chưa gửi được</title>')
  })

  it('says when a call came with a wrong signature, and what to look at', async () => {
    const { administrator, accountLog, channelHealth } = await theChannels(sql)
    accountLog('telegram').signatureFailed()
    await expect.poll(async () => (await channelHealth())[1]?.signatureFailedAt).not.toBeNull()

    const card = cardOf((await (await administrator()).get('/console/channels')).html, 'telegram')

    expect(card).toContain('Có cuộc gọi sai chữ ký lúc 08:00: hãy kiểm tra mã bí mật đã khai báo.')
  })

  it('tells what only a person can mend', async () => {
    const { administrator, accountLog, channelHealth } = await theChannels(sql)
    accountLog('telegram').alarm('token', '<b>refused</b>')
    await expect.poll(async () => (await channelHealth())[1]?.alarms.length).toBe(1)

    const { html } = await (await administrator()).get('/console/channels')

    expect(html).toContain('&lt;b&gt;refused')
    expect(cardOf(html, 'telegram')).toContain('Có 1 lỗi cần người xử lý')
  })
})

describe('a message that was parked', () => {
  /** A message of the bot about a ticket, put aside by the channel. */
  async function aParkedOne(of: { state?: 'parked' | 'uncertain'; author?: 'bot' | 'officer' } = {}) {
    const channels = await theChannels(sql)
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact)
    const messageId = await aMessage(sql, contact, 'Chào bà Nguyễn Thị Đào')
    await sql`update messages set ticket_id = (select id from tickets where number = ${ticket.number}) where id = ${messageId}`
    const id = await channels.settled({
      state: 'parked',
      failure: 'answer 418: I am a teapot',
      contactId: contact.id,
      messageId,
      ...of,
    })
    const state = async () => (await sql<{ state: string }[]>`select state from outbox where id = ${id}`)[0]?.state
    return { ...channels, contact, ticket, id, state }
  }

  it('is shown with its ticket, its reason and its time, and nothing of what it said', async () => {
    const { administrator, ticket } = await aParkedOne()

    const { html } = await (await administrator()).get('/console/channels')

    expect(setAsideOf(html)).toContain(
      `07:55 Telegram ${ticket.number} Tin tự động Để riêng: answer 418: I am a teapot`,
    )
    expect(cardOf(html, 'telegram')).toContain('Có 1 tin cần người xem ở cuối trang.')
    expect(html).not.toContain('Đào')
  })

  it('is shown with the id of its contact when it belongs to no ticket', async () => {
    const { administrator, settled } = await theChannels(sql)
    const contactId = '01900000-0000-7000-8000-000000000002'
    await settled({ state: 'uncertain', sendClass: 'bulk', failure: 'sender-died', contactId })

    const { html } = await (await administrator()).get('/console/channels')

    expect(setAsideOf(html)).toContain(contactId)
    expect(setAsideOf(html)).toContain('Gửi lại (có thể trùng)')
  })

  it('waits to leave again when an administrator wants that, and it is written down who did', async () => {
    const { administrator, id, state } = await aParkedOne()
    const browser = await administrator()

    const done = await post(browser, `/console/channels/messages/${id}/again`)

    expect(done.status).toBe(200)
    expect(done.html).toContain('Tin đã được xếp vào hàng để gửi lại.')
    expect(setAsideOf(done.html)).toContain('Không có tin nào.')
    expect(await state()).toBe('waiting')
    expect(
      await sql`select action, subject_id from audit where action like 'message-%' order by id desc limit 1`,
    ).toEqual([{ action: 'message-sent-again', subject_id: String(id) }])
  })

  it('is given up when an administrator wants that, once', async () => {
    const { administrator, id, state } = await aParkedOne()
    const browser = await administrator()
    const form = { form_token: formToken((await browser.get('/console/channels')).html) }

    const done = await browser.post(`/console/channels/messages/${id}/give-up`, form)
    const again = await browser.post(`/console/channels/messages/${id}/give-up`, form)

    expect(done.html).toContain('Đã bỏ tin này')
    expect(again.status).toBe(409)
    expect(again.html).toContain('Tin này đã có người xử lý')
    expect(await state()).toBe('dropped')
  })

  it('of the bot does not come between an officer and the person', async () => {
    const { administrator, contact, id, state } = await aParkedOne()
    await sql`update contacts set talk_ticket_id = 1 where id = ${contact.id}`

    const page = await post(await administrator(), `/console/channels/messages/${id}/again`)

    expect(page.status).toBe(409)
    expect(page.html).toContain('Cán bộ đang nói chuyện với người này')
    expect(await state()).toBe('parked')
  })

  it('is not touched by a form of somebody else', async () => {
    const { administrator, id, state } = await aParkedOne()

    const page = await (await administrator()).post(`/console/channels/messages/${id}/again`, { form_token: 'x' })

    expect(page.status).toBe(403)
    expect(await state()).toBe('parked')
  })
})

describe('an administrator who looks at Zalo', () => {
  it('reads how old the token is, when it lapses, and whom it costs what to write to', async () => {
    await using account = await anAccount(sql)
    const { administrator, clock } = await theChannels(sql, { account })
    clock.wait(hour(2))

    const card = cardOf((await (await administrator()).get('/console/channels')).html, 'zalo')

    expect(card).toContain('Quyền truy cập tốt Đã dùng quyền này 2 giờ')
    expect(card).toContain('Trang tài khoản Zalo')
    expect(card).not.toContain('Quyền sắp hết hạn')
  })

  it('is warned before the token lapses that could not be renewed', async () => {
    await using account = await anAccount(sql)
    const { administrator, clock } = await theChannels(sql, { account })
    clock.wait(hour(23))

    const card = cardOf((await (await administrator()).get('/console/channels')).html, 'zalo')

    expect(card).toMatch(/Quyền sắp hết hạn lúc \d\d:\d\d/)
    expect(card).toContain('sắp làm mới')
  })

  it('learns on demand how many templates may still be sent today', async () => {
    await using account = await anAccount(sql)
    const { administrator } = await theChannels(sql, { account })

    const done = await post(await administrator(), '/console/channels/quota')

    expect(done.status).toBe(200)
    expect(cardOf(done.html, 'zalo')).toMatch(/Còn được gửi: tin mẫu hôm nay \d+ \/ 500/)
  })

  it('is told when Zalo does not say it', async () => {
    await using account = await anAccount(sql, { isNew: true })
    const { administrator } = await theChannels(sql, { account })
    account.fake.revoke()

    const page = await post(await administrator(), '/console/channels/quota')

    expect(page.status).toBe(502)
    expect(page.html).toContain('Zalo chưa cho biết số lượt còn được gửi.')
  })
})

describe('the page, /health/ready and /metrics', () => {
  it('say the same', async () => {
    await using account = await anAccount(sql)
    const { app, administrator, settled, waits, came, accountLog, channelHealth } = await theChannels(sql, { account })
    await settled({ channel: 'zalo', count: 3 })
    await settled({ channel: 'zalo', state: 'refused', failure: 'zalo -201', count: 2 })
    await settled({ channel: 'zalo', state: 'parked', failure: 'zalo -7777' })
    await waits({ channel: 'zalo', failure: 'no token' })
    await waits({ channel: 'zalo', failure: 'outside-window' })
    await came({ channel: 'zalo' })
    accountLog('zalo').alarm('zalo -7777', 'a name that must not go out')
    await expect.poll(async () => (await channelHealth())[2]?.alarms.length).toBe(1)
    await post(await administrator(), '/console/channels/quota')

    const [page, ready, metrics] = await Promise.all([
      (await administrator()).get('/console/channels'),
      app.inject('/health/ready'),
      app.inject('/metrics'),
    ])

    const card = cardOf(page.html, 'zalo')
    const { figures } = ready.json().channels[2]
    expect(figures).toMatchObject({
      inbox: { waiting: 1 },
      outbox: { waiting: 2, retrying: { 'no token': 1 }, waiting_for_person: 1 },
      deliveries: { last_hour: { delivered: 3, refused: { 'zalo -201': 2 }, parked: 1 } },
      set_aside: 1,
      alarms: 1,
      account: { token: { state: 'fresh' }, quotas: [{ name: 'template-daily', total: 500 }] },
    })
    expect(card).toContain('Đã gửi 3 3 Không gửi được 2 2 mã lỗi zalo -201 2 2 Để riêng chờ người xem 1 1')
    expect(card).toContain('Sẽ gửi lại 1: chưa có quyền gửi')
    expect(metrics.body).toContain(
      'cau_noi_channel_deliveries{channel="zalo",period="hour",outcome="delivered",reason=""} 3',
    )
    expect(metrics.body).toContain(
      'cau_noi_channel_deliveries{channel="zalo",period="day",outcome="refused",reason="zalo -201"} 2',
    )
    expect(metrics.body).toContain('cau_noi_channel_retrying{channel="zalo",reason="no token"} 1')
    expect(metrics.body).toContain('cau_noi_channel_waiting_for_person{channel="zalo"} 1')
    expect(metrics.body).toContain('cau_noi_channel_set_aside{channel="zalo"} 1')
    expect(metrics.body).toContain('cau_noi_channel_token_state{channel="zalo",state="fresh"} 1')
    expect(metrics.body).toContain(
      `cau_noi_channel_quota_remaining{channel="zalo",quota="template-daily"} ${figures.account.quotas[0].remaining}`,
    )
    expect(ready.body + metrics.body).not.toContain('a name that must not go out')
  })

  it('stay ready and tell the rest while the figures cannot be read', async () => {
    const { app } = await theChannels(sql)
    await sql`alter table delivery_counts rename to delivery_counts_away`

    const [ready, metrics] = await Promise.all([app.inject('/health/ready'), app.inject('/metrics')])

    await sql`alter table delivery_counts_away rename to delivery_counts`
    expect([ready.statusCode, metrics.statusCode]).toEqual([200, 200])
    expect(ready.json().status).toBe('ready')
    expect(metrics.body).toContain('process_resident_memory_bytes')
  })
})
