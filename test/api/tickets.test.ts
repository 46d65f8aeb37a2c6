import { describe, expect, it } from 'vitest'
import {
  aContact,
  aMessage,
  aTicket,
  COMMUNE,
  COMMUNE_UNIT,
  DEPARTMENT,
  hoursLater,
  MONDAY,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { anApi, signedIn } from './api-server.ts'

const { sql } = await createDatabase()
const { api, clock } = await anApi(sql)

describe('one ticket by the API', () => {
  it('is shown whole to the officer of its unit, and the reading is recorded', async () => {
    const officer = await signedIn(sql, api)
    const contact = await aContact(sql)
    const from = await aMessage(sql, contact, 'tôi cần thẻ')
    const { number } = await aTicket(sql, contact, { talkFromMessageId: from })

    const answer = await officer.get(`/tickets/${number}`)

    const reads = await sql`select action from audit where actor_id = ${officer.id} and subject_id = ${number}`
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({
      number,
      topic: 'health_insurance',
      status: 'open',
      urgent: false,
      commune: COMMUNE,
      accountable_unit: { id: COMMUNE_UNIT, name: 'UBND phường Phố Hiến' },
      assignee: null,
      due_at: '2026-11-24T08:30:00+07:00',
      paused_at: null,
      routing: { reason: 'Việc này do phường Phố Hiến nhận trước.', basis: expect.any(String) },
      answers: [{ id: 'full_name', label: 'Họ tên', value: 'Nguyễn Thị Đào' }],
      screening: null,
      messages: [{ id: from, author: 'citizen', text: 'tôi cần thẻ', attachments: [] }],
      attachments: [],
      activity: [{ seq: 1, at: '2026-11-23T08:00:00+07:00', actor: 'citizen', verb: 'filed' }],
      created_at: '2026-11-23T08:00:00+07:00',
    })
    expect(reads).toHaveLength(1)
  })

  it('says of each of our words what came of it', async () => {
    const officer = await signedIn(sql, api)
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const replied = await officer.post(`/tickets/${number}/reply`, { seen: 1, text: 'Chào bà' })
    await sql`update outbox set state = 'refused', failure = 'blocked', settled_at = now() where contact_id = ${contact.id}`

    const answer = await officer.get(`/tickets/${number}`)

    expect(replied.json().messages.at(-1)).toMatchObject({ delivery: { state: 'sending', reason: null } })
    expect(answer.json().messages.at(-1)).toMatchObject({ delivery: { state: 'failed', reason: 'blocked' } })
  })

  it('goes from claim to result, each verb answering with the ticket as it is then', async () => {
    const officer = await signedIn(sql, api)
    const { number } = await aTicket(sql, await aContact(sql))
    const at = `/tickets/${number}`

    const claimed = await officer.post(`${at}/claim`, { seen: 1 })
    const replied = await officer.post(`${at}/reply`, { seen: 2, text: 'Chào bà' })
    const asked = await officer.post(`${at}/ask`, { seen: 3, text: 'Xin ảnh', papers: ['CCCD'] })
    const resolved = await officer.post(`${at}/resolve`, {
      seen: 4,
      result: 'granted',
      reason: 'Đủ điều kiện',
      next_step: 'Nhận thẻ tại UBND',
    })

    expect(claimed.json()).toMatchObject({ status: 'assigned', assignee: { id: officer.id } })
    expect(replied.json()).toMatchObject({ status: 'assigned', promise: 'result' })
    expect(asked.json()).toMatchObject({ status: 'pending', paused_at: '2026-11-23T08:00:00+07:00' })
    expect(resolved.json()).toMatchObject({
      status: 'resolved',
      due_at: null,
      resolution: { result: 'granted', reason: 'Đủ điều kiện', basis: null, next_step: 'Nhận thẻ tại UBND' },
    })
    expect(resolved.json().activity.map((line: { verb: string }) => line.verb)).toEqual([
      'filed',
      'claim',
      'reply',
      'ask',
      'resolve',
    ])
  })

  it('answers 409 with what came since to an officer who was not looking', async () => {
    const [one, other] = [await signedIn(sql, api), await signedIn(sql, api)]
    const { number } = await aTicket(sql, await aContact(sql))
    await one.post(`/tickets/${number}/note`, { seen: 1, text: 'đang gọi' })

    const stale = await other.post(`/tickets/${number}/release`, { seen: 1 })
    await one.post(`/tickets/${number}/claim`, { seen: 2 })
    const taken = await other.post(`/tickets/${number}/claim`, { seen: 2 })

    expect(stale.statusCode).toBe(409)
    expect(stale.headers['content-type']).toContain('application/problem+json')
    expect(stale.json()).toMatchObject({
      status: 409,
      activity: [{ seq: 2, actor: 'officer', verb: 'note', officer: { id: one.id } }],
    })
    expect(taken.statusCode).toBe(409)
    expect(taken.json()).toMatchObject({ assignee: { id: one.id }, activity: [{ seq: 3, verb: 'claim' }] })
  })

  it('answers 422 and names what is missing or wrong', async () => {
    const officer = await signedIn(sql, api)
    const { number } = await aTicket(sql, await aContact(sql))

    const unseen = await officer.post(`/tickets/${number}/reply`, { text: 'x' })
    const empty = await officer.post(`/tickets/${number}/resolve`, { seen: 1, result: 'maybe', next_step: '' })
    const nowhere = await officer.post(`/tickets/${number}/hand-off`, { seen: 1, to_unit: 'so_ldtbxh', reason: 'x' })

    expect([unseen.statusCode, empty.statusCode, nowhere.statusCode]).toEqual([422, 422, 422])
    expect(unseen.json().errors).toEqual([{ path: 'seen', detail: expect.any(String) }])
    expect(empty.json().errors.map((fault: { path: string }) => fault.path)).toEqual(['result', 'next_step'])
    expect(nowhere.json().errors).toEqual([{ path: 'to_unit', detail: 'there is no unit so_ldtbxh today' }])
  })

  it('is closed to officers of other units and roles, and absent when there is none', async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    const stranger = await signedIn(sql, api, { unitId: 'xa_00000' })
    const auditor = await signedIn(sql, api, { unitId: null, roles: ['auditor'] })
    const editor = await signedIn(sql, api, { unitId: null, roles: ['editor'] })

    const answers = [
      await stranger.get(`/tickets/${number}`),
      await stranger.post(`/tickets/${number}/claim`, { seen: 1 }),
      await auditor.get(`/tickets/${number}`),
      await auditor.post(`/tickets/${number}/claim`, { seen: 1 }),
      await editor.get(`/tickets/${number}`),
      await auditor.get('/tickets/HY-2026-999999'),
    ]

    expect(answers.map((answer) => answer.statusCode)).toEqual([403, 403, 200, 403, 403, 404])
  })

  it('comes earlier in the queue when the answers put the person in a priority group', async () => {
    const officer = await signedIn(sql, api)
    const answers = (...given: [string, string][]) => given.map(([id, value]) => ({ id, label: id, value }))
    const groupsOf = async (of: ReturnType<typeof answers>) => {
      const filed = await officer.post('/tickets', { topic: 'jobs', answers: of })
      const [row] = await sql`select priority_groups from tickets where number = ${filed.json().number}`
      return row?.priority_groups
    }

    expect(await groupsOf(answers(['age', '9'], ['disability', 'severe'], ['merit', 'true']))).toEqual([
      'merit',
      'children',
      'disabled',
    ])
    expect(await groupsOf(answers(['age', '40'], ['sex', 'male'], ['merit', 'false']))).toEqual([])
  })

  it('is filed for somebody present, wherever it belongs', async () => {
    const officer = await signedIn(sql, api)

    const filed = await officer.post('/tickets', {
      topic: 'jobs',
      commune: COMMUNE,
      urgent: true,
      answers: [{ id: 'full_name', label: 'Họ tên', value: 'Bùi Văn Nam' }],
    })
    const wrong = await officer.post('/tickets', { topic: 'dancing', commune: '00000' })

    expect(filed.statusCode).toBe(201)
    expect(filed.headers.location).toBe(`/api/v1/tickets/${filed.json().number}`)
    expect(filed.json()).toMatchObject({
      status: 'open',
      urgent: true,
      accountable_unit: { id: 'tt_dvvl' },
      filed_by_officer: true,
    })
    expect(wrong.json().errors.map((fault: { path: string }) => fault.path)).toEqual(['topic', 'commune'])
  })
})

