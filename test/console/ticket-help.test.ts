import { describe, expect, it } from 'vitest'
import { confirmResolved } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { merge } from '../../src/desk/merge.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { keepLooking } from '../../src/presence/presence.ts'
import {
  aContact,
  anOfficer,
  aTicket,
  COMMUNE_UNIT,
  desk,
  hoursLater,
  MONDAY,
  ticketNow,
  wordsTo,
  workByHand,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()
await workByHand(sql, COMMUNE_UNIT)

const asTyped = (text: string) => text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const replyOn = (html: string) => asTyped(/<textarea id="reply-text"[^>]*>([^<]*)</.exec(html)?.[1] ?? '')

async function aClaimed(options: Parameters<typeof aTicket>[2] = {}) {
  const contact = await aContact(sql)
  const officer = await anOfficer(sql)
  const ticket = await aTicket(sql, contact, { topic: 'social_assistance', ...options })
  await claim(sql, desk, { number: ticket.number, officer, seen: 1 }, MONDAY)
  return { ...ticket, contact, officer }
}

describe('reply templates on the page of a ticket', () => {
  it('fill the reply without a script, with the figures of the rules', async () => {
    await using app = await aConsole(sql)
    const { number, officer } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${number}?template=social_pension`)

    expect(replyOn(html)).toContain('ít nhất 500.000 đồng một tháng')
    expect(replyOn(html)).toContain('Văn bản đề nghị hưởng trợ cấp')
  })

  it('are those of the topic and those for every topic, no others', async () => {
    await using app = await aConsole(sql)
    const { number, officer } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${number}`)

    expect(html).toContain('?template=social_pension#form-reply')
    expect(html).toContain('?template=received#form-reply')
    expect(html).not.toContain('?template=poor_loan')
  })

  it('written for an older version of the law are flagged, and go in only with a warning', async () => {
    const old = {
      id: 'old',
      topic: 'social_assistance',
      programme: 'social_pension',
      version: '2024',
      text: 'social_pension',
    }
    const values = { amount: { programme: 'social_pension', amount: 'amount' } }
    await using app = await aConsole(sql, { replyTemplates: [{ ...old, values }] })
    const { number, officer } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)

    const page = await browser.get(`/console/tickets/${number}`)
    const anyway = await browser.get(`/console/tickets/${number}?template=old`)

    expect(page.html).toContain('luật đã đổi, cần xem lại')
    expect(page.html).not.toContain('data-template=')
    expect(page.html).toContain('/console/rules/social_pension')
    expect(anyway.html).toContain('Mẫu này viết theo quy định cũ.')
    expect(replyOn(anyway.html)).toContain('500.000')
  })

  it('with a figure that nobody verified cannot be used', async () => {
    const values = { amount: { programme: 'monthly_allowance_single_parent', amount: 'amount' } }
    const template = {
      id: 'open',
      topic: undefined,
      programme: undefined,
      version: undefined,
      text: 'social_pension',
      values,
    }
    await using app = await aConsole(sql, { replyTemplates: [template] })
    const { number, officer } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${number}?template=open`)

    expect(html).toContain('thiếu số liệu đã kiểm chứng')
    expect(replyOn(html)).toBe('')
  })

  it('never push away what was typed', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)
    const { html } = await browser.get(`/console/tickets/${number}?template=received`)
    await reply(sql, desk, { number, officer, seen: 2, text: 'trước', attachmentIds: [] }, MONDAY)

    const stale = await browser.send(html, number, 'reply', { text: 'Của tôi' })

    expect(stale.status).toBe(409)
    expect(replyOn(stale.html)).toBe('Của tôi')
    expect((await wordsTo(sql, contact)).join()).not.toContain('Của tôi')
  })
})

describe('an officer who asks for papers', () => {
  it('ticks them in a list and adds others, and the citizen is asked for all of them once', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)
    const { html } = await browser.get(`/console/tickets/${number}`)
    const seen = /name="seen" value="(\d+)"/.exec(html)?.[1] ?? ''
    const token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const form = new URLSearchParams([
      ['seen', seen],
      ['form_token', token],
      ['paper', 'Văn bản đề nghị hưởng trợ cấp (theo mẫu)'],
      ['paper', 'Số định danh cá nhân (căn cước)'],
      ['papers', 'Sổ hộ nghèo\nSố định danh cá nhân (căn cước)'],
    ])

    const sent = await browser.post(`/console/tickets/${number}/ask`, form)

    const words = (await wordsTo(sql, contact)).at(-1) ?? ''
    expect(html).toContain('value="Văn bản đề nghị hưởng trợ cấp (theo mẫu)"')
    expect(sent.status).toBe(303)
    expect(words).toContain('• Văn bản đề nghị hưởng trợ cấp (theo mẫu)')
    expect(words).toContain('• Sổ hộ nghèo')
    expect(words.split('Số định danh cá nhân')).toHaveLength(2)
  })

  it('finds the ticks again when the form was refused', async () => {
    await using app = await aConsole(sql)
    const { number, officer } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)

    const { status, html } = await browser.send(page.html, number, 'ask', {
      paper: 'Số định danh cá nhân (căn cước)',
      text: 'x'.repeat(20_000),
    })

    expect(status).toBe(422)
    expect(html).toContain('value="Số định danh cá nhân (căn cước)" checked')
  })
})

describe('a reply of 20,000 characters', () => {
  it('is refused with its length, and every letter is still there', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)
    const before = (await wordsTo(sql, contact)).length
    const long = '🌾 Trả lời. '.repeat(1_700).trim().slice(0, 20_000)

    const { status, html } = await browser.send(page.html, number, 'reply', { text: long })

    expect(status).toBe(422)
    expect(html).toContain('nhiều nhất 1800')
    expect(replyOn(html)).toBe(long)
    expect(await wordsTo(sql, contact)).toHaveLength(before)
  })
})

describe('two tickets about one matter', () => {
  it('are joined by a form that names the other one, and each page leads to the other', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const main = await aTicket(sql, contact)
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)

    const sent = await browser.send(page.html, number, 'merge', { into: main.number, reason: 'cùng một việc' })
    const ended = await browser.get(`/console/tickets/${number}`)
    const goesOn = await browser.get(`/console/tickets/${main.number}`)

    expect(page.html).toContain(`<option value="${main.number}">`)
    expect(sent).toMatchObject({ status: 303, location: `/console/tickets/${number}?done=merge` })
    expect(ended.html).toContain('Hồ sơ này đã gộp vào')
    expect(ended.html).toContain(`href="/console/tickets/${main.number}"`)
    expect(goesOn.html).toContain('Đã gộp vào đây')
    expect(goesOn.html).toContain(`href="/console/tickets/${number}"`)
  })

  it('are not joined when they are of two people, and the reason stays typed', async () => {
    await using app = await aConsole(sql)
    const { number, officer } = await aClaimed()
    const stranger = await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get(`/console/tickets/${number}`)

    const { status, html } = await browser.send(page.html, number, 'merge', {
      into: stranger.number,
      reason: 'giống nhau',
    })

    expect(status).toBe(422)
    expect(html).toContain('Không gộp được vào hồ sơ này')
    expect(html).toContain('giống nhau</textarea>')
    expect(await ticketNow(sql, number)).toMatchObject({ status: 'assigned', mergedInto: null })
  })

  it('of somebody without a chat are found by name and phone, never by a name alone', async () => {
    await using app = await aConsole(sql)
    const answers = [
      { id: 'full_name', label: 'Họ tên', value: 'Đỗ Thị Lúa' },
      { id: 'phone', label: 'Điện thoại', value: '0912 000 111' },
    ]
    const one = await aTicket(sql, null, { answers })
    const same = await aTicket(sql, null, { answers })
    const namesake = await aTicket(sql, null, { answers: answers.slice(0, 1) })
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get(`/console/tickets/${one.number}`)

    expect(html).toContain('Hồ sơ khác cùng tên, số điện thoại')
    expect(html).toContain(same.number)
    expect(html).not.toContain(namesake.number)
  })

  it('of another commune are not shown to who may not see them', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const elsewhere = desk.territory.places.find((place) => place.to === null && `xa_${place.code}` !== COMMUNE_UNIT)
    const hidden = await aTicket(sql, contact, { communeCode: elsewhere?.code ?? '' })
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${number}`)

    expect(html).not.toContain(hidden.number)
  })
})

