import { describe, expect, it } from 'vitest'
import { createZaloCare } from '../../src/channels/zalo/account-care.ts'
import { type Account, anAccount, hour, somebody } from '../channels/zalo/account.ts'
import { aContact, anOfficer, aTicket, desk } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { secrets } from '../support/spine.ts'
import { aBrowser, aConsole, type Browser, type Page } from './console-app.ts'

const { sql } = await createDatabase()

/** The page of one official account, with an administrator's browser before it. */
async function thePage(account: Account, options: { publicUrl?: string } = {}) {
  const { zalo, clock, fake } = account
  const accountCare = createZaloCare({ ...fake.settings, sql, secrets, clock, zalo, codeVerifier: undefined })
  const app = await aConsole(sql, { clock, accountCare, ...options })
  const administrator = await anOfficer(sql, { roles: ['administrator'], unitId: null })
  const browser = await aBrowser(app, sql, administrator, clock.now())
  return {
    app,
    browser,
    as: async (officer: Parameters<typeof aBrowser>[2]) => aBrowser(app, sql, officer, clock.now()),
  }
}

const formToken = (page: Page) =>
  /name="form_token" value="([^"]*)"/.exec(page.html.slice(page.html.indexOf('<main')))?.[1] ?? ''
const post = async (browser: Browser, path: string, fields: Record<string, string> = {}) =>
  browser.post(path, { form_token: formToken(await browser.get('/console/zalo')), ...fields })

/** Begins a consent and gives it at Zalo; the path that Zalo sends the browser back to. */
async function consent(account: Account, browser: Browser): Promise<string> {
  const begun = await post(browser, '/console/zalo/consent')
  const address = /href="([^"]+)"[^>]*id="to-consent"/.exec(begun.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const back = await account.fake.consent(address)
  return `${back.pathname}${back.search}`
}

describe('the page of the Zalo account', () => {
  it('is for administrators alone', async () => {
    await using account = await anAccount(sql)
    const { app, as } = await thePage(account)
    const other = await as(await anOfficer(sql, { roles: ['department_officer', 'supervisor'] }))

    const stranger = await app.inject({ method: 'GET', url: '/console/zalo' })

    expect([stranger.statusCode, stranger.headers.location]).toEqual([303, '/console/sign-in?back=%2Fconsole%2Fzalo'])
    expect((await other.get('/console/zalo')).status).toBe(404)
    expect((await other.get('/console/zalo/consent?state=x&code=y')).status).toBe(404)
    expect((await other.post('/console/zalo/consent', {})).status).toBe(404)
  })

  it('shows the state of the account, and what somebody has to mend', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    await account.fake.person(somebody()).says('xin chào')
    await account.zalo.ledger.raise({ code: 'zalo -7777', detail: '<b>brand new</b>' }, account.clock.now())

    const page = await browser.get('/console/zalo')

    expect(page.status).toBe(200)
    expect(page.html).toContain('Nâng cao')
    expect(page.html).toContain('Cầu Nối Hưng Yên')
    expect(page.html).toContain('1 người nhắn được miễn phí')
    expect(page.html).toContain('zalo -7777')
    expect(page.html).toContain('&lt;b&gt;brand new')
  })

  it('forgets an alarm that was seen to', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    await account.zalo.ledger.raise({ code: 'zalo -7777', detail: '' }, account.clock.now())

    await post(browser, '/console/zalo/alarm', { code: 'zalo -7777' })

    expect((await browser.get('/console/zalo')).html).not.toContain('zalo -7777')
  })

  it('is shown while Zalo does not answer', async () => {
    await using account = await anAccount(sql, { isNew: true })
    const { browser } = await thePage(account)
    account.fake.revoke()

    const page = await browser.get('/console/zalo')

    expect(page.status).toBe(200)
    expect(page.html).toContain('Zalo chưa cho biết')
  })
})

