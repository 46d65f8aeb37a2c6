import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/http/server.ts'
import { aConsole, PASSWORD, withPassword } from '../console/console-app.ts'
import { anOfficer, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { csvFile, villageLines } from '../village-list/files.ts'
import { hasChromium, keepPicture, openBrowser, openDesk, openPhone } from './chromium.ts'

const { sql } = await createDatabase()
const AT_MOST_MS = 60_000
const LONG_NAMES = [
  `${'Công Tằng Tôn Nữ Thị Mỹ Hạnh '.repeat(3).trim()},${'Thôn Rất Dài Tên Ở Xa Lắm '.repeat(6)},1950,Nữ,Hộ nghèo,Không,`,
  'KhôngCóKhoảngTrắngNàoTrongTênNàyVàNóRấtLàDàiĐếnMứcPhảiXuốngDòngGiữaChừng,,1950,Nữ,Hộ nghèo,Không,',
  ',Thôn 1,1950,Nữ,,,',
]

describe.skipIf(!hasChromium)('An officer with the list of a village', () => {
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

  it.each([
    ['desk', openDesk],
    ['phone', openPhone],
  ])(
    'hands it over at the %s, watches it being judged, and reads who may get what and why',
    { timeout: AT_MOST_MS },
    async (screen, open) => {
      const page = await signedIn(await open(browser, address))
      const picture = (name: string) => keepPicture(page, `village-${screen}-${name}`, { whole: true })

      await picture('1-empty')
      await page.setInputFiles('#file', {
        name: 'cu.xlsx',
        mimeType: '',
        buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
      })
      await page.getByRole('button', { name: 'Tải lên và xét' }).click()
      await page.getByRole('alert').filter({ hasText: '.xls' }).waitFor()
      await picture('2-refused')
      const lines = [...villageLines(300), ...LONG_NAMES]
      await page.setInputFiles('#file', {
        name: 'Hộ nghèo thôn Đông 2026.csv',
        mimeType: '',
        buffer: csvFile(...lines),
      })
      await page.getByRole('button', { name: 'Tải lên và xét' }).click()
      await page
        .getByRole('status')
        .filter({ hasText: /Đã xét \d+ trên 303 dòng/ })
        .waitFor()
      await picture('3-running')
      await page.getByRole('button', { name: 'Tải kết quả Excel' }).waitFor()
      await picture('4-done')
      const [shown, wide] = [await page.locator('main').textContent(), await isWiderThanScreen(page)]
      await page.getByRole('link', { name: /^Trợ cấp hưu trí xã hội, Có khả năng/ }).click()
      await page.getByRole('heading', { name: 'Trợ cấp hưu trí xã hội: Có khả năng được hưởng' }).waitFor()
      await page.locator('.village-people a').first().click()
      await page.locator('summary', { hasText: 'Trợ cấp hưu trí xã hội' }).click()
      await picture('5-reasons')
      const reasons = await page.locator('details[open]').textContent()
      await page.goBack()
      await page
        .getByRole('link', { name: /Chưa đọc được/ })
        .last()
        .click()
      await picture('6-faults')

      expect(shown).toMatch(/Số dòng\s*303/)
      expect(wide).toBe(false)
      expect(reasons).toMatch(/Căn cứ: /)
      expect(await page.locator('.village-people').textContent()).toContain('Không có ngày này')
      expect(await isWiderThanScreen(page)).toBe(false)
    },
  )

  it('needs no mouse: the keys choose a file, send it and open a reason', { timeout: AT_MOST_MS }, async () => {
    const page = await signedIn(await openDesk(browser, address))

    await page.locator('body').press('Tab')
    const first = await page.locator(':focus').textContent()
    const chooser = page.waitForEvent('filechooser')
    await tabTo(page, '#file')
    await page.keyboard.press('Space')
    await (await chooser).setFiles({
      name: 'ban-phim.csv',
      mimeType: '',
      buffer: csvFile('Họ tên,Ngày sinh,Lương hưu', 'Lê Thị Hoa,1/2/1940,không'),
    })
    await tabTo(page, 'form button[type="submit"]:text("Tải lên và xét")')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Tải kết quả Excel' }).waitFor()
    await tabTo(page, '.village-people a')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lê Thị Hoa' }).waitFor()
    await tabTo(page, '.village-group summary')
    await page.keyboard.press('Enter')

    expect(first).toBe('Đến nội dung chính')
    expect(await page.locator('details[open]').count()).toBe(1)
  })

  /** Each visit begins without lists. */
  async function signedIn(page: Page): Promise<Page> {
    const officer = await withPassword(sql, await anOfficer(sql))
    await sql`delete from village_lists`
    await page.goto('/console/village-lists')
    await page.getByLabel('Tên đăng nhập').fill(officer.username)
    await page.getByLabel('Mật khẩu').fill(PASSWORD)
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await page.getByRole('heading', { name: 'Rà soát theo danh sách' }).waitFor()
    return page
  }

  async function tabTo(page: Page, selector: string): Promise<void> {
    const isThere = () =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => element === element.ownerDocument.activeElement)
    for (let presses = 0; presses < 120 && !(await isThere()); presses++) await page.keyboard.press('Tab')
  }

  function isWiderThanScreen(page: Page): Promise<boolean> {
    return page.locator('html').evaluate((html) => html.scrollWidth > html.clientWidth)
  }
})
