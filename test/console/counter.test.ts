import { describe, expect, it } from 'vitest'
import { anOfficer, COMMUNE, ticketNow } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, type Browser, type Page } from './console-app.ts'

const { sql } = await createDatabase()

const asTyped = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
const hidden = (html: string, name: string, from = 'main') => {
  const part = html.slice(Math.max(0, html.indexOf(from)))
  return asTyped(new RegExp(`name="${name}" value="([^"]*)"`).exec(part)?.[1] ?? '')
}
const factsOn = (html: string) => JSON.parse(hidden(html, 'facts') || '{}') as Record<string, unknown>
const askedOn = (html: string) => hidden(html, 'asked')

/** Answers the question that stands on the page. */
function answer(browser: Browser, { html }: Page, said: { answer?: string; typed?: string }): Promise<Page> {
  const state = { scope: hidden(html, 'scope'), facts: hidden(html, 'facts'), thorough: hidden(html, 'thorough') }
  return browser.post('/console/screenings/new', { ...state, asked: askedOn(html), ...said })
}

async function begin(browser: Browser, scope = ''): Promise<Page> {
  return browser.post('/console/screenings/new', { scope })
}

/** An old person of a poor household without a pension. */
async function anOldPerson(browser: Browser): Promise<Page> {
  const facts = JSON.stringify({ age: 81, household_status: 'poor', pension: 'none' })
  return browser.post('/console/screenings/new', { scope: 'social_assistance', facts })
}

