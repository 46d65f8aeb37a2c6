import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Officer, Role } from '../../src/officers/permissions.ts'
import { addSession, SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { anOfficer, COMMUNE_UNIT, MONDAY } from '../desk/desk-builders.ts'
import { aMatrixApp, type MatrixApp } from '../officers/matrix-app.ts'
import { createDatabase } from '../support/database.ts'
import { csvFile, villageLines } from '../village-list/files.ts'
import { barriersOn, overhangOf } from './axe.ts'
import { hasChromium, keepPicture, openBrowser } from './chromium.ts'
import { aFullOffice, type FullOffice } from './full-office.ts'

/** Addresses of the routes with parts to fill, in a full office. */
const ADDRESSES: Record<string, (full: FullOffice & { officer: string; village: string }) => string> = {
  '/console/tickets/:number': ({ ticket }) => `/console/tickets/${ticket}`,
  '/console/officers/:id': ({ officer }) => `/console/officers/${officer}`,
  '/console/units/:id': () => `/console/units/${COMMUNE_UNIT}`,
  '/console/register/households/:id': ({ household }) => `/console/register/households/${household}`,
  '/console/register/imports/:id': ({ waitingList }) => `/console/register/imports/${waitingList}`,
  '/console/register/link': ({ ticket }) => `/console/register/link?ticket=${ticket}&q=dao`,
  '/console/openings/:id': ({ opening }) => `/console/openings/${opening}`,
  '/console/broadcasts/:id': ({ broadcast }) => `/console/broadcasts/${broadcast}`,
  '/console/broadcasts/:id/edit': ({ broadcast }) => `/console/broadcasts/${broadcast}/edit`,
  '/console/broadcasts/:id/recipients': ({ broadcast }) => `/console/broadcasts/${broadcast}/recipients`,
  '/console/visits/:id': ({ toVisit }) => `/console/visits/${toVisit}`,
  '/console/rules/:programme/flips': () => '/console/rules/social_pension/flips',
  '/console/rules/:programme': () => '/console/rules/bhyt_free_card',
  '/console/screenings/filed/:number': ({ filed }) => `/console/screenings/filed/${filed}`,
  '/console/village-lists/:id': ({ village }) => `/console/village-lists/${village}`,
  '/console/village-lists/:id/rows/:number': ({ village }) => `/console/village-lists/${village}/rows/2`,
}
/** Files, parts of pages and ways to other pages. */
const NO_PAGES =
  /\.(csv|xlsx|:format)$|\/(progress|news|stream|consent|count)$|\/files\/:id$|\/attachments\/:id$|^\/console$|\/sign-in$/
const ROLES_IN_ORDER: readonly Role[] = [
  'head_of_unit',
  'administrator',
  'supervisor',
  'auditor',
  'editor',
  'approver',
  'commune_officer',
]
const isKnown = (route: string) => !route.includes(':') || ADDRESSES[route] !== undefined
const WIDTHS = [1366, 360]
/** All pages at two widths, on a machine that may be busy with all other tests. */
const AT_MOST_MS = 240_000

const { sql } = await createDatabase()

describe.skipIf(!hasChromium)('The pages of the console, for everybody', () => {
  let matrix: MatrixApp
  let browser: Browser
  let address = ''
  /** Every page that the server knows. */
  let pages: string[] = []
  const contexts = new Map<Role | 'nobody', BrowserContext>()
  const officers = new Map<Role, Officer>()

  beforeAll(async () => {
    matrix = await aMatrixApp(sql)
    address = await matrix.app.listen({ port: 0, host: '127.0.0.1' })
    browser = await openBrowser()
    pages = matrix.routes
      .flatMap((route) => (route.startsWith('GET /console') ? [route.slice('GET '.length)] : []))
      .filter((route) => !NO_PAGES.test(route))
    for (const role of ROLES_IN_ORDER) {
      const unitId = role === 'head_of_unit' || role === 'commune_officer' ? COMMUNE_UNIT : null
      officers.set(role, await anOfficer(sql, { roles: [role], unitId }))
    }
  })
  afterAll(async () => {
    await browser?.close()
    await matrix?.app.close()
  })

  it('has an address here for every page with parts to fill', () => {
    expect(pages.filter((route) => !isKnown(route))).toEqual([])
  })

  it('have no barrier while there is no work yet', { timeout: AT_MOST_MS }, async () => {
    await sql`update tickets set unit_id = 'none', status = 'closed', due_at = null, queue_position = null`
    const open = pages.filter((route) => !route.includes(':') && ADDRESSES[route] === undefined)

    const found = await barriersOf(
      open.map((route) => [route, route]),
      'empty',
    )

    expect(found).toEqual({})
  })

  it('have no barrier in the middle of the work', { timeout: AT_MOST_MS }, async () => {
    const head = officers.get('head_of_unit')
    if (head === undefined) throw new Error('There is no head')
    const full = {
      ...(await aFullOffice(sql, head, officers.get('editor'))),
      officer: head.id,
      village: await aVillageList(),
    }

    const found = await barriersOf(
      pages.flatMap((route) => (isKnown(route) ? [[route, ADDRESSES[route]?.(full) ?? route] as const] : [])),
      'full',
    )

    expect(found).toEqual({})
  })

  it('let somebody sign in, and say what was wrong', { timeout: AT_MOST_MS }, async () => {
    const page = await (await contextOf('nobody')).newPage()
    await page.goto('/console/sign-in')
    const before = await barriersOn(page)
    await page.getByLabel('Tên đăng nhập').fill('khong-co')
    await page.getByLabel('Mật khẩu').fill('sai')
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await page.getByRole('alert').waitFor()

    expect([...before, ...(await barriersOn(page))]).toEqual([])
  })

  async function barriersOf(places: (readonly [string, string])[], how: string): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {}
    for (const [route, url] of places) {
      const page = await opened(url)
      if (page === null) {
        found[url] = ['could not be opened']
        continue
      }
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 760 })
        const overhang = await overhangOf(page)
        const barriers = [
          ...(await barriersOn(page)),
          ...(overhang > 0 ? [`wider than the screen by ${overhang}`] : []),
        ]
        if (barriers.length > 0) found[`${url} at ${width}`] = barriers
        if (process.env.PICTURES) {
          await keepPicture(page, `axe-${how}-${route.replace(/[/:]+/g, '-')}-${width}`, { whole: true })
        }
      }
      await page.close()
    }
    return found
  }

  /** As the first of our officers whom the page lets in; null when it lets in nobody. */
  async function opened(url: string): Promise<Page | null> {
    for (const role of ROLES_IN_ORDER) {
      const context = await contextOf(role)
      const answer = await context.request.get(url, { maxRedirects: 0 })
      if (answer.status() !== 200) continue
      const page = await context.newPage()
      await page.goto(url)
      return page
    }
    return null
  }

  async function contextOf(role: Role | 'nobody'): Promise<BrowserContext> {
    const known = contexts.get(role)
    if (known) return known
    const context = await browser.newContext({ baseURL: address, viewport: { width: 1366, height: 760 } })
    contexts.set(role, context)
    const officer = role === 'nobody' ? undefined : officers.get(role)
    if (officer) {
      const { token } = await sql.begin((tx) => addSession(tx, officer.id, 'chrome/windows', MONDAY))
      await context.addCookies([{ name: SESSION_COOKIE, value: token, url: address }])
    }
    return context
  }

  /** Judged to its end. */
  async function aVillageList(): Promise<string> {
    const page = await opened('/console/village-lists')
    if (page === null) throw new Error('There is no page for lists')
    await page.setInputFiles('#file', { name: 'thon.csv', mimeType: '', buffer: csvFile(...villageLines(12)) })
    await page.getByRole('button', { name: 'Tải lên và xét' }).click()
    await page.getByRole('button', { name: 'Tải kết quả Excel' }).waitFor()
    return new URL(page.url()).pathname.split('/').at(-1) ?? ''
  }
})
