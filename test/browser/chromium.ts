import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ROOT } from '../support/definitions.ts'

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium'

/** Whether this machine has a browser to play the people with. */
export const hasChromium = existsSync(CHROMIUM)

if (!hasChromium) {
  console.warn(`The browser tests are left out: there is no ${CHROMIUM}. Install chromium, or name one in CHROMIUM.`)
}

const PATIENCE_MS = 10_000
const PICTURES = join(ROOT, 'test-results')

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A cheap phone: 360 points wide, touched rather than clicked. */
export async function openPhone(browser: Browser, address: string): Promise<Page> {
  const screen = { width: 360, height: 740 }
  return pageOf(
    await browser.newContext({
      baseURL: address,
      viewport: screen,
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
    }),
  )
}

/** The computer at an office. */
export async function openDesk(browser: Browser, address: string): Promise<Page> {
  return pageOf(await browser.newContext({ baseURL: address, viewport: { width: 1366, height: 768 } }))
}

async function pageOf(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(PATIENCE_MS)
  return context.newPage()
}

/** Keeps what the page shows now as `test-results/<name>.png`. */
export async function keepPicture(page: Page, name: string, options: { whole?: boolean } = {}): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({
    path: join(PICTURES, `${name}.png`),
    fullPage: options.whole === true,
    animations: 'disabled',
  })
}

/** A photo of a paper with these lines on it. */
export async function photoOfPaper(browser: Browser, lines: readonly string[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 600, height: 800 } })
  const body = lines.map((line) => `<p>${line}</p>`).join('')
  await page.setContent(
    `<body style="margin:0;padding:48px;background:#b9ad98"><main style="background:#fffdf6;height:600px;padding:48px;font:22px serif;text-align:center;transform:rotate(-1.5deg)">${body}</main>`,
  )
  const photo = await page.screenshot({ type: 'jpeg', quality: 80 })
  await page.close()
  return photo
}
