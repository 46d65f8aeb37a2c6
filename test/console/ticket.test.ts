import { describe, expect, it } from 'vitest'
import { attachments } from '../../src/attachments/tables.ts'
import { momentWords } from '../../src/console/due-words.ts'
import { drizzleOn } from '../../src/db/drizzle.ts'
import { citizenSays } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { reply } from '../../src/desk/reply.ts'
import { newId } from '../../src/ids.ts'
import { seal } from '../../src/secrets.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  COMMUNE,
  desk,
  hoursLater,
  MONDAY,
  type TestContact,
  ticketNow,
  wordsTo,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()

const OTHER_COMMUNE = desk.territory.places.find((place) => place.to === null && place.code !== COMMUNE)?.code ?? ''
const ENCODED_PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function citizenWrites(contact: TestContact, ticketId: number, text: string): Promise<void> {
  const messageId = await aMessage(sql, contact, text)
  await sql.begin((tx) => citizenSays(tx, desk, { ticketId, messageId, attachmentIds: [] }, MONDAY))
}

async function aPaper(contact: TestContact, ticketId: number, content: Buffer, mediaType: string): Promise<string> {
  const id = newId()
  const sealedContent = seal(contact.key, content)
  const row = { id, contactId: contact.id, ticketId, channel: 'web', account: 'web', mediaType, sealedContent }
  await drizzleOn(sql)
    .insert(attachments)
    .values({ ...row, createdAt: MONDAY, fetchedAt: MONDAY })
  return id
}

describe('an officer who opens a ticket', () => {
  it('reads the talk, the answers, the deadline and why it is here', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact)
    await citizenWrites(contact, ticket.id, 'Tôi hỏi về thẻ bảo hiểm')
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { status, html } = await browser.get(`/console/tickets/${ticket.number}`)

    expect(status).toBe(200)
    expect(html).toContain('Tôi hỏi về thẻ bảo hiểm')
    expect(html).toContain('Nguyễn Thị Đào')
    expect(html).toContain(momentWords(ticket.dueAt, 'vi'))
    expect(html).toContain('Việc này do phường Phố Hiến nhận trước.')
  })

  it('sees at each of their words whether it arrived, and that the person cannot be reached', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact)
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)
    const seen = async () => (await browser.get(`/console/tickets/${ticket.number}`)).html
    const asked = { number: ticket.number, officer, seen: 1, text: 'Chào bác', attachmentIds: [] }
    await reply(sql, desk, asked, MONDAY)

    const onItsWay = await seen()
    await sql`update outbox set failure = 'outside-window' where contact_id = ${contact.id}`
    const waiting = await seen()
    await sql`update outbox set state = 'refused', failure = 'blocked', settled_at = ${MONDAY} where contact_id = ${contact.id}`
    await sql`update contacts set unreachable_at = ${MONDAY} where id = ${contact.id}`
    const refused = await seen()

    expect(onItsWay).toContain('Đang gửi')
    expect(onItsWay).not.toContain('id="unreachable"')
    expect(waiting).toContain('Đang chờ bà con nhắn lại')
    expect(refused).toContain('Chưa tới nơi: người nhận đã chặn tin nhắn')
    expect(refused).toContain('id="unreachable"')
  })

  it('sees markup in a name or in the talk as the letters it is', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact, {
      answers: [{ id: 'full_name', label: 'Họ tên', value: '<img src=x onerror=alert(1)>' }],
    })
    await citizenWrites(contact, ticket.id, '<script>alert("xin chào")</script>')
    const browser = await aBrowser(app, sql, await anOfficer(sql, { name: '"><b>Cán bộ</b>' }))

    const { html } = await browser.get(`/console/tickets/${ticket.number}`)

    expect(html).toContain('&lt;script&gt;alert(&quot;xin chào&quot;)&lt;/script&gt;')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<b>Cán bộ')
  })

  it('of another commune is kept out, from the page, its news and its papers', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact)
    const paper = await aPaper(contact, ticket.id, Buffer.from(ENCODED_PIXEL, 'base64'), 'image/png')
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: `xa_${OTHER_COMMUNE}` }))

    const page = await browser.get(`/console/tickets/${ticket.number}`)
    const news = await browser.get(`/console/tickets/${ticket.number}/news?shown=0`)
    const file = await browser.get(`/console/tickets/${ticket.number}/attachments/${paper}`)

    expect(page.status).toBe(403)
    expect(page.html).not.toContain('Nguyễn Thị Đào')
    expect([news.status, file.status]).toEqual([404, 404])
  })

  it('who may only read is offered nothing to do', async () => {
    await using app = await aConsole(sql)
    const ticket = await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['auditor'] }))

    const { html } = await browser.get(`/console/tickets/${ticket.number}`)

    expect(html).toContain('chỉ được xem hồ sơ')
    expect(html).not.toContain(`action="/console/tickets/${ticket.number}/`)
  })

  it('learns that a number leads nowhere', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const answer = await browser.get('/console/tickets/HY-2026-999999')

    expect(answer.status).toBe(404)
    expect(answer.html).toContain('Không có hồ sơ này')
  })
})

