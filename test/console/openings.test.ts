import { describe, expect, it } from 'vitest'
import { wantOpening } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { findOpenings } from '../../src/openings/store.ts'
import { aContact, anOfficer, aTicket, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, type Browser } from './console-app.ts'

const { sql } = await createDatabase()
const app = await aConsole(sql)
const centre = await anOfficer(sql, { unitId: 'tt_dvvl', roles: ['department_officer'] })
const browser = await aBrowser(app, sql, centre)
const ward = await aBrowser(app, sql, await anOfficer(sql))

let numbers = 0

/** A form as somebody of the job centre fills it in. */
function filled(some: Record<string, string> = {}): Record<string, string> {
  return {
    kind: 'vacancy',
    own_number: `A-${++numbers}`,
    title: 'Công nhân may',
    trade: 'sewing',
    offered_by: 'Công ty Sông Hồng',
    area: 'province',
    pay_from: '7.000.000',
    pay_to: '9.000.000',
    pay_unit: 'month',
    seats: '20',
    apply_by: '2026-12-20',
    contact: 'Chị Hoa, 0321 000 111',
    ...some,
  }
}

async function token(by: Browser, path: string): Promise<string> {
  return /name="form_token" value="([^"]*)"/.exec((await by.get(path)).html)?.[1] ?? ''
}

async function send(by: Browser, path: string, fields: Record<string, string>) {
  return by.post(path, { form_token: await token(by, '/console/openings/new'), ...fields })
}

async function listed(words: string) {
  const wanted = { words, kind: null, standing: null, unitId: null, after: null }
  return (await findOpenings(sql, wanted, '2026-11-23')).items
}

async function upload(text: string) {
  const form = new FormData()
  form.set('form_token', await token(browser, '/console/openings/import'))
  form.set('file', new File([text], 'danh-sach.csv', { type: 'text/csv' }))
  return browser.postForm('/console/openings/import', form)
}

async function apply(html: string) {
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]
  const rows = String(value('rows') ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
  return send(browser, '/console/openings/import/apply', { unit: 'tt_dvvl', rows })
}

const HEAD =
  'Loại,Số của đơn vị,Tên việc hoặc tên lớp,Nghề,Nơi tuyển hoặc trường,Xã phường,Số chỗ,Nhận đơn đến hết ngày,Liên hệ'

