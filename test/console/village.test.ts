import { parse } from 'csv-parse/sync'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { signIn } from '../../src/officers/sign-in.ts'
import { readFileLines } from '../../src/spreadsheet/read-file.ts'
import { writeXlsx } from '../../src/spreadsheet/write-xlsx.ts'
import { anOfficer, DEPARTMENT, MONDAY, desk as services } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { csvFile, isListHeading, villageLines } from '../village-list/files.ts'
import { aBrowser, aConsole, type Browser, PASSWORD, type Page, withPassword } from './console-app.ts'

const { sql } = await createDatabase()
const app = await aConsole(sql)
afterAll(() => app.close())

const LISTS = '/console/village-lists'

interface Desk extends Browser {
  officer: Officer
  /** Sends a file by the form of the page. */
  upload(bytes: Uint8Array, options?: UploadOptions): Promise<Page>
}
interface UploadOptions {
  name?: string
  fields?: Record<string, string>
  origin?: string
}

async function aDesk(options: Parameters<typeof anOfficer>[1] = {}): Promise<Desk> {
  const officer = await anOfficer(sql, options)
  const browser = await aBrowser(app, sql, officer)
  await withPassword(sql, officer)
  const cookies = await cookiesOf({ officer })
  const upload = async (bytes: Uint8Array, { name = 'thon.csv', fields = {}, origin }: UploadOptions = {}) => {
    const page = await app.inject({ url: LISTS, cookies })
    const hidden = (field: string) => new RegExp(`name="${field}" value="([^"]*)"`).exec(page.body)?.[1] ?? ''
    const form = new FormData()
    const typed = { form_token: hidden('form_token'), id: hidden('id'), on: '2026-11-23', status: '', ...fields }
    for (const [field, value] of Object.entries(typed)) form.set(field, value)
    if (name !== '') form.set('file', new Blob([new Uint8Array(bytes)]), name)
    const sent = new Response(form)
    const answer = await app.inject({
      method: 'POST',
      url: LISTS,
      cookies,
      headers: {
        host: 'localhost:3000',
        origin: origin ?? 'http://localhost:3000',
        'content-type': sent.headers.get('content-type') ?? '',
      },
      payload: Buffer.from(await sent.arrayBuffer()),
    })
    return { status: answer.statusCode, html: answer.body, location: answer.headers.location, headers: answer.headers }
  }
  return { ...browser, officer, upload }
}

/** The page of a list once it is judged. */
async function finished(desk: Desk, location: string | undefined): Promise<Page> {
  await expect
    .poll(async () => (await desk.get(`${location}/progress`)).headers['hx-refresh'], { timeout: 15_000, interval: 20 })
    .toBe('true')
  return desk.get(location ?? '')
}

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

beforeEach(async () => {
  await sql`delete from village_list_parts`
  await sql`delete from village_lists`
})

