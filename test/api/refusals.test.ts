import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { aTicket } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { anApi, PASSWORD, signedIn } from './api-server.ts'

const { sql } = await createDatabase()

describe('a program that guesses', () => {
  it.each([
    ['tokens', { url: '/api/v1/tickets', headers: { authorization: 'Bearer wrong' } }, 401],
    ['addresses', { url: '/api/v1/nowhere' }, 404],
  ])('%s meets the limit of calls', async (_, call, status) => {
    const { api } = await anApi(sql)

    const first = await api.inject(call)
    for (let count = 0; count < 600; count++) await api.inject(call)
    const last = await api.inject(call)

    expect(first.statusCode).toBe(status)
    expect(last.statusCode).toBe(429)
  })
})

describe('a verb sent without a body', () => {
  it.each([
    ['as empty JSON', { 'content-type': 'application/json' }],
    ['without saying what it is', {}],
  ])('%s is told that `seen` is missing', async (_, headers) => {
    const { api } = await anApi(sql)
    const { number } = await aTicket(sql, null)
    const officer = await signedIn(sql, api)
    const { token } = (
      await api.inject({
        method: 'POST',
        url: '/api/v1/sessions',
        payload: { username: officer.username, password: PASSWORD },
      })
    ).json()

    const answer = await api.inject({
      method: 'POST',
      url: `/api/v1/tickets/${number}/claim`,
      headers: { ...headers, authorization: `Bearer ${token}` },
    })

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toMatchObject([{ path: 'seen' }])
  })
})

describe('a text with a NUL character', () => {
  it('is answered as a wrong value', async () => {
    const { api } = await anApi(sql)
    const officer = await signedIn(sql, api)

    const read = await officer.get('/tickets/HY%00')
    const session = await api.inject({
      method: 'POST',
      url: '/api/v1/sessions',
      payload: { username: 'a\u0000b', password: 'x' },
    })

    expect([read.statusCode, session.statusCode]).toEqual([422, 422])
  })
})

describe('a call while the database is away', () => {
  it('is asked to come again', async () => {
    const gone = connect({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 })
    const { api } = await anApi(gone)

    const answer = await api.inject({ url: '/api/v1/tickets', headers: { authorization: 'Bearer any' } })
    await gone.end({ timeout: 0 })

    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('10')
  })
})
