import { describe, expect, it } from 'vitest'
import { freezeBroadcast } from '../../src/broadcasts/freeze.ts'
import { beginFreezing, startDue } from '../../src/broadcasts/works.ts'
import { aPerson } from '../broadcasts/broadcast-builders.ts'
import { COMMUNE, COMMUNE_UNIT, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { anApi, signedIn } from './api-server.ts'

const { sql } = await createDatabase()
const { api, services } = await anApi(sql)
const editor = await signedIn(sql, api, { roles: ['editor'], unitId: null })
const approver = await signedIn(sql, api, { roles: ['approver'], unitId: null })
const reached = await aPerson(sql)
const unreached = await aPerson(sql, { unreachable: true })

const body = { kind: 'duty', texts: { vi: 'Thẻ bảo hiểm y tế đã có.' }, audience: { communes: [COMMUNE] } }

async function aMessage(changed: object = {}): Promise<string> {
  const { id } = (await editor.post('/broadcasts', { ...body, ...changed })).json()
  return `/broadcasts/${id}`
}

async function sending(): Promise<string> {
  const at = await aMessage()
  await editor.post(`${at}/submit`, {})
  await approver.post(`${at}/approve`, {})
  await approver.post(`${at}/schedule`, {})
  await beginFreezing(services, MONDAY)
  await freezeBroadcast(services, at.split('/')[2] ?? '', { now: () => MONDAY })
  await startDue(services, MONDAY)
  return at
}

describe('a policy message by the API', () => {
  it('is created by an editor as a draft, whole', async () => {
    const answer = await editor.post('/broadcasts', { ...body, schedule: '2026-11-24T08:00:00+07:00' })

    expect(answer.statusCode).toBe(201)
    expect(answer.headers.location).toBe(`/api/v1/broadcasts/${answer.json().id}`)
    expect(answer.json()).toMatchObject({
      kind: 'duty',
      status: 'draft',
      texts: { vi: { text: 'Thẻ bảo hiểm y tế đã có.' } },
      audience: { communes: [COMMUNE] },
      schedule: '2026-11-24T08:00:00+07:00',
      author: { id: editor.id },
      approvers: [],
      households: null,
      activity: [{ seq: 1, verb: 'draft', actor: { id: editor.id } }],
    })
  })

  it('goes from submission to sending, each verb answering with the message as it is then', async () => {
    const at = await aMessage()

    const submitted = (await editor.post(`${at}/submit`, { seen: 1 })).json()
    const approved = (await approver.post(`${at}/approve`, { seen: 2, hash: submitted.hash })).json()
    const scheduled = (await approver.post(`${at}/schedule`, { seen: 3 })).json()
    const paused = (await approver.post(`${at}/pause`, { reason: 'Chờ' })).json()
    const resumed = (await approver.post(`${at}/resume`, {})).json()
    const cancelled = (await approver.post(`${at}/cancel`, {})).json()

    expect(submitted).toMatchObject({
      status: 'submitted',
      households: 2,
      preview: { people: 2, estimated: false, visits: { unreachable: 1 } },
      plan: { channels: [{ channel: 'telegram', free: 1, cost: 0 }], visits: 1 },
    })
    expect(approved).toMatchObject({ status: 'approved', approvers: [{ id: approver.id }] })
    expect(scheduled).toMatchObject({ status: 'scheduled', scheduled_at: '2026-11-23T08:00:00+07:00' })
    expect([paused, resumed, cancelled].map(({ status }) => status)).toEqual(['paused', 'scheduled', 'cancelled'])
  })

  it('shows whom it went to by state, without names, and how many stand where', async () => {
    const at = await sending()

    const whole = (await approver.get(at)).json()
    const first = (await approver.get(`${at}/recipients?limit=1`)).json()
    const second = (await approver.get(`${at}/recipients?limit=1&cursor=${first.next_cursor}`)).json()

    const seen = [...first.items, ...second.items].map(({ contact, state, reason }) => [contact, state, reason])
    expect(whole.counts).toEqual([
      { channel: 'telegram', state: 'visit', count: 1 },
      { channel: 'telegram', state: 'waiting', count: 1 },
    ])
    expect(seen.sort()).toEqual(
      [
        [reached, 'waiting', null],
        [unreached, 'visit', 'unreachable'],
      ].sort(),
    )
    expect(second.next_cursor).toBeNull()
  })

  it('is ticked off by an officer of the commune for whoever was told in person', async () => {
    const at = await sending()
    const officer = await signedIn(sql, api, { unitId: COMMUNE_UNIT })

    const ticked = await officer.post(`${at}/visits`, { contact: unreached, done: true })

    const visits = (await officer.get(`${at}/visits`)).json()
    expect(ticked.statusCode).toBe(200)
    expect(visits).toMatchObject({ left: 0, items: [{ contact: unreached, visited_at: '2026-11-23T08:00:00+07:00' }] })
  })

  it('is corrected to those who got it', async () => {
    const at = await sending()
    await sql`update broadcast_recipients set state = 'sent' where contact_id = ${reached}`
    await approver.post(`${at}/cancel`, {})

    const answer = await editor.post(`${at}/correct`, { texts: { vi: 'Đính chính.' } })

    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      status: 'draft',
      corrects: at.split('/')[2],
      texts: { vi: { text: 'Đính chính.' } },
    })
  })

  it('can be counted before it is written', async () => {
    const answer = await editor.post('/broadcasts/preview', { kind: 'duty', audience: { communes: [COMMUNE] } })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ preview: { people: 2 }, plan: { visits: 1 } })
  })
})

