import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '../../src/officers/permissions.ts'
import { coordinatorOn } from '../../src/territory/successor.ts'
import { aContact, anOfficer, aTicket, COMMUNE, DEPARTMENT, desk, ticketNow } from '../desk/desk-builders.ts'
import { confirm, emptyRegister, handOver, listFile } from '../register/lists.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, type Browser, type Page } from './console-app.ts'

const { sql } = await createDatabase()
const app = await aConsole(sql)
afterAll(() => app.close())
beforeEach(() => emptyRegister(sql))

const DAO = '1,Nguyễn Thị Đào,Chủ hộ,15/3/1950,Nữ,033150000111,Thôn Đông,Hộ nghèo,,GCN-01'
const BINH = '2,Trần Văn Bình,Chủ hộ,1960,Nam,,Thôn Đoài,Cận nghèo,,'
const OTHER = desk.territory.places.find((place) => place.to === null && place.code !== COMMUNE)?.code ?? ''

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const hidden = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''

async function officerAs(roles: Role[], unitId?: string | null): Promise<Browser> {
  return aBrowser(app, sql, await anOfficer(sql, { roles, ...(unitId === undefined ? {} : { unitId }) }))
}

async function upload(browser: Browser, lines: string[], fields: Record<string, string> = {}): Promise<Page> {
  const page = await browser.get('/console/register/imports')
  const form = new FormData()
  const typed = {
    form_token: hidden(page.html, 'form_token'),
    id: hidden(page.html, 'id'),
    commune: COMMUNE,
    year: '2026',
    covers_poor: 'yes',
    covers_near_poor: 'yes',
    ...fields,
  }
  for (const [name, value] of Object.entries(typed)) form.set(name, value)
  form.set('file', new Blob([new Uint8Array(listFile(lines))]), 'ds-2026.csv')
  return browser.postForm('/console/register/imports', form)
}

async function taken(lines: string[]): Promise<string> {
  await confirm(sql, await handOver(sql, listFile(lines)))
  const [row] = await sql`select household_id from register_households order by id limit 1`
  return row?.household_id ?? ''
}

describe('a commune officer with the list of the year', () => {
  it('sees what it would change, then confirms it, then sees it in the register', async () => {
    const browser = await officerAs(['commune_officer'])
    const sent = await upload(browser, [DAO, BINH, '3,,Chủ hộ,1950,,,,nghèo,,'])
    const preview = await browser.get(sent.location ?? '')
    const before = await browser.get('/console/register?q=dao')

    const applied = await browser.post(`${sent.location}/apply`, {
      form_token: hidden(preview.html, 'form_token'),
      revision: hidden(preview.html, 'revision'),
    })
    const after = await browser.get('/console/register?q=dao')

    expect([sent.status, preview.status, applied.status]).toEqual([303, 200, 303])
    expect(textOf(preview.html)).toMatch(/1 có lỗi, không ghi 2 hộ mới/)
    expect(textOf(preview.html)).toContain('Chưa có họ tên. Điền tên chủ hộ hoặc thành viên.')
    expect(textOf(before.html)).toContain('Không tìm thấy hộ nào.')
    expect(textOf(after.html)).toContain('Nguyễn Thị Đào')
  })

  it('downloads the faults to put them right', async () => {
    const browser = await officerAs(['commune_officer'])
    const sent = await upload(browser, [DAO, '3,=HYPERLINK("x") Hoa,Chủ hộ,30/2/1950,,,,nghèo,,'])

    const csv = await browser.get(`${sent.location}/faults.csv`)
    const xlsx = await browser.get(`${sent.location}/faults.xlsx`)

    expect(csv.html).toContain('3,"\'=HYPERLINK(""x"") Hoa"')
    expect(csv.html).toContain('30/2/1950')
    expect(xlsx.headers['content-type']).toContain('spreadsheetml')
  })

  it('reads a list of three thousand households and takes it over within seconds', async () => {
    const browser = await officerAs(['commune_officer'])
    const lines = Array.from(
      { length: 3_000 },
      (_, index) => `${index},Lê Thị Số ${index},Chủ hộ,${1930 + (index % 70)},Nữ,,Thôn ${index % 9},nghèo,,G${index}`,
    )
    const sent = await upload(browser, lines)
    const preview = await browser.get(sent.location ?? '')
    await browser.post(`${sent.location}/apply`, {
      form_token: hidden(preview.html, 'form_token'),
      revision: hidden(preview.html, 'revision'),
    })
    const next = await upload(browser, lines, { year: '2027' })
    const [id] = (next.location ?? '').split('/').slice(-1)
    await confirm(sql, id ?? '')

    const [row] = await sql`select count(*)::int as count from register_households`
    expect(row?.count).toBe(6_000)
  }, 60_000)

  it('may import for the own commune alone', async () => {
    const browser = await officerAs(['commune_officer'])

    const sent = await upload(browser, [DAO], { commune: OTHER })

    expect(sent.status).toBe(403)
    expect([...(await sql`select id from register_imports`)]).toEqual([])
  })
})

