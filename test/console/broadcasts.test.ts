import { describe, expect, it } from 'vitest'
import { freezeBroadcast } from '../../src/broadcasts/freeze.ts'
import type { Broadcast } from '../../src/broadcasts/store.ts'
import { findBroadcast } from '../../src/broadcasts/store.ts'
import { beginFreezing, startDue } from '../../src/broadcasts/works.ts'
import type { Sql } from '../../src/db/client.ts'
import { newId } from '../../src/ids.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { aDraft, aPerson, services } from '../broadcasts/broadcast-builders.ts'
import { anOfficer, COMMUNE, COMMUNE_UNIT, DEPARTMENT, desk, MONDAY } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/zalo.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole, type Browser } from './console-app.ts'

const { sql } = await createDatabase()
const app = await aConsole(sql, { clock: { now: () => MONDAY } })

const LIST = '/console/broadcasts'
const WORDS = 'Thẻ bảo hiểm y tế năm 2027 được cấp từ ngày 1 tháng 12.'
const OTHER_COMMUNE = desk.territory.places.find((one) => one.to === null && one.code !== COMMUNE)?.code ?? ''

const anEditor = () => anOfficer(sql, { unitId: null, roles: ['editor'], name: 'Biên Tập' })
const anApprover = (name = 'Người Duyệt') => anOfficer(sql, { unitId: null, roles: ['approver'], name })
const browserOf = (officer: Officer) => aBrowser(app, sql, officer)

function tokenOf(html: string): string {
  return /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
}

