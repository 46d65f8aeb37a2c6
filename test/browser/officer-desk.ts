import type { Locator, Page } from 'playwright-core'

/** An officer at the console, by what the screen shows. */
export class OfficerDesk {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async signsIn(username: string, password: string): Promise<void> {
    await this.page.goto('/console')
    await this.page.getByLabel('Tên đăng nhập').fill(username)
    await this.page.getByLabel('Mật khẩu').fill(password)
    await this.page.getByRole('button', { name: 'Đăng nhập' }).click()
    await this.page.getByRole('heading', { name: 'Hồ sơ', exact: true }).waitFor()
  }

  /** Another window of the same officer. */
  async opensWindow(): Promise<OfficerDesk> {
    return new OfficerDesk(await this.page.context().newPage())
  }

  async opens(number: string): Promise<void> {
    await this.page.goto('/console/tickets')
    await this.page.getByRole('link', { name: number }).click()
    await this.page.getByRole('heading', { name: number }).waitFor()
  }

  async claims(): Promise<void> {
    await this.page.getByRole('button', { name: 'Nhận xử lý' }).click()
    await this.isTold('Đã nhận xử lý')
  }

  async replies(text: string): Promise<void> {
    await this.page.getByLabel('Trả lời người dân').fill(text)
    await this.page.getByRole('button', { name: 'Gửi trả lời' }).click()
  }

  async notes(text: string): Promise<void> {
    await this.unfolds('Ghi chú nội bộ')
    await this.page.getByLabel('Ghi chú (người dân không thấy)').fill(text)
    await this.page.getByRole('button', { name: 'Ghi chú nội bộ' }).click()
  }

  async asksForPaper(paper: string): Promise<void> {
    await this.unfolds('Yêu cầu bổ sung giấy tờ')
    // Beside the papers that the screening names, or alone.
    await this.page.getByLabel(/^Giấy tờ (cần bổ sung|khác)/).fill(paper)
    await this.page.getByRole('button', { name: 'Yêu cầu bổ sung giấy tờ' }).click()
    await this.isTold('Đã gửi yêu cầu bổ sung')
  }

  async resolves(said: { result: string; reason: string; nextStep: string }): Promise<void> {
    await this.unfolds('Trả kết quả')
    const form = this.page.locator('#form-resolve')
    await form.getByLabel('Kết quả', { exact: true }).selectOption({ label: said.result })
    await form.getByLabel('Lý do').fill(said.reason)
    await form.getByLabel('Việc tiếp theo của người dân').fill(said.nextStep)
    await form.getByRole('button', { name: 'Trả kết quả' }).click()
    await this.isTold('Đã gửi kết quả cho người dân')
  }

  async handsOn(said: { unit: string; reason: string }): Promise<void> {
    await this.unfolds('Chuyển đơn vị khác')
    const form = this.page.locator('#form-hand-off')
    await form.getByLabel('Chuyển đến').selectOption(said.unit)
    await form.getByLabel('Lý do chuyển').fill(said.reason)
    await form.getByRole('button', { name: 'Chuyển đơn vị khác' }).click()
    await this.isTold('Đã chuyển')
  }

  async merges(into: string, reason: string): Promise<void> {
    await this.unfolds('Gộp vào hồ sơ khác')
    const form = this.page.locator('#form-merge')
    await form.getByLabel('Số hồ sơ còn lại').fill(into)
    await form.getByLabel('Vì sao là cùng một việc').fill(reason)
    await form.getByRole('button', { name: 'Gộp vào hồ sơ khác' }).click()
  }

  /** The notice on top of the page, once it says this. */
  async isTold(words: string): Promise<string> {
    const notice = this.page.locator('.notice').filter({ hasText: words }).first()
    await notice.waitFor()
    return (await notice.textContent()) ?? ''
  }

  async reads(title: string): Promise<string> {
    return (await this.section(title).textContent()) ?? ''
  }

  section(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true })
  }

  private async unfolds(title: string): Promise<void> {
    const fold = this.page.locator('details').filter({ has: this.page.locator(`summary:text-is("${title}")`) })
    if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click()
  }
}
