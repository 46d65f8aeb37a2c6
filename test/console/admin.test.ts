import { describe, expect, it } from 'vitest'
import { recordAudit } from '../../src/audit/record.ts'
import { claim } from '../../src/desk/claim.ts'
import type { Role } from '../../src/officers/permissions.ts'
import { codeAt } from '../../src/officers/totp.ts'
import {
  aContact,
  anOfficer,
  aTicket,
  COMMUNE_UNIT,
  DEPARTMENT,
  desk,
  hoursLater,
  MONDAY,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, type Browser, PASSWORD, withPassword } from './console-app.ts'

const { sql } = await createDatabase()

const hiddenToken = (html: string) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

/** A browser of somebody with a role, and a way to send forms of a page. */
async function signedIn(
  app: Awaited<ReturnType<typeof aConsole>>,
  role: Role,
  unitId: string | null = null,
  roles: Role[] = [role],
) {
  const officer = await anOfficer(sql, { unitId, roles })
  const browser = await aBrowser(app, sql, officer)
  const { html } = await browser.get('/console/account')
  const send = (path: string, fields: Record<string, string> = {}) =>
    browser.post(path, { form_token: hiddenToken(html), ...fields })
  return { officer, browser, send }
}

function secretOn(html: string): Buffer {
  const spelled = /<code>([A-Z2-7 ]+)<\/code>/.exec(html)?.[1]?.replaceAll(' ', '') ?? ''
  const bits = [...spelled].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

describe('an administrator', () => {
  it('makes an account whose officer must choose a password before anything else', async () => {
    await using app = await aConsole(sql)
    const { send } = await signedIn(app, 'administrator')

    const made = await send('/console/officers/new', {
      username: 'moi',
      name: 'Đỗ Thị Mới',
      roles: 'commune_officer',
      unit: COMMUNE_UNIT,
      password: '',
    })

    const password = /class="code">([^<]+)</.exec(made.html)?.[1] ?? ''
    const form = new URLSearchParams({ username: 'moi', password }).toString()
    const headers = {
      host: 'localhost:3000',
      origin: 'http://localhost:3000',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const entered = await app.inject({ method: 'POST', url: '/console/sign-in', headers, payload: form })
    const cookie = entered.cookies[0]
    const sent = await app.inject({ url: '/console/tickets', cookies: { [cookie?.name ?? '']: cookie?.value ?? '' } })
    const page = await app.inject({
      url: '/console/account/password',
      cookies: { [cookie?.name ?? '']: cookie?.value ?? '' },
    })
    expect(made.html).toContain('Mật khẩu dùng một lần')
    expect(sent.headers.location).toBe('/console/account/password')
    expect(page.body).toContain('do người khác đặt')
  })

  it('keeps what was filled in when something is wrong, and hears what', async () => {
    await using app = await aConsole(sql)
    const { send } = await signedIn(app, 'administrator')

    const refused = await send('/console/officers/new', { username: 'Có Dấu', name: '<b>Lan</b>', roles: 'editor' })

    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Tên đăng nhập gồm')
    expect(refused.html).toContain('value="&lt;b&gt;Lan&lt;/b&gt;"')
  })

  it('finds an officer by name without diacritics and changes the roles', async () => {
    await using app = await aConsole(sql)
    const { browser, send } = await signedIn(app, 'administrator')
    const target = await anOfficer(sql, { name: 'Vũ Thị Hường' })

    const found = await browser.get('/console/officers?q=thi+huong')
    await send(`/console/officers/${target.id}`, { name: 'Vũ Thị Hường', roles: 'supervisor', unit: '' })
    const after = await browser.get(`/console/officers/${target.id}?done=changed`)

    expect(found.html).toContain('Vũ Thị Hường')
    expect(after.html).toMatch(/value="supervisor" checked/)
  })

  it('cannot shut out the own account', async () => {
    await using app = await aConsole(sql)
    const { officer, send } = await signedIn(app, 'administrator')
    await anOfficer(sql, { unitId: null, roles: ['administrator'] })

    const refused = await send(`/console/officers/${officer.id}/disable`)

    expect(refused.status).toBe(409)
    expect(refused.html).toContain('chính mình')
  })

  it('sees what a day off moves before it is set, and takes it back', async () => {
    await using app = await aConsole(sql)
    const { send, browser } = await signedIn(app, 'administrator')
    await aTicket(sql, await aContact(sql))
    const day = { day: '2026-11-24', kind: 'off', name: 'Nghỉ bù bão', unit: COMMUNE_UNIT }

    const preview = await send('/console/calendar', { ...day, step: 'preview' })
    await send('/console/calendar', { ...day, step: 'save' })
    const { html } = await browser.get('/console/calendar')
    await send('/console/calendar/remove', { id: /name="id" value="(\d+)"/.exec(html)?.[1] ?? '' })

    expect(preview.html).toMatch(/[1-9]\d* hồ sơ chưa xong sẽ đổi hạn/)
    expect(html).toContain('Nghỉ bù bão')
    expect((await browser.get('/console/calendar')).html).not.toContain('Nghỉ bù bão')
  })

  it('sees the units in force, page by page, and one with its queue', async () => {
    await using app = await aConsole(sql)
    const { browser } = await signedIn(app, 'administrator')

    const first = await browser.get('/console/units')
    const next = /href="(\/console\/units\?after=[^"]+)" rel="next"/.exec(first.html)?.[1] ?? ''
    const second = await browser.get(next)
    const found = await browser.get('/console/units?q=pho+hien')
    const unit = await browser.get(`/console/units/${COMMUNE_UNIT}`)

    expect(second.status).toBe(200)
    expect(second.html).not.toContain(/href="(\/console\/units\/[^"]+)"/.exec(first.html)?.[1])
    expect(found.html).toContain(COMMUNE_UNIT)
    expect(unit.html).toContain('Chia đều tự động')
  })
})

