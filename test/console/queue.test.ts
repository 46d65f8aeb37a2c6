import { describe, expect, it } from 'vitest'
import { claim } from '../../src/desk/claim.ts'
import { aContact, anOfficer, aTicket, COMMUNE, COMMUNE_UNIT, desk, hoursLater, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

/** Ticket numbers in the order in which the page shows them. */
function numbersOn(html: string): string[] {
  return [...html.matchAll(/class="number" href="\/console\/tickets\/([^"]+)"/g)].map((match) => match[1] ?? '')
}

const OTHER_COMMUNE = desk.territory.places.find((place) => place.to === null && place.code !== COMMUNE)?.code ?? ''

describe('the queue of a commune', async () => {
  const { sql } = await createDatabase()

  it('says kindly that nothing waits', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: `xa_${OTHER_COMMUNE}` }))

    const { html } = await browser.get('/console/tickets')

    expect(html).toContain('Không có hồ sơ nào ở đây.')
    expect(numbersOn(html)).toEqual([])
  })

  it('shows urgent work first, then by deadline, and never another commune’s', async () => {
    await using app = await aConsole(sql, { clock: { now: () => hoursLater(3) } })
    const later = await aTicket(sql, await aContact(sql), { at: hoursLater(2) })
    const early = await aTicket(sql, await aContact(sql), { at: MONDAY })
    const urgent = await aTicket(sql, await aContact(sql), { at: hoursLater(2), urgent: true })
    const elsewhere = await aTicket(sql, await aContact(sql), { communeCode: OTHER_COMMUNE })
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/tickets')

    expect(numbersOn(html)).toEqual([urgent.number, early.number, later.number])
    expect(html).not.toContain(elsewhere.number)
    expect(html).toContain('Khẩn')
  })
})

describe('urgent work of a commune', async () => {
  const { sql } = await createDatabase()

  it('is searched and narrowed like all other work', async () => {
    await using app = await aConsole(sql)
    const of = async (value: string, urgent: boolean) =>
      aTicket(sql, await aContact(sql), { urgent, answers: [{ id: 'full_name', label: 'Họ tên', value }] })
    const [dao, binh] = [await of('Nguyễn Thị Đào', true), await of('Trần Văn Bình', true)]
    await of('Nguyễn Thị Đào', false)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const all = await browser.get('/console/tickets?urgent=1')
    const found = await browser.get('/console/tickets?urgent=1&q=nguyen+thi+dao')

    expect(numbersOn(all.html)).toEqual([dao.number, binh.number])
    expect(numbersOn(found.html)).toEqual([dao.number])
  })

  it('comes in pages when there is much of it', async () => {
    await using app = await aConsole(sql)
    for (let count = 0; count < 31; count++) await aTicket(sql, await aContact(sql), { urgent: true })
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/tickets?urgent=1')

    expect(numbersOn(html)).toHaveLength(30)
    expect(html).toContain('rel="next"')
  })
})

describe('a long queue', async () => {
  const { sql } = await createDatabase()

  it('comes in pages that leave nothing out and show nothing twice', async () => {
    await using app = await aConsole(sql)
    const filed: string[] = []
    for (let count = 0; count < 35; count++) filed.push((await aTicket(sql, await aContact(sql))).number)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const first = await browser.get('/console/tickets')
    const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await browser.get(next)

    expect(numbersOn(first.html)).toHaveLength(30)
    expect([...numbersOn(first.html), ...numbersOn(second.html)].sort()).toEqual(filed.sort())
    expect(second.html).not.toContain('rel="next"')
  })

  it('starts again from the front when the address was tampered with', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const answer = await browser.get('/console/tickets?cursor=nonsense&status=open')

    expect(answer.status).toBe(303)
    expect(answer.location).toBe('/console/tickets?status=open')
  })
})

describe('an officer who looks for something', async () => {
  const { sql } = await createDatabase()

  it('finds a ticket by its number', async () => {
    await using app = await aConsole(sql)
    const wanted = await aTicket(sql, await aContact(sql))
    await aTicket(sql, await aContact(sql))
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get(`/console/tickets?q=${wanted.number}`)

    expect(numbersOn(html)).toEqual([wanted.number])
  })

  it('sees own work alone, or what is overdue, marked in words as well as in colour', async () => {
    const now = hoursLater(30)
    await using app = await aConsole(sql, { clock: { now: () => now } })
    const officer = await anOfficer(sql)
    const mine = await aTicket(sql, await aContact(sql), { at: now })
    await claim(sql, desk, { number: mine.number, officer, seen: 1 }, now)
    const browser = await aBrowser(app, sql, officer, now)

    const own = await browser.get('/console/tickets?list=mine')
    const overdue = await browser.get('/console/tickets?overdue=1')

    expect(numbersOn(own.html)).toEqual([mine.number])
    expect(numbersOn(overdue.html)).toHaveLength(2)
    expect(overdue.html).toMatch(/Quá hạn \d giờ/)
    expect(overdue.html).toContain('thứ Ba, 24/11/2026')
  })

  it('is told how to widen a filter that fits nothing', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: COMMUNE_UNIT }))

    const { html } = await browser.get('/console/tickets?topic=housing&status=closed')

    expect(html).toContain('Không có hồ sơ nào khớp với bộ lọc.')
  })
})
