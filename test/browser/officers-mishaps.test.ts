import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMUNE_UNIT } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { overhangOf } from './axe.ts'
import { type BusyProduct, startBusyProduct } from './busy-product.ts'
import { hasChromium, keepPicture, openPhone } from './chromium.ts'

const AT_MOST_MS = 60_000
const SOON = { timeout: 8_000 }
const NASTY_NAME = `<img src=x onerror=alert(1)> <script>alert('x')</script> 👵🏽 ${'Tên '.repeat(30)}`

const database = await createDatabase()
const { sql } = database

describe.skipIf(!hasChromium)('What goes wrong in an office', () => {
  let office: BusyProduct

  beforeAll(async () => {
    office = await startBusyProduct(database)
  })
  afterAll(() => office?.stop())

  it('shows nothing to a role that has no business there, and says so', { timeout: AT_MOST_MS }, async () => {
    const { number } = await office.citizen()
    const { page } = await office.officer('editor')

    const told: string[] = []
    for (const path of [`/console/tickets/${number}`, '/console/officers', '/console/audit', '/console/register']) {
      await page.goto(path)
      told.push((await page.locator('main h1').textContent()) ?? '')
    }

    expect(told).toEqual([
      'Không được xem hồ sơ này',
      'Trang này không dành cho vai trò của quý vị',
      'Trang này không dành cho vai trò của quý vị',
      expect.stringMatching(/không/i),
    ])
  })

  it('keeps a reply that was typed on an old page, and says what changed', { timeout: AT_MOST_MS }, async () => {
    const { person, number } = await office.citizen()
    const desk = await office.officer(COMMUNE_UNIT)
    await desk.opens(number)
    await desk.claims()
    const other = await desk.opensWindow()
    await other.opens(number)
    await other.replies('Mời bà đến vào sáng thứ Hai.')
    await other.isTold('Đã gửi trả lời')

    await desk.replies('Mời bà đến vào chiều thứ Ba.')

    expect(await desk.isTold('hồ sơ vừa có thay đổi')).toContain('Nội dung đã soạn còn nguyên')
    expect(await desk.page.getByLabel('Trả lời người dân').inputValue()).toBe('Mời bà đến vào chiều thứ Ba.')
    await desk.page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await desk.isTold('Đã gửi trả lời')
    await expect.poll(() => heard(person.chatId, 'Mời bà đến vào chiều thứ Ba.'), SOON).toBe(1)
    expect(heard(person.chatId, 'Mời bà đến vào sáng thứ Hai.')).toBe(1)
  })

  it('sends a reply once when the button is clicked twice', { timeout: AT_MOST_MS }, async () => {
    const { person, number } = await office.citizen()
    const desk = await office.officer(COMMUNE_UNIT)
    await desk.opens(number)
    await desk.claims()

    await desk.page.getByLabel('Trả lời người dân').fill('Bà chờ tôi hai ngày nhé.')
    await desk.page.getByRole('button', { name: 'Gửi trả lời' }).dblclick()
    await desk.isTold('Đã gửi trả lời')

    await expect.poll(() => heard(person.chatId, 'Bà chờ tôi hai ngày nhé.'), SOON).toBe(1)
    expect(await verbsOf(number)).toEqual(['filed', 'claim', 'reply'])
  })

  it('loses nothing when the line breaks as a reply leaves', { timeout: AT_MOST_MS }, async () => {
    const { person, number } = await office.citizen()
    const desk = await office.officer(COMMUNE_UNIT)
    const { page } = desk
    await desk.opens(number)
    await desk.claims()
    await page.getByLabel('Trả lời người dân').fill('Thẻ của bà đã in xong.')

    await page.route(`**/console/tickets/${number}/reply`, (route) => route.abort('internetdisconnected'))
    const broken = page.waitForEvent('requestfailed')
    await page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await broken
    await page.waitForLoadState()
    await keepPicture(page, 'mishap-line-broken')
    await page.unroute(`**/console/tickets/${number}/reply`)
    if (!page.url().includes('/console/tickets/')) await page.goBack()
    const field = page.getByLabel('Trả lời người dân')
    await field.waitFor()

    expect(await field.inputValue()).toBe('Thẻ của bà đã in xong.')
    await page.getByRole('button', { name: 'Gửi trả lời' }).click()
    await expect.poll(() => heard(person.chatId, 'Thẻ của bà đã in xong.'), SOON).toBe(1)
    expect(await verbsOf(number)).toEqual(['filed', 'claim', 'reply'])
  })

  it('says that twenty thousand characters are too many, and keeps every one', { timeout: AT_MOST_MS }, async () => {
    const { number } = await office.citizen()
    const desk = await office.officer(COMMUNE_UNIT)
    await desk.opens(number)
    await desk.claims()
    const words = 'Kính gửi bà. '.repeat(1_539).slice(0, 20_000)

    await desk.replies(words)

    await desk.page.locator('.fault').first().waitFor()
    await keepPicture(desk.page, 'mishap-too-long')
    expect(await desk.page.getByLabel('Trả lời người dân').inputValue()).toBe(words)
    expect(await verbsOf(number)).toEqual(['filed', 'claim'])
  })

  it.each([
    ['desk', undefined],
    ['phone', openPhone],
  ])('shows a name with markup and emoji as it is, at the %s', { timeout: AT_MOST_MS }, async (screen, open) => {
    const { number } = await office.citizen({ name: NASTY_NAME, words: `${NASTY_NAME} ${'dài'.repeat(200)}` })
    const desk = await office.officer(COMMUNE_UNIT, open)

    await desk.opens(number)
    await desk.claims()
    await desk.replies(NASTY_NAME)
    await desk.isTold('Đã gửi trả lời')
    await keepPicture(desk.page, `mishap-name-${screen}`, { whole: true })

    expect(await desk.reads('Người dân khai')).toContain(NASTY_NAME.trim())
    expect(await desk.page.locator('main img[src="x"], main script:not([src])').count()).toBe(0)
    expect(office.dialogs).toEqual([])
    expect(await overhangOf(desk.page)).toBe(0)
  })

  function heard(chatId: number, words: string): number {
    return office.telegram.received(chatId).filter(({ text }) => text.includes(words)).length
  }

  async function verbsOf(number: string): Promise<string[]> {
    const lines = await sql<{ verb: string }[]>`
      select verb from activity where ticket_id = (select id from tickets where number = ${number}) order by seq`
    return lines.map(({ verb }) => verb)
  }
})