describe('an officer at work', () => {
  it('takes a ticket and answers; the citizen is sent the words', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)

    const claimed = await browser.send(page.html, number, 'claim')
    const held = await browser.get(`/console/tickets/${number}`)
    const replied = await browser.send(held.html, number, 'reply', { text: 'Chào bác, tôi giúp bác ngay.' })

    expect(claimed).toMatchObject({ status: 303, location: `/console/tickets/${number}?done=claim` })
    expect(replied).toMatchObject({ status: 303, location: `/console/tickets/${number}?done=reply` })
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'assigned', assigneeId: officer.id })
    expect((await wordsTo(sql, contact)).at(-1)).toContain('Chào bác, tôi giúp bác ngay.')
  })

  it('who presses the button twice has answered once, and is told that it worked', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const page = await browser.get(`/console/tickets/${number}`)
    await browser.send(page.html, number, 'reply', { text: 'Một lần thôi' })

    const again = await browser.send(page.html, number, 'reply', { text: 'Một lần thôi' })

    expect(again).toMatchObject({ status: 303, location: `/console/tickets/${number}?done=reply` })
    expect((await wordsTo(sql, contact)).filter((text) => text.includes('Một lần thôi'))).toHaveLength(1)
  })

  it('keeps what was typed when the citizen wrote meanwhile, and may send it on top', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const page = await browser.get(`/console/tickets/${number}`)
    await citizenWrites(contact, id, 'À, tôi tìm thấy thẻ rồi')

    const stale = await browser.send(page.html, number, 'reply', { text: 'Bác tìm <thẻ> giúp nhé' })
    const sent = await browser.send(stale.html, number, 'reply', { text: 'Bác giữ thẻ nhé' })

    expect(stale.status).toBe(409)
    expect(stale.html).toContain('hồ sơ vừa có thay đổi')
    expect(stale.html).toContain('Bác tìm &lt;thẻ&gt; giúp nhé</textarea>')
    expect(stale.html).toContain('À, tôi tìm thấy thẻ rồi')
    expect(sent.status).toBe(303)
    expect((await wordsTo(sql, contact)).join()).not.toContain('Bác tìm')
  })

  it('who was a moment too late hears who has the ticket', async () => {
    await using app = await aConsole(sql)
    const { number } = await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const colleague = await anOfficer(sql, { name: 'Lê Thị Nhanh' })
    const page = await browser.get(`/console/tickets/${number}`)
    await claim(sql, desk, { number, officer: colleague, seen: 1 }, MONDAY)

    const late = await browser.send(page.html, number, 'claim')

    expect(late.status).toBe(409)
    expect(late.html).toContain('Lê Thị Nhanh đã nhận hồ sơ')
    expect(await ticketNow(sql, number)).toMatchObject({ assigneeId: colleague.id })
  })

  it('is told field by field what is missing, and everything typed is still there', async () => {
    await using app = await aConsole(sql)
    const { number } = await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const page = await browser.get(`/console/tickets/${number}`)

    const answer = await browser.send(page.html, number, 'resolve', {
      result: 'advised',
      reason: '',
      basis: '',
      next_step: 'Đến UBND phường',
      text: '',
    })

    expect(answer.status).toBe(422)
    expect(answer.html).toContain('Hãy ghi lý do hoặc căn cứ pháp lý.')
    expect(answer.html).toContain('Đến UBND phường</textarea>')
    expect(answer.html).toContain('<option value="advised" selected>')
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'open' })
  })

  it('asks for papers, one a line, and the deadline pauses', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const officer = await anOfficer(sql)
    await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)

    await browser.send(page.html, number, 'ask', { papers: 'Căn cước công dân\n\n Sổ hộ nghèo ', text: '' })

    const after = await browser.get(`/console/tickets/${number}`)
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'pending', pausedAt: MONDAY })
    expect((await wordsTo(sql, contact)).at(-1)).toContain('• Căn cước công dân\n• Sổ hộ nghèo')
    expect(after.html).toContain('Tạm dừng từ 08:00')
  })

  it('hands a ticket on, and the other unit accepts it', async () => {
    await using app = await aConsole(sql)
    const { number } = await aTicket(sql, await aContact(sql))
    const sender = await aBrowser(app, sql, await anOfficer(sql))
    const receiver = await aBrowser(
      app,
      sql,
      await anOfficer(sql, { unitId: 'so_y_te', roles: ['department_officer'] }),
    )
    const page = await sender.get(`/console/tickets/${number}`)

    await sender.send(page.html, number, 'hand-off', { to_unit: 'so_y_te', to_officer: '', reason: 'Việc của Sở' })
    const offered = await receiver.get(`/console/tickets/${number}`)
    await receiver.send(offered.html, number, 'accept')

    expect(offered.html).toContain('Việc của Sở')
    expect(await ticketNow(sql, number)).toMatchObject({ unitId: 'so_y_te', offeredUnitId: null })
  })

  it('cannot send a form of another session, and loses nothing by it', async () => {
    await using app = await aConsole(sql)
    const { number } = await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const answer = await browser.post(`/console/tickets/${number}/reply`, {
      seen: '1',
      form_token: 'forged',
      text: 'Câu trả lời dài',
    })

    expect(answer.status).toBe(403)
    expect(answer.html).toContain('Câu trả lời dài</textarea>')
    expect(await ticketNow(sql, number)).toMatchObject({ lastSeq: 1 })
  })

  it('whose session ran out while writing signs in and finds the words again', async () => {
    let now = MONDAY
    await using app = await aConsole(sql, { clock: { now: () => now } })
    const { number } = await aTicket(sql, await aContact(sql))
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)
    now = hoursLater(13)

    const asked = await browser.send(page.html, number, 'reply', { text: 'Viết mãi mới "xong"' })
    const waiting = /name="waiting" value="([^"]+)"/.exec(asked.html)?.[1]?.replaceAll('&quot;', '"') ?? ''
    const back = await browser.post('/console/sign-in', {
      username: officer.username,
      password: 'đúng mật khẩu 123',
      waiting,
    })

    expect(asked.status).toBe(401)
    expect(asked.html).toContain('nội dung vừa soạn được giữ nguyên')
    expect(back.status).toBe(200)
    expect(back.html).toContain('Viết mãi mới &quot;xong&quot;</textarea>')
  })
})

