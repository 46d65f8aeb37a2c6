import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptHandOff } from '../desk/accept-hand-off.ts'
import type { ActOutcome, ActRequest } from '../desk/act.ts'
import { LAST_SEQ } from '../desk/activity.ts'
import { ask } from '../desk/ask.ts'
import { assignTo } from '../desk/assign-to.ts'
import { claim } from '../desk/claim.ts'
import { handOff } from '../desk/hand-off.ts'
import { merge } from '../desk/merge.ts'
import { note } from '../desk/note.ts'
import { release } from '../desk/release.ts'
import { reopen } from '../desk/reopen.ts'
import { reply } from '../desk/reply.ts'
import { resolve } from '../desk/resolve.ts'
import { returnHandOff } from '../desk/return-hand-off.ts'
import { RESULTS, type Verb } from '../desk/ticket.ts'
import { invalidValues, Problem, problemSchema } from '../http/problem.ts'
import { officerOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'
import { activityJson, ticketSchema } from './ticket-json.ts'
import { sendTicket } from './tickets.ts'

const seen = z.int().nonnegative().max(LAST_SEQ).describe('the last activity.seq the officer saw')
const words = z.string().trim().min(1).max(3500)
const reason = z.string().trim().min(1).max(1000)
const attachments = z.array(z.uuid()).max(10).default([])
const orNull = (schema: z.ZodString) => schema.nullish().transform((text) => text || null)

const bodies = {
  seen: z.object({ seen }),
  talk: z.object({ seen, text: words, attachments }),
  ask: z
    .object({
      seen,
      text: z.string().trim().max(3500).default(''),
      papers: z.array(z.string().trim().min(1).max(200)).max(20).default([]),
    })
    .refine(({ text, papers }) => text !== '' || papers.length > 0, {
      path: ['text'],
      error: 'say what you ask for, in words or as papers',
    }),
  'hand-off': z.object({ seen, to_unit: z.string().min(1), to_officer: z.string().min(1).nullish(), reason }),
  reason: z.object({ seen, reason }),
  merge: z.object({ seen, into: z.string().trim().min(1).max(40), reason }),
  assign: z.object({ seen, to_officer: z.string().min(1) }),
  resolve: z
    .object({
      seen,
      result: z.enum(RESULTS),
      reason: orNull(z.string().trim().max(1000)),
      basis: orNull(z.string().trim().max(1000)),
      next_step: z.string().trim().min(1).max(1000),
      text: orNull(z.string().trim().max(3500)),
      opening: z.uuid().nullish().describe('the vacancy or course with a seat for the person; with placed or enrolled'),
    })
    .refine((body) => body.reason !== null || body.basis !== null, {
      path: ['reason'],
      error: 'give a reason or the legal basis',
    }),
}

type Carry<Body> = (services: ApiServices, request: ActRequest, body: Body, now: Date) => Promise<ActOutcome>

/** One route per verb of the desk. Each answers with the ticket as it is afterwards. */
export async function ticketVerbRoutes(app: Api, services: ApiServices): Promise<void> {
  const route = <Body extends { seen: number }>(
    verb: Verb,
    summary: string,
    body: z.ZodType<Body>,
    carry: Carry<Body>,
  ) => {
    app.post(
      `/tickets/:number/${verb}`,
      {
        schema: {
          tags: ['tickets'],
          summary,
          params: z.object({ number: z.string() }),
          body,
          response: {
            200: ticketSchema,
            403: problemSchema,
            404: problemSchema,
            409: problemSchema,
            422: problemSchema,
          },
        },
      },
      async (request, answer) => {
        const given = request.body as Body
        const { number } = request.params as { number: string }
        const acted = { number, officer: officerOf(request), seen: given.seen }
        return respond(services, request, answer, number, await carry(services, acted, given, services.clock.now()))
      },
    )
  }

  route('claim', 'Take an open ticket', bodies.seen, (on, request, _, now) => claim(on.sql, on, request, now))
  route('release', 'Give it back to the queue', bodies.seen, (on, request, _, now) => release(on.sql, on, request, now))
  route('reply', 'Write to the citizen', bodies.talk, (on, request, { text, attachments: attachmentIds }, now) =>
    reply(on.sql, on, { ...request, text, attachmentIds }, now),
  )
  route('note', 'Write among officers', bodies.talk, (on, request, { text, attachments: attachmentIds }, now) =>
    note(on.sql, on, { ...request, text, attachmentIds }, now),
  )
  route('ask', 'Ask the citizen for papers or facts', bodies.ask, (on, request, { text, papers }, now) =>
    ask(on.sql, on, { ...request, text, papers }, now),
  )
  route('hand-off', 'Offer it to another unit or officer', bodies['hand-off'], (on, request, body, now) =>
    handOff(
      on.sql,
      on,
      { ...request, toUnit: body.to_unit, toOfficer: body.to_officer ?? null, reason: body.reason },
      now,
    ),
  )
  route('accept', 'Take an offered ticket', bodies.seen, (on, request, _, now) =>
    acceptHandOff(on.sql, on, request, now),
  )
  route('return', 'Refuse an offered ticket, or take the offer back', bodies.reason, (on, request, body, now) =>
    returnHandOff(on.sql, on, { ...request, reason: body.reason }, now),
  )
  route('resolve', 'End it with a result', bodies.resolve, (on, request, body, now) => {
    const { result, basis, text, opening } = body
    return resolve(
      on.sql,
      on,
      { ...request, result, basis, text, opening, reason: body.reason, nextStep: body.next_step },
      now,
    )
  })
  route('merge', 'End it as a duplicate of another ticket of the same person', bodies.merge, (on, request, body, now) =>
    merge(on.sql, on, { ...request, into: body.into, reason: body.reason }, now),
  )
  route('assign', 'Give it to an officer of its unit', bodies.assign, (on, request, body, now) =>
    assignTo(on.sql, on, { ...request, toOfficer: body.to_officer }, now),
  )
  route('reopen', 'Take a finished ticket up again', bodies.reason, (on, request, body, now) =>
    reopen(on.sql, on, { ...request, reason: body.reason }, now),
  )
}

function respond(
  services: ApiServices,
  request: FastifyRequest,
  answer: FastifyReply,
  number: string,
  outcome: ActOutcome,
): Promise<FastifyReply> {
  switch (outcome.kind) {
    case 'done':
      return sendTicket(services, request, answer, number, { evenOutOfScope: true })
    case 'stale':
      throw new Problem(409, 'Something happened on this ticket that you have not seen', {
        activity: outcome.activity.map(activityJson),
      })
    case 'taken':
      throw new Problem(409, 'Another officer has this ticket', {
        assignee: outcome.by,
        activity: outcome.activity.map(activityJson),
      })
    case 'wrong-status':
      throw new Problem(409, `This is not possible while the ticket is ${outcome.from}`, {
        ticket_status: outcome.from,
        activity: [],
      })
    case 'not-found':
      throw new Problem(404, `There is no ticket ${number}`)
    case 'forbidden':
      throw new Problem(403, 'This is not yours to do on this ticket')
    case 'invalid':
      throw invalidValues(outcome.faults)
  }
}
