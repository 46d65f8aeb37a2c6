import { join } from 'node:path'
import { fastify, type LightMyRequestResponse } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { pino } from 'pino'
import { apiRoutes } from '../../src/api/routes.ts'
import type { Api, ApiServices } from '../../src/api/services.ts'
import type { Sql } from '../../src/db/client.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { hashPassword } from '../../src/officers/password.ts'
import type { Role } from '../../src/officers/permissions.ts'
import { readIndicators } from '../../src/reports/indicator.ts'
import { broadcasting } from '../broadcasts/broadcast-builders.ts'
import { anOfficer, COMMUNE_UNIT, desk, MONDAY, sound, workByHand } from '../desk/desk-builders.ts'

const eligibility = sound(readEligibility(join(import.meta.dirname, '../../flows')))

export const PASSWORD = 'mật khẩu thử'
const passwordHash = await hashPassword(PASSWORD)

/** The API on its own, with a clock that stands still at `clock.at`. */
export async function anApi(sql: Sql): Promise<{ api: Api; services: ApiServices; clock: { at: Date } }> {
  const clock = { at: MONDAY, now: () => clock.at }
  const services: ApiServices = {
    ...desk,
    sql,
    clock,
    log: pino({ level: 'silent' }),
    eligibility,
    reports: sound(readIndicators(join(import.meta.dirname, '../../flows'))),
    broadcasting,
    understander: {
      understand: () => ({ topics: [{ id: 'jobs', score: 0.9 }], intent: 'request', decision: 'accept' }),
    },
  }
  const api = fastify().withTypeProvider<ZodTypeProvider>()
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(serializerCompiler)
  await apiRoutes(api, services)
  await api.ready()
  return { api, services, clock }
}

export interface SignedIn {
  id: string
  username: string
  token: string
  get(url: string): Promise<LightMyRequestResponse>
  post(url: string, body: object): Promise<LightMyRequestResponse>
}

/** An officer with a token. */
export async function signedIn(
  sql: Sql,
  api: Api,
  options: { unitId?: string | null; roles?: Role[] } = {},
): Promise<SignedIn> {
  const unitId = options.unitId === undefined ? COMMUNE_UNIT : options.unitId
  if (unitId !== null) await workByHand(sql, unitId)
  const officer = await anOfficer(sql, { ...options, unitId })
  await sql`update officers set password_hash = ${passwordHash} where id = ${officer.id}`
  const session = await api.inject({
    method: 'POST',
    url: '/api/v1/sessions',
    payload: { username: officer.username, password: PASSWORD },
  })
  const headers = { authorization: `Bearer ${session.json().token}` }
  return {
    id: officer.id,
    username: officer.username,
    token: session.json().token,
    get: (url) => api.inject({ method: 'GET', url: `/api/v1${url}`, headers }),
    post: (url, payload) => api.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload }),
  }
}
