import { PassThrough } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { officerOfToken } from '../officers/sessions.ts'
import { createTicketWatch } from '../presence/watch.ts'
import { lookingWords } from './ticket-extras.ts'
import { type ConsoleServices, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ number: z.string().max(40) })
const querySchema = z.object({ shown: z.coerce.number().int().nonnegative().catch(0) })

const HEARTBEAT_MS = 15_000
/** Pages that one officer may have open in one process; the oldest makes room. */
const MOST_PAGES = 20

/** What happens on an open ticket, as it happens: that there is news, and who else looks. The words are fetched apart. */
export function ticketStreamRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, log } = services
  const watch = createTicketWatch({ sql, clock, log })
  const open = new Map<string, (() => void)[]>()
  app.addHook('preClose', async () => {
    for (const end of [...open.values()].flat()) end()
    watch.close()
  })

  app.get('/tickets/:number/stream', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return reply.code(401).send()
    const { number } = paramsSchema.parse(request.params)
    const { shown } = querySchema.parse(request.query)
    const { officer, token } = visit.session
    const ticketId = await ticketFor(officer, number)
    if (ticketId === null) return reply.code(404).send()
    const body = new PassThrough()
    const write = (event: string, data: unknown) => body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const heartbeat = setInterval(() => body.write(': still here\n\n'), HEARTBEAT_MS)
    const leave = watch.open({
      ticketId,
      officerId: officer.id,
      shown,
      onNews: (seq) => write('news', { seq }),
      onLookers: (names) => write('lookers', { words: lookingWords(visit, names) }),
      async maySee() {
        const still = await officerOfToken(sql, token, clock.now())
        return still !== null && (await ticketFor(still, number)) !== null
      },
      onEnd: () => end(),
    })
    let isOver = false
    const end = () => {
      if (isOver) return
      isOver = true
      clearInterval(heartbeat)
      open.set(
        officer.id,
        (open.get(officer.id) ?? []).filter((one) => one !== end),
      )
      if (open.get(officer.id)?.length === 0) open.delete(officer.id)
      void leave()
      body.end()
    }
    const ends = [...(open.get(officer.id) ?? []), end]
    open.set(officer.id, ends)
    if (ends.length > MOST_PAGES) ends[0]?.()
    reply.raw.on('close', end)
    body.write('retry: 3000\n\n')
    return (
      reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        // A proxy that collects the stream would hold everything back.
        .header('x-accel-buffering', 'no')
        .send(body)
    )
  })

  /** The ticket's id; null when there is none that the officer may see. */
  async function ticketFor(officer: Officer, number: string): Promise<number | null> {
    const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, number))
    if (row === undefined) return null
    const ticket = readTicketRow(row)
    const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, clock.now()) })
    return standing === null ? null : ticket.id
  }
}
