import { describe, expect, it } from 'vitest'
import { ask } from '../../src/desk/ask.ts'
import { citizenSays } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { nextToDo, type WorkLine } from '../../src/desk/my-work.ts'
import { noticesOf } from '../../src/notices/read-notices.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  COMMUNE,
  DEPARTMENT,
  desk,
  hoursLater,
  MONDAY,
  type TestContact,
  ticketNow,
  workByHand,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()
const units = desk.territory.places.filter((place) => place.to === null && place.code !== COMMUNE)
let used = 0

/** An officer of a commune of their own, with nothing to do yet, and the code of that commune. */
async function somebody(options: { name?: string } = {}): Promise<{ officer: Officer; commune: string }> {
  const commune = units[used++]?.code ?? ''
  await workByHand(sql, `xa_${commune}`)
  return { officer: await anOfficer(sql, { unitId: `xa_${commune}`, ...options }), commune }
}

async function mine(officer: Officer, commune: string, options: Parameters<typeof aTicket>[2] = {}) {
  const contact = await aContact(sql)
  const ticket = await aTicket(sql, contact, { communeCode: commune, ...options })
  await claim(sql, desk, { number: ticket.number, officer, seen: 1 }, options.at ?? MONDAY)
  return { ...ticket, contact }
}

async function citizenWrites(contact: TestContact, ticketId: number): Promise<void> {
  const messageId = await aMessage(sql, contact, 'Tôi gửi lại giấy rồi')
  await sql.begin((tx) => citizenSays(tx, desk, { ticketId, messageId, attachmentIds: [] }, MONDAY))
}

/** The numbers in one part of the page. */
function numbersIn(html: string, part: string): string[] {
  const from = html.indexOf(`id="part-${part}"`)
  if (from === -1) return []
  const section = html.slice(from, html.indexOf('</section>', from))
  return [...section.matchAll(/class="number" data-row href="\/console\/tickets\/([^"]+)"/g)].map((one) => one[1] ?? '')
}

const nextOn = (html: string) => /href="\/console\/tickets\/(HY-[^"]+)">Mở hồ sơ/.exec(html)?.[1]