describe('a head of unit', () => {
  it('says how the work is given out, who is on call and who is on leave, for the own unit alone', async () => {
    await using app = await aConsole(sql)
    const colleague = await anOfficer(sql, { name: 'Hoàng Văn Trực' })
    const stranger = await anOfficer(sql, { unitId: DEPARTMENT })
    const { browser, send } = await signedIn(app, 'head_of_unit', COMMUNE_UNIT)
    const days = { from_day: '2026-11-25', to_day: '2026-11-27' }

    await send(`/console/units/${COMMUNE_UNIT}`, { assignment: 'by_hand', on_call: colleague.id })
    const other = await send(`/console/units/${DEPARTMENT}`, { assignment: 'even' })
    await send('/console/leave', { officer: colleague.id, ...days })
    const refused = await send('/console/leave', { officer: stranger.id, ...days })

    const unit = await browser.get(`/console/units/${COMMUNE_UNIT}`)
    const leave = await browser.get('/console/leave')
    expect(unit.html).toMatch(/value="by_hand" checked/)
    expect(unit.html).toMatch(new RegExp(`value="${colleague.id}" checked`))
    expect(other.status).toBe(403)
    expect(leave.html).toContain('25/11/2026 – 27/11/2026')
    expect(refused.status).toBe(422)
  })
})

describe('a commune officer', () => {
  it('notes the own leave, not that of a colleague, and cannot change how the unit works', async () => {
    await using app = await aConsole(sql)
    const colleague = await anOfficer(sql)
    const { officer, send } = await signedIn(app, 'commune_officer', COMMUNE_UNIT)
    const days = { from_day: '2026-11-25', to_day: '2026-11-25' }

    const answers = [
      await send('/console/leave', { officer: officer.id, ...days }),
      await send('/console/leave', { officer: colleague.id, ...days }),
      await send(`/console/units/${COMMUNE_UNIT}`, { assignment: 'even' }),
    ]

    expect(answers.map(({ status }) => status)).toEqual([303, 422, 403])
  })
})