describe('who may open the register', () => {
  const PAGES = ['/console/register', '/console/register/imports']

  it('is the commune, the coordinating department, and those above all; nobody else', async () => {
    const id = await taken([DAO])
    const importId = (await sql`select id from register_imports`)[0]?.id
    const paths = [...PAGES, `/console/register/households/${id}`, `/console/register/imports/${importId}`]
    const coordinator = coordinatorOn(desk.territory, '2026-11-23').id
    const people: [string, Browser][] = [
      ['own commune', await officerAs(['commune_officer'])],
      ['another commune', await officerAs(['commune_officer'], `xa_${OTHER}`)],
      ['coordinating department', await officerAs(['department_officer'], coordinator)],
      ['another department', await officerAs(['department_officer'], DEPARTMENT)],
      ['supervisor', await officerAs(['supervisor'], null)],
      ['auditor', await officerAs(['auditor'], null)],
      ['editor', await officerAs(['editor'], null)],
    ]

    const answers = await Promise.all(
      people.map(async ([who, browser]) => [
        who,
        ...(await Promise.all(paths.map((path) => browser.get(path)))).map(({ status }) => status),
      ]),
    )

    expect(answers).toEqual([
      ['own commune', 200, 200, 200, 200],
      ['another commune', 200, 200, 404, 404],
      ['coordinating department', 200, 200, 200, 200],
      ['another department', 403, 403, 403, 403],
      ['supervisor', 200, 200, 200, 200],
      ['auditor', 200, 200, 200, 200],
      ['editor', 403, 403, 403, 403],
    ])
  })

  it('lets an auditor read and change nothing', async () => {
    const id = await handOver(sql, listFile([DAO]))
    const auditor = await officerAs(['auditor'], null)
    const page = await auditor.get(`/console/register/imports/${id}`)

    const tried = await auditor.post(`/console/register/imports/${id}/apply`, {
      form_token: hidden(page.html, 'form_token'),
      revision: '0',
    })

    expect(tried.status).toBe(403)
    expect(page.html).not.toContain('/apply')
    expect((await sql`select state from register_imports`)[0]?.state).toBe('preview')
  })

  it('is recorded at each opening, without a name', async () => {
    const id = await taken([DAO])
    const browser = await officerAs(['commune_officer'])
    await sql`select 1`
    const [before] = await sql`select coalesce(max(id), 0) as id from audit`

    await browser.get(`/console/register/households/${id}`)
    await browser.get('/console/register?q=dao')

    const lines = await sql`select action, subject_id, facts::text from audit where id > ${before?.id ?? 0} order by id`
    expect(lines.map(({ action }) => action)).toEqual(['household-read', 'register-searched'])
    expect(JSON.stringify(lines)).not.toMatch(/dao|Đào/i)
  })
})

