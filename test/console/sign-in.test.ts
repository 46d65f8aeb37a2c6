import { describe, expect, it } from 'vitest'
import { SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { anOfficer, COMMUNE_UNIT, hoursLater, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, PASSWORD, withPassword } from './console-app.ts'

const { sql } = await createDatabase()

const ours = { host: 'localhost:3000', origin: 'http://localhost:3000' }

function signInForm(username: string, password: string, more: Record<string, string> = {}) {
  return {
    method: 'POST' as const,
    url: '/console/sign-in',
    headers: { ...ours, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ username, password, ...more }).toString(),
  }
}

describe('somebody who is not signed in', () => {
  it('is asked to sign in, and comes back to the page afterwards', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql))

    const asked = await app.inject('/console/tickets?status=open')
    const signedIn = await app.inject(signInForm(officer.username, PASSWORD, { back: '/console/tickets?status=open' }))

    expect(asked.statusCode).toBe(303)
    expect(asked.headers.location).toBe('/console/sign-in?back=%2Fconsole%2Ftickets%3Fstatus%3Dopen')
    expect(signedIn.statusCode).toBe(303)
    expect(signedIn.headers.location).toBe('/console/tickets?status=open')
  })

  it('is never sent to somebody else’s site after signing in', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql))

    const answers = await Promise.all(
      ['//evil.example', 'https://evil.example/console', '/console/../..//evil.example', '/console\\evil'].map((back) =>
        app.inject(signInForm(officer.username, PASSWORD, { back })),
      ),
    )

    expect(answers.map((answer) => answer.headers.location)).not.toContainEqual(expect.stringContaining('evil'))
  })
})

describe('an officer who signs in', () => {
  it('gets a cookie that no script can read and no other site can send along', async () => {
    await using app = await aConsole(sql, { publicUrl: 'https://caunoi.example.vn' })
    const officer = await withPassword(sql, await anOfficer(sql))
    const form = signInForm(officer.username, PASSWORD)

    const answer = await app.inject({ ...form, headers: { ...form.headers, origin: 'https://caunoi.example.vn' } })

    expect(answer.cookies).toContainEqual(
      expect.objectContaining({ name: SESSION_COOKIE, httpOnly: true, sameSite: 'Lax', secure: true, path: '/' }),
    )
  })

  it('hears in plain words that the password is wrong, and keeps the user name', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql))

    const answer = await app.inject(signInForm(officer.username, 'sai'))

    expect(answer.statusCode).toBe(401)
    expect(answer.body).toContain('Tên đăng nhập hoặc mật khẩu chưa đúng')
    expect(answer.body).toContain(`value="${officer.username}"`)
    expect(answer.cookies).toEqual([])
  })

  it('is locked out for a while after ten wrong passwords, even with the right one', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql))
    for (let count = 0; count < 10; count++) await app.inject(signInForm(officer.username, 'sai'))

    const answer = await app.inject(signInForm(officer.username, PASSWORD))

    expect(answer.statusCode).toBe(429)
    expect(answer.headers['retry-after']).toBe('900')
    expect(answer.body).toContain('Tài khoản tạm khóa')
    expect(answer.body).toContain('08:15')
  })

  it('who tries too often from one address is asked to wait, in a page', async () => {
    await using app = await aConsole(sql)
    const notAForm = { method: 'POST', url: '/console/sign-in', headers: { 'content-type': 'text/plain' } } as const
    for (let count = 0; count < 120; count++) await app.inject({ ...notAForm, payload: 'x' })

    const answer = await app.inject(signInForm('nobody', 'sai'))

    expect(answer.statusCode).toBe(429)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.body).toContain('Thao tác quá nhanh')
  })

  it('is out after signing out', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const { html } = await browser.get('/console/tickets')
    const formToken = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

    await browser.post('/console/sign-out', { form_token: formToken })

    expect((await browser.get('/console/tickets')).location).toContain('/console/sign-in')
  })

  it('is asked again when the session has run out', async () => {
    let now = MONDAY
    await using app = await aConsole(sql, { clock: { now: () => now } })
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    now = hoursLater(13)

    const answer = await browser.get('/console/tickets')

    expect(answer.location).toContain('/console/sign-in')
  })

  it('may read the console in English', async () => {
    await using app = await aConsole(sql)

    const switched = await app.inject({
      method: 'POST',
      url: '/console/language',
      headers: { ...ours, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'language=en&back=%2Fconsole%2Fsign-in',
    })
    const page = await app.inject({ url: '/console/sign-in', cookies: { cau_noi_language: 'en' } })

    expect(switched.headers.location).toBe('/console/sign-in')
    expect(switched.cookies).toContainEqual(expect.objectContaining({ name: 'cau_noi_language', value: 'en' }))
    expect(page.body).toContain('<html lang="en"')
    expect(page.body).toContain('User name')
  })
})

describe('a form that another site sends', () => {
  it('is refused before anything happens', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql, { unitId: COMMUNE_UNIT }))
    const form = signInForm(officer.username, PASSWORD)

    const answers = await Promise.all([
      app.inject({ ...form, headers: { ...form.headers, origin: 'https://evil.example' } }),
      app.inject({ ...form, headers: { ...form.headers, origin: 'null' } }),
      app.inject({
        ...form,
        headers: { host: ours.host, 'sec-fetch-site': 'cross-site', 'content-type': form.headers['content-type'] },
      }),
    ])

    expect(answers.map((answer) => answer.statusCode)).toEqual([403, 403, 403])
    expect(answers.flatMap((answer) => answer.cookies)).toEqual([])
  })
})

describe('a page that does not exist', () => {
  it('says so and shows the way back', async () => {
    await using app = await aConsole(sql)

    const answer = await app.inject('/console/nowhere')

    expect(answer.statusCode).toBe(404)
    expect(answer.body).toContain('Không có trang này')
    expect(answer.body).toContain('href="/console/tickets"')
  })
})
