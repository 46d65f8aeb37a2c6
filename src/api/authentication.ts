import type { FastifyRequest } from 'fastify'
import { Problem } from '../http/problem.ts'
import type { Officer } from '../officers/permissions.ts'
import { officerOfToken, SESSION_COOKIE } from '../officers/sessions.ts'
import type { Api, ApiServices } from './services.ts'

const OFFICER = 'signedInOfficer'

/** Everything registered in this scope needs a signed-in officer: bearer token, or the cookie of the console. */
export function requireOfficer(app: Api, { sql, clock }: ApiServices): void {
  app.decorateRequest(OFFICER)
  // After the limit of calls, which counts in `onRequest` of the route: guessing tokens must not be free.
  app.addHook('preParsing', async (request) => {
    const token = tokenOf(request)
    const officer = token === null ? null : await officerOfToken(sql, token, clock.now())
    if (officer === null) {
      throw new Problem(401, 'Sign in with POST /api/v1/sessions', {}, { 'www-authenticate': 'Bearer' })
    }
    if (officer.mustChangePassword === true) {
      throw new Problem(403, 'The password was given by somebody else: change it in the console first')
    }
    request.setDecorator(OFFICER, officer)
  })
}

/** The officer who makes this call; only within a scope of `requireOfficer`. */
export function officerOf(request: FastifyRequest): Officer {
  return request.getDecorator<Officer>(OFFICER)
}

export function tokenOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization
  if (header !== undefined) return /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? null
  return request.cookies[SESSION_COOKIE] ?? null
}
