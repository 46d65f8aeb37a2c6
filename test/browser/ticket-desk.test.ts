import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { citizenSays } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import type { Server } from '../../src/http/server.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { aConsole, PASSWORD, withPassword } from '../console/console-app.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  desk,
  hoursLater,
  MONDAY,
  type TestContact,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { barriersOn } from './axe.ts'
import { hasChromium, keepPicture, openBrowser, openDesk, openPhone } from './chromium.ts'

const { sql } = await createDatabase()
const AT_MOST_MS = 90_000

async function citizenWrites(contact: TestContact, ticketId: number, text: string): Promise<void> {
  const messageId = await aMessage(sql, contact, text)
  await sql.begin((tx) => citizenSays(tx, desk, { ticketId, messageId, attachmentIds: [] }, MONDAY))
}

const isWiderThanScreen = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')

describe.skipIf(!hasChromium)('An officer at the browser', () => {
  let app: Server
  let browser: Browser
  let address = ''

  beforeAll(async () => {
    app = await aConsole(sql, { clock: { now: () => new Date(MONDAY.getTime()) } })
    address = await app.listen({ port: 0, host: '127.0.0.1' })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  async function signedIn(page: Page, officer: Officer): Promise<Page> {
    await withPassword(sql, officer)
    await page.goto('/console')
    await page.getByLabel('Tên đăng nhập').fill(officer.username)
    await page.getByLabel('Mật khẩu').fill(PASSWORD)
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await page.getByRole('heading', { name: 'Hồ sơ', exact: true }).waitFor()
    return page
  }

  it('sees who else looks and what comes in, and keeps what is being typed through it all', {
    timeout: AT_MOST_MS,
  }, async () => {
    const contact = await aContact(sql)
    const { id, number } = await aTicket(sql, contact)
    const page = await signedIn(await openDesk(browser, address), await anOfficer(sql, { name: 'Lê Thị Một' }))
    const other = await signedIn(await openDesk(browser, address), await anOfficer(sql, { name: 'Trần Văn Hai' }))
    await page.goto(`/console/tickets/${number}`)
    await page.getByLabel('Trả lời người dân').fill('Bác cho cháu hỏi')

    await other.goto(`/console/tickets/${number}`)
    await page.getByText('Đang cùng xem: Trần Văn Hai').waitFor()
    await citizenWrites(contact, id, 'Tôi vừa tìm thấy thẻ <b>cũ</b>')
    await page.getByText('Có tin mới').waitFor()
    await page.getByText('Tôi vừa tìm thấy thẻ <b>cũ</b>').first().waitFor()
    const typed = await page.getByLabel('Trả lời người dân').inputValue()
    await keepPicture(page, 'ticket-desk-1-news', { whole: true })
    await other.goto('/console/tickets')
    await page.getByText('Đang cùng xem').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await page.getByText('Chưa gửi: hồ sơ vừa có thay đổi').waitFor()

    expect(typed).toBe('Bác cho cháu hỏi')
    expect(await page.getByLabel('Trả lời người dân').inputValue()).toBe('Bác cho cháu hỏi')
    await page.context().close()
    await other.context().close()
  })

  it('finds unsent words again after the page was lost, and loses none without a line', {
    timeout: AT_MOST_MS,
  }, async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    const page = await signedIn(await openDesk(browser, address), await anOfficer(sql))
    await page.goto(`/console/tickets/${number}`)
    const reply = page.getByLabel('Trả lời người dân')
    await reply.fill('Cháu chào bác, cháu đang xem')

    await page.reload()
    await page.getByText('Đã lấy lại nội dung soạn dở.').waitFor()
    const found = await reply.inputValue()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await page.getByText('Mất kết nối mạng').waitFor()
    await keepPicture(page, 'ticket-desk-2-offline')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await page.getByText('Đã gửi trả lời cho người dân').waitFor()

    expect(found).toBe('Cháu chào bác, cháu đang xem')
    expect(await reply.inputValue()).toBe('')
    await page.reload()
    expect(await reply.inputValue()).toBe('')
    await reply.fill('Lời thứ hai')
    await page.reload()
    expect(await reply.inputValue()).toBe('Lời thứ hai')
    await page.getByRole('button', { name: 'Đăng xuất' }).click()
    await page.getByLabel('Tên đăng nhập').waitFor()
    expect(await page.evaluate('Object.keys(sessionStorage).length')).toBe(0)
    await page.context().close()
  })

  it('works by keys, which rest while somebody types and can be switched off', { timeout: AT_MOST_MS }, async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    const page = await signedIn(await openDesk(browser, address), await anOfficer(sql))

    await page.keyboard.press('j')
    const first = await page.evaluate('document.activeElement.className')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Phím tắt' }).waitFor()
    await keepPicture(page, 'ticket-desk-3-keys')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('rnc?')
    const searched = await page.getByRole('searchbox', { name: 'Tìm' }).inputValue()
    await page.goto(`/console/tickets/${number}`)
    await page.keyboard.press('n')
    await page.keyboard.type('gọi lại chiều nay')
    const noted = await page.getByLabel('Ghi chú (người dân không thấy)').inputValue()
    await page.getByRole('heading', { name: number }).click()
    await page.keyboard.press('?')
    await page.getByLabel('Dùng phím tắt trên máy này').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('c')
    await page.keyboard.press('r')

    expect(first).toBe('number')
    expect(searched).toBe('rnc?')
    expect(noted).toBe('gọi lại chiều nay')
    expect(await page.evaluate('document.activeElement.id')).not.toBe('reply-text')
    expect(await page.getByRole('button', { name: 'Nhận xử lý' }).isVisible()).toBe(true)
    await page.context().close()
  })

  it.each([
    ['desk', openDesk],
    ['phone', openPhone],
  ])(
    'asks somebody at the counter, hands over a paper and files a ticket, at the %s',
    { timeout: AT_MOST_MS },
    async (screen, open) => {
      const officer = await anOfficer(sql, { name: 'Nguyễn Thị Quầy' })
      const page = await signedIn(await open(browser, address), officer)
      const picture = (name: string) => keepPicture(page, `counter-${screen}-${name}`, { whole: true })
      await page.getByRole('link', { name: 'Sàng lọc tại quầy' }).click()
      await picture('1-begin')

      await page.getByLabel('Hỏi về').selectOption({ label: 'Trợ cấp xã hội' })
      await page.getByRole('button', { name: 'Bắt đầu hỏi' }).click()
      await answers(page)
      await picture('2-results')
      const popup = page.context().waitForEvent('page')
      await page.getByRole('button', { name: 'Bản in cho người dân' }).click()
      const paper = await popup
      await paper.getByRole('heading', { name: 'Kết quả sàng lọc chính sách' }).waitFor()
      await keepPicture(paper, `counter-${screen}-3-paper`, { whole: true })
      const isPaperTooWide = await isWiderThanScreen(paper)
      const barriers = [...(await barriersOn(paper)), ...(await barriersOn(page))]
      await paper.close()
      await page.locator('summary', { hasText: 'Gửi hồ sơ cho người này' }).click()
      await page.getByLabel('Họ và tên').fill('Bà Nguyễn Thị "Cụ" <i>Già</i> 🌾')
      await page.getByLabel('Việc cần giúp').fill('Xin trợ cấp')
      await page.getByLabel('Người đó đồng ý').check()
      await picture('4-file')
      const isTooWide = await isWiderThanScreen(page)
      barriers.push(...(await barriersOn(page)))
      await page.getByRole('button', { name: 'Gửi hồ sơ' }).click()
      await page.getByRole('heading', { name: /Đã gửi hồ sơ HY-/ }).waitFor()
      await picture('5-filed')
      await page.getByRole('button', { name: 'Mở hồ sơ' }).click()
      await page.getByText('Bà Nguyễn Thị "Cụ" <i>Già</i> 🌾').waitFor()
      await picture('6-ticket')

      expect([isPaperTooWide, isTooWide]).toEqual([false, false])
      expect(barriers).toEqual([])
      expect(await page.getByRole('region', { name: 'Sàng lọc chính sách' }).textContent()).toContain(
        'Trợ cấp hưu trí xã hội',
      )
      await page.context().close()
    },
  )

  it.each([
    ['desk', openDesk],
    ['phone', openPhone],
  ])('has pages that fit the %s, empty and full', { timeout: AT_MOST_MS }, async (screen, open) => {
    const officer = await anOfficer(sql, {
      name: `Công Tằng Tôn Nữ ${'Rất Dài '.repeat(8)}`,
      roles: ['commune_officer', 'head_of_unit'],
    })
    const page = await signedIn(await open(browser, address), officer)
    const wide: string[] = []
    const visit = async (path: string, name: string) => {
      await page.goto(path)
      await keepPicture(page, `pages-${screen}-${name}`, { whole: true })
      if (await isWiderThanScreen(page)) wide.push(path)
      wide.push(...(await barriersOn(page)).map((barrier) => `${path}: ${barrier}`))
    }
    await visit('/console/my-work', 'my-work-empty')
    await visit('/console/my-work/notices', 'notices-empty')
    const contact = await aContact(sql)
    const late = await aTicket(sql, contact, { at: hoursLater(-200), facts: { age: 80, disability: 'severe' } })
    const answered = await aTicket(sql, contact, { topic: 'social_assistance' })
    const urgent = await aTicket(sql, await aContact(sql), { urgent: true })
    for (const { number } of [late, answered, urgent]) {
      const seen =
        (await sql<{ last: number }[]>`select last_seq as last from tickets where number = ${number}`)[0]?.last ?? 1
      await claim(sql, desk, { number, officer, seen }, MONDAY)
    }
    await citizenWrites(contact, answered.id, `Cháu ơi ${'bà hỏi lại chuyện trợ cấp '.repeat(60)}`)

    await visit('/console/my-work', 'my-work')
    await visit('/console/my-work/notices', 'notices')
    await visit(`/console/tickets/${answered.number}?template=social_pension`, 'ticket')
    await page.locator('summary', { hasText: 'Mẫu trả lời' }).click()
    await page.locator('summary', { hasText: 'Yêu cầu bổ sung giấy tờ' }).click()
    await page.locator('summary', { hasText: 'Gộp vào hồ sơ khác' }).click()
    await keepPicture(page, `pages-${screen}-ticket-open`, { whole: true })
    wide.push(...(await barriersOn(page)))
    await visit(`/console/tickets/${late.number}`, 'ticket-late')
    await visit('/console/rules', 'rules')
    await visit('/console/rules?q=khong+co+gi', 'rules-empty')
    await visit('/console/rules/vocational_training_2026', 'rule')
    await visit('/console/rules/monthly_allowance_orphan?day=2024-01-01', 'rule-past')
    await visit('/console/knowledge', 'knowledge')
    await visit('/console/knowledge?q=nha+o&day=2026-11-23', 'knowledge-search')
    await visit('/console/screenings/new', 'counter')

    expect(wide).toEqual([])
    await page.context().close()
  })
})

/** Answers whatever is asked as an old, poor woman without a pension would. */
async function answers(page: Page): Promise<void> {
  for (let asked = 0; asked < 25; asked++) {
    const form = page.locator('#ask')
    if ((await form.count()) === 0) return
    const words = (await form.textContent()) ?? ''
    if (/bao nhiêu tuổi/.test(words)) {
      await page.locator('#typed').fill('81')
      await form.getByRole('button', { name: 'Trả lời' }).click()
    } else if (/diện nào/.test(words)) await form.getByRole('button', { name: 'Hộ nghèo', exact: true }).click()
    else if (/lương hưu/.test(words)) await form.locator('button[value="none"], button[value="false"]').first().click()
    else await form.getByRole('button', { name: 'Không biết' }).click()
  }
}