describe('the page of an officer’s own work', () => {
  it('says kindly that nothing waits', async () => {
    await using app = await aConsole(sql)
    const { officer } = await somebody()
    const browser = await aBrowser(app, sql, officer)

    const { status, html } = await browser.get('/console/my-work')

    expect(status).toBe(200)
    expect(html).toContain('Không còn việc nào đang chờ.')
    expect(html).toContain('Chưa có thông báo nào.')
  })

  it('shows each ticket once: answered, offered, in progress by deadline, waiting for the citizen', async () => {
    await using app = await aConsole(sql)
    const { officer, commune } = await somebody()
    const later = await mine(officer, commune)
    const late = await mine(officer, commune, { at: hoursLater(-200) })
    const answered = await mine(officer, commune)
    await citizenWrites(answered.contact, answered.id)
    const asked = await mine(officer, commune)
    await ask(sql, desk, { number: asked.number, officer, seen: 2, text: 'giấy', papers: [] }, MONDAY)
    const other = await somebody()
    const passed = await mine(other.officer, other.commune)
    const to = { toUnit: `xa_${commune}`, toOfficer: null, reason: 'nhầm xã' }
    await handOff(sql, desk, { number: passed.number, officer: other.officer, seen: 2, ...to }, MONDAY)
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get('/console/my-work')

    expect(numbersIn(html, 'running')).toEqual([late.number, later.number])
    expect(numbersIn(html, 'answered')).toEqual([answered.number])
    expect(numbersIn(html, 'pending')).toEqual([asked.number])
    expect(numbersIn(html, 'offered')).toEqual([passed.number])
    expect(nextOn(html)).toBe(late.number)
    expect(html).toContain('Đã quá hạn. Hãy xử lý trước.')
  })

  it('never shows a colleague’s work, and points to what the unit has for anybody', async () => {
    await using app = await aConsole(sql)
    const { officer, commune } = await somebody()
    const colleague = await anOfficer(sql, { unitId: officer.unitId })
    const theirs = await mine(colleague, commune)
    await aTicket(sql, await aContact(sql), { communeCode: commune })
    const browser = await aBrowser(app, sql, officer)

    const { html } = await browser.get('/console/my-work')

    expect(numbersIn(html, 'running')).toEqual([])
    expect(html).not.toContain(`class="number" data-row href="/console/tickets/${theirs.number}"`)
    expect(html).toContain('Còn 1 hồ sơ của đơn vị chưa ai nhận.')
  })

  it('counts notices in the menu until the ticket was opened or all were marked', async () => {
    await using app = await aConsole(sql)
    const { officer, commune } = await somebody()
    const one = await mine(officer, commune)
    const two = await mine(officer, commune)
    await citizenWrites(one.contact, one.id)
    await citizenWrites(two.contact, two.id)
    await noticesRead(officer)
    await citizenWrites(one.contact, one.id)
    await citizenWrites(two.contact, two.id)
    const browser = await aBrowser(app, sql, officer)

    const before = await browser.get('/console/my-work')
    await browser.get(`/console/tickets/${one.number}`)
    const between = await browser.get('/console/my-work')
    const formToken = /name="form_token" value="([^"]+)"/.exec(between.html)?.[1] ?? ''
    const marked = await browser.post('/console/my-work/read', { form_token: formToken })
    const after = await browser.get(marked.location ?? '')

    expect(before.html).toContain('Việc của tôi (2)')
    expect(between.html).toContain('Việc của tôi (1)')
    expect(after.html).not.toContain('Việc của tôi (')
    expect(after.html).toContain('Đã đánh dấu đã đọc.')
    expect((await noticesOf(sql, officer.id, { limit: 50, unreadOnly: true })).items).toEqual([])
  })

  it('pages through old notices without leaving any out', async () => {
    await using app = await aConsole(sql)
    const { officer, commune } = await somebody()
    const filed: string[] = []
    for (let count = 0; count < 45; count++) {
      filed.push((await aTicket(sql, await aContact(sql), { communeCode: commune })).number)
    }
    const browser = await aBrowser(app, sql, officer)
    const numbers = (html: string) =>
      [...html.matchAll(/data-row href="\/console\/tickets\/([^"]+)"/g)].map((one) => one[1])

    const first = await browser.get('/console/my-work/notices')
    const second = await browser.get(/href="([^"]+)" rel="next"/.exec(first.html)?.[1] ?? '')

    expect(numbers(first.html)).toHaveLength(40)
    expect([...numbers(first.html), ...numbers(second.html)].sort()).toEqual(filed.sort())
  })

  it('is not for an auditor, and sends nobody in particular to the sign-in', async () => {
    await using app = await aConsole(sql)
    const auditor = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['auditor'] }))

    const refused = await auditor.get('/console/my-work')
    const nobody = await app.inject({ method: 'GET', url: '/console/my-work' })

    expect(refused.status).toBe(403)
    expect(nobody.statusCode).toBe(303)
    expect(nobody.headers.location).toContain('/console/sign-in')
  })

  it('shows a department what was offered to it', async () => {
    await using app = await aConsole(sql)
    const { officer, commune } = await somebody()
    const { number } = await mine(officer, commune)
    const to = { toUnit: DEPARTMENT, toOfficer: null, reason: 'cần sở xem' }
    await handOff(sql, desk, { number, officer, seen: 2, ...to }, MONDAY)
    const department = await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] })
    const browser = await aBrowser(app, sql, department)

    const { html } = await browser.get('/console/my-work')

    expect(numbersIn(html, 'offered')).toEqual([number])
    expect(html).toContain('Nơi khác chuyển đến, chờ nhận.')
    expect(await ticketNow(sql, number)).toMatchObject({ offeredUnitId: DEPARTMENT })
  })
})

async function noticesRead(officer: Officer): Promise<void> {
  await sql`update officer_notices set read_at = ${MONDAY} where officer_id = ${officer.id}`
}

describe('what to do next', () => {
  const line = (wanted: Partial<WorkLine>): WorkLine => ({
    id: 1,
    number: 'HY-2026-000001',
    topic: 'credit',
    status: 'assigned',
    urgent: false,
    communeCode: null,
    unitId: 'so_y_te',
    promise: 'result',
    dueAt: hoursLater(200),
    pausedAt: null,
    offerLapsesAt: null,
    isAnswered: false,
    ...wanted,
  })
  const urgent = line({ number: 'urgent', urgent: true })
  const overdue = line({ number: 'overdue', dueAt: hoursLater(-1) })
  const answered = line({ number: 'answered', isAnswered: true })
  const soon = line({ number: 'soon', dueAt: hoursLater(5) })
  const offered = line({ number: 'offered' })
  const plain = line({ number: 'plain' })
  const waiting = line({ number: 'waiting', status: 'pending', pausedAt: MONDAY, dueAt: hoursLater(-5) })

  it.each([
    ['urgent work before all', [plain, soon, answered, overdue, urgent], 'urgent'],
    ['then what is overdue', [plain, soon, answered, overdue], 'overdue'],
    ['then whoever waits for an answer', [plain, soon, answered], 'answered'],
    ['then what is due within a day', [plain, soon], 'soon'],
  ])('is %s', (_, mine, number) => {
    const next = nextToDo({ mine, offered: [offered] }, MONDAY)

    expect(next?.ticket.number).toBe(number)
  })

  it('is an offer before work that has time, and never what waits for the citizen', () => {
    expect(nextToDo({ mine: [plain, waiting], offered: [offered] }, MONDAY)?.ticket.number).toBe('offered')
    expect(nextToDo({ mine: [waiting, plain], offered: [] }, MONDAY)?.ticket.number).toBe('plain')
    expect(nextToDo({ mine: [waiting], offered: [] }, MONDAY)).toBeNull()
  })
})
