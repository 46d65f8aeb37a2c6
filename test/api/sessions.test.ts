import { describe, expect, it } from 'vitest'
import { beginTotp, confirmTotp } from '../../src/officers/second-step.ts'
import { codeAt } from '../../src/officers/totp.ts'
import { anOfficer, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { anApi, PASSWORD, signedIn } from './api-server.ts'

const { sql } = await createDatabase()
const services = { sql, secrets: desk.secrets }

describe('a program that signs in', () => {
  it('is told that a one-time code is missing, and gets in with it', async () => {
    const { api } = await anApi(sql)
    const { id, username } = await signedIn(sql, api)
    const secret = (await beginTotp(services, id)) ?? Buffer.alloc(0)
    const earlier = new Date(MONDAY.getTime() - 60_000)
    await confirmTotp(services, id, codeAt(secret, earlier), earlier)
    const post = (totp?: string) =>
      api.inject({ method: 'POST', url: '/api/v1/sessions', payload: { username, password: PASSWORD, totp } })

    const [without, wrong, right] = [await post(), await post('000000'), await post(codeAt(secret, MONDAY))]

    expect(without.statusCode).toBe(401)
    expect(without.headers['content-type']).toContain('application/problem+json')
    expect(without.json()).toMatchObject({ missing: ['totp'], detail: expect.stringContaining('totp') })
    expect(wrong.statusCode).toBe(401)
    expect(right.statusCode).toBe(201)
  })

  it('can do nothing with a password that somebody else gave, until it is changed', async () => {
    const { api } = await anApi(sql)
    const officer = await signedIn(sql, api)
    await sql`update officers set must_change_password = true where id = ${officer.id}`

    const answer = await officer.get('/queues')

    expect(answer.statusCode).toBe(403)
  })

  it('is in the audit log when it comes and goes, without its name', async () => {
    const { api } = await anApi(sql)
    const officer = await signedIn(sql, api)
    await anOfficer(sql)

    await api.inject({
      method: 'DELETE',
      url: '/api/v1/sessions',
      headers: { authorization: `Bearer ${officer.token}` },
    })

    const lines = await sql<{ action: string; row: string }[]>`
      select action, a::text as row from audit a where actor_id = ${officer.id} order by id`
    expect(lines.map(({ action }) => action)).toEqual(['sign-in', 'sign-out'])
    expect(lines.filter(({ row }) => row.includes(officer.username))).toEqual([])
  })
})