/** The hidden fields of the form that leads to `path`. */
function hiddenOf(html: string, path: string): Record<string, string> {
  const form = html.slice(html.indexOf(`action="${path}"`)).split('</form>')[0] ?? ''
  return Object.fromEntries(
    [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  )
}

/** Presses a button of the message's page as it stood there. */
async function press(browser: Browser, id: string, verb: string, fields: Record<string, string> = {}, page?: string) {
  const html = page ?? (await browser.get(`${LIST}/${id}`)).html
  const path = `${LIST}/${id}/${verb}`
  return browser.post(path, { form_token: tokenOf(html), ...hiddenOf(html, path), ...fields })
}

const typed = (changed: Record<string, string> = {}) => ({
  kind: 'duty',
  topic: 'health_insurance',
  vi: WORDS,
  catch_up: 'send',
  do: 'look',
  ...changed,
})

/** What the form of a new message answers. */
async function write(browser: Browser, fields: Record<string, string>) {
  const { html } = await browser.get(`${LIST}/new`)
  return browser.post(`${LIST}/new`, { form_token: tokenOf(html), ...fields })
}

const idIn = (location: string | undefined) => /broadcasts\/([0-9a-f-]{36})/.exec(location ?? '')?.[1] ?? ''

async function submitted(author: Officer, changed: Record<string, unknown> = {}): Promise<Broadcast> {
  const draft = await aDraft(services(sql), author, changed)
  const page = await press(await browserOf(author), draft.id, 'submit')
  if (page.status !== 303) throw new Error(`Not submitted: ${page.status}`)
  return draft
}

/** A message that leaves now to everybody it concerns. */
async function running(on: Sql, changed: Record<string, unknown> = {}): Promise<{ id: string; author: Officer }> {
  const author = await anEditor()
  const { id } = await submitted(author, changed)
  const approver = await browserOf(await anApprover())
  await press(approver, id, 'approve')
  await press(await browserOf(author), id, 'schedule')
  await beginFreezing({ sql: on }, MONDAY)
  await freezeBroadcast(services(on), id, { now: () => MONDAY })
  await startDue({ sql: on }, MONDAY)
  return { id, author }
}

describe('an editor who writes a policy message', () => {
  it('sees how it will look in three channels, and whom it reaches, before keeping it', async () => {
    await aPerson(sql, { topics: ['health_insurance'] })
    const browser = await browserOf(await anEditor())

    const { status, html } = await write(browser, typed({ commune_words: 'pho hien', button_0: 'screening' }))

    expect(status).toBe(200)
    expect(html.match(/class="bc-phone bc-(telegram|zalo|web)"/g)).toHaveLength(3)
    expect(html.match(/<li>Đã rõ<\/li>/g)).toHaveLength(3)
    expect(html).toContain(`name="communes" value="${COMMUNE}" checked`)
    expect(html).toMatch(/<strong>\d+ người liên quan<\/strong>/)
    expect(html).not.toMatch(/ style="|<script>/)
    expect(await sql`select from broadcasts where content::text like '%pho hien%'`).toHaveLength(0)
  })

  it('is not told how many fewer than five are, nor shown any, when what they keep sealed chose them', async () => {
    await aPerson(sql, { said: { household_status: 'near_poor' }, ages: [97] })
    const browser = await browserOf(await anEditor())

    const { html } = await write(browser, typed({ age_from: '97', age_to: '97' }))

    expect(html).toContain('dưới 5 người liên quan')
    expect(html).not.toMatch(/[1-4] người liên quan|10 người bất kỳ/)
  })

  it('is asked which commune is meant when a name fits several, and told when none has it', async () => {
    const browser = await browserOf(await anEditor())

    const { status, html } = await write(browser, typed({ commune_words: 'tan\nkhong co xa nay dau' }))

    expect(status).toBe(422)
    expect(html).toContain('Không tìm thấy xã, phường nào tên “khong co xa nay dau”')
    expect(html).toContain('“tan” có thể là:')
    expect(html).toContain('khong co xa nay dau</textarea>')
  })

  it('keeps everything typed when a text is too long for one channel, and is told which', async () => {
    const browser = await browserOf(await anEditor())
    const long = `Kính gửi bà con. ${'a'.repeat(2_100)}`

    const { status, html } = await write(browser, typed({ vi: long, link: 'https://hungyen.gov.vn/tin', do: 'keep' }))

    expect(status).toBe(422)
    expect(html).toContain('Zalo chỉ nhận 2000')
    expect(html).not.toContain('Telegram chỉ nhận')
    expect(html).toContain(long)
    expect(html).toContain('value="https://hungyen.gov.vn/tin"')
  })

  it('is told of a time in the past, an end before the beginning and a wrong link, each beside its field', async () => {
    const browser = await browserOf(await anEditor())

    const past = await write(browser, typed({ schedule: '2026-11-22T08:00', do: 'keep' }))
    const ends = await write(
      browser,
      typed({ schedule: '2026-11-24T08:00', not_after: '2026-11-24T07:30', do: 'keep' }),
    )
    const link = await write(browser, typed({ link: 'javascript:alert(1)', do: 'keep' }))

    expect([past.status, ends.status, link.status]).toEqual([422, 422, 422])
    expect(past.html).toMatch(/id="fault-schedule">Giờ gửi đã qua/)
    expect(past.html).toContain('value="2026-11-22T08:00"')
    expect(ends.html).toMatch(/id="fault-not_after">/)
    expect(link.html).toMatch(/id="fault-link">/)
  })

  it('lays a picture on it, which the preview shows and nobody without a role can open', async () => {
    const browser = await browserOf(await anEditor())
    const { html } = await browser.get(`${LIST}/new`)
    const form = new FormData()
    for (const [name, value] of Object.entries(typed({ do: 'keep' }))) form.append(name, value)
    form.append('form_token', tokenOf(html))
    form.append('file', new Blob([new Uint8Array(TINY_JPEG)]), 'anh.jpg')

    const kept = await browser.postForm(`${LIST}/new`, form)

    const page = await browser.get(`${LIST}/${idIn(kept.location)}`)
    const picture = /<img src="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const stranger = await browserOf(await anOfficer(sql))
    expect(picture).toContain(`${LIST}/files/`)
    expect((await browser.get(picture)).status).toBe(200)
    expect((await stranger.get(picture)).status).toBe(403)
  })

  it('cannot send a citizen’s paper to everybody by its number', async () => {
    await aPerson(sql)
    const editor = await anEditor()
    const { id } = await aDraft(services(sql), editor, { attachment: newId() })

    const { status, html } = await press(await browserOf(editor), id, 'submit')

    expect(status).toBe(422)
    expect(html).toContain('Không thấy tệp này')
  })

  it('cannot submit a message that concerns nobody', async () => {
    const editor = await anEditor()
    const nobody = { audience: { communes: [OTHER_COMMUNE], last_contact_within_days: 1 } }
    const { id } = await aDraft(services(sql), editor, nobody)

    const { status, html } = await press(await browserOf(editor), id, 'submit')

    expect(status).toBe(422)
    expect(html).toContain('Không có ai thuộc diện nhận tin này')
  })

  it('keeps what was typed when the message has moved on in the meantime', async () => {
    const editor = await anEditor()
    const browser = await browserOf(editor)
    const { id } = await aDraft(services(sql), editor)
    const { html } = await browser.get(`${LIST}/${id}/edit`)
    const old = { form_token: tokenOf(html), hash: hiddenOf(html, `${LIST}/${id}/edit`).hash ?? '' }
    await browser.post(`${LIST}/${id}/edit`, { ...old, ...typed({ vi: 'Lần sửa ở cửa sổ khác.', do: 'keep' }) })

    const second = await browser.post(`${LIST}/${id}/edit`, { ...old, ...typed({ vi: 'Chữ gõ ở đây.', do: 'keep' }) })

    expect(second.status).toBe(409)
    expect(second.html).toContain('Tin đã được sửa ở nơi khác')
    expect(second.html).toContain('Chữ gõ ở đây.</textarea>')
    expect((await findBroadcast(sql, id))?.content.texts.vi.text).toBe('Lần sửa ở cửa sổ khác.')
  })
})

describe('the approval of a policy message', () => {
  it('is given by somebody else, who sees all of it and to how many it goes', async () => {
    await aPerson(sql)
    const author = await anOfficer(sql, { unitId: null, roles: ['editor', 'approver'] })
    const { id } = await submitted(author)
    const approver = await browserOf(await anApprover())

    const page = await approver.get(`${LIST}/${id}`)
    const approved = await press(approver, id, 'approve')

    expect(page.html).toContain(WORDS)
    expect(page.html).toMatch(/Duyệt, gửi tới \d+ người/)
    expect(approved.location).toContain('done=approve')
    expect((await findBroadcast(sql, id))?.status).toBe('approved')
  })

  it('is refused to its author, with the reason', async () => {
    await aPerson(sql)
    const author = await anOfficer(sql, { unitId: null, roles: ['editor', 'approver'] })
    const { id } = await submitted(author)

    const { status, html } = await press(await browserOf(author), id, 'approve')

    expect(status).toBe(403)
    expect(html).toContain('Quý vị soạn tin này nên không tự duyệt được')
  })

  it('tells the second of two who approve at once what the first one did', async () => {
    await aPerson(sql)
    const { id } = await submitted(await anEditor())
    const [first, second] = [await browserOf(await anApprover('Chị Nhanh')), await browserOf(await anApprover())]
    const { html } = await second.get(`${LIST}/${id}`)
    await press(first, id, 'approve')

    const late = await press(second, id, 'approve', {}, html)

    expect(late.status).toBe(409)
    expect(late.html).toContain('Có người vừa làm việc khác với tin này')
    expect(late.html).toMatch(/<li>Chị Nhanh: duyệt/)
  })

  it('is not given to words that changed after they were read', async () => {
    await aPerson(sql)
    const author = await anEditor()
    const { id } = await submitted(author)
    const approver = await browserOf(await anApprover())
    const { html: read } = await approver.get(`${LIST}/${id}`)
    const editor = await browserOf(author)
    const { html } = await editor.get(`${LIST}/${id}/edit`)
    const { hash = '' } = hiddenOf(html, `${LIST}/${id}/edit`)
    await editor.post(`${LIST}/${id}/edit`, {
      form_token: tokenOf(html),
      hash,
      ...typed({ vi: 'Nội dung đã đổi.', do: 'keep' }),
    })

    const { status, html: answer } = await press(approver, id, 'approve', {}, read)

    expect(status).toBe(409)
    expect(answer).toContain('đã đổi sau khi quý vị mở trang')
    expect(answer).toContain('Nội dung đã đổi.')
  })

  it('is voided by an edit, and the editor is warned before', async () => {
    await aPerson(sql)
    const author = await anEditor()
    const { id } = await submitted(author)
    await press(await browserOf(await anApprover()), id, 'approve')
    const editor = await browserOf(author)

    const { html } = await editor.get(`${LIST}/${id}/edit`)
    const { hash = '' } = hiddenOf(html, `${LIST}/${id}/edit`)
    await editor.post(`${LIST}/${id}/edit`, { form_token: tokenOf(html), hash, ...typed({ vi: 'Mới.', do: 'keep' }) })

    expect(html).toContain('Lưu thay đổi thì phải duyệt lại từ đầu')
    expect(await findBroadcast(sql, id)).toMatchObject({ status: 'draft', approverId: null })
  })

  it('goes back to the author with a reason, never without one', async () => {
    await aPerson(sql)
    const author = await anEditor()
    const { id } = await submitted(author)
    const approver = await browserOf(await anApprover())

    const without = await press(approver, id, 'reject')
    const withReason = await press(approver, id, 'reject', { reason: 'Sai ngày cấp thẻ.' })

    const page = await (await browserOf(author)).get(`${LIST}/${id}`)
    expect(without.status).toBe(422)
    expect(without.html).toContain('Hãy viết lý do trả lại')
    expect(withReason.status).toBe(303)
    expect(page.html).toContain('Sai ngày cấp thẻ.')
    expect(page.html).toContain('Bị trả lại')
  })
})

describe('a policy message that leaves', () => {
  it('shows how far it is, in columns that add up, with a chart over the table', async () => {
    await aPerson(sql, { commune: OTHER_COMMUNE })
    const { id, author } = await running(sql, { audience: { communes: [OTHER_COMMUNE] } })
    await sql`update broadcast_recipients set state = 'confirmed', sent_at = ${MONDAY}, read_at = ${MONDAY}
      where broadcast_id = ${id} and state = 'waiting'`

    const { html } = await (await browserOf(author)).get(`${LIST}/${id}`)
    const part = await (await browserOf(author)).get(`${LIST}/${id}/progress?was=sending`)

    expect(html).toMatch(/<progress value="(\d+)" max="\1"/)
    expect(html).toContain('class="k-sent"')
    expect(html).toMatch(/data-label="Chắc chắn đã tới">[1-9]/)
    expect(part.html).toContain('hx-trigger="every 2s"')
    expect(part.headers['hx-refresh']).toBeUndefined()
  })

  it('is paused, goes on, and is cancelled only by who says to be sure', async () => {
    await aPerson(sql)
    const { id } = await running(sql)
    const supervisor = await browserOf(await anOfficer(sql, { unitId: null, roles: ['supervisor'] }))

    const answers = [
      await press(supervisor, id, 'pause'),
      await press(supervisor, id, 'resume'),
      await press(supervisor, id, 'cancel'),
    ]
    const sure = await press(supervisor, id, 'cancel', { sure: 'yes' })

    expect(answers.map(({ status }) => status)).toEqual([303, 303, 422])
    expect(answers[2]?.html).toContain('Tôi chắc chắn')
    expect(sure.status).toBe(303)
    expect((await findBroadcast(sql, id))?.status).toBe('cancelled')
  })

  it('has rows of unknown outcome, which a person settles once', async () => {
    const person = await aPerson(sql)
    const { id, author } = await running(sql)
    await sql`update broadcast_recipients set state = 'uncertain', reason = 'sender-died'
      where broadcast_id = ${id} and contact_id = ${person}`
    const browser = await browserOf(author)
    const { html } = await browser.get(`${LIST}/${id}/recipients?state=uncertain`)
    const path = `${LIST}/${id}/recipients/${person}/settle`

    const settled = await browser.post(path, { form_token: tokenOf(html), as: 'visit' })
    const again = await browser.post(path, { form_token: tokenOf(html), as: 'arrived' })

    const [row] = await sql<{ state: string }[]>`
      select state from broadcast_recipients where broadcast_id = ${id} and contact_id = ${person}`
    expect(html).toContain('mất liên lạc khi đang gửi')
    expect(settled.location).toContain('done=settled')
    expect(again.location).toContain('done=late')
    expect(row?.state).toBe('visit')
  })

  it('hands out its recipients as files, without names, and the reading is recorded', async () => {
    const person = await aPerson(sql)
    const { id } = await running(sql)
    const browser = await browserOf(await anOfficer(sql, { unitId: null, roles: ['auditor'] }))

    const csv = await browser.get(`${LIST}/${id}/recipients.csv`)
    const xlsx = await browser.get(`${LIST}/${id}/recipients.xlsx`)

    expect(csv.html).toContain(`"${person}"`)
    expect(xlsx.headers['content-type']).toContain('spreadsheetml')
    expect(await sql`select from audit where action = 'broadcast-exported' and subject_id = ${id}`).toHaveLength(2)
  })

  it('is put right by a correction to exactly those who got it', async () => {
    await aPerson(sql)
    const { id, author } = await running(sql)
    await sql`update broadcast_recipients set state = 'sent', sent_at = ${MONDAY} where broadcast_id = ${id}`
    const browser = await browserOf(author)
    await press(browser, id, 'pause')

    const { location } = await press(browser, id, 'correct')
    const { html } = await browser.get(location ?? '')

    expect(html).toContain('Đúng những người đã nhận tin gốc')
    expect((await findBroadcast(sql, idIn(location)))?.corrects).toBe(id)
  })

  it('is tried on the editor’s own chat first, or says that there is none', async () => {
    const editor = await anEditor()
    const { id } = await aDraft(services(sql), editor)
    const browser = await browserOf(editor)
    const without = await press(browser, id, 'test')
    const chat = await aPerson(sql)
    await sql`insert into officer_contacts (contact_id, officer_id, linked_at) values (${chat}, ${editor.id}, ${MONDAY})`

    const sent = await press(browser, id, 'test')

    expect(without.status).toBe(409)
    expect(sent.location).toContain('done=tested')
    expect(await sql`select from outbox where contact_id = ${chat} and author = 'desk'`).toHaveLength(1)
    expect(await sql`select from broadcast_recipients where broadcast_id = ${id}`).toHaveLength(0)
  })
})

describe('the list of people to tell in person', () => {
  it('shows a commune its own people, and ticks off who was told, by whom', async () => {
    const mine = await aPerson(sql, { unreachable: true })
    const theirs = await aPerson(sql, { unreachable: true, commune: OTHER_COMMUNE })
    const { id } = await running(sql)
    const browser = await browserOf(await anOfficer(sql, { name: 'Chị Thôn' }))
    const { html } = await browser.get(`/console/visits/${id}`)

    const ticked = await browser.post(`/console/visits/${id}/${mine}`, { form_token: tokenOf(html), done: 'yes' })
    const notMine = await browser.post(`/console/visits/${id}/${theirs}`, { form_token: tokenOf(html), done: 'yes' })

    const after = await browser.get(`/console/visits/${id}`)
    expect(html).toContain(`id="p-${mine}"`)
    expect(html).not.toContain(theirs)
    expect(ticked.status).toBe(303)
    expect(notMine).toMatchObject({ status: 403, location: undefined })
    expect(after.html).toContain('Chị Thôn báo')
    expect((await browser.get('/console/visits')).html).toContain(`/console/visits/${id}`)
  })

  it('goes on at the same place after a tick, without the whole page', async () => {
    const mine = await aPerson(sql, { unreachable: true })
    const { id } = await running(sql)
    const officer = await anOfficer(sql)
    const browser = await browserOf(officer)
    const { html } = await browser.get(`/console/visits/${id}`)

    const { location } = await browser.post(`/console/visits/${id}/${mine}`, { form_token: tokenOf(html), done: 'yes' })

    expect(location).toBe(`/console/visits/${id}#p-${mine}`)
  })
})

describe('who reads policy messages', () => {
  it('is everybody with a part in them, a head those of the unit, and no commune officer', async () => {
    const editor = await anEditor()
    const { id } = await aDraft(services(sql), editor)
    await sql`update broadcasts set unit_id = ${DEPARTMENT} where id = ${id}`
    const statusFor = async (officer: Officer) => (await (await browserOf(officer)).get(`${LIST}/${id}`)).status

    const statuses = [
      await statusFor(await anApprover()),
      await statusFor(await anOfficer(sql, { unitId: null, roles: ['auditor'] })),
      await statusFor(await anOfficer(sql, { unitId: DEPARTMENT, roles: ['head_of_unit'] })),
      await statusFor(await anOfficer(sql, { unitId: COMMUNE_UNIT, roles: ['head_of_unit'] })),
      await statusFor(await anOfficer(sql)),
    ]

    expect(statuses).toEqual([200, 200, 200, 403, 403])
  })

  it('sees only the status asked for, page by page, and is not lost by a strange address', async () => {
    const editor = await anEditor()
    for (let count = 0; count < 30; count++) await aDraft(services(sql), editor)
    const browser = await browserOf(editor)

    const first = await browser.get(`${LIST}?status=draft`)
    const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await browser.get(next)
    const group = await browser.get(`${LIST}?group=toApprove`)
    const strange = await browser.get(`${LIST}?after=${newId()}`)

    expect(first.html.match(/class="tag closed">Bản nháp/g)).toHaveLength(25)
    expect(second.html).toContain('Bản nháp')
    expect(first.html).not.toContain('tag open">Chờ duyệt')
    expect(group.html).not.toContain('tag closed')
    expect(strange.status).toBe(303)
  })
})