describe('an officer who hands over a list', () => {
  it('sees how far it is, and then who may be entitled to what', async () => {
    const desk = await aDesk()

    const sent = await desk.upload(csvFile(...villageLines(60)), { name: 'Thôn Đông.csv' })
    const running = await desk.get(sent.location ?? '')
    const done = await finished(desk, sent.location)

    expect([sent.status, running.status]).toEqual([303, 200])
    expect(textOf(done.html)).toContain('Thôn Đông.csv')
    expect(textOf(done.html)).toMatch(/Số dòng 60 Đã xét 59 Chưa đọc được 1/)
    expect(textOf(done.html)).toContain('Trợ cấp hưu trí xã hội')
    expect(done.html).not.toContain('id="progress"')
  })

  it('reads the reasons of one person with their basis, and what was taken for granted', async () => {
    const desk = await aDesk()
    const list = csvFile('Họ tên,Ngày sinh,Diện hộ,Lương hưu', 'Lê Thị Hoa,15/3/1950,Hộ nghèo,Không')
    const { location } = await desk.upload(list)
    await finished(desk, location)

    const row = await desk.get(`${location}/rows/2`)

    const pension = /Trợ cấp hưu trí xã hội<\/summary>([\s\S]*?)<\/details>/.exec(row.html)?.[1] ?? ''
    expect(textOf(row.html)).toContain('76 tuổi, sinh 15/03/1950')
    expect(pension).toMatch(/Căn cứ: /)
    expect(pension).toMatch(/đồng một tháng/)
    expect(row.html).toContain('Tạm coi:')
  })

  it('finds the lines that were not read, each with its number and its fault', async () => {
    const desk = await aDesk()
    const { location } = await desk.upload(
      csvFile('Họ tên,Ngày sinh', 'Lê Thị Hoa,30/2/1950', ',1950', 'Vũ Văn Thắng,1950'),
    )
    await finished(desk, location)

    const faulty = textOf((await desk.get(`${location}?show=faulty`)).html)

    expect(faulty).toContain('Dòng 2 Lê Thị Hoa Ngày sinh: “30/2/1950”. Không có ngày này')
    expect(faulty).toContain('Dòng 3 (chưa có tên) Họ tên: Chưa có họ tên.')
    expect(faulty).not.toContain('Vũ Văn Thắng')
  })

  it('finds people by programme, by name without diacritics, and page by page', async () => {
    const desk = await aDesk()
    const lines = Array.from({ length: 120 }, (_, at) => `Lê Thị Số ${at + 1},15/3/${at < 3 ? 1940 : 2000},không`)
    const { location } = await desk.upload(csvFile('Họ tên,Ngày sinh,Lương hưu', ...lines))
    await finished(desk, location)
    const shown = (page: Page) => page.html.match(/id="row-\d+"/g)?.length ?? 0

    const entitled = await desk.get(`${location}?programme=social_pension&outcome=e`)
    const named = await desk.get(`${location}?q=so%20120`)
    const first = await desk.get(location ?? '')
    const last = await desk.get(`${location}?from=102`)

    expect([entitled, named, first, last].map(shown)).toEqual([3, 1, 50, 20])
    expect(first.html).toContain('from=52#people')
    expect(last.html).not.toContain('rel="next"')
  })

  it('may say that all of the list are poor households', async () => {
    const desk = await aDesk()
    const { location } = await desk.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,72'), { fields: { status: 'poor' } })
    await finished(desk, location)

    const row = await desk.get(`${location}/rows/2`)

    expect(textOf(row.html)).toContain('Diện hộ Hộ nghèo')
  })

  it('gets the result as CSV and as a workbook, every line in it', async () => {
    const desk = await aDesk()
    const { location } = await desk.upload(
      csvFile('Họ tên,Ngày sinh,Diện hộ', '=HYPERLINK("x") Hoa,15/3/1940,nghèo', 'Vũ,1/13/1950,'),
    )
    await finished(desk, location)

    const csv = await desk.get(`${location}/result.csv`)
    const xlsx = await app.inject({ url: `${location}/result.xlsx`, cookies: await cookiesOf(desk) })

    const lines: string[][] = parse(csv.html, { bom: true })
    expect(csv.headers['content-disposition']).toBe('attachment; filename="ket-qua-2026-11-23.csv"')
    expect(lines.map(([number, name]) => [number, name])).toEqual([
      ['Dòng', 'Họ tên'],
      ['2', `'=HYPERLINK("x") Hoa`],
      ['3', 'Vũ'],
    ])
    expect(lines[1]?.join()).toContain('Vay vốn cho hộ nghèo')
    expect(lines[2]?.join()).toContain('Không có ngày này')
    const book = await readFileLines(xlsx.rawPayload, isListHeading)
    expect('lines' in book && book.lines.map(({ cells }) => cells[1])).toEqual(['Họ tên', '=HYPERLINK("x") Hoa', 'Vũ'])
  })

  it('gets a template that, filled in, is read column by column', async () => {
    const desk = await aDesk()
    const template = await app.inject({ url: `${LISTS}/template.xlsx`, cookies: await cookiesOf(desk) })
    const read = await readFileLines(template.rawPayload, isListHeading)
    const headings = 'lines' in read ? (read.lines[0]?.cells ?? []) : []
    const csv = await desk.get(`${LISTS}/template.csv`)

    const filled = await writeXlsx(
      [
        headings,
        [
          'Lê Thị Hoa',
          'Đông',
          '15/3/1950',
          'Nữ',
          'Hộ nghèo',
          'Nặng',
          'Không',
          'Không',
          '',
          'Có',
          'Không',
          '',
          'Kinh',
          'làm ruộng',
        ],
      ],
      [],
    )
    const { location } = await desk.upload(filled, { name: 'mau.xlsx' })
    const done = await finished(desk, location)

    expect(parse(csv.html, { bom: true })).toEqual([headings])
    expect(textOf(done.html)).toContain(`Cột đã đọc (${headings.length})`)
    expect(textOf(done.html)).toMatch(/Đã xét 1 /)
  })

  it('may delete it at once', async () => {
    const desk = await aDesk()
    const { location } = await desk.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'))
    const page = await finished(desk, location)
    const token = /delete"[\s\S]*?name="form_token" value="([^"]*)"/.exec(page.html)?.[1] ?? ''

    const refused = await desk.post(`${location}/delete`, { form_token: 'x' })
    const gone = await desk.post(`${location}/delete`, { form_token: token })

    expect([refused.status, gone.status, (await desk.get(location ?? '')).status]).toEqual([403, 303, 404])
    expect(await sql`select from village_list_parts`).toHaveLength(0)
  })

  it('who presses twice has one list', async () => {
    const desk = await aDesk()
    const fields = { id: newId() }
    const file = csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70')

    const sent = await Promise.all([desk.upload(file, { fields }), desk.upload(file, { fields })])

    expect(sent.map(({ status, location }) => [status, location])).toEqual([
      [303, `${LISTS}/${fields.id}`],
      [303, `${LISTS}/${fields.id}`],
    ])
    expect(await sql`select from village_lists`).toHaveLength(1)
  })
})

describe('a file that cannot be taken', () => {
  it.each([
    ['an old .xls under the name .xlsx', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3, 4]), '.xls'],
    ['a PDF', Buffer.from('%PDF-1.4 x'), 'PDF'],
    ['nothing in it', Buffer.alloc(0), 'không có nội dung'],
    ['ten megabytes', Buffer.alloc(10 * 1_048_576, 'x,y\n'), '5 MB'],
    ['more than a form may send', Buffer.alloc(17 * 1_048_576, 'x,y\n'), '5 MB'],
    ['5,001 people', csvFile('Họ tên,Tuổi', ...Array<string>(5_001).fill('Hoa,70')), '5001 dòng'],
    ['a column twice', csvFile('Họ tên,Tuổi,Tuổi', 'Hoa,70,71'), '“Tuổi (B)” và “Tuổi (C)”'],
    ['an old encoding', Buffer.from('Hä tªn,Tuæi\r\nNguyÔn,70\r\n', 'latin1'), 'CSV UTF-8'],
  ])('is answered with what to do: %s', async (_, bytes, words) => {
    const desk = await aDesk()

    const page = await desk.upload(bytes, { name: 'danh-sach.xlsx' })

    const notice = /<div class="notice bad"[\s\S]*?<\/div>/.exec(page.html)?.[0] ?? ''
    expect([413, 422]).toContain(page.status)
    expect(notice).toContain(words)
    expect(page.html).toContain('type="file"')
    expect(await sql`select from village_lists`).toHaveLength(0)
  })

  it('is none at all', async () => {
    const page = await (await aDesk()).upload(Buffer.alloc(0), { name: '' })

    expect(page.status).toBe(422)
    expect(page.html).toContain('Chưa chọn tệp')
  })

  it.each([
    ['a form that is cut off', 'multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="id"'],
    ['a form without its boundary', 'multipart/form-data', 'x'],
    ['another kind of form', 'application/x-www-form-urlencoded', 'id=1'],
  ])('is %s', async (_, type, payload) => {
    const desk = await aDesk()

    const answer = await app.inject({
      method: 'POST',
      url: LISTS,
      cookies: await cookiesOf(desk),
      headers: { host: 'localhost:3000', origin: 'http://localhost:3000', 'content-type': type },
      payload,
    })

    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain('Không hiểu yêu cầu')
  })

  it.each([
    ['a day that is none', { on: '2026-02-30' }],
    ['a day before the rules', { on: '1990-01-01' }],
    ['an id that is none', { id: 'x' }],
  ])('comes with %s', async (_, fields) => {
    const page = await (await aDesk()).upload(csvFile('Họ tên,Tuổi', 'Hoa,70'), { fields })

    expect(page.status).toBe(400)
  })

  it('comes from a page of somebody else, or with a token of somebody else', async () => {
    const desk = await aDesk()
    const file = csvFile('Họ tên,Tuổi', 'Hoa,70')

    const crossSite = await desk.upload(file, { origin: 'https://elsewhere.example' })
    const foreignToken = await desk.upload(file, { fields: { form_token: 'x'.repeat(43) } })

    expect([crossSite.status, foreignToken.status]).toEqual([403, 403])
    expect(await sql`select from village_lists`).toHaveLength(0)
  })
})

