/**
 * The JSON API under `/api/v1`, with its description at `/api/openapi.json`. Routes translate between HTTP and the
 * modules; whatever is decided is decided there.
 */
import fastifyCookie from '@fastify/cookie'
import fastifyRateLimit from '@fastify/rate-limit'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { handleProblem, handleUnknownAddress, Problem } from '../http/problem.ts'
import { isFromOurPages } from '../http/security.ts'
import { requireOfficer } from './authentication.ts'
import { broadcastVerbRoutes } from './broadcast-verbs.ts'
import { broadcastRoutes } from './broadcasts.ts'
import { definitionRoutes } from './definitions.ts'
import { describeApi } from './openapi.ts'
import { queueRoutes } from './queues.ts'
import { reportRoutes } from './reports.ts'
import { screeningRoutes } from './screenings.ts'
import type { Api, ApiServices } from './services.ts'
import { sessionRoutes } from './sessions.ts'
import { ticketAttachmentRoutes } from './ticket-attachments.ts'
import { ticketVerbRoutes } from './ticket-verbs.ts'
import { ticketRoutes } from './tickets.ts'
import { understandRoutes } from './understand.ts'

export type { ApiServices } from './services.ts'

/** Changes nothing on the server, so it needs no proof of where it comes from. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

export async function apiRoutes(app: Api, services: ApiServices): Promise<void> {
  await app.register(async (api: Api) => {
    api.setValidatorCompiler(validatorCompiler)
    api.setSerializerCompiler(serializerCompiler)
    api.setErrorHandler(handleProblem)
    if (!api.hasPlugin('@fastify/swagger')) await describeApi(api)
    api.get('/api/openapi.json', { schema: { hide: true } }, async () => api.swagger())
    await api.register((scope: Api) => v1(scope, services), { prefix: '/api/v1' })
  })
}

async function v1(api: Api, services: ApiServices): Promise<void> {
  if (!api.hasPlugin('@fastify/cookie')) await api.register(fastifyCookie)
  if (!api.hasPlugin('@fastify/rate-limit')) {
    // 20 a second from one address at the least, and those may come in one burst.
    await api.register(fastifyRateLimit, { global: true, max: 600, timeWindow: 10_000 })
  }
  api.setNotFoundHandler({ preHandler: api.rateLimit() }, handleUnknownAddress)
  readJsonOnly(api)
  api.addHook('preParsing', async (request) => {
    if (READING.has(request.method) || isFromOurPages(request, services.publicUrl ?? null)) return
    throw new Problem(403, 'This call comes from a page that is not ours')
  })
  // No body at all is answered like an empty one: with the names of what is missing.
  api.addHook('preValidation', async (request) => {
    request.body ??= {}
  })

  await api.register((scope: Api) => sessionRoutes(scope, services))
  await api.register((scope: Api) => definitionRoutes(scope, services))
  await api.register((scope: Api) => screeningRoutes(scope, services))
  await api.register((scope: Api) => understandRoutes(scope, services))
  await api.register(async (scope: Api) => {
    requireOfficer(scope, services)
    await queueRoutes(scope, services)
    await ticketRoutes(scope, services)
    await ticketVerbRoutes(scope, services)
    await ticketAttachmentRoutes(scope, services)
    await reportRoutes(scope, services)
    await broadcastRoutes(scope, services)
    await broadcastVerbRoutes(scope, services)
  })
}

/** No form of another page can be read here: whatever is not JSON is answered 415. */
function readJsonOnly(api: Api): void {
  api.removeAllContentTypeParsers()
  const parse = api.getDefaultJsonParser('error', 'error')
  api.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body.trim() === '' ? done(null, {}) : parse(request, body, done),
  )
}