describe('an open page', () => {
  it('hears nothing while nothing happened, and what came in without the forms being touched', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const quiet = await browser.get(`/console/tickets/${number}/news?shown=1&seen=1`)
    await citizenWrites(contact, id, 'Tôi bổ sung thêm')

    const news = await browser.get(`/console/tickets/${number}/news?shown=1&seen=1`)

    expect(quiet.status).toBe(204)
    expect(news.html).toContain('Có tin mới')
    expect(news.html).toContain('Tôi bổ sung thêm')
    expect(news.html).toContain('news?shown=2')
    expect(news.html).not.toContain('<form')
  })
})

describe('a paper on a ticket', () => {
  it('that is a photo is shown, and the reading is recorded', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const pixel = Buffer.from(ENCODED_PIXEL, 'base64')
    const paper = await aPaper(contact, id, pixel, 'image/png')
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)

    const page = await browser.get(`/console/tickets/${number}`)
    const file = await browser.get(`/console/tickets/${number}/attachments/${paper}`)

    const read = await sql`select subject_id from audit where actor_id = ${officer.id} and action = 'attachment-read'`
    expect(page.html).toContain(`<img src="/console/tickets/${number}/attachments/${paper}"`)
    expect(file.status).toBe(200)
    expect(read).toEqual([{ subject_id: number }])
  })

  it('that the store has lost is told of as lost, and counts as no reading', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const paper = await aPaper(contact, id, Buffer.from('gone'), 'image/png')
    await sql`update attachments set sealed_content = null, stored_name = ${'ab'.repeat(32)} where id = ${paper}`
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)

    const file = await browser.get(`/console/tickets/${number}/attachments/${paper}`)

    const read = await sql`select 1 from audit where actor_id = ${officer.id} and action = 'attachment-read'`
    expect(file.status).toBe(410)
    expect(file.html).toContain('Kho lưu tệp không còn tệp này')
    expect(read).toHaveLength(0)
  })

  it('that calls itself a photo but is a page is handed over as a file, never opened', async () => {
    await using app = await aConsole(sql)
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const paper = await aPaper(contact, id, Buffer.from('<html><script>alert(1)</script>'), 'image/png')
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)

    const file = await browser.get(`/console/tickets/${number}/attachments/${paper}`)

    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringContaining('attachment;'),
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    })
  })
})
