/**
 * The base that every page, webhook and JSON call stands on: what may come in, what leaves with every answer, and what
 * is logged. It knows no module; `main.ts` registers their routes on the server made here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifyFormbody from '@fastify/formbody'
import fastifyHelmet from '@fastify/helmet'
import fastifyRateLimit from '@fastify/rate-limit'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController, type RawServerDefault } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from '../log.ts'
import type { Assets } from './assets.ts'
import { type HealthChecks, healthRoutes } from './health.ts'
import { type MeasuredState, type Metrics, metricsRoutes } from './metrics.ts'
import { handleProblem, handleUnknownAddress } from './problem.ts'
import { securityHeaders } from './security.ts'

export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export interface ServerOptions {
  log: Logger
  /** Where the world reaches us; undefined while only this machine does. */
  publicUrl: string | undefined
  assets: Assets
  health: HealthChecks
  metrics: Metrics
  state: MeasuredState
  /** Calls that one address may make in ten seconds, all at once or spread; 600 unless told. */
  callsPerTenSeconds?: number
}

/** The port is taken by another program, or by another process of this product. */
export class PortInUse extends Error {
  readonly host: string
  readonly port: number

  constructor(host: string, port: number, cause: unknown) {
    super(`Port ${port} on ${host} is in use by another program; stop it or set PORT to a free one`, { cause })
    this.name = 'PortInUse'
    this.host = host
    this.port = port
  }
}

/** Bytes of a body; a route that takes files raises it for itself. */
const BODY_LIMIT = 1_048_576
/** How long talks with browsers may go on after the stop was asked for. */
const CLOSE_PATIENCE_MS = 3_000

/** Probes and marked files are asked for all the time and say nothing about use. */
const QUIET = ['/health', '/metrics', '/assets']

export async function createServer(options: ServerOptions): Promise<Server> {
  const publicUrl = options.publicUrl ?? null
  const app = fastify({
    loggerInstance: withoutPersonalData(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    // The proxy in front stands on this machine or beside it; nobody else's word counts for who calls.
    trustProxy: publicUrl === null ? false : ['loopback', 'linklocal', 'uniquelocal'],
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(handleProblem)

  logRequests(app, options.metrics)
  await app.register(fastifyHelmet, securityHeaders(publicUrl))
  await app.register(fastifyRateLimit, {
    global: true,
    max: options.callsPerTenSeconds ?? 600,
    timeWindow: 10_000,
    cache: 20_000,
    // A channel sends everybody's updates from a few addresses, and signs them.
    allowList: (request) => request.url.startsWith('/webhooks/'),
  })
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, handleUnknownAddress)
  await app.register(fastifyCookie)
  await app.register(fastifyFormbody, { bodyLimit: BODY_LIMIT })

  app.get('/', async (_request, reply) => reply.redirect('/chat', 302))
  await app.register(options.assets.routes)
  await app.register(healthRoutes, options.health)
  await app.register(metricsRoutes, { metrics: options.metrics, state: options.state, publicUrl })
  return app
}

/** Opens the port; `PortInUse` when somebody else has it. Resolves with the address, e.g. `http://127.0.0.1:3000`. */
export async function listen(app: Server, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw isTaken ? new PortInUse(host, port, error) : error
  }
}

/** Takes no new calls, lets those under way end, and cuts streams that would stay open for ever. */
export async function closeServer(app: Server, patienceMs = CLOSE_PATIENCE_MS): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), patienceMs)
  try {
    await app.close()
  } finally {
    clearTimeout(timer)
  }
}

/** Addresses of pages can hold what an officer searched for: the log gets the pattern of the route, never the address. */
function withoutPersonalData(log: Logger): FastifyBaseLogger {
  return log.child(
    {},
    {
      serializers: {
        req: (request: { method?: string; routeOptions?: { url?: string } }) => ({
          method: request.method,
          route: request.routeOptions?.url,
        }),
        res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      },
    },
  )
}

function logRequests(app: Server, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const { method } = request
    const status = reply.statusCode
    metrics.requestSeconds.observe({ method, route, status }, reply.elapsedTime / 1_000)
    const line = { method, route, status, ms: Math.round(reply.elapsedTime * 10) / 10 }
    if (QUIET.some((quiet) => route.startsWith(quiet)) && status < 500) request.log.debug(line, 'answered')
    else request.log.info(line, 'answered')
  })
}
