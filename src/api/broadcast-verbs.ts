import { z } from 'zod'
import type { BroadcastOutcome, BroadcastRequest } from '../broadcasts/act.ts'
import { approveBroadcast, rejectBroadcast, submitBroadcast } from '../broadcasts/approve.ts'
import { correctBroadcast } from '../broadcasts/correct.ts'
import { editDraft } from '../broadcasts/draft.ts'
import { cancelBroadcast, pauseBroadcast, resumeBroadcast, scheduleBroadcast } from '../broadcasts/run.ts'
import { findBroadcast } from '../broadcasts/store.ts'
import { problemSchema } from '../http/problem.ts'
import { officerOf } from './authentication.ts'
import { broadcastSchema, correctionSchema, editSchema, given } from './broadcast-json.ts'
import { sendOutcome } from './broadcasts.ts'
import type { Api, ApiServices } from './services.ts'

const seen = z
  .int()
  .nonnegative()
  .optional()
  .describe('the last activity.seq you saw; refused when more happened since')
const reason = z.string().trim().min(1).max(1000)
const problems = { 403: problemSchema, 404: problemSchema, 409: problemSchema, 422: problemSchema }

const bodies = {
  seen: z.object({ seen }),
  approve: z.object({
    seen,
    hash: z.string().max(100).optional().describe('of what you read: refused when it is another now'),
  }),
  reject: z.object({ seen, reason }),
  halt: z.object({ seen, reason: reason.optional() }),
}

type Carry<Body> = (
  services: ApiServices,
  request: BroadcastRequest,
  body: Body,
  now: Date,
) => Promise<BroadcastOutcome>

/** One route per verb. Each answers with the message as it is afterwards. */
export async function broadcastVerbRoutes(app: Api, services: ApiServices): Promise<void> {
  const route = <Body extends { seen?: number | undefined }>(
    verb: string,
    summary: string,
    body: z.ZodType<Body>,
    carry: Carry<Body>,
  ) => {
    const schema = {
      tags: ['broadcasts'],
      summary,
      params: z.object({ id: z.string() }),
      body,
      response: { 200: broadcastSchema, ...problems },
    }
    app.post(`/broadcasts/:id/${verb}`, { schema }, async (request, reply) => {
      const content = request.body as Body
      const { id } = request.params as { id: string }
      const acted = { id, officer: officerOf(request), seen: content.seen }
      return sendOutcome(services, request, reply, await carry(services, acted, content, services.clock.now()))
    })
  }

  route('submit', 'Ask others to approve it', bodies.seen, (on, request, _, now) => submitBroadcast(on, request, now))
  route('approve', 'Approve what you read', bodies.approve, (on, request, { hash }, now) =>
    approveBroadcast(on, { ...request, hash }, now),
  )
  route('reject', 'Give it back to its author', bodies.reject, (on, request, body, now) =>
    rejectBroadcast(on, { ...request, reason: body.reason }, now),
  )
  route('schedule', 'Into line, for the time that was approved', bodies.seen, (on, request, _, now) =>
    scheduleBroadcast(on, request, now),
  )
  route('pause', 'Stop for now', bodies.halt, (on, request, body, now) =>
    pauseBroadcast(on, { ...request, reason: body.reason }, now),
  )
  route('resume', 'Go on', bodies.seen, (on, request, _, now) => resumeBroadcast(on, request, now))
  route('cancel', 'Stop for good', bodies.halt, (on, request, body, now) =>
    cancelBroadcast(on, { ...request, reason: body.reason }, now),
  )

  app.patch(
    '/broadcasts/:id',
    {
      schema: {
        tags: ['broadcasts'],
        summary: 'Change it; whatever was approved is not any more',
        params: z.object({ id: z.string() }),
        body: editSchema,
        response: { 200: broadcastSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { seen: last, unit, ...changed } = request.body
      const broadcast = await findBroadcast(services.sql, id)
      if (broadcast === null) return sendOutcome(services, request, reply, { kind: 'not-found' })
      const content = { ...broadcast.content, ...given(changed) }
      // What is left out stays as it was read here, and not as somebody else made it meanwhile.
      const edited = { id, officer: officerOf(request), seen: last, hash: broadcast.contentHash, content, unitId: unit }
      return sendOutcome(services, request, reply, await editDraft(services, edited, services.clock.now()))
    },
  )

  app.post(
    '/broadcasts/:id/correct',
    {
      schema: {
        tags: ['broadcasts'],
        summary: 'A new draft with the right text, to exactly those who got the wrong one',
        params: z.object({ id: z.string() }),
        body: correctionSchema,
        response: { 201: broadcastSchema, ...problems },
      },
    },
    async (request, reply) => {
      const asked = { id: request.params.id, officer: officerOf(request), corrected: given(request.body) }
      const outcome = await correctBroadcast(services, asked, services.clock.now())
      return sendOutcome(services, request, reply, outcome, 201)
    },
  )
}