describe('who may see a list', () => {
  it('are the officers of its unit, each reading recorded without a name in it', async () => {
    const [first, second] = [await aDesk(), await aDesk()]
    const { location } = await first.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'))
    await finished(first, location)
    const before = await readsOf(second.officer)

    const page = await second.get(location ?? '')
    await second.get(`${location}/rows/2`)
    await second.get(`${location}/result.csv`)

    expect(page.status).toBe(200)
    expect(before).toEqual([])
    expect(await readsOf(second.officer)).toEqual(Array(3).fill(`village-list-read ${location?.split('/').at(-1)}`))
  })

  it.each([
    ['an officer of another unit', { unitId: DEPARTMENT, roles: ['department_officer'] as const }, 404],
    ['an administrator', { unitId: null, roles: ['administrator', 'supervisor'] as const }, 404],
    ['an auditor', { unitId: null, roles: ['auditor'] as const }, 404],
    ['an editor', { unitId: null, roles: ['editor'] as const }, 404],
  ])('is not %s', async (_, { unitId, roles }, status) => {
    const owner = await aDesk()
    const { location } = await owner.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'))
    await finished(owner, location)
    const other = await aDesk({ unitId, roles: [...roles] })
    const token = 'x'

    const pages = await Promise.all([
      other.get(location ?? ''),
      other.get(`${location}/rows/2`),
      other.get(`${location}/progress`),
      other.get(`${location}/result.csv`),
      other.get(`${location}/result.xlsx`),
    ])
    const deleted = await other.post(`${location}/delete`, { form_token: token })

    expect(pages.map((page) => page.status)).toEqual(Array(5).fill(status))
    expect(pages.some((page) => page.html.includes('Lê Thị Hoa'))).toBe(false)
    expect(deleted.status).toBe(403)
    expect(await readsOf(other.officer)).toEqual([])
    expect(await sql`select from village_lists`).toHaveLength(1)
  })

  it('an officer of another unit who sends the id of the list gets nothing of it', async () => {
    const owner = await aDesk()
    const { location = '' } = await owner.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'))
    const other = await aDesk({ unitId: DEPARTMENT, roles: ['department_officer'] })

    const page = await other.upload(csvFile('Họ tên,Tuổi', 'Trần Văn Bình,70'), {
      fields: { id: location.split('/').at(-1) ?? '' },
    })

    expect(page.status).toBe(400)
    expect((await finished(owner, location)).html).toContain('Lê Thị Hoa')
  })

  it.each([
    ['an administrator', { unitId: null, roles: ['administrator'] as const }],
    ['an auditor', { unitId: null, roles: ['auditor'] as const }],
  ])('%s has no such page, no such entry in the menu, and cannot send a file', async (_, { unitId, roles }) => {
    const desk = await aDesk({ unitId, roles: [...roles] })

    const [page, template, tickets, sent] = [
      await desk.get(LISTS),
      await desk.get(`${LISTS}/template.csv`),
      await desk.get('/console/tickets'),
      await desk.upload(csvFile('Họ tên,Tuổi', 'Hoa,70')),
    ]

    expect([page.status, template.status, sent.status]).toEqual([403, 404, 403])
    expect(tickets.html).not.toContain(LISTS)
  })

  it('is nobody who is not signed in', async () => {
    const owner = await aDesk()
    const { location = '' } = await owner.upload(csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'))
    const urls = [LISTS, location, `${location}/rows/2`, `${location}/result.csv`, `${LISTS}/template.xlsx`]

    const answers = await Promise.all(urls.map((url) => app.inject(url)))
    const progress = await app.inject(`${location}/progress`)
    const sent = await app.inject({
      method: 'POST',
      url: LISTS,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x--',
    })

    expect([...answers, sent].map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(303))
    expect(sent.headers.location).toBe('/console/sign-in?back=%2Fconsole%2Fvillage-lists')
    expect(progress.statusCode).toBe(401)
  })
})

describe('words of people on the pages', () => {
  it('are shown and never run', async () => {
    const desk = await aDesk()
    const name = '<img src=x onerror=alert(1)>'
    const { location } = await desk.upload(csvFile('Họ tên,Tuổi,Thôn', `${name},70,"<b>Đông</b>"`), {
      name: `${name}.csv`,
    })

    const pages = [await finished(desk, location), await desk.get(`${location}/rows/2`), await desk.get(LISTS)]

    expect(pages.filter(({ html }) => html.includes('<img') || html.includes('<b>'))).toEqual([])
    expect(pages.every(({ html }) => html.includes('&lt;img'))).toBe(true)
  })

  it('are English for an officer who reads English', async () => {
    const desk = await aDesk()
    const answer = await app.inject({ url: LISTS, cookies: { ...(await cookiesOf(desk)), cau_noi_language: 'en' } })

    expect(answer.body).toContain('Screen a list')
    expect(answer.body).not.toMatch(/village\.(?!css)[a-z]/)
  })
})

async function cookiesOf(desk: Pick<Desk, 'officer'>): Promise<Record<string, string>> {
  const session = await signIn(
    { sql, secrets: services.secrets },
    { username: desk.officer.username, password: PASSWORD },
    MONDAY,
  )
  return { [SESSION_COOKIE]: session.kind === 'done' ? session.token : '' }
}

async function readsOf(officer: Officer): Promise<string[]> {
  const rows = await sql<
    { what: string }[]
  >`select action || ' ' || subject_id as what from audit where actor_id = ${officer.id} and action like 'village%' order by id`
  return rows.map(({ what }) => what)
}
