import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/http/server.ts'
import { aConsole, PASSWORD, withPassword } from '../console/console-app.ts'
import { anOfficer } from '../desk/desk-builders.ts'
import { emptyRegister, HEADINGS, listFile, takeOver } from '../register/lists.ts'
import { createDatabase } from '../support/database.ts'
import { hasChromium, keepPicture, openBrowser, openDesk, openPhone } from './chromium.ts'

const { sql } = await createDatabase()
const AT_MOST_MS = 60_000
const HOUSEHOLDS = 3_000

const person = (index: number, status = 'Hộ nghèo') =>
  `${index},Lê Thị Số ${index},Chủ hộ,${1930 + (index % 70)},Nữ,,Thôn ${index % 9},${status},,GCN-${index}`

/** What the commune has in its register, and this year's list with something of every kind. */
const lastYear = [
  ...Array.from({ length: 40 }, (_, index) => person(index)),
  '91,Phạm Văn Nam,Chủ hộ,1950,Nam,,Thôn 1,Hộ nghèo,,',
  '92,Vũ Thị Rời,Chủ hộ,1951,Nữ,,Thôn 1,Hộ nghèo,,',
]
const thisYear = [
  person(1),
  '1,Con Của Số Một,Con,2/9/2015,Nam,,,,,',
  ...Array.from({ length: HOUSEHOLDS }, (_, index) => person(index)).filter((_, index) => index !== 1),
  '91,Phạm Văn Nam,Chủ hộ,3/4/1951,Nam,,Thôn 1,Hộ cận nghèo,,',
  '93,KhôngCóKhoảngTrắngNàoTrongTênNàyVàNóRấtLàDàiĐếnMứcPhảiXuốngDòng,Chủ hộ,30/2/1950,Nữ,123,Thôn 1,Hộ giàu,,',
  `94,${'Công Tằng Tôn Nữ Thị Mỹ Hạnh '.repeat(3).trim()},Chủ hộ,1950,Nữ,,${'Thôn Rất Dài '.repeat(6)},Thoát nghèo,20/12/2025,`,
  '95,,Chủ hộ,1950,Nữ,,,Hộ nghèo,,',
]

describe.skipIf(!hasChromium)('An officer with the list of the commune', () => {
  let app: Server
  let browser: Browser
  let address = ''

  beforeAll(async () => {
    app = await aConsole(sql)
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
    'looks at it on the %s, confirms it, and finds a household with its history',
    { timeout: AT_MOST_MS },
    async (screen, open) => {
      await emptyRegister(sql)
      const page = await signedIn(await open(browser, address))
      const picture = (name: string) => keepPicture(page, `register-${screen}-${name}`, { whole: true })
      await picture('1-empty')
      await takeOver(sql, lastYear, { year: 2025, at: new Date('2025-01-10T02:00:00Z') })

      await page.getByRole('link', { name: 'Nhập danh sách, xem các lần nhập' }).click()
      await picture('2-imports')
      await page.setInputFiles('#file', {
        name: 'Hộ nghèo 2026.csv',
        mimeType: '',
        buffer: listFile(thisYear, HEADINGS),
      })
      await page.getByRole('button', { name: 'Đọc và xem trước' }).click()
      await page.getByRole('heading', { name: 'Nếu ghi vào sổ' }).waitFor()
      await picture('3-preview')
      const preview = await page.locator('.register-counts').innerText()
      await page.getByRole('link', { name: /rời sổ/ }).click()
      await picture('4-gone')
      await page.getByRole('button', { name: 'Ghi vào sổ' }).click()
      await page.getByRole('heading', { name: 'Đã ghi vào sổ', exact: true }).waitFor()
      await picture('5-applied')
      await page.goto(`${address}/console/register?q=so%201%20con%20cua`)
      await picture('6-found')
      await page.getByRole('link', { name: 'Lê Thị Số 1' }).click()
      await picture('7-household')

      expect(preview.replace(/\s+/g, ' ')).toMatch(
        /2 có lỗi, không ghi 2962 hộ mới .*40 giữ diện, sang năm mới .*2 rời sổ/,
      )
      expect(await page.locator('.register-history > li').count()).toBe(2)
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    },
  )
})

async function signedIn(page: Page): Promise<Page> {
  const officer = await withPassword(sql, await anOfficer(sql))
  await page.goto('/console/sign-in?back=/console/register')
  await page.getByLabel('Tên đăng nhập').fill(officer.username)
  await page.getByLabel('Mật khẩu').fill(PASSWORD)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.waitForURL('**/console/register')
  return page
}