describe('an administrator who consents again', () => {
  it('brings messages back that were held', async () => {
    await using account = await anAccount(sql)
    const address = somebody()
    await account.fake.person(address).says('xin chào')
    account.fake.revoke()
    account.clock.wait(hour(26))
    await account.zalo.tokens.keepFresh()
    const { browser } = await thePage(account)
    const before = await account.deliver(address, 'một')

    const done = await browser.get(await consent(account, browser))

    expect(before.kind).toBe('hold')
    expect(done.status).toBe(200)
    expect(done.html).toContain('Đã nhận quyền mới')
    expect((await account.deliver(address, 'một')).kind).toBe('delivered')
  })

  it('is sent to Zalo with the public address to come back to, a challenge and a state', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account, { publicUrl: 'https://caunoi.example.vn' })

    const begun = await post(browser, '/console/zalo/consent')
    const address = new URL(/href="([^"]+)"[^>]*id="to-consent"/.exec(begun.html)?.[1]?.replaceAll('&amp;', '&') ?? '')

    expect(address.pathname).toBe('/v4/oa/permission')
    expect(Object.fromEntries(address.searchParams)).toEqual({
      app_id: account.fake.settings.appId,
      redirect_uri: 'https://caunoi.example.vn/console/zalo/consent',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  it('does it once: the address that Zalo gave is worth nothing afterwards', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    const back = await consent(account, browser)
    await browser.get(back)
    const token = await account.zalo.tokens.access()

    const again = await browser.get(back)

    expect(again.status).toBe(409)
    expect(await account.zalo.tokens.access()).toBe(token)
  })

  it('cannot be made to take the consent that somebody else began', async () => {
    await using account = await anAccount(sql)
    const { browser, as } = await thePage(account)
    const other = await as(await anOfficer(sql, { roles: ['administrator'], unitId: null }))
    const token = await account.zalo.tokens.access()

    const page = await other.get(await consent(account, browser))

    expect(page.status).toBe(409)
    expect(await account.zalo.tokens.access()).toBe(token)
  })

  it('is told when it was another account, too late, or refused', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    const other = (await consent(account, browser)).replace('oa_id=900100', 'oa_id=1')
    const refused = (await consent(account, browser)).replace(/code=[^&]*/, 'code=wrong')
    const late = await consent(account, browser)

    const pages = [await browser.get(other), await browser.get(refused)]
    account.clock.wait(hour(1))
    pages.push(await browser.get(late))

    expect(pages.map(({ status }) => status)).toEqual([409, 409, 409])
    expect(pages[0]?.html).toContain('tài khoản Zalo khác')
    expect(pages[1]?.html).toContain('-14002')
    expect(pages[2]?.html).toContain('quá hạn')
  })

  it('cannot be made to begin by a form of somebody else', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)

    const page = await browser.post('/console/zalo/consent', { form_token: 'guessed' })

    expect(page.status).toBe(403)
  })
})

describe('a template for notices', () => {
  it('is chosen with its parameters and price', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)

    const page = await post(browser, '/console/zalo/template', { purpose: 'answer-waits', template_id: '300100' })

    expect(page.status).toBe(200)
    expect(page.html).toContain('Gửi theo tài khoản: 80 đồng; gửi theo số điện thoại: 120 đồng')
    expect(await account.zalo.ledger.templateFor('answer-waits')).toMatchObject({
      parameters: ['ticket', 'unit', 'date'],
    })
  })

  it('is refused when it wants what we do not have, or when Zalo does not know it', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    const [known] = account.fake.templates
    if (known)
      account.fake.templates.push({
        ...known,
        templateId: '5',
        templateName: 'Khác',
        params: ['ticket', 'bank_account'],
      })

    const strange = await post(browser, '/console/zalo/template', { purpose: 'answer-waits', template_id: '5' })
    const unknown = await post(browser, '/console/zalo/template', { purpose: 'answer-waits', template_id: '6' })

    expect([strange.status, unknown.status]).toEqual([422, 422])
    expect(strange.html).toContain('bank_account')
  })

  it('is not used any more once Zalo takes it away, and an administrator is told', async () => {
    await using account = await anAccount(sql)
    const { browser } = await thePage(account)
    await post(browser, '/console/zalo/template', { purpose: 'answer-waits', template_id: '300100' })

    await account.fake.deliver(
      account.fake.event('change_template_status', {
        oa_id: account.zalo.account,
        template_id: '300100',
        status: { prev_status: 'ENABLE', new_status: 'DISABLE' },
      }),
    )

    expect(await account.zalo.ledger.templateFor('answer-waits')).toBeNull()
    expect((await browser.get('/console/zalo')).html).toContain('template 300100')
  })
})

describe('an officer who opens a ticket', () => {
  it.each([
    [
      'free',
      { kind: 'free', until: new Date('2026-11-25T09:00:00+07:00') },
      'không mất phí đến 09:00, thứ Tư, 25/11/2026',
    ],
    ['paid', { kind: 'paid', until: new Date('2026-11-30T09:00:00+07:00'), remaining: 12 }, 'Còn 12 tin trong gói'],
    ['template', { kind: 'template', until: new Date('2027-11-23T09:00:00+07:00') }, 'đã quá 7 ngày'],
    ['closed', { kind: 'closed' }, 'không gửi được gì'],
  ] as const)('sees before writing what will happen: %s', async (_kind, standing, expected) => {
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const app = await aConsole(sql, { talkStanding: async () => ({ ...standing, seenAt: null, waiting: 2 }) })
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const page = await browser.get(`/console/tickets/${number}`)

    expect(page.html).toContain(expected)
    expect(page.html).toContain('Đang có 2 tin chờ')
  })

  it('sees nothing of it where talk is always free', async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    const app = await aConsole(sql, { talkStanding: async () => null })
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const page = await browser.get(`/console/tickets/${number}`)

    expect(page.status).toBe(200)
    expect(page.html).not.toContain('id="standing"')
    expect(desk.texts.text('vi', 'zalo.standing.closed')).not.toBe('')
  })
})
