import { z } from 'zod'
import { isoLocal } from '../clock.ts'
import { Problem, problemSchema } from '../http/problem.ts'
import type { Officer } from '../officers/permissions.ts'
import { deviceOf, SESSION_COOKIE, signOut } from '../officers/sessions.ts'
import { signIn } from '../officers/sign-in.ts'
import { tokenOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'

const userSchema = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  unit: z.string().nullable(),
})

export async function sessionRoutes(app: Api, { sql, clock, secrets }: ApiServices): Promise<void> {
  app.post(
    '/sessions',
    {
      // Each try costs a tenth of a second of computing; the lock per account is the real bar.
      config: { rateLimit: { max: 30, timeWindow: 1000 } },
      schema: {
        tags: ['sessions'],
        summary: 'Sign in; gives a bearer token and the cookie of the console',
        body: z.object({
          username: z.string().min(1).max(200),
          password: z.string().max(1000),
          totp: z.string().max(40).optional(),
        }),
        response: {
          201: z.object({ token: z.string(), expires_at: z.string(), user: userSchema }),
          401: problemSchema,
          422: problemSchema,
          429: problemSchema,
        },
      },
    },
    async (request, reply) => {
      const now = clock.now()
      const device = deviceOf(request.headers['user-agent'])
      const outcome = await signIn({ sql, secrets }, { ...request.body, device }, now)
      if (outcome.kind === 'wrong') throw new Problem(401, 'The user name or the password is wrong')
      if (outcome.kind === 'code-needed') {
        throw new Problem(401, 'This account has one-time codes: send the current one as totp', { missing: ['totp'] })
      }
      if (outcome.kind === 'wrong-code') throw new Problem(401, 'The totp is wrong, or was used before')
      if (outcome.kind === 'locked') {
        const seconds = Math.max(1, Math.ceil((outcome.until.getTime() - now.getTime()) / 1000))
        const detail = `Too many wrong passwords; try again after ${isoLocal(outcome.until)}`
        throw new Problem(429, detail, {}, { 'retry-after': String(seconds) })
      }
      const { token, officer } = outcome
      reply.setCookie(SESSION_COOKIE, token, {
        httpOnly: true,
        sameSite: 'lax',
        path: '/',
        secure: request.protocol === 'https',
        maxAge: Math.floor((outcome.expiresAt.getTime() - now.getTime()) / 1000),
      })
      return reply.code(201).send({ token, expires_at: isoLocal(outcome.expiresAt), user: userOf(officer) })
    },
  )

  app.delete(
    '/sessions',
    { schema: { tags: ['sessions'], summary: 'Sign out', response: { 204: z.null() } } },
    async (request, reply) => {
      const token = tokenOf(request)
      if (token !== null) await signOut(sql, token, clock.now())
      reply.clearCookie(SESSION_COOKIE, { path: '/' })
      return reply.code(204).send(null)
    },
  )
}

function userOf({ id, username, name, roles, unitId }: Officer): z.output<typeof userSchema> {
  return { id, username, name, roles: [...roles], unit: unitId }
}
