import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { BroadcastOutcome } from '../broadcasts/act.ts'
import { BROADCAST_STATUSES, contentSchema } from '../broadcasts/broadcast.ts'
import { faultsOfContent } from '../broadcasts/check-content.ts'
import { createDraft } from '../broadcasts/draft.ts'
import { planSending } from '../broadcasts/plan.ts'
import { previewAudience } from '../broadcasts/preview.ts'
import {
  listBroadcasts,
  listRecipients,
  readBroadcast,
  templatePrice,
  WrongBroadcastCursor,
} from '../broadcasts/read-broadcast.ts'
import { listVisits, tickVisit } from '../broadcasts/visits.ts'
import { isoLocal } from '../clock.ts'
import { invalidValues, Problem, problemSchema } from '../http/problem.ts'
import { mayWriteBroadcasts } from '../officers/permissions.ts'
import { officerOf } from './authentication.ts'
import {
  broadcastJson,
  broadcastLineJson,
  broadcastLineSchema,
  broadcastSchema,
  countedSchema,
  lineJson,
  newBroadcastSchema,
  planJson,
  previewJson,
  recipientJson,
  recipientSchema,
} from './broadcast-json.ts'
import type { Api, ApiServices } from './services.ts'

const blank = (value: unknown) => (value === '' ? undefined : value)
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(blank, schema.optional())
const cursor = optional(z.string().max(500))
const limit = z.preprocess(blank, z.coerce.number().int().min(1).max(500).default(50))
const params = z.object({ id: z.string() })
const problems = { 403: problemSchema, 404: problemSchema, 409: problemSchema, 422: problemSchema }
const pageOf = <Schema extends z.ZodType>(item: Schema) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })

const visitSchema = z.object({
  contact: z.string(),
  commune: z.string().nullable(),
  reason: z.string().nullable(),
  ticket: z.string().nullable().describe('the newest of the person; who they are stands there'),
  household: z.string().nullable().describe('in the register'),
  visited_at: z.string().nullable(),
  visited_by: z.string().nullable(),
})

