import { describe, expect, it } from 'vitest'
import { aContact, anOfficer, aTicket, COMMUNE, hoursLater } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

describe('the page of reports', async () => {
  const { sql } = await createDatabase()

  it('shows a supervisor the year, each chart over its table, and the ways to take it along', async () => {
    await using app = await aConsole(sql, { clock: { now: () => hoursLater(1) } })
    await aTicket(sql, await aContact(sql), { topic: 'legal_aid', facts: { household_status: 'poor' } })
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['supervisor'] }))

    const { status, html } = await browser.get('/console/reports?year=2026')

    expect(status).toBe(200)
    const charts = [...html.matchAll(/data-chart="([^"]+)"/g)].map((match) => match[1])
    expect(charts.length).toBeGreaterThan(3)
    expect(charts.filter((id) => !html.includes(`id="${id}"`))).toEqual([])
    expect(html).toContain('Kỳ này chưa kết thúc')
    expect(html).toContain('/api/v1/reports/indicators.xlsx?from=2026-01-01&amp;to=2026-12-31')
    expect(html).toContain('/console/reports/yearly?year=2026')
    expect(html).not.toMatch(/ style="|<script>/)
  })

  it('says when a period is empty, has not begun, or was given wrongly', async () => {
    await using app = await aConsole(sql, { clock: { now: () => hoursLater(1) } })
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['auditor'] }))

    const empty = await browser.get('/console/reports?year=2023&part=q2')
    const future = await browser.get('/console/reports?part=own&from=2030-01-01&to=2030-02-01')
    const wrong = await browser.get('/console/reports?part=own&from=2026-05-05')
    const backwards = await browser.get('/console/reports?part=own&from=2026-05-05&to=2026-05-01')

    expect(empty.html).toContain('Không có yêu cầu nào trong kỳ này.')
    expect(future.html).toContain('Kỳ này chưa bắt đầu')
    expect([wrong.status, backwards.status]).toEqual([422, 422])
    expect(wrong.html).toContain('Quý vị ghi đủ ngày bắt đầu và ngày kết thúc.')
    expect(backwards.html).toContain('Ngày kết thúc phải sau ngày bắt đầu')
  })

  it('is refused to an editor, and to a commune that asks about another', async () => {
    await using app = await aConsole(sql, { clock: { now: () => hoursLater(1) } })
    const editor = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['editor'] }))
    const commune = await aBrowser(app, sql, await anOfficer(sql))

    const answers = [
      await editor.get('/console/reports'),
      await editor.get('/console/reports/yearly'),
      await commune.get('/console/reports?commune=11977'),
      await commune.get('/console/reports/yearly?commune=11977'),
      await commune.get(`/console/reports?commune=${COMMUNE}`),
    ]

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 200])
  })

  it('has the yearly report in the form of the plan, to be signed', async () => {
    await using app = await aConsole(sql, { clock: { now: () => hoursLater(1) } })
    const browser = await aBrowser(app, sql, await anOfficer(sql, { unitId: null, roles: ['supervisor'] }))

    const { html } = await browser.get('/console/reports/yearly?year=2026')
    const adHoc = await browser.get('/console/reports/yearly?from=2026-11-01&to=2026-11-30')

    expect(html).toContain('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')
    expect(html).toContain('Kính gửi: Sở Nông nghiệp và Môi trường')
    expect(html).toContain('THỦ TRƯỞNG ĐƠN VỊ')
    expect(html).toContain('T15. Người nghèo, cận nghèo')
    expect(html).toContain('chưa biết')
    expect(adHoc.html).toContain('Báo cáo đột xuất')
  })
})