describe('an officer to whom a certificate is shown on a ticket', () => {
  const linking = async () => {
    const householdId = await taken([DAO, BINH])
    const browser = await officerAs(['commune_officer'])
    const contact = await aContact(sql)
    const ticket = await aTicket(sql, contact)
    const found = await browser.get(`/console/register/link?ticket=${ticket.number}&q=nguyen%20thi%20dao`)
    const form_token = hidden(found.html, 'form_token')
    return { browser, householdId, ticket, contact, found, form_token }
  }

  it('links the person with the household, sees the badge, and can take it back', async () => {
    const { browser, householdId, ticket, found, form_token } = await linking()

    await browser.post('/console/register/link', {
      form_token,
      ticket: ticket.number,
      household: householdId,
      seen: 'photo',
    })
    const linked = textOf((await browser.get(`/console/tickets/${ticket.number}`)).html)
    const household = textOf((await browser.get(`/console/register/households/${householdId}`)).html)
    await browser.post('/console/register/unlink', { form_token, ticket: ticket.number })
    const undone = textOf((await browser.get(`/console/tickets/${ticket.number}`)).html)

    expect(textOf(found.html)).toContain('Nguyễn Thị Đào')
    expect(linked).toContain('Hộ nghèo, sổ năm 2026')
    expect(household).toContain(ticket.number)
    expect(undone).toContain('Chưa đối chiếu với sổ.')
    const audited =
      await sql`select action from audit where subject_id = ${householdId} and action like 'household-%linked' order by id`
    expect(audited.map(({ action }) => action)).toEqual(['household-linked', 'household-unlinked'])
  })

  it('brings the household’s priority groups to the ticket, which moves forward in the queue', async () => {
    const { browser, householdId, ticket, form_token } = await linking()
    await sql`update register_households set priority_groups = '{disabled,elderly,women_headed}' where household_id = ${householdId}`
    const before = await ticketNow(sql, ticket.number)
    const press = () =>
      browser.post('/console/register/link', {
        form_token,
        ticket: ticket.number,
        household: householdId,
        seen: 'photo',
      })

    await press()
    await press()

    const after = await ticketNow(sql, ticket.number)
    expect(after.priorityGroups.toSorted()).toEqual(['disabled', 'women'])
    expect(after.queuePosition?.getTime()).toBeLessThan(before.queuePosition?.getTime() ?? 0)
    expect(after).toMatchObject({ dueAt: before.dueAt, lastSeq: before.lastSeq + 1 })
  })

  it('is on record as having read whose household it is, when the page shows that', async () => {
    const { browser, householdId, ticket, form_token } = await linking()
    await browser.post('/console/register/link', {
      form_token,
      ticket: ticket.number,
      household: householdId,
      seen: 'photo',
    })
    const reads = () => sql`select id from audit where subject_id = ${householdId} and action = 'household-read'`
    const before = (await reads()).length

    const page = await browser.get(`/console/register/link?ticket=${ticket.number}`)

    expect(textOf(page.html)).toContain('Nguyễn Thị Đào')
    expect(await reads()).toHaveLength(before + 1)
  })

  it('cannot link on a ticket that is not theirs', async () => {
    const { householdId, ticket } = await linking()
    const stranger = await officerAs(['commune_officer'], `xa_${OTHER}`)
    const page = await stranger.get('/console/register')

    const tried = await stranger.post('/console/register/link', {
      form_token: hidden(page.html, 'form_token'),
      ticket: ticket.number,
      household: householdId,
      seen: 'paper',
    })

    expect(tried.status).toBe(404)
    expect([...(await sql`select id from register_links`)]).toEqual([])
  })

  it('links once, however often the button is pressed', async () => {
    const { browser, householdId, ticket, form_token } = await linking()
    const press = () =>
      browser.post('/console/register/link', {
        form_token,
        ticket: ticket.number,
        household: householdId,
        seen: 'paper',
      })

    await Promise.all([press(), press(), press()])

    expect((await sql`select count(*)::int as count from register_links`)[0]?.count).toBe(1)
  })
})
