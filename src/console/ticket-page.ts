import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue, VERBS } from '../desk/ticket.ts'
import { standingOf } from '../officers/permissions.ts'
import { activityWords } from './activity-words.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { refuse } from './refuse.ts'
import { showTicket } from './show-ticket.ts'
import { ticketView } from './ticket-view.ts'
import { type ConsoleServices, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ number: z.string().max(40) })
const querySchema = z.object({
  done: z.enum(VERBS).optional().catch(undefined),
  /** A reply template to begin with. */
  template: z.string().max(80).optional().catch(undefined),
})
const newsSchema = z.object({ shown: z.coerce.number().int().catch(0), seen: z.coerce.number().int().catch(0) })

export function ticketRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock } = services

  app.get('/tickets/:number', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { number } = paramsSchema.parse(request.params)
    const { done, template } = querySchema.parse(request.query)
    const notice = done && ({ tone: 'good', title: visit.t(`done.${done}`) } as const)
    return showTicket(services, pages, reply, visit, number, { template, ...(notice && { notice }) })
  })

  // Asked every few seconds by an open page: what has come in since, or nothing at all.
  app.get('/tickets/:number/news', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return reply.code(401).send()
    const { number } = paramsSchema.parse(request.params)
    const { shown, seen } = newsSchema.parse(request.query)
    const now = clock.now()
    const { officer } = visit.session
    const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, number))
    const ticket = row && readTicketRow(row)
    const standing = ticket && standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) })
    if (!ticket || !standing) return reply.code(404).send()
    if (ticket.lastSeq <= shown) return reply.code(204).send()
    const read = await readTicket(sql, secrets, officer, number, now)
    if (read.kind !== 'done') return refuse(pages, reply, visit, 'noTicket', 404)
    const unseen = read.details.activity.filter((line) => line.seq > seen)
    return pages.showPart(reply, visit, 'news-parts', {
      ...ticketView(services, visit, officer, read.details, now),
      news: activityWords(services, visit, unseen, now),
    })
  })
}
