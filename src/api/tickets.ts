import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { fileTicket } from '../desk/file-ticket.ts'
import { listTickets, WrongCursor } from '../desk/list-tickets.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { STATUSES } from '../desk/ticket.ts'
import type { Fault } from '../errors.ts'
import { invalidValues, Problem, problemSchema } from '../http/problem.ts'
import { mayFile } from '../officers/permissions.ts'
import { COMPLAINT_TOPIC } from '../territory/route.ts'
import { communeOfToday } from '../territory/territory.ts'
import { officerOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'
import { ticketJson, ticketLineJson, ticketLineSchema, ticketSchema } from './ticket-json.ts'

const blank = (value: unknown) => (value === '' ? undefined : value)
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(blank, schema.optional())

const querySchema = z.object({
  queue: optional(z.string()).describe('a unit, or mine, offered, escalated'),
  status: optional(
    z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(STATUSES))),
  ).describe('one status, or several with commas'),
  commune: optional(z.string()),
  topic: optional(z.string()),
  overdue: optional(z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')),
  q: optional(z.string().max(200)).describe('ticket number, name or phone number'),
  cursor: optional(z.string().max(500)),
  limit: z.preprocess(blank, z.coerce.number().int().min(1).max(200).default(50)),
})

const fileSchema = z.object({
  topic: z.string(),
  request_type: z.string().max(60).default('general'),
  commune: z.string().nullable().default(null).describe('code'),
  urgent: z.boolean().default(false),
  answers: z
    .array(
      z.object({
        id: z.string().max(60).describe('ids ending in name, phone or identity_number are found by search'),
        label: z.string().max(200),
        value: z.string().max(3500),
      }),
    )
    .max(60)
    .default([]),
  complaint_about: z.string().optional().describe('the unit complained of, or unknown'),
})

export async function ticketRoutes(app: Api, services: ApiServices): Promise<void> {
  const { sql, clock, secrets } = services

  app.get(
    '/tickets',
    {
      schema: {
        tags: ['tickets'],
        summary: 'Tickets the officer may see, next deadline first',
        querystring: querySchema,
        response: {
          200: z.object({ items: z.array(ticketLineSchema), next_cursor: z.string().nullable() }),
          422: problemSchema,
        },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const now = clock.now()
      const officer = officerOf(request)
      try {
        const page = await listTickets(sql, secrets, officer, filter, { cursor, limit }, now)
        // A list holds no personal data; a search for a name says something about a person all the same.
        if (filter.q) await recordAudit(sql, { actorId: officer.id, action: 'tickets-searched' }, now)
        return { items: page.items.map((line) => ticketLineJson(services, line, now)), next_cursor: page.nextCursor }
      } catch (error) {
        if (error instanceof WrongCursor) throw invalidValues([{ where: 'cursor', what: 'came from no list of ours' }])
        throw error
      }
    },
  )

  app.get(
    '/tickets/:number',
    {
      schema: {
        tags: ['tickets'],
        summary: 'One ticket with its whole talk; the reading is recorded',
        params: z.object({ number: z.string() }),
        response: { 200: ticketSchema, 403: problemSchema, 404: problemSchema },
      },
    },
    async (request, reply) => sendTicket(services, request, reply, request.params.number),
  )

  app.post(
    '/tickets',
    {
      schema: {
        tags: ['tickets'],
        summary: 'File a ticket for somebody who is present',
        body: fileSchema,
        response: { 201: ticketSchema, 403: problemSchema, 422: problemSchema },
      },
    },
    async (request, reply) => {
      const officer = officerOf(request)
      if (!mayFile(officer)) throw new Problem(403, 'Your role files no tickets')
      const { topic, commune, complaint_about: complaintAbout } = request.body
      const faults = faultsOf(services, topic, commune, complaintAbout)
      if (faults.length > 0) throw invalidValues(faults)
      const filed = await sql.begin((tx) =>
        fileTicket(
          tx,
          services,
          {
            contact: null,
            topic,
            requestType: request.body.request_type,
            urgent: request.body.urgent,
            communeCode: commune,
            answers: request.body.answers,
            screeningId: null,
            complaintAbout,
            filedBy: officer.id,
          },
          clock.now(),
        ),
      )
      reply.code(201).header('location', `/api/v1/tickets/${filed.number}`)
      return sendTicket(services, request, reply, filed.number, { evenOutOfScope: true })
    },
  )
}

/** Answers with the ticket as it is now. After filing or handing on, it may lie outside of what the officer sees. */
export async function sendTicket(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  number: string,
  options: { evenOutOfScope?: boolean } = {},
): Promise<FastifyReply> {
  const now = services.clock.now()
  const read = await readTicket(services.sql, services.secrets, officerOf(request), number, now, options)
  if (read.kind === 'not-found') throw new Problem(404, `There is no ticket ${number}`)
  if (read.kind === 'forbidden') throw new Problem(403, 'This ticket is not one of your unit')
  return reply.send(ticketJson(services, read.details, now))
}

function faultsOf(
  { territory }: ApiServices,
  topic: string,
  commune: string | null,
  complaintAbout: string | undefined,
): Fault[] {
  const faults: Fault[] = []
  if (topic !== COMPLAINT_TOPIC && !territory.routing.topics.has(topic)) {
    faults.push({ where: 'topic', what: 'there is no such topic; GET /api/v1/topics lists them' })
  }
  if (commune !== null && !communeOfToday(territory, commune)) {
    faults.push({ where: 'commune', what: 'there is no such commune today; GET /api/v1/communes finds them' })
  }
  if (complaintAbout !== undefined && complaintAbout !== 'unknown' && !territory.unitById.has(complaintAbout)) {
    faults.push({ where: 'complaint_about', what: 'there is no such unit; GET /api/v1/units lists them' })
  }
  return faults
}
