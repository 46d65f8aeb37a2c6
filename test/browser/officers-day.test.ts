import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMUNE_UNIT } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/telegram.ts'
import { takeOver } from '../register/lists.ts'
import { createDatabase } from '../support/database.ts'
import { overhangOf } from './axe.ts'
import { type BusyProduct, startBusyProduct } from './busy-product.ts'
import { hasChromium, keepPicture, openPhone } from './chromium.ts'
import type { OfficerDesk } from './officer-desk.ts'

const AT_MOST_MS = 60_000
const SOON = { timeout: 8_000 }

const database = await createDatabase()
const { sql } = database

describe.skipIf(!hasChromium)("An officer's day", () => {
  let office: BusyProduct

  beforeAll(async () => {
    office = await startBusyProduct(database)
  })
  afterAll(() => office?.stop())

  it('goes from my work to a result that the citizen confirms and rates', { timeout: AT_MOST_MS }, async () => {
    const { person, number } = await office.citizen()
    const desk = await office.officer(COMMUNE_UNIT)

    await findsFreeWork(desk, number)
    await desk.claims()
    await hears(person.chatId, `đã nhận hồ sơ ${number}`)
    await desk.replies('Chào bà Đào. Bà gửi giúp ảnh giấy chứng nhận hộ nghèo nhé.')
    await desk.isTold('Đã gửi trả lời cho người dân')
    await hears(person.chatId, 'ảnh giấy chứng nhận')
    await desk.asksForPaper('Giấy chứng nhận hộ nghèo')
    await person.sendsPhoto({ content: TINY_JPEG })
    await expect.poll(() => stateOf(number), SOON).toMatchObject({ status: 'assigned', papers: 1 })
    await desk.opens(number)
    await expect.poll(() => desk.section('Giấy tờ, ảnh').getByRole('link').count(), SOON).toBe(1)
    await desk.resolves({ result: 'Được hưởng', reason: 'Hộ có tên trong danh sách.', nextStep: 'Đến xã nhận thẻ.' })
    await hears(person.chatId, `Hồ sơ ${number} đã có kết quả`)
    await person.taps('Đã xong')
    await hears(person.chatId, `Hồ sơ ${number} đã xong`)
    await isOffered(person.chatId, '5 - Rất hài lòng')
    await person.taps('5 - Rất hài lòng')

    await expect.poll(() => stateOf(number), SOON).toMatchObject({ status: 'closed', result: 'granted', rating: 5 })
    await desk.opens(number)
    expect(await desk.reads('Thông tin hồ sơ')).toContain('5 trên 5')
  })

  it('hands a ticket on, and the other unit takes it', { timeout: AT_MOST_MS }, async () => {
    const { person, number } = await office.citizen()
    const [commune, department] = [await office.officer(COMMUNE_UNIT), await office.officer('so_y_te')]
    await commune.opens(number)
    await commune.claims()

    await commune.handsOn({ unit: 'so_y_te', reason: 'Thẻ do sở cấp, xã không in được.' })
    await department.page.goto('/console/my-work')
    await department.page.getByRole('link', { name: number }).first().click()
    await department.page.getByRole('button', { name: 'Nhận hồ sơ được chuyển' }).click()
    await department.isTold('Đã nhận hồ sơ được chuyển')

    expect(await stateOf(number)).toMatchObject({ unit_id: 'so_y_te', status: 'assigned' })
    await hears(person.chatId, 'Sở Y tế')
    await commune.page.goto(`/console/tickets/${number}`)
    await commune.page.getByRole('heading', { name: 'Không được xem hồ sơ này' }).waitFor()
  })

  it('puts two tickets about one matter together', { timeout: AT_MOST_MS }, async () => {
    const { person, number, file } = await office.citizen()
    const duplicate = await file()
    const desk = await office.officer(COMMUNE_UNIT)
    await desk.opens(number)
    await desk.claims()
    await desk.opens(duplicate)

    await desk.merges(number, 'Bà gửi hai lần cùng một việc.')
    await desk.isTold('Đã gộp')
    await person.says('Cho tôi hỏi thêm về thẻ ạ')

    expect(await stateOf(duplicate)).toMatchObject({ status: 'resolved', result: 'duplicate' })
    await expect.poll(() => verbsOf(number), SOON).toEqual(['filed', 'claim', 'took-in', 'said'])
    await desk.opens(number)
    await desk.section('Trao đổi').getByText('Cho tôi hỏi thêm về thẻ ạ').waitFor()
  })

  it('asks somebody at the counter, files for them, and finds a household', { timeout: AT_MOST_MS }, async () => {
    await takeOver(sql, ['1,Phạm Thị Mận,Chủ hộ,15/3/1950,Nữ,033150000111,Thôn Đông,Hộ nghèo,,GCN-01'])
    const { page, ...desk } = await office.officer(COMMUNE_UNIT)

    await page.goto('/console/screenings/new')
    await page.getByRole('button', { name: 'Bắt đầu hỏi' }).click()
    await page.locator('#ask button').first().click()
    await page.getByRole('heading', { name: 'Đã trả lời' }).waitFor()
    await page.locator('summary', { hasText: 'Gửi hồ sơ cho người này' }).click()
    await page.getByLabel('Họ và tên').fill('Phạm Thị Mận')
    await page.getByLabel('Lĩnh vực').selectOption('health_insurance')
    await page.getByLabel('Việc cần giúp').fill('Xin thẻ cho cháu mới sinh.')
    await page.getByLabel(/Người đó đồng ý/).check()
    await page.getByRole('button', { name: 'Gửi hồ sơ' }).click()
    await page.getByRole('heading', { name: /Đã gửi hồ sơ HY-/ }).waitFor()
    await page
      .getByRole('button', { name: 'Mở hồ sơ' })
      .or(page.getByRole('link', { name: 'Mở hồ sơ' }))
      .first()
      .click()
    await page.getByText('Xin thẻ cho cháu mới sinh.').waitFor()
    await page.goto('/console/register?q=pham%20thi%20man')
    await page.getByText('Phạm Thị Mận').first().waitFor()

    expect(await overhangOf(page)).toBe(0)
    expect(desk).toBeDefined()
  })

  it('ends with a report to take along, and by signing out', { timeout: AT_MOST_MS }, async () => {
    const { page } = await office.officer('admin')
    await page.goto('/console/reports')
    await keepPicture(page, 'day-report', { whole: true })

    const files = [await taken(page, 'xlsx'), await taken(page, 'csv')]
    await page.getByRole('button', { name: 'Đăng xuất' }).click()
    await page.getByLabel('Tên đăng nhập').waitFor()
    await page.goto('/console/reports')

    expect(files[0]?.subarray(0, 2).toString()).toBe('PK')
    expect(files[1]?.toString('utf8')).toMatch(/T\d\d/)
    expect(await page.getByLabel('Tên đăng nhập').count()).toBe(1)
  })

  it('fits a telephone', { timeout: AT_MOST_MS }, async () => {
    const { number } = await office.citizen({ name: 'Công Tằng Tôn Nữ Thị Mỹ Hạnh' })
    const { page } = await office.officer(COMMUNE_UNIT, openPhone)

    for (const path of ['/console/my-work', '/console/tickets', `/console/tickets/${number}`, '/console/reports']) {
      await page.goto(path)
      await keepPicture(page, `day-phone${path.replace(/\W+/g, '-').slice(0, 24)}`, { whole: true })

      expect(`${path} ${await overhangOf(page)}`).toBe(`${path} 0`)
    }
  })

  async function findsFreeWork({ page }: OfficerDesk, number: string): Promise<void> {
    await page.goto('/console/my-work')
    await page.getByRole('link', { name: 'Xem và nhận' }).click()
    await page.getByRole('link', { name: number }).click()
    await page.getByRole('heading', { name: number }).waitFor()
    await page.getByText('Nhà tôi nộp giấy từ tháng trước').waitFor()
  }

  async function taken(page: Page, format: string): Promise<Buffer> {
    const arrives = page.waitForEvent('download')
    await page.locator(`a[href*="indicators.${format}"]`).first().click()
    return readFile(await (await arrives).path())
  }

  async function isOffered(chatId: number, label: string): Promise<void> {
    const labels = () =>
      office.telegram.received(chatId).flatMap(({ buttons }) => buttons.map((button) => button.label))
    await expect.poll(labels, SOON).toContain(label)
  }

  async function hears(chatId: number, words: string): Promise<void> {
    await expect.poll(() => office.telegram.received(chatId).some(({ text }) => text.includes(words)), SOON).toBe(true)
  }

  async function verbsOf(number: string): Promise<string[]> {
    const lines = await sql<{ verb: string }[]>`
      select verb from activity where ticket_id = (select id from tickets where number = ${number}) order by seq`
    return lines.map(({ verb }) => verb)
  }

  async function stateOf(number: string) {
    const [row] = await sql`
      select status, unit_id, result, rating,
        (select count(*)::int from attachments where ticket_id = tickets.id and fetched_at is not null) as papers
      from tickets where number = ${number}`
    return row
  }
})
