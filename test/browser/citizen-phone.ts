import type { Locator, Page } from 'playwright-core'

/** Points by which browsers round a place on the screen. */
const HAIR = 2

/** Somebody who talks with the bridge on the chat page, by what the screen shows. */
export class CitizenPhone {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async opensChat(): Promise<void> {
    await this.page.goto('/chat')
  }

  async says(words: string): Promise<void> {
    await this.page.getByPlaceholder('Viết tin nhắn…').fill(words)
    await this.page.getByRole('button', { name: 'Gửi', exact: true }).tap()
  }

  /** Taps the newest button of that name, once it is there. */
  async taps(label: string | RegExp): Promise<void> {
    await this.sinceLastWords().locator('.actions').getByRole('button', { name: label, exact: true }).last().tap()
  }

  async sendsPhoto(photo: Buffer): Promise<void> {
    const file = { name: 'giay.jpg', mimeType: 'image/jpeg', buffer: photo }
    await this.page.locator('#file').setInputFiles(file)
    await this.lines('citizen').locator('img').last().waitFor()
  }

  /** What came after the person's last words and holds these; waits for it. */
  async hears(words: string): Promise<string> {
    const line = this.sinceLastWords().filter({ hasText: words }).last()
    await line.waitFor()
    return (await line.locator('.words').textContent()) ?? ''
  }

  /** Whether the newest line with these words begins between the head of the page and the field for typing. */
  async seesBeginningOf(words: string): Promise<boolean> {
    const line = await this.page.locator('#talk > li').filter({ hasText: words }).last().boundingBox()
    const head = await this.page.locator('header').boundingBox()
    const field = await this.page.locator('form').boundingBox()
    return line !== null && head !== null && field !== null && line.y > head.y + head.height - HAIR && line.y < field.y
  }

  lines(author: 'bot' | 'officer' | 'citizen'): Locator {
    return this.page.locator(`#talk > li.${author}:not(.wait)`)
  }

  sinceLastWords(): Locator {
    return this.page.locator('#talk > li.citizen:not(:has(~ li.citizen)) ~ li, #talk:not(:has(> li.citizen)) > li')
  }

  /** How far the page can be pushed sideways; anything but nothing is a fault of the layout. */
  async overhang(): Promise<number> {
    return this.page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
  }
}