describe('what else stands on the page of a ticket', () => {
  it('is the priority group, how far up it was told, and what the citizen thought of it', async () => {
    await using app = await aConsole(sql)
    const { id, number, officer } = await aClaimed({ facts: { disability: 'severe' } })
    await sql`update tickets set escalation_level = 2 where id = ${id}`
    const said = { result: 'advised' as const, reason: 'đã hướng dẫn', basis: null, nextStep: 'không cần', text: null }
    const browser = await aBrowser(app, sql, officer)

    const before = await browser.get(`/console/tickets/${number}`)
    await resolve(sql, desk, { number, officer, seen: 2, ...said }, MONDAY)
    await sql.begin((tx) => confirmResolved(tx, desk, id, hoursLater(1)))
    await sql`update tickets set rating = 4 where id = ${id}`
    const after = await browser.get(`/console/tickets/${number}`)

    expect(before.html).toContain('Người khuyết tật')
    expect(before.html).toContain('quá hạn, báo')
    expect(after.html).toContain('4 trên 5')
    expect(after.html).toContain('Người dân xác nhận xong')
  })

  it('is who else has it open, without a script too', async () => {
    await using app = await aConsole(sql)
    const { id, number, officer } = await aClaimed()
    const other = await anOfficer(sql, { name: 'Phạm <i>Thị</i> Xem' })
    await keepLooking(sql, [{ ticketId: id, officerId: other.id }], MONDAY)
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${number}`)

    expect(html).toContain('Đang cùng xem: Phạm &lt;i&gt;Thị&lt;/i&gt; Xem')
  })

  it('is, for the head of the unit, a way to give it to an officer of the unit', async () => {
    await using app = await aConsole(sql)
    const { number, officer } = await aClaimed()
    const head = await anOfficer(sql, { roles: ['head_of_unit'] })
    const colleague = await anOfficer(sql, { name: 'Hoàng Văn Rảnh' })
    const [own, heads] = [await aBrowser(app, sql, officer), await aBrowser(app, sql, head)]
    const ownPage = await own.get(`/console/tickets/${number}`)
    const page = await heads.get(`/console/tickets/${number}`)

    const sent = await heads.send(page.html, number, 'assign', { to_officer: colleague.username })

    expect(ownPage.html).not.toContain('id="form-assign"')
    expect(page.html).toContain('Hoàng Văn Rảnh')
    expect(sent.status).toBe(303)
    expect(await ticketNow(sql, number)).toMatchObject({ assigneeId: colleague.id })
  })
})

describe('the stream of an open ticket', () => {
  it('is closed to strangers and to other communes', async () => {
    await using app = await aConsole(sql)
    const { number } = await aClaimed()
    const elsewhere = desk.territory.places.find((place) => place.to === null && `xa_${place.code}` !== COMMUNE_UNIT)
    const other = await aBrowser(app, sql, await anOfficer(sql, { unitId: `xa_${elsewhere?.code}` }))

    const nobody = await app.inject({ method: 'GET', url: `/console/tickets/${number}/stream` })
    const stranger = await other.get(`/console/tickets/${number}/stream`)
    const nowhere = await other.get('/console/tickets/HY-2026-999999/stream')

    expect([nobody.statusCode, stranger.status, nowhere.status]).toEqual([401, 404, 404])
  })
})

describe('a ticket that was joined', () => {
  it('shows the words of both', async () => {
    await using app = await aConsole(sql)
    const { number, officer, contact } = await aClaimed()
    const main = await aTicket(sql, contact)
    await reply(sql, desk, { number, officer, seen: 2, text: 'Lời ở hồ sơ trùng', attachmentIds: [] }, MONDAY)
    await merge(sql, desk, { number, officer, seen: 3, into: main.number, reason: 'trùng' }, MONDAY)
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get(`/console/tickets/${main.number}`)

    expect(html).toContain('Lời ở hồ sơ trùng')
  })
})