describe('a call that is refused says why', () => {
  it('with 403 to whoever writes no messages, reads none, or wrote it themselves', async () => {
    const at = await aMessage()
    const officer = await signedIn(sql, api)
    const both = await signedIn(sql, api, { roles: ['editor', 'approver'], unitId: null })
    const own = `/broadcasts/${(await both.post('/broadcasts', body)).json().id}`
    await both.post(`${own}/submit`, {})

    const answers = [
      await officer.post('/broadcasts', body),
      await officer.get(at),
      await approver.post(`${at}/submit`, {}),
      await both.post(`${own}/approve`, {}),
    ]

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403])
    expect(answers[3]?.json().detail).toContain('own message')
  })

  it('with 404 for a message that does not exist', async () => {
    const answers = [
      await approver.get('/broadcasts/nothing'),
      await approver.post('/broadcasts/00000000-0000-4000-8000-000000000000/approve', {}),
    ]

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404])
  })

  it('with 409 for a verb that the status does not allow, or a text that is another one by now', async () => {
    const at = await aMessage()
    const early = await approver.post(`${at}/approve`, {})
    await editor.post(`${at}/submit`, {})
    const other = await approver.post(`${at}/approve`, { hash: 'other' })
    const stale = await approver.post(`${at}/approve`, { seen: 1 })

    expect([early, other, stale].map(({ statusCode }) => statusCode)).toEqual([409, 409, 409])
    expect(early.json()).toMatchObject({ broadcast_status: 'draft' })
    expect(stale.json()).toMatchObject({ activity: [{ seq: 2, verb: 'submit' }] })
  })

  it.each([
    ['an unknown field', { nothing: 1 }, ''],
    ['an audience field that does not exist', { audience: { moon: 1 } }, 'audience'],
    ['a schedule in the past', { schedule: '2026-11-20T08:00:00+07:00' }, 'schedule'],
    ['a text that is too long', { texts: { vi: 'x'.repeat(2_001) } }, 'texts.vi.text'],
    ['an unknown commune', { audience: { communes: ['nowhere'] } }, 'audience.communes.0'],
  ])('with 422 for %s', async (_, changed, path) => {
    const answer = await editor.post('/broadcasts', { ...body, ...changed })

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it('with 422 for an audience of nobody, when it is submitted', async () => {
    const at = await aMessage({ kind: 'information', topic: 'jobs' })

    const answer = await editor.post(`${at}/submit`, {})

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toEqual([{ path: 'audience', detail: 'this concerns nobody' }])
  })

  it('and an edit takes the approval back', async () => {
    const at = await aMessage()
    await editor.post(`${at}/submit`, {})
    await approver.post(`${at}/approve`, {})

    const edited = await api.inject({
      method: 'PATCH',
      url: `/api/v1${at}`,
      headers: { authorization: `Bearer ${editor.token}` },
      payload: { audience: {} },
    })

    const scheduled = await approver.post(`${at}/schedule`, {})
    expect(edited.json()).toMatchObject({
      status: 'draft',
      approvers: [],
      audience: {},
      texts: { vi: { text: body.texts.vi } },
    })
    expect(scheduled.statusCode).toBe(409)
  })
})
