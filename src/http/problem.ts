/**
 * Errors of the JSON API as `application/problem+json` (RFC 9457), in one place. Modules below throw plain errors and
 * return outcomes; only here and in the routes do they become statuses.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isPassingFault, isUnstorableText } from '../db/faults.ts'
import type { Fault } from '../errors.ts'

const titles = {
  400: 'Malformed request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Invalid values',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
} as const

/** A database that restarts is back by then. */
const RETRY_SECONDS = '10'

export type ProblemStatus = keyof typeof titles

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), detail: z.string() })).optional(),
  })
  .describe('application/problem+json')

/** An answer that is an error. `extra` are further members, such as `activity`. */
export class Problem extends Error {
  readonly status: ProblemStatus
  readonly extra: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ProblemStatus,
    detail: string,
    extra: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.extra = extra
    this.headers = headers
  }
}

/** 422 that names each fault. */
export function invalidValues(faults: readonly Fault[]): Problem {
  const errors = faults.map((fault) => ({ path: fault.where, detail: fault.what }))
  return new Problem(422, `${errors.length} value(s) are wrong`, { errors })
}

/** The error handler of the JSON API. */
export function handleProblem(
  error: FastifyError | Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = error instanceof Problem ? error : toProblem(error, request)
  return sendProblem(reply.headers(problem.headers), problem)
}

/** The not-found handler of the JSON API. */
export function handleUnknownAddress(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, new Problem(404, `There is no ${request.method} at this address`))
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, message: detail, extra } = problem
  // Without a response schema: the shape differs from the one the route promises for success.
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ type: 'about:blank', title: titles[status], status, detail, ...extra })
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  const fault: unknown = error
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidValues(
      error.validation.map((fault) => ({
        where: fault.instancePath.split('/').filter(Boolean).map(unescapePointer).join('.'),
        what: fault.message ?? 'is wrong',
      })),
    )
  }
  if (isUnstorableText(fault)) return new Problem(422, 'A text holds a NUL character; send it without')
  if (isPassingFault(fault)) {
    request.log.error({ err: error }, 'the database is away')
    return new Problem(503, 'The database is away; try again in a moment', {}, { 'retry-after': RETRY_SECONDS })
  }
  const status = error.statusCode ?? 500
  if (status in titles && status < 500) return new Problem(status as ProblemStatus, error.message)
  if (status >= 400 && status < 500) return new Problem(400, error.message)
  request.log.error({ err: error }, 'request failed')
  return status === 503
    ? new Problem(503, 'Try again in a moment')
    : new Problem(500, 'Something went wrong on our side')
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
