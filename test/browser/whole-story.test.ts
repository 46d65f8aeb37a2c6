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
const { sql, url } = await createDatabase()

describe.skipIf(!hasChromium)('A citizen on a phone and an officer at a desk', () => {
  let product: Product
  let browser: Browser

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

  const aCitizen = async () => new CitizenPhone(await openPhone(browser, product.address))
  const anOfficer = async (username: string) => {
    const desk = new OfficerDesk(await openDesk(browser, product.address))
    await desk.signsIn(username, PASSWORD)
    return desk
  }

  it('come from consent to a resolved request for legal aid', async () => {
    const phone = await aCitizen()
    await givesConsentAndCommune(phone)
    const number = await filesLegalAid(phone)
    expect(await stateOf(number)).toMatchObject({
      status: 'open',
      unit_id: 'tt_tgpl',
      commune_code: '11983',
      papers: 1,
    })
  }, 60_000)

  async function givesConsentAndCommune(phone: CitizenPhone): Promise<void> {
    await phone.opensChat()
    await phone.hears('Kính chào quý vị')
    await keepPicture(phone.page, 'chat-01-consent')
    await phone.taps('Đồng ý')
    await phone.hears('Quý vị ở xã hoặc phường nào?')
    await phone.says('lam son')
    console.log(await phone.page.locator('#talk').innerText())
  }

  async function filesLegalAid(phone: CitizenPhone): Promise<string> {
    return ''
  }

  async function stateOf(number: string) {
    const [row] = await sql`select status, unit_id, commune_code, result,
        (select count(*)::int from attachments where ticket_id = tickets.id) as papers
      from tickets where number = ${number}`
    return row
  }
})