describe('lists of tickets', () => {
  it('are paged by deadline, without repeating or losing any', async () => {
    const unitId = 'tt_tgpl'
    const officer = await signedIn(sql, api, { unitId, roles: ['department_officer'] })
    const at = [3, 1, 2, 2, 0].map((hours) => hoursLater(hours))
    const numbers: string[] = []
    for (const moment of at) {
      numbers.push((await aTicket(sql, await aContact(sql), { topic: 'legal_aid', at: moment })).number)
    }

    const first = (await officer.get('/tickets?limit=2')).json()
    const second = (await officer.get(`/tickets?limit=2&cursor=${first.next_cursor}`)).json()
    const third = (await officer.get(`/tickets?limit=2&cursor=${second.next_cursor}`)).json()

    const listed = [first, second, third].flatMap((page) => page.items.map((item: { number: string }) => item.number))
    expect(listed).toEqual([4, 1, 2, 3, 0].map((index) => numbers[index]))
    expect(third.next_cursor).toBeNull()
  })

  it('are narrowed by queue, status, topic, commune, lateness and words', async () => {
    const admin = await signedIn(sql, api, { unitId: null, roles: ['administrator', 'supervisor'] })
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact, {
      topic: 'housing',
      urgent: true,
      answers: [
        { id: 'full_name', label: 'Họ tên', value: 'Đỗ Thị Hường' },
        { id: 'contact_phone', label: 'Điện thoại', value: '0912 345 678' },
      ],
    })
    const found = async (query: string) => {
      const items: { number: string }[] = (await admin.get(`/tickets?limit=200&${query}`)).json().items
      return items.some((item) => item.number === number)
    }
    clock.at = hoursLater(11)

    const hits = [
      `queue=${COMMUNE_UNIT}`,
      'status=open',
      'status=open,assigned',
      'topic=housing',
      `commune=${COMMUNE}`,
      'overdue=true',
      'q=do+thi+huong',
      'q=%2B84912345678',
      `q=${number}`,
      `q=${Number(number.slice(-6))}`,
    ]
    const misses = [
      'queue=so_y_te',
      'status=closed',
      'topic=jobs',
      'commune=00001',
      'overdue=false',
      'q=tran+thi+huong',
    ]
    const answers = [...(await Promise.all(hits.map(found))), ...(await Promise.all(misses.map(found)))]
    clock.at = MONDAY

    expect(answers).toEqual([...hits.map(() => true), ...misses.map(() => false)])
  })

  it('show an officer what was offered to the unit, and what is late in its field', async () => {
    const sender = await signedIn(sql, api)
    const officer = await signedIn(sql, api, { unitId: DEPARTMENT, roles: ['department_officer'] })
    const offered = await aTicket(sql, await aContact(sql))
    const late = await aTicket(sql, await aContact(sql), { at: hoursLater(-96) })
    const inTime = await aTicket(sql, await aContact(sql))
    await sender.post(`/tickets/${offered.number}/hand-off`, { seen: 1, to_unit: DEPARTMENT, reason: 'thuộc Sở' })

    const items: { number: string }[] = (await officer.get('/tickets?limit=200')).json().items
    const queues = (await officer.get('/queues')).json()

    const numbers = items.map((item) => item.number)
    expect(numbers).toEqual(expect.arrayContaining([offered.number, late.number]))
    expect(numbers).not.toContain(inTime.number)
    expect(queues.items).toEqual([expect.objectContaining({ id: DEPARTMENT, name: 'Sở Y tế', offered: 1 })])
  })

  it('refuse a cursor that came from nowhere', async () => {
    const officer = await signedIn(sql, api)

    const answer = await officer.get('/tickets?cursor=nonsense')

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toEqual([{ path: 'cursor', detail: 'came from no list of ours' }])
  })
})
