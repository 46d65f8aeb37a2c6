import type { Browser, Page } from 'playwright-core'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { type Product, startProduct } from '../../src/product.ts'
import { aMessage, aTicket, desk, hoursLater, type TestContact } from '../desk/desk-builders.ts'
import { BOT_TOKEN, type FakePerson, type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts'
import type { TestDatabase } from '../support/database.ts'
import { openBrowser, openDesk } from './chromium.ts'
import { OfficerDesk } from './officer-desk.ts'

const PASSWORD = 'mat-khau-thu-nghiem'

export interface Citizen {
  person: FakePerson
  contact: TestContact
  number: string
  /** Another ticket of theirs. */
  file(): Promise<string>
}

/** The whole product with a Telegram of its own, and officers in a browser. */
export interface BusyProduct {
  browser: Browser
  product: Product
  telegram: FakeTelegram
  /** Signed in, each in a window of their own. Whatever a page tries to show by a dialog lands in `dialogs`. */
  officer(username: string, open?: (browser: Browser, address: string) => Promise<Page>): Promise<OfficerDesk>
  /** Somebody on Telegram with a ticket that waits at the commune's desk since an hour. */
  citizen(options?: { name?: string; words?: string }): Promise<Citizen>
  dialogs: string[]
  stop(): Promise<void>
}

export async function startBusyProduct({ sql, url }: TestDatabase): Promise<BusyProduct> {
  const telegram = await startFakeTelegram()
  const config = readConfig({
    DATABASE_URL: url,
    // The key of the builders, so that what they write can be opened by the product.
    DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    DEMO: '1',
    DEMO_PASSWORD: PASSWORD,
    PORT: '0',
    TELEGRAM_BOT_TOKEN: BOT_TOKEN,
    TELEGRAM_API_ROOT: telegram.apiRoot,
  })
  const [product, browser] = await Promise.all([startProduct(config, createLog('silent')), openBrowser()])
  const dialogs: string[] = []
  let chats = 500
  return {
    browser,
    product,
    telegram,
    dialogs,
    async officer(username, open = openDesk) {
      const page = await open(browser, product.address)
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      const officer = new OfficerDesk(page)
      await officer.signsIn(username, PASSWORD)
      return officer
    },
    async citizen({ name = 'Nguyễn Thị Đào', words = 'Nhà tôi nộp giấy từ tháng trước mà chưa thấy thẻ.' } = {}) {
      const at = hoursLater(-1, new Date())
      const person = telegram.person(chats++)
      await settlesIn(telegram, person)
      const [row] = await sql<{ id: string; key: Buffer }[]>`
        select id, sealed_key as key from contacts order by created_at desc limit 1`
      if (row === undefined) throw new Error('Nobody came')
      const contact = { id: row.id, key: desk.secrets.openPersonKey(row.key) }
      const file = async () => {
        const talkFromMessageId = await aMessage(sql, contact, words, at)
        const answers = [{ id: 'full_name', label: 'Họ tên', value: name }]
        return (await aTicket(sql, contact, { at, talkFromMessageId, answers })).number
      }
      return { person, contact, number: await file(), file }
    },
    async stop() {
      await browser.close()
      await product.stop()
      await telegram.close()
    },
  }
}

/** Consents, and says where they live. */
async function settlesIn(telegram: FakeTelegram, person: FakePerson): Promise<void> {
  const hears = (words: string) =>
    telegram.until(() => telegram.received(person.chatId).some(({ text }) => text.includes(words)))
  await person.starts()
  await hears('xin quý vị chọn "Đồng ý"')
  await person.taps('Đồng ý')
  await hears('Quý vị ở xã hoặc phường nào?')
  await person.says('Phố Hiến')
  await hears('Quý vị cần việc gì?')
}