describe('an officer’s own safety', () => {
  it('turns one-time codes on with the picture, and is asked for one at the next sign-in', async () => {
    await using app = await aConsole(sql)
    const { officer, send } = await signedIn(app, 'editor')
    const begun = await send('/console/account/codes/begin')
    const secret = secretOn(begun.html)

    const confirmed = await send('/console/account/codes/confirm', { code: codeAt(secret, MONDAY) })

    const headers = {
      host: 'localhost:3000',
      origin: 'http://localhost:3000',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const post = (fields: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/console/sign-in', headers, payload: new URLSearchParams(fields).toString() })
    const asked = await post({ username: officer.username, password: PASSWORD })
    const challenge = /name="challenge" value="([^"]+)"/.exec(asked.body)?.[1] ?? ''
    const wrong = await post({ username: officer.username, challenge, code: '000000' })
    const recovery = /<li><code>([^<]+)</.exec(confirmed.html)?.[1] ?? ''
    const entered = await post({ username: officer.username, challenge, code: recovery })
    expect(begun.html).toContain('<svg')
    expect(asked.statusCode).toBe(200)
    expect(asked.body).toContain('Mã một lần')
    expect(asked.body).not.toContain(PASSWORD)
    expect(wrong.body).toContain('Mã chưa đúng')
    expect(entered.statusCode).toBe(303)
  })

  it('ends another device’s session from the list', async () => {
    await using app = await aConsole(sql)
    const officer = await withPassword(sql, await anOfficer(sql))
    const [here, there] = [await aBrowser(app, sql, officer), await aBrowser(app, sql, officer)]
    const { html } = await here.get('/console/account')

    const session = /name="session" value="([^"]+)">\s*<p>(?:(?!<\/form>)[\s\S])*<button/.exec(html)?.[1] ?? ''
    await here.post('/console/account/sessions/end', { form_token: hiddenToken(html), session })

    expect((await there.get('/console/account')).location).toContain('/console/sign-in')
    expect((await here.get('/console/account')).status).toBe(200)
  })

  it('changes the password only when the new one was typed the same twice', async () => {
    await using app = await aConsole(sql)
    const { send } = await signedIn(app, 'editor')

    const refused = await send('/console/account/password', {
      old: PASSWORD,
      fresh: 'một câu dài 1',
      again: 'một câu dài 2',
    })
    const done = await send('/console/account/password', {
      old: PASSWORD,
      fresh: 'một câu dài 1',
      again: 'một câu dài 1',
    })

    expect(refused.status).toBe(422)
    expect(done.location).toBe('/console/account?done=password')
  })
})

describe('the audit log', () => {
  async function reads(browser: Browser, query: string): Promise<string> {
    return (await browser.get(`/console/audit${query}`)).html.replace(/<select[\s\S]*?<\/select>/g, '')
  }

  it('shows who did what in plain words, by officer, ticket and day', async () => {
    await using app = await aConsole(sql)
    const { browser } = await signedIn(app, 'auditor')
    const officer = await anOfficer(sql, { name: 'Bùi Văn Nhận' })
    const { number } = await aTicket(sql, await aContact(sql))
    await claim(sql, desk, { number, seen: 1, officer }, MONDAY)
    await recordAudit(sql, { actorId: officer.id, action: 'tickets-searched' }, hoursLater(-24 * 30))

    const [ofOfficer, ofTicket, ofDay, ofNothing] = [
      await reads(browser, `?officer=${officer.id}`),
      await reads(browser, `?ticket=${number.toLowerCase()}`),
      await reads(browser, '?day=2026-10-24'),
      await reads(browser, '?action=officer-enabled&day=2020-01-01'),
    ]

    expect(ofOfficer).toContain('Tìm hồ sơ')
    expect(ofTicket).toContain('Bùi Văn Nhận')
    expect(ofTicket).toContain('Nhận hồ sơ')
    expect(ofTicket).not.toContain('Tìm hồ sơ')
    expect(ofDay).toContain('Tìm hồ sơ')
    expect(ofDay).not.toContain('Nhận hồ sơ')
    expect(ofNothing).toContain('Không có dòng nào khớp')
  })

  it('is paged, and every line comes once', async () => {
    await using app = await aConsole(sql)
    const { browser } = await signedIn(app, 'administrator')
    const officer = await anOfficer(sql)
    for (let line = 0; line < 60; line++)
      await recordAudit(sql, { actorId: officer.id, action: 'tickets-searched' }, MONDAY)

    const first = await browser.get(`/console/audit?officer=${officer.id}`)
    const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await browser.get(next)

    const seqs = [...`${first.html}${second.html}`.matchAll(/>#(\d+)</g)].map((match) => match[1])
    expect(new Set(seqs).size).toBe(60)
    expect(seqs).toHaveLength(60)
  })
})
