import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { findHouseholds, openHousehold } from '../register/find-households.ts'
import { linkHousehold, linkOfTicket, SEEN, type TicketOfLink, unlinkHousehold } from '../register/links.ts'
import { communesWithin, isWithin, type RegisterScope, registerScope } from '../register/scope.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { communeName } from './names.ts'
import { refuse } from './refuse.ts'
import {
  entryWords,
  householdName,
  noHousehold,
  notYourRegister,
  registerSay,
  STYLES,
  whoWords,
} from './register-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const querySchema = z.object({ ticket: z.string().max(40), q: z.string().trim().max(100).catch('') })
const linkSchema = z.object({
  form_token: z.string(),
  ticket: z.string().max(40),
  household: z.uuid(),
  seen: z.enum(SEEN),
})
const unlinkSchema = z.object({ form_token: z.string(), ticket: z.string().max(40) })

/** Who has the ticket, or stands over all, may say whose household it is. */
const MAY_LINK: readonly (string | null)[] = ['accountable', 'over-all']

/** Joins a ticket's person with the household whose certificate was shown. */
export function registerLinkRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock, territory } = services
  const register = { sql, secrets }
  const scopeOf = (visit: Visit & { session: Session }): RegisterScope | null =>
    registerScope(territory, visit.session.officer, localDay(clock.now()))

  app.get('/register/link', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const scope = scopeOf(visit)
    if (scope?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const query = querySchema.safeParse(request.query)
    if (!query.success) return refuse(pages, reply, visit, 'badRequest', 400)
    const ticket = await ticketFor(visit.session.officer, query.data.ticket)
    if (ticket === null) return refuse(pages, reply, visit, 'noTicket', 404)
    const now = clock.now()
    const today = localDay(now)
    const { q } = query.data
    const found =
      q === ''
        ? null
        : await findHouseholds(register, { communes: scope.communes, words: q, status: null, after: null })
    if (found !== null) {
      const facts = { ticket: ticket.number, shown: found.items.length }
      await recordAudit(
        sql,
        { actorId: visit.session.officer.id, action: 'register-searched', subjectKind: 'register', facts },
        now,
      )
    }
    const link = await linkOfTicket(register, ticket)
    const held = link === null ? null : await openHousehold(register, link.householdId)
    const isShown = held !== null && isWithin(scope, held.communeCode)
    if (isShown) {
      const facts = { ticket: ticket.number }
      await recordAudit(
        sql,
        {
          actorId: visit.session.officer.id,
          action: 'household-read',
          subjectKind: 'household',
          subjectId: held.id,
          facts,
        },
        now,
      )
    }
    const say = registerSay(services, visit)
    const several = communesWithin(territory, scope).length > 1
    return pages.show(reply, visit, 'register-link', {
      title: say('linkTitle', { number: ticket.number }),
      say,
      styles: STYLES,
      number: ticket.number,
      q,
      seen: SEEN.map((value) => ({ value, label: say(`seen.${value}`) })),
      // Of another commune: that there is one, not whose.
      held:
        link === null || held === null
          ? null
          : isShown
            ? { name: householdName(say, held.entries[0]), href: `/console/register/households/${held.id}` }
            : { name: say('ofOtherCommune'), href: null },
      households: (found?.items ?? []).map(({ id, communeCode, entry }) => ({
        id,
        name: householdName(say, entry),
        about: whoWords(say, entry),
        members: (entry.who?.members ?? []).map(({ name }) => name).join(', '),
        commune: several ? communeName(territory, communeCode) : '',
        isHeld: id === link?.householdId,
        ...entryWords(services, say, entry, today),
      })),
      more: found?.next ? say('moreFound') : '',
    })
  })

  app.post('/register/link', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const scope = scopeOf(visit)
    if (scope?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const body = linkSchema.safeParse(request.body)
    if (!body.success) return refuse(pages, reply, visit, 'badRequest', 400)
    if (!isOwnForm(secrets, visit.session, body.data.form_token)) return refuse(pages, reply, visit, 'crossSite', 403)
    const { officer } = visit.session
    const ticket = await ticketFor(officer, body.data.ticket)
    if (ticket === null) return refuse(pages, reply, visit, 'noTicket', 404)
    const household = await openHousehold(register, body.data.household)
    if (household === null || !isWithin(scope, household.communeCode)) return noHousehold(services, pages, reply, visit)
    const { seen } = body.data
    const order = { ticket, householdId: household.id, seen, officerId: officer.id }
    const isLinked = await linkHousehold(services, order, clock.now())
    return isLinked ? toTicket(reply, ticket) : noHousehold(services, pages, reply, visit)
  })

  app.post('/register/unlink', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (scopeOf(visit)?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const body = unlinkSchema.safeParse(request.body)
    if (!body.success || !isOwnForm(secrets, visit.session, body.data.form_token)) {
      return refuse(pages, reply, visit, 'crossSite', 403)
    }
    const { officer } = visit.session
    const ticket = await ticketFor(officer, body.data.ticket)
    if (ticket === null) return refuse(pages, reply, visit, 'noTicket', 404)
    await unlinkHousehold(register, ticket, officer.id, clock.now())
    return toTicket(reply, ticket)
  })

  function toTicket(reply: FastifyReply, { number }: TicketOfLink): FastifyReply {
    return reply.redirect(`/console/tickets/${number}#register-title`, 303)
  }

  async function ticketFor(officer: Officer, number: string): Promise<TicketOfLink | null> {
    const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, number))
    if (row === undefined) return null
    const ticket = readTicketRow(row)
    const standing = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, clock.now()) })
    return MAY_LINK.includes(standing) ? ticket : null
  }
}
