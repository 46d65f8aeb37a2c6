import { randomBytes } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Product, startProduct } from '../../src/product.ts'
import { createDatabase } from '../support/database.ts'
import { hasChromium, keepPicture, openBrowser, openDesk, openPhone, photoOfPaper } from './chromium.ts'
import { CitizenPhone } from './citizen-phone.ts'
import { OfficerDesk } from './officer-desk.ts'

const PASSWORD = 'mat-khau-thu-nghiem'
const STORY_AT_MOST_MS = 60_000
const SOON = { timeout: 5_000 }

const { sql, url } = await createDatabase()

describe.skipIf(!hasChromium)('A citizen on a phone and officers at their desks', () => {
  let product: Product
  let browser: Browser
  const desks = new Map<string, OfficerDesk>()

  beforeAll(async () => {
    const config = readConfig({
      DATABASE_URL: url,
      DATA_KEY: randomBytes(32).toString('base64'),
      DEMO: '1',
      DEMO_PASSWORD: PASSWORD,
      PORT: '0',
    })
    product = await startProduct(config, createLog('silent'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('take a matter from consent to a result that the citizen confirms', { timeout: STORY_AT_MOST_MS }, async () => {
    const phone = new CitizenPhone(await openPhone(browser, product.address))

    await givesConsentAndCommune(phone)
    const number = await filesLegalAid(phone)
    const desk = await readsTicket(number)
    await talkOnTicket(phone, desk, number)
    await handInMissingPaper(phone, desk, number)
    await endWithResult(phone, desk, number)

    expect(await verbsOf(number)).toEqual(['filed', 'claim', 'reply', 'said', 'ask', 'said', 'resolve', 'confirmed'])
  })

  it('find the talk where it stopped when the chat is opened again', async () => {
    const phone = new CitizenPhone(await openPhone(browser, product.address))
    await givesConsentAndCommune(phone)

    await phone.opensChat()

    await expect.poll(() => phone.seesBeginningOf('Quý vị cần việc gì?'), SOON).toBe(true)
    expect(await phone.seesBeginningOf('Kính chào quý vị')).toBe(false)
  })

  it('tell an officer with an old page what changed, and keep what was typed', async () => {
    const number = await aTicketAtLegalAid()
    const [first, second] = [await anOfficer('tt_tgpl'), await anOfficer('admin')]
    await first.opens(number)
    await second.opens(number)
    await first.claims()

    await second.notes('Đã gọi điện cho bà Lan, chưa gặp.')

    expect(await second.isTold('hồ sơ vừa có thay đổi')).toContain('nhận xử lý')
    expect(await second.page.getByLabel('Ghi chú (người dân không thấy)').inputValue()).toContain('Đã gọi điện')
    expect(await verbsOf(number)).toEqual(['filed', 'claim'])
    await keepPicture(second.page, 'console-07-old-page')
  })

  it('leave a ticket with the officer who took it first', async () => {
    const number = await aTicketAtLegalAid()
    const [first, second] = [await anOfficer('tt_tgpl'), await anOfficer('admin')]
    await first.opens(number)
    await second.opens(number)
    await first.claims()

    await second.page.getByRole('button', { name: 'Nhận xử lý' }).click()

    expect(await second.isTold('Cán bộ khác đang xử lý hồ sơ này')).toContain('Trung tâm Trợ giúp pháp lý')
    expect(await verbsOf(number)).toEqual(['filed', 'claim'])
  })

  async function givesConsentAndCommune(phone: CitizenPhone): Promise<void> {
    await phone.opensChat()
    await phone.hears('Kính chào quý vị')
    await phone.hears('xin quý vị chọn "Đồng ý"')
    await keepPicture(phone.page, 'chat-01-consent')
    await phone.taps('Đồng ý')
    await phone.hears('Quý vị ở xã hoặc phường nào?')
    await phone.says('lam son')
    await phone.hears('Lam Sơn là tên cũ')
    await keepPicture(phone.page, 'chat-02-old-name')
    await phone.taps('Phường Sơn Nam')
    await phone.hears('Quý vị cần việc gì?')
    await keepPicture(phone.page, 'chat-03-menu')
  }

  async function filesLegalAid(phone: CitizenPhone): Promise<string> {
    const paper = await photoOfPaper(browser, ['GIẤY CHỨNG NHẬN', 'HỘ CẬN NGHÈO', 'Hộ bà: Nguyễn Thị Lan', 'Năm 2026'])
    const [wrongDay, rightDay] = [dayIn(40), dayIn(60)]
    await phone.says('toi can luat su giup')
    await phone.taps('Đất đai')
    await phone.taps('Người đang có tranh chấp')
    await phone.taps('Có')
    await phone.hears('Trên giấy ghi ra tòa ngày nào?')
    await phone.says('30/2/2027')
    await phone.hears('Tôi chưa đọc được ngày này')
    await keepPicture(phone.page, 'chat-04-impossible-day')
    await phone.says(wrongDay)
    await phone.hears('Xin quý vị kể ngắn việc đã xảy ra')
    await phone.says('Nha ben xay tuong lan sang dat nha toi gan 1 met, toi noi may lan ma ho khong do')
    await phone.taps('Hộ cận nghèo')
    await phone.taps('Từ 60 tuổi trở lên')
    await phone.taps('Giấy hộ nghèo, cận nghèo')
    await phone.hears('Xin quý vị cho biết họ và tên')
    await phone.says('Nguyễn Thị Lan')
    await phone.hears('theo số điện thoại nào?')
    await phone.says('0912 345 678')
    await phone.taps('Buổi sáng')
    await phone.hears('chụp ảnh gửi vào đây')
    await phone.sendsPhoto(paper)
    await phone.hears('Tôi đã nhận 1 ảnh')
    await keepPicture(phone.page, 'chat-05-paper')
    await phone.taps('Đã gửi đủ')

    expect(await phone.hears('Xin quý vị xem lại trước khi gửi')).toContain(`Ngày ra tòa: ${wrongDay}`)
    await phone.taps('Sửa lại')
    await phone.hears('Quý vị muốn sửa câu nào?')
    await keepPicture(phone.page, 'chat-06-correct')
    await phone.taps(/^Ngày ra tòa/)
    await phone.hears('Trên giấy ghi ra tòa ngày nào?')
    await phone.says(rightDay)
    expect(await phone.hears('Xin quý vị xem lại trước khi gửi')).toContain(`Ngày ra tòa: ${rightDay}`)
    await keepPicture(phone.page, 'chat-07-summary')

    await phone.taps('Gửi cho cán bộ')
    const filed = await phone.hears('Đã gửi xong')
    expect(filed).toContain('Trung tâm Trợ giúp pháp lý nhà nước')
    expect(filed).toMatch(/Có kết quả: chậm nhất ngày \d\d\/\d\d\/\d{4}/)
    await expect.poll(() => phone.seesBeginningOf('Đã gửi xong'), SOON).toBe(true)
    await keepPicture(phone.page, 'chat-08-filed')
    const number = /HY-\d{4}-\d{6}/.exec(filed)?.[0] ?? ''
    expect(await stateOf(number)).toMatchObject({
      status: 'open',
      unit_id: 'tt_tgpl',
      commune_code: '11983',
      papers: 1,
    })
    return number
  }

  async function readsTicket(number: string): Promise<OfficerDesk> {
    const desk = await anOfficer('tt_tgpl')
    await desk.page.goto('/console/tickets')
    await desk.page.getByRole('row').filter({ hasText: number }).getByText('Phường Sơn Nam').waitFor()
    await keepPicture(desk.page, 'console-02-queue')
    await desk.opens(number)
    expect(await desk.reads('Trao đổi')).toContain('toi can luat su giup')
    expect(await desk.reads('Người dân khai')).toContain('Nguyễn Thị Lan')
    expect(await desk.reads('Sàng lọc chính sách')).toContain('Trợ giúp pháp lý')
    expect(await desk.reads('Thông tin hồ sơ')).toContain('phường Sơn Nam')
    const opened = desk.page.waitForEvent('popup')
    await desk.section('Giấy tờ, ảnh').getByRole('link').click()
    const photo = await opened
    expect(await photo.locator('img').evaluate((image) => Reflect.get(image, 'naturalWidth'))).toBe(600)
    await photo.close()
    await desk.opens(number)
    await keepPicture(desk.page, 'console-03-ticket')
    await keepPicture(desk.page, 'console-03-ticket-whole', { whole: true })
    return desk
  }

  async function talkOnTicket(phone: CitizenPhone, desk: OfficerDesk, number: string): Promise<void> {
    await desk.claims()
    await phone.hears(`đã nhận hồ sơ ${number}`)
    await desk.replies('Chào bà Lan. Tôi đã xem hồ sơ. Xã đã hòa giải lần nào chưa, và ai đứng tên trên sổ đỏ?')
    await desk.isTold('Đã gửi trả lời cho người dân')
    await phone.hears('Xã đã hòa giải lần nào chưa')
    await expect.poll(() => phone.seesBeginningOf('trả lời hồ sơ'), SOON).toBe(true)
    await keepPicture(phone.page, 'chat-09-reply')
    const spoken = await botLines()

    await phone.says('Xa hoa giai 2 lan roi chua xong. So do ten toi a')

    await desk.section('Trao đổi').getByText('Xa hoa giai 2 lan roi chua xong').waitFor()
    await keepPicture(desk.page, 'console-04-answer-came')
    await desk.page.getByRole('button', { name: 'Đã xem, tiếp tục soạn' }).click()
    expect(await botLines()).toBe(spoken)
  }

  async function handInMissingPaper(phone: CitizenPhone, desk: OfficerDesk, number: string): Promise<void> {
    await desk.asksForPaper('Biên bản hòa giải của xã')
    expect(await stateOf(number)).toMatchObject({ status: 'pending' })
    await phone.hears('cần thêm giấy tờ')
    await keepPicture(phone.page, 'chat-10-paper-asked')

    await phone.sendsPhoto(await photoOfPaper(browser, ['BIÊN BẢN', 'HÒA GIẢI', 'Phường Sơn Nam']))

    await expect.poll(() => stateOf(number), SOON).toMatchObject({ status: 'assigned', papers: 2 })
    await desk.opens(number)
    expect(await desk.section('Trao đổi').getByRole('img').count()).toBe(2)
    await keepPicture(desk.page, 'console-05-paper-came')
  }

  async function endWithResult(phone: CitizenPhone, desk: OfficerDesk, number: string): Promise<void> {
    await desk.resolves({
      result: 'Đã tư vấn, hướng dẫn',
      reason:
        'Bà thuộc hộ cận nghèo và trên 60 tuổi. Trung tâm cử luật sư Trần Văn Minh giúp bà tại tòa, không mất tiền.',
      nextStep: 'Mời bà đến Trung tâm lúc 8 giờ thứ Hai tuần tới, mang theo sổ đỏ.',
    })
    await keepPicture(desk.page, 'console-06-resolved', { whole: true })
    const result = await phone.hears(`Hồ sơ ${number} đã có kết quả`)
    expect(result).toContain('luật sư Trần Văn Minh')
    expect(result).toContain('mang theo sổ đỏ')
    await keepPicture(phone.page, 'chat-11-result')

    await phone.taps('Đã xong')
    await phone.hears(`Hồ sơ ${number} đã xong`)
    expect(await stateOf(number)).toMatchObject({ status: 'closed', result: 'advised' })

    await phone.says('ho so cua toi den dau roi')
    expect(await phone.hears('Hồ sơ của quý vị:')).toContain(`${number} (Trợ giúp pháp lý): đã xong`)
    await keepPicture(phone.page, 'chat-12-status')
    expect(await phone.overhang()).toBe(0)
  }

  async function anOfficer(username: string): Promise<OfficerDesk> {
    const signedIn = desks.get(username)
    if (signedIn) return signedIn.opensWindow()
    const desk = new OfficerDesk(await openDesk(browser, product.address))
    desks.set(username, desk)
    await desk.signsIn(username, PASSWORD)
    return desk
  }

  /** Filed at the office for somebody without a phone. */
  async function aTicketAtLegalAid(): Promise<string> {
    const { page } = await anOfficer('admin')
    const answer = await page.request.post('/api/v1/tickets', { data: { topic: 'legal_aid', commune: '11983' } })
    const { number } = await answer.json()
    return number
  }

  async function stateOf(number: string) {
    const [row] = await sql`
      select status, unit_id, commune_code, result,
        (select count(*)::int from attachments where ticket_id = tickets.id) as papers
      from tickets where number = ${number}`
    return row
  }

  async function verbsOf(number: string): Promise<string[]> {
    const lines = await sql<{ verb: string }[]>`
      select verb from activity where ticket_id = (select id from tickets where number = ${number}) order by seq`
    return lines.map(({ verb }) => verb)
  }

  async function botLines(): Promise<number> {
    return (await sql`select 1 from messages where author = 'bot'`).length
  }
})

/** As people write a day, some days from now. */
function dayIn(days: number): string {
  const day = new Date(Date.now() + (days * 24 + 7) * 3_600_000).toISOString()
  return `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`
}