const rowsOf = async () => {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*) from screenings) + (select count(*) from tickets) as count`
  return Number(row?.count ?? 0)
}

describe('an officer who asks somebody at the counter', () => {
  it('is given one question after the other, each of which can still matter, down to the last', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const asked: string[] = []

    let page = await begin(browser)
    while (askedOn(page.html) !== '' && asked.length < 40) {
      asked.push(askedOn(page.html))
      page = await answer(browser, page, { answer: 'unknown' })
    }

    expect(asked.length).toBeGreaterThan(1)
    expect(asked.length).toBeLessThan(20)
    expect(new Set(asked).size).toBe(asked.length)
    expect(page.html).toContain('Đã hỏi đủ.')
  })

  it('reads what the person may hope for, with reasons, papers, place and basis, and stores nothing', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const before = await rowsOf()

    const { status, html } = await anOldPerson(browser)

    expect(status).toBe(200)
    expect(html).toContain('Trợ cấp hưu trí xã hội')
    expect(html).toContain('Đủ 75 tuổi trở lên.')
    expect(html).toContain('500.000 đồng')
    expect(html).toContain('Văn bản đề nghị hưởng trợ cấp')
    expect(html).toContain('Trung tâm Phục vụ hành chính công')
    expect(html).toContain('Luật Bảo hiểm xã hội 41/2024/QH15')
    expect(await rowsOf()).toBe(before)
  })

  it('may correct an answer', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const page = await anOldPerson(browser)

    const state = { scope: hidden(page.html, 'scope'), facts: hidden(page.html, 'facts') }
    const again = await browser.post('/console/screenings/new', { ...state, change: 'age' })
    const corrected = await answer(browser, again, { typed: '60' })

    expect(askedOn(again.html)).toBe('age')
    expect(factsOn(again.html)).not.toHaveProperty('age')
    expect(factsOn(corrected.html)).toMatchObject({ age: 60, household_status: 'poor' })
    expect(corrected.html).not.toContain('Đủ 75 tuổi trở lên.')
  })

  it.each(['một trăm', '-3', '5000', ''])('is told what to write instead of “%s”', async (typed) => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const facts = JSON.stringify({ household_status: 'poor' })
    const asks = await browser.post('/console/screenings/new', { scope: '', facts, change: 'age' })

    const { html } = await answer(browser, asks, { typed })

    expect(html).toContain('Hãy ghi một số nguyên từ')
    expect(askedOn(html)).toBe('age')
    expect(factsOn(html)).toEqual({ household_status: 'poor' })
  })

  it('is asked private questions only after saying so', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    let page = await anOldPerson(browser)
    for (let count = 0; askedOn(page.html) !== '' && count < 20; count++) {
      page = await answer(browser, page, { answer: 'unknown' })
    }

    const more = await browser.post('/console/screenings/new', {
      scope: 'social_assistance',
      facts: hidden(page.html, 'facts'),
      thorough: '1',
    })

    expect(page.html).toContain('Hỏi thêm câu riêng tư')
    expect(askedOn(more.html)).not.toBe('')
  })

  it('comes to no harm by facts that were tampered with', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const facts = '{"age":"<script>alert(1)</script>","nothing":1,"household_status":"poor","__proto__":{"age":3}}'

    const wrong = await browser.post('/console/screenings/new', { scope: '"><b>', facts })
    const broken = await browser.post('/console/screenings/new', { scope: '', facts: '{{{' })

    expect([wrong.status, broken.status]).toEqual([200, 200])
    expect(factsOn(wrong.html)).toEqual({ household_status: 'poor' })
    expect(wrong.html).not.toContain('<script>alert')
    expect(factsOn(broken.html)).toEqual({})
  })

  it('hands over a paper with what was found and what was said', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const facts = JSON.stringify({ age: 81, household_status: 'poor', pension: 'none', disability: null })

    const { html } = await browser.post('/console/screenings/print', { scope: 'social_assistance', facts })

    expect(html).toContain('Kết quả sàng lọc chính sách')
    expect(html).toContain('Trợ cấp hưu trí xã hội')
    expect(html).toContain('Đây không phải quyết định')
    expect(html).toContain('Hộ nghèo')
    expect(html).not.toContain('Không biết')
  })

  it('is refused when the role files no tickets', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['auditor'] }))

    const answers = await Promise.all([
      browser.get('/console/screenings/new'),
      browser.post('/console/screenings/new', {}),
      browser.post('/console/screenings/print', {}),
      browser.post('/console/screenings/file', {}),
    ])

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })
})

describe('a ticket filed at the counter', () => {
  const person = {
    topic: 'social_assistance',
    commune: COMMUNE,
    full_name: 'Cụ <b>Đào</b> 🌾',
    phone: '0912 345 678',
    need: 'Xin trợ cấp',
    agreed: '1',
  }
  const formOf = ({ html }: Page) => ({
    scope: hidden(html, 'scope'),
    facts: hidden(html, 'facts'),
    form_token: hidden(html, 'form_token', 'id="form-file"'),
    id: hidden(html, 'id', 'id="form-file"'),
  })

  it('carries the screening with its reasons, and the officer reads both', async () => {
    await using app = await aConsole(sql)
    const officer = await anOfficer(sql)
    const browser = await aBrowser(app, sql, officer)
    const page = await anOldPerson(browser)

    const sent = await browser.post('/console/screenings/file', { ...formOf(page), ...person })
    const filed = await browser.get(sent.location ?? '')
    const number = /HY-\d{4}-\d{6}/.exec(filed.html)?.[0] ?? ''
    const open = await browser.get(`/console/tickets/${number}`)
    await browser.send(open.html, number, 'claim')
    const ticket = await browser.get(`/console/tickets/${number}`)

    expect(sent.status).toBe(303)
    expect(await ticketNow(sql, number)).toMatchObject({
      topic: 'social_assistance',
      filedBy: officer.id,
      contactId: null,
    })
    expect(ticket.html).toContain('Cụ &lt;b&gt;Đào&lt;/b&gt; 🌾')
    expect(ticket.html).toContain('Trợ cấp hưu trí xã hội')
    expect(ticket.html).toContain('Đủ 75 tuổi trở lên.')
    expect(ticket.html).toContain('Giấy tờ theo kết quả sàng lọc')
  })

  it('is filed once, however often the button is pressed', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const form = { ...formOf(await anOldPerson(browser)), ...person }
    const before = await rowsOf()

    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/console/screenings/file', form)))

    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    expect(await rowsOf()).toBe(before + 2)
  })

  it('is not filed while something is missing, and nothing typed is lost', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const form = formOf(await anOldPerson(browser))
    const before = await rowsOf()
    const need = 'Dài quá. '.repeat(2_300)

    const { status, html } = await browser.post('/console/screenings/file', {
      ...form,
      ...person,
      full_name: '',
      phone: '12',
      topic: 'nothing',
      need,
      agreed: '',
    })

    expect(status).toBe(422)
    expect(html).toContain('Hãy ghi họ và tên.')
    expect(html).toContain('Số điện thoại có 9 đến 11 chữ số')
    expect(html).toContain('Hãy chọn lĩnh vực.')
    expect(html).toContain('Dài quá 3000 ký tự')
    expect(html).toContain('Hãy hỏi và đánh dấu khi người đó đồng ý.')
    expect(html).toContain(need.trim())
    expect(factsOn(html)).toMatchObject({ age: 81 })
    expect(await rowsOf()).toBe(before)
  })

  it('is not filed by a page of another session', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const form = formOf(await anOldPerson(browser))

    const { status, html } = await browser.post('/console/screenings/file', { ...form, ...person, form_token: 'x' })

    expect(status).toBe(403)
    expect(html).toContain('các câu trả lời còn nguyên')
    expect(html).toContain('Xin trợ cấp')
  })

  it('is told of to nobody but the officer who filed it', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const sent = await browser.post('/console/screenings/file', { ...formOf(await anOldPerson(browser)), ...person })
    const other = await aBrowser(app, sql, await anOfficer(sql))

    const answer = await other.get(sent.location ?? '')

    expect(answer.status).toBe(404)
  })
})
