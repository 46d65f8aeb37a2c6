import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { barriersOn, overhangOf } from './axe.ts'
import { type BusyProduct, startBusyProduct } from './busy-product.ts'
import { hasChromium, keepPicture, openDesk, openPhone, photoOfPaper } from './chromium.ts'
import { CitizenPhone } from './citizen-phone.ts'

const AT_MOST_MS = 60_000
const database = await createDatabase()

describe.skipIf(!hasChromium)('The chat page, for everybody', () => {
  let office: BusyProduct

  beforeAll(async () => {
    office = await startBusyProduct(database)
  })
  afterAll(() => office?.stop())

  it.each([
    ['phone', '/chat', openPhone],
    ['computer', '/chat', openDesk],
    ['kiosk of an office', '/chat?kiosk=1', openDesk],
  ])('has no barrier on a %s', { timeout: AT_MOST_MS }, async (screen, path, open) => {
    const page = await open(office.browser, office.product.address)
    const found: string[] = []
    await page.goto(path)
    await page.locator('#talk > li.bot').first().waitFor()

    found.push(...(await barriersNow(page, `${screen}-begins`)))
    await page.locator('#talk .actions button').first().click()
    await page.locator('#talk > li.citizen').first().waitFor()
    await page.locator('#talk > li.citizen ~ li.bot').first().waitFor()
    found.push(...(await barriersNow(page, `${screen}-goes-on`)))

    expect(found).toEqual([])
  })

  it('has none with long words, a photo and a place to choose from either', { timeout: AT_MOST_MS }, async () => {
    const phone = new CitizenPhone(await openPhone(office.browser, office.product.address))
    await phone.opensChat()
    await phone.hears('Kính chào quý vị')
    await phone.taps('Đồng ý')
    await phone.hears('Quý vị ở xã hoặc phường nào?')
    await phone.says('lam son')
    await phone.hears('Lam Sơn là tên cũ')
    await phone.taps('Phường Sơn Nam')
    await phone.hears('Quý vị cần việc gì?')
    await phone.says(`<img src=x onerror=alert(1)> 👵🏽 ${'KhôngCóKhoảngTrắng'.repeat(30)}`)
    await phone.sendsPhoto(await photoOfPaper(office.browser, ['GIẤY CHỨNG NHẬN']))

    expect(await barriersNow(phone.page, 'full')).toEqual([])
    expect(office.dialogs).toEqual([])
  })

  async function barriersNow(page: Page, name: string): Promise<string[]> {
    if (process.env.PICTURES) await keepPicture(page, `axe-chat-${name.replace(/\W+/g, '-')}`)
    const overhang = await overhangOf(page)
    const found = [...(await barriersOn(page)), ...(overhang > 0 ? [`wider than the screen by ${overhang}`] : [])]
    return found.map((barrier) => `${name}: ${barrier}`)
  }
})
