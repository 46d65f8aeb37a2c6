import { describe, expect, it } from 'vitest'
import { anOfficer } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()
const { eligibility } = productDefinitions()

describe('an officer who looks up a rule', () => {
  it('finds it without diacritics', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/rules?q=huu+tri+xa+hoi')

    expect(html).toContain('/console/rules/social_pension')
    expect(html).not.toContain('/console/rules/legal_aid')
  })

  it('reads criteria, amounts, papers, place and documents with article, days and how sure they are', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/rules/social_pension?day=2026-11-23')

    for (const words of [
      'Đủ 75 tuổi trở lên.',
      'Được ít nhất 500.000 đồng một tháng.',
      'Văn bản đề nghị hưởng trợ cấp',
      'Trung tâm Phục vụ hành chính công',
      '10 ngày làm việc',
      'Luật Bảo hiểm xã hội 41/2024/QH15',
      'Điều 21',
      'Từ 01/07/2025',
      'tin cậy cao',
      'áp dụng vào ngày 23/11/2026',
    ]) {
      expect(html).toContain(words)
    }
  })

  it('sees which version stood on another day, or that none did', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const before = await browser.get('/console/rules/social_pension?day=2025-06-30')
    const nonsense = await browser.get('/console/rules/social_pension?day=hôm-qua')

    expect(before.html).toContain('Không có phiên bản nào áp dụng vào ngày 30/06/2025.')
    expect(nonsense.html).toContain('áp dụng vào ngày 23/11/2026')
  })

  it('is shown what nobody verified, marked as such', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/rules/loan_near_poor')

    expect(html).toContain('100.000.000')
    expect(html).toContain('chưa kiểm chứng, không nói với người dân')
  })

  it('can open every programme that there is', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))
    const ids = [...eligibility.programmes.keys()]

    const pages = await Promise.all(ids.map((id) => browser.get(`/console/rules/${id}`)))

    expect(pages.map(({ status }) => status)).toEqual(ids.map(() => 200))
    expect(pages.filter(({ html }) => /undefined|\{\{|\[object/.test(html))).toEqual([])
  })

  it('is told that a rule is not there, and what to do when none fits', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const unknown = await browser.get('/console/rules/__proto__')
    const none = await browser.get('/console/rules?q=%3Cb%3Ekhong+co')

    expect(unknown.status).toBe(404)
    expect(unknown.html).toContain('Không có quy định này')
    expect(none.html).toContain('Không có quy định nào khớp.')
    expect(none.html).not.toContain('<b>khong')
  })

  it('may be of any role, but not nobody', async () => {
    await using app = await aConsole(sql)
    const roles = ['auditor', 'editor', 'approver', 'supervisor', 'administrator'] as const
    const browsers = await Promise.all(
      roles.map(async (role) => aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: [role] }))),
    )

    const pages = await Promise.all(browsers.map((browser) => browser.get('/console/rules')))
    const nobody = await app.inject({ method: 'GET', url: '/console/knowledge' })

    expect(pages.map(({ status }) => status)).toEqual(roles.map(() => 200))
    expect(nobody.statusCode).toBe(303)
  })
})

describe('an officer who looks up what citizens are told', () => {
  it('reads the answer word for word, with its documents and when it is to be reviewed', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/knowledge?topic=health_insurance&day=2026-11-23')

    expect(html).toContain('Nghị định 188/2025/NĐ-CP')
    expect(html).toContain('phải xem lại trước 31/05/2027')
    expect(html).toMatch(/70%|70 %/)
    expect(html).not.toMatch(/undefined|\{\{/)
  })

  it('finds words of the answers without diacritics', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const found = await browser.get('/console/knowledge?q=luat+su')
    const none = await browser.get('/console/knowledge?q=zzzz')

    expect(found.html).toContain('Trợ giúp pháp lý')
    expect(none.html).toContain('Không có câu trả lời nào khớp.')
  })

  it('sees that an answer is overdue for review', async () => {
    await using app = await aConsole(sql)
    const browser = await aBrowser(app, sql, await anOfficer(sql))

    const { html } = await browser.get('/console/knowledge?topic=health_insurance&day=2028-01-01')

    expect(html).toContain('quá hạn xem lại')
  })
})
