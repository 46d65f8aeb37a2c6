import { describe, expect, it } from 'vitest'
import { issueCode } from '../../src/accounts/codes.ts'
import { enterCode } from '../../src/accounts/enter-code.ts'
import { accountsOfOfficer } from '../../src/accounts/officer-accounts.ts'
import { lockContactRows, openContact } from '../../src/messaging/contact.ts'
import { aContact, anOfficer, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()

async function enters(contactId: string, code: string) {
  return sql.begin(async (tx) => {
    const [row] = await lockContactRows(tx, [contactId], { skipBusy: false })
    const contact = row && openContact(desk.secrets, row)
    if (!contact) throw new Error('No such contact')
    return enterCode(tx, desk.secrets, { contact, held: [] }, code, MONDAY)
  })
}

const hiddenToken = (html: string) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

describe("an officer's own page", () => {
  it('gives a code with which a chat becomes theirs, and shows the chat then', async () => {
    await using app = await aConsole(sql)
    const officer = await anOfficer(sql, { name: 'Lê Thị Xã' })
    const browser = await aBrowser(app, sql, officer)
    const page = await browser.get('/console/account')
    const given = await browser.post('/console/account/code', { form_token: hiddenToken(page.html) })
    const code = /class="code">(\d{4} \d{4})</.exec(given.html)?.[1] ?? ''
    const contact = await aContact(sql)

    const entered = await enters(contact.id, code.replace(' ', ''))

    const after = await browser.get('/console/account')
    expect(page.html).toContain('Chưa nối tài khoản nào')
    expect(entered).toEqual({ kind: 'officer', name: 'Lê Thị Xã' })
    expect(after.html).toContain('trang web')
  })

  it('lets them part with a chat, and with none of somebody else', async () => {
    await using app = await aConsole(sql)
    const [officer, colleague] = [await anOfficer(sql), await anOfficer(sql)]
    const [own, others] = [await aContact(sql), await aContact(sql)]
    for (const [who, contact] of [
      [officer, own],
      [colleague, others],
    ] as const) {
      await enters(contact.id, (await issueCode(sql, desk.secrets, { officerId: who.id }, MONDAY)).code)
    }
    const browser = await aBrowser(app, sql, officer)
    const form_token = hiddenToken((await browser.get('/console/account')).html)

    await browser.post('/console/account/unlink', { form_token, contact: own.id })
    await browser.post('/console/account/unlink', { form_token, contact: others.id })

    expect(await accountsOfOfficer(sql, officer.id)).toEqual([])
    expect(await accountsOfOfficer(sql, colleague.id)).toHaveLength(1)
  })

  it('takes no form that did not come from it, and shows nothing to a stranger', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const forged = await browser.post('/console/account/code', { form_token: 'made up' })
    const stranger = await app.inject({ url: '/console/account', headers: { host: 'localhost:3000' } })

    expect(forged.status).toBe(403)
    expect(stranger.statusCode).toBe(303)
  })

  it('gives no code that works for an officer who was disabled meanwhile', async () => {
    const officer = await anOfficer(sql)
    const contact = await aContact(sql)
    const { code } = await issueCode(sql, desk.secrets, { officerId: officer.id }, MONDAY)
    await sql`update officers set disabled_at = ${MONDAY} where id = ${officer.id}`

    const entered = await enters(contact.id, code)

    expect(entered).toMatchObject({ kind: 'wrong' })
    expect(await accountsOfOfficer(sql, officer.id)).toEqual([])
  })

  it.each([
    ['gets news', { kind: 'free', until: new Date('2026-11-25T09:00:00+07:00') }, 'Gửi tin tới được'],
    ['has to write first', { kind: 'closed' }, 'Hãy nhắn một tin cho Cầu Nối'],
  ] as const)('shows whether a chat %s', async (_what, standing, expected) => {
    await using app = await aConsole(sql, { talkStanding: async () => ({ ...standing, seenAt: null, waiting: 0 }) })
    const officer = await anOfficer(sql)
    const contact = await aContact(sql)
    await enters(contact.id, (await issueCode(sql, desk.secrets, { officerId: officer.id }, MONDAY)).code)
    const browser = await aBrowser(app, sql, officer)

    const page = await browser.get('/console/account')

    expect(page.html).toContain(expected)
  })
})
