import { describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { anApi, PASSWORD, signedIn } from './api-server.ts'

const { sql } = await createDatabase()
const { api } = await anApi(sql)

const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
  api.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

describe('the open part of the API', () => {
  it('screens a person without storing anything', async () => {
    const answer = await post('/screenings', { date: '2026-11-23', facts: { household_status: 'poor', age: null } })

    const body = answer.json()
    expect(answer.statusCode).toBe(200)
    expect(body.date).toBe('2026-11-23')
    expect(body.determinations.length).toBeGreaterThan(5)
    expect(body.determinations.every((one: { basis: unknown[] }) => one.basis.length > 0)).toBe(true)
    expect(await sql`select from screenings`).toHaveLength(0)
  })

  it('names every fact and programme that it cannot read', async () => {
    const answer = await post('/screenings', { facts: { age: 'old', colour: 'red' }, programmes: ['nothing'] })

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map((fault: { path: string }) => fault.path)).toEqual([
      'facts.age',
      'facts.colour',
      'programmes.0',
    ])
  })

  it('says what a text is about', async () => {
    const answer = await post('/understand', { text: 'toi can tim viec lam' })

    expect(answer.json()).toEqual({ topics: [{ id: 'jobs', score: 0.9 }], intent: 'request', decision: 'accept' })
  })

  it('finds communes by their old names, without diacritics', async () => {
    const all = (await api.inject('/api/v1/communes')).json()
    const found = (await api.inject('/api/v1/communes?q=pho%20hien')).json()

    expect(all.items).toHaveLength(104)
    expect(found.items[0]).toMatchObject({ name: 'Phố Hiến', type: 'phường' })
  })

  it('lists what it knows', async () => {
    const answers = await Promise.all(
      ['programmes', 'facts', 'topics', 'units'].map((name) => api.inject(`/api/v1/${name}`)),
    )

    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200])
    expect(answers[2]?.json().items).toHaveLength(20)
  })

  it('describes itself', async () => {
    const { paths } = (await api.inject('/api/openapi.json')).json()

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/v1/screenings', '/api/v1/tickets/{number}', '/api/v1/tickets/{number}/hand-off']),
    )
  })

  it('takes twenty calls in one burst', async () => {
    const burst = Array.from({ length: 20 }, () => post('/understand', { text: 'x' }))

    const statuses = (await Promise.all(burst)).map((answer) => answer.statusCode)

    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})

describe('signing in by the API', () => {
  it('gives a token and a cookie, and either opens the queues', async () => {
    const officer = await signedIn(sql, api)

    const session = await post('/sessions', { username: officer.username, password: PASSWORD })
    const { token, user } = session.json()
    const [cookie] = session.cookies
    const byToken = await api.inject({ url: '/api/v1/queues', headers: { authorization: `Bearer ${token}` } })
    const byCookie = await api.inject({ url: '/api/v1/queues', cookies: { cau_noi_session: token } })

    expect(user).toMatchObject({ username: officer.username, roles: ['commune_officer'] })
    expect(cookie).toMatchObject({ name: 'cau_noi_session', value: token, httpOnly: true, sameSite: 'Lax', path: '/' })
    expect([byToken.statusCode, byCookie.statusCode]).toEqual([200, 200])
  })

  it('ends with signing out', async () => {
    const officer = await signedIn(sql, api)
    const { token } = (await post('/sessions', { username: officer.username, password: PASSWORD })).json()
    const headers = { authorization: `Bearer ${token}` }

    const out = await api.inject({ method: 'DELETE', url: '/api/v1/sessions', headers })
    const after = await api.inject({ url: '/api/v1/queues', headers })

    expect([out.statusCode, after.statusCode]).toEqual([204, 401])
  })

  it('locks after ten wrong passwords and says for how many seconds', async () => {
    const { username } = await signedIn(sql, api)
    const tries = []
    for (let count = 0; count < 11; count++) tries.push(await post('/sessions', { username, password: 'sai' }))

    const statuses = tries.map((answer) => answer.statusCode)
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429])
    expect(tries.at(-1)?.headers['retry-after']).toBe('900')
  })
})

describe('what the API refuses', () => {
  it.each([
    ['somebody who is not signed in', () => api.inject('/api/v1/tickets'), 401],
    [
      'a token that nobody has',
      () => api.inject({ url: '/api/v1/tickets', headers: { authorization: 'Bearer x' } }),
      401,
    ],
    ['an address that does not exist', () => api.inject('/api/v1/nothing'), 404],
    ['JSON that is broken', () => post('/understand', '{"text":'), 400],
    ['a form in place of JSON', () => post('/understand', 'text=x', { 'content-type': 'text/plain' }), 415],
    ['a body without its field', () => post('/understand', {}), 422],
    ['a body of two megabytes', () => post('/understand', { text: 'x'.repeat(2_000_000) }), 413],
    ['a call from another site’s page', () => post('/sessions', {}, { origin: 'https://elsewhere.example' }), 403],
  ])('%s', async (_, call, status) => {
    const answer = await call()

    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json()).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) })
  })
})
