import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../errors.ts'
import { handleProblem, Problem, type ProblemStatus } from '../../http/problem.ts'
import type { Language, Texts } from '../../i18n.ts'

/** The page says in which language its person reads. */
export function languageOf(request: FastifyRequest): Language {
  return request.headers['accept-language']?.toLowerCase().startsWith('en') ? 'en' : 'vi'
}

/** An answer for programs whose `detail` the page shows to the person as it is. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  texts: Texts,
  {
    status,
    key,
    values,
    faults,
  }: { status: ProblemStatus; key: string; values?: Record<string, unknown>; faults?: Fault[] },
): FastifyReply {
  const detail = texts.text(languageOf(request), `chat.problems.${key}`, values)
  const errors = faults?.map(({ where, what }) => ({ path: where, detail: what }))
  return handleProblem(new Problem(status, detail, errors === undefined ? {} : { errors }), request, reply)
}