export async function broadcastRoutes(app: Api, services: ApiServices): Promise<void> {
  const { sql, clock } = services
  const tags = ['broadcasts']

  app.get(
    '/broadcasts',
    {
      schema: {
        tags,
        summary: 'Policy messages the officer may read, the newest first',
        querystring: z.object({
          status: optional(
            z
              .string()
              .transform((text) => text.split(','))
              .pipe(z.array(z.enum(BROADCAST_STATUSES))),
          ),
          cursor,
          limit,
        }),
        response: { 200: pageOf(broadcastLineSchema), 422: problemSchema },
      },
    },
    async ({ query }, reply) => {
      const page = await orWrongCursor(listBroadcasts(sql, officerOf(reply.request), { status: query.status }, query))
      return { items: page.items.map((line) => broadcastLineJson(services, line)), next_cursor: page.nextCursor }
    },
  )

  app.post(
    '/broadcasts',
    {
      schema: {
        tags,
        summary: 'A new policy message, as a draft of the editor',
        body: newBroadcastSchema,
        response: { 201: broadcastSchema, 403: problemSchema, 422: problemSchema },
      },
    },
    async (request, reply) => {
      const { unit, ...content } = request.body
      const outcome = await createDraft(services, officerOf(request), { content, unitId: unit }, clock.now())
      return sendOutcome(services, request, reply, outcome, 201)
    },
  )

  app.post(
    '/broadcasts/preview',
    {
      schema: {
        tags,
        summary: 'Whom an audience concerns, why others are left out, and what sending would take; stores nothing',
        body: newBroadcastSchema.partial({ texts: true }),
        response: { 200: countedSchema, 403: problemSchema, 422: problemSchema },
      },
    },
    async (request) => {
      if (!mayWriteBroadcasts(officerOf(request))) throw new Problem(403, 'Your role writes no policy messages')
      const { unit: _, texts, ...rest } = request.body
      const content = contentSchema.parse({ ...rest, texts: texts ?? { vi: { text: '…' } } })
      const now = clock.now()
      const faults = faultsOfContent(services, content, now)
      if (faults.length > 0) throw invalidValues(faults)
      const preview = await previewAudience(services, content, { corrects: null, now })
      const plan = planSending(preview, services.broadcasting, {
        startAt: content.schedule === null ? now : new Date(content.schedule),
        notAfter: content.not_after === null ? null : new Date(content.not_after),
        templatePrice: await templatePrice(sql, { content }),
      })
      return { preview: previewJson(preview), plan: planJson(plan) }
    },
  )

  app.get(
    '/broadcasts/:id',
    { schema: { tags, summary: 'One policy message whole', params, response: { 200: broadcastSchema, ...problems } } },
    async (request, reply) => sendBroadcast(services, request, reply, request.params.id, 200),
  )

  app.get(
    '/broadcasts/:id/recipients',
    {
      schema: {
        tags,
        summary: 'Who it went to and what became of it, without names',
        params,
        querystring: z.object({
          state: optional(z.string().max(20)),
          channel: optional(z.string().max(20)),
          commune: optional(z.string().max(20)),
          cursor,
          limit,
        }),
        response: { 200: pageOf(recipientSchema), ...problems },
      },
    },
    async ({ query, params: { id } }, reply) => {
      const read = await readBroadcast(services, officerOf(reply.request), id, clock.now())
      if (read.kind !== 'read') throw notRead(read.kind, id)
      const page = await orWrongCursor(listRecipients(sql, id, query, query))
      return { items: page.items.map(recipientJson), next_cursor: page.nextCursor }
    },
  )

  app.get(
    '/broadcasts/:id/visits',
    {
      schema: {
        tags,
        summary: 'People of your commune whom no channel reaches: to be told in person',
        params,
        querystring: z.object({
          left: optional(z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')),
          cursor: optional(z.uuid()),
          limit,
        }),
        response: { 200: pageOf(visitSchema).extend({ left: z.number() }), ...problems },
      },
    },
    async ({ query, params: { id } }, reply) => {
      const officer = officerOf(reply.request)
      const read = await listVisits(services, officer, id, {
        after: query.cursor,
        limit: query.limit,
        left: query.left ?? false,
      })
      if (read.kind !== 'read') throw notRead(read.kind, id)
      const items = read.visits.map((visit) => ({
        contact: visit.contactId,
        commune: visit.communeCode,
        reason: visit.reason,
        ticket: visit.ticket,
        household: visit.householdId,
        visited_at: visit.visitedAt && isoLocal(visit.visitedAt),
        visited_by: visit.visitedBy,
      }))
      return { items, left: read.left, next_cursor: read.nextCursor }
    },
  )

  app.post(
    '/broadcasts/:id/visits',
    {
      schema: {
        tags,
        summary: 'Tick off that somebody was told in person, or take that back',
        params,
        body: z.object({ contact: z.uuid(), done: z.boolean() }),
        response: { 200: z.object({ contact: z.string(), done: z.boolean() }), ...problems },
      },
    },
    async (request) => {
      const { contact: contactId, done } = request.body
      const { id } = request.params
      const tick = { officer: officerOf(request), broadcastId: id, contactId, done }
      const outcome = await tickVisit(services, tick, clock.now())
      if (outcome.kind === 'not-out') throw new Problem(409, 'This message has not begun to leave')
      if (outcome.kind === 'not-found') throw new Problem(404, 'There is no such visit')
      if (outcome.kind === 'forbidden') throw new Problem(403, 'This visit is not one of your commune')
      return { contact: contactId, done }
    },
  )
}

async function orWrongCursor<Page>(page: Promise<Page>): Promise<Page> {
  try {
    return await page
  } catch (error) {
    if (error instanceof WrongBroadcastCursor)
      throw invalidValues([{ where: 'cursor', what: 'came from no list of ours' }])
    throw error
  }
}

function notRead(kind: 'not-found' | 'forbidden', id: string): Problem {
  return kind === 'not-found'
    ? new Problem(404, `There is no policy message ${id}`)
    : new Problem(403, 'This policy message is not yours to read')
}

async function sendBroadcast(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  status: 200 | 201,
): Promise<FastifyReply> {
  const read = await readBroadcast(services, officerOf(request), id, services.clock.now())
  if (read.kind !== 'read') throw notRead(read.kind, id)
  if (status === 201) reply.header('location', `/api/v1/broadcasts/${id}`)
  return reply.code(status).send(broadcastJson(services, read.value))
}

/** Answers with the message as it is afterwards, or with the reason why nothing was done. */
export async function sendOutcome(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: BroadcastOutcome,
  status: 200 | 201 = 200,
): Promise<FastifyReply> {
  switch (outcome.kind) {
    case 'done':
      return sendBroadcast(services, request, reply, outcome.broadcast.id, status)
    case 'stale':
      throw new Problem(409, 'Something happened with this message that you have not seen', {
        activity: outcome.activity.map(lineJson),
      })
    case 'changed':
      throw new Problem(409, 'Text, audience or schedule were changed since you read them', { hash: outcome.hash })
    case 'wrong-status':
      throw new Problem(409, `This is not possible while the message is ${outcome.from}`, {
        broadcast_status: outcome.from,
      })
    case 'corrected':
      throw new Problem(409, 'A correction of this message exists: it cannot go on with the wrong text')
    case 'not-found':
      throw new Problem(404, 'There is no such policy message')
    case 'forbidden':
      throw new Problem(403, 'This is not yours to do with this message')
    case 'own-message':
      throw new Problem(403, 'Nobody approves their own message: somebody else has to')
    case 'same-approver':
      throw new Problem(403, 'You have approved this already; the second approval must be somebody else’s')
    case 'invalid':
      throw invalidValues(outcome.faults)
  }
}