describe('an officer of the job centre', () => {
  it('lists a vacancy, finds it without diacritics, and sees what was kept', async () => {
    const answer = await send(browser, '/console/openings/new', filled({ title: 'Thợ hàn điện Phố Nối' }))

    const found = await browser.get('/console/openings?q=tho+han+dien+pho+noi')
    expect(answer).toMatchObject({ status: 303, location: '/console/openings?done=kept' })
    expect(found.html).toContain('Thợ hàn điện Phố Nối')
    expect(found.html).toContain('7.000.000 – 9.000.000 đồng một tháng')
    expect(found.html).toContain('0/20 chỗ')
  })

  it('is told field by field what is missing, and loses nothing of what was typed', async () => {
    const wrong = filled({
      title: '',
      seats: '0',
      apply_by: '2026-11-01',
      pay_unit: '',
      offered_by: 'Công ty <b>Lạ</b> 😀',
    })

    const answer = await send(browser, '/console/openings/new', wrong)

    expect(answer.status).toBe(422)
    expect(answer.html.match(/class="fault"/g)).toHaveLength(4)
    expect(answer.html).toContain('Công ty &lt;b&gt;Lạ&lt;/b&gt; 😀')
  })

  it('does not list the same number twice', async () => {
    const form = filled({ title: 'Bảo vệ ca đêm' })

    const answers = await Promise.all([
      send(browser, '/console/openings/new', form),
      send(browser, '/console/openings/new', form),
    ])

    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409])
    expect(await listed('bao ve ca dem')).toHaveLength(1)
  })

  it('changes it, and is told when a colleague was quicker', async () => {
    const form = filled({ title: 'Phụ bếp trường học' })
    await send(browser, '/console/openings/new', form)
    const [opening] = await listed('phu bep truong hoc')
    const path = `/console/openings/${opening?.id}`
    const seen = opening?.updatedAt.toISOString() ?? ''
    await sql`update openings set updated_at = ${new Date(MONDAY.getTime() + 1)} where id = ${opening?.id ?? ''}`

    const late = await send(browser, path, { ...form, seats: '5', seen })
    const again = /name="seen" value="([^"]*)"/.exec((await browser.get(path)).html)?.[1] ?? ''
    const answer = await send(browser, path, { ...form, seats: '5', seen: again })

    expect(late.status).toBe(409)
    expect(answer.status).toBe(303)
    expect((await listed('phu bep truong hoc'))[0]?.seats).toBe(5)
  })

  it('withdraws it and lists it again', async () => {
    await send(browser, '/console/openings/new', filled({ title: 'Lái xe giao hàng' }))
    const [opening] = await listed('lai xe giao hang')

    await send(browser, `/console/openings/${opening?.id}/withdraw`, {})
    const withdrawn = await browser.get('/console/openings?q=lai+xe+giao+hang&standing=withdrawn')
    await send(browser, `/console/openings/${opening?.id}/relist`, {})
    const open = await browser.get('/console/openings?q=lai+xe+giao+hang&standing=open')

    expect(withdrawn.html).toContain('Lái xe giao hàng')
    expect(open.html).toContain('Lái xe giao hàng')
  })

  it('sees a file line by line before it is taken, and the same file again changes nothing', async () => {
    const file = [
      HEAD,
      'Việc làm,F-1,Thợ may áo,May,Xưởng Hồng,Phố Hiến,3,20/12/2026,0321',
      'Lớp học nghề,F-2,"Lớp ""pha chế""",Nấu ăn,Trường nghề,,25,31/12/2026,0322',
      'Việc làm,F-3,,May,Xưởng Hồng,Xã Không Có,0,32/12/2026,0321',
      'Việc làm,F-4,Một,May,Xưởng,,1,31/12/2026,1',
      'Việc làm,F-4,Hai,May,Xưởng,,1,31/12/2026,1',
    ].join('\n')

    const preview = await upload(file)
    const before = await listed('tho may ao')
    const taken = await apply(preview.html)
    const again = await upload(file)

    expect(preview.html).toContain('2 mục mới, 0 mục đổi, 0 mục như cũ, 3 dòng có lỗi')
    expect(preview.html.match(/<li class="faulty">/g)).toHaveLength(3)
    expect(before).toEqual([])
    expect(taken.location).toBe('/console/openings?done=imported&added=2&changed=0')
    expect((await listed('tho may ao'))[0]).toMatchObject({ area: 'commune', communeCode: '11953', trade: 'sewing' })
    expect(again.html).toContain('0 mục mới, 0 mục đổi, 2 mục như cũ')
  })

  it('is told in words what is wrong with a file that is no list', async () => {
    const answers = [await upload(''), await upload('xin chào\ncác bạn'), await upload(`${HEAD}\n`)]

    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422])
    expect(answers[1]?.html).toContain('Không thấy dòng tiêu đề')
  })

  it('sees on the ticket what its person would like, and can give the seat with the result', async () => {
    await send(browser, '/console/openings/new', filled({ title: 'Đan lát tại nhà', seats: '1' }))
    const [opening] = await listed('dan lat tai nha')
    const ticket = await aTicket(sql, await aContact(sql), { topic: 'jobs', requestType: 'jobs' })
    await sql.begin((tx) => wantOpening(tx, desk, { ticketId: ticket.id, openingId: opening?.id ?? '' }, MONDAY))
    await claim(sql, desk, { number: ticket.number, officer: centre, seen: 2 }, MONDAY)
    const page = await browser.get(`/console/tickets/${ticket.number}`)

    const said = { result: 'placed', reason: 'Nhận việc', next_step: 'Đến xưởng', opening: opening?.id ?? '' }
    const answer = await browser.send(page.html, ticket.number, 'resolve', said)

    expect(page.html).toContain('Đan lát tại nhà')
    expect(answer.status).toBe(303)
    expect((await listed('dan lat tai nha'))[0]?.seatsTaken).toBe(1)
  })
})

describe('an officer of a ward', () => {
  it('sees what is listed and can change none of it', async () => {
    await send(browser, '/console/openings/new', filled({ title: 'Giúp việc gia đình' }))
    const [opening] = await listed('giup viec gia dinh')
    const form = /name="form_token" value="([^"]*)"/.exec((await ward.get('/console/tickets')).html)?.[1] ?? ''
    const paths = ['new', `${opening?.id}`, `${opening?.id}/withdraw`, 'import/apply'].map(
      (one) => `/console/openings/${one}`,
    )

    const page = await ward.get(`/console/openings/${opening?.id}`)
    const list = await ward.get('/console/openings')
    const answers = await Promise.all(
      paths.map((path) => ward.post(path, { ...filled(), form_token: form, seen: '', unit: 'tt_dvvl', rows: '[]' })),
    )

    expect(page.status).toBe(200)
    expect(page.html).not.toContain('type="submit">Ghi')
    expect(list.html).not.toContain('/console/openings/new')
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })
})

describe('nobody in particular', () => {
  it('is asked to sign in', async () => {
    const answer = await app.inject({ url: '/console/openings', headers: { host: 'localhost:3000' } })

    expect(answer.statusCode).not.toBe(200)
  })
})
