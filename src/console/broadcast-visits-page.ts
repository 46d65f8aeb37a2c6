import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { findBroadcast } from '../broadcasts/store.ts'
import { visitMessages } from '../broadcasts/visit-messages.ts'
import { listVisits, type Visit as PersonToVisit, tickVisit } from '../broadcasts/visits.ts'
import { localDay } from '../clock.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { formatNumber } from '../i18n.ts'
import { type Officer, visitScope } from '../officers/permissions.ts'
import { namesOfHouseholds } from '../register/find-households.ts'
import { isWithin, registerScope } from '../register/scope.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { reasonWords } from './broadcast-recipients-page.ts'

import { broadcastSay, broadcastTitle, STYLES } from './broadcast-words.ts'
import { shortMomentWords } from './due-words.ts'
import { communeName, unitName } from './names.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PAGE_SIZE = 50
const VISITS_PATH = '/console/visits'
const paramsSchema = z.object({ id: z.uuid() })
const tickParamsSchema = z.object({ id: z.uuid(), contact: z.uuid() })
const tickSchema = z.object({
  done: z.enum(['yes', 'no']),
  number: z.string().max(10).catch(''),
  after: z.uuid().optional().catch(undefined),
})
const querySchema = z.object({
  show: z.enum(['all', 'left']).catch('all'),
  after: z.uuid().optional().catch(undefined),
  late: z.literal('yes').optional().catch(undefined),
})

export function makesVisits(officer: Officer): boolean {
  return visitScope(officer) !== 'none'
}

/** People whom no channel reaches: each commune tells its own in person, and ticks off who was told. */
export function broadcastVisitRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, territory } = services

  app.get('/visits', async (request, reply) => {
    const opened = await openPage(pages, request, reply, makesVisits)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const now = clock.now()
    const messages = (await visitMessages(services, visit.session.officer, now)) ?? []
    const say = broadcastSay(services, visit)
    return pages.show(reply, visit, 'broadcast-visit-messages', {
      title: say('visits.title'),
      say,
      styles: STYLES,
      messages: messages.map(({ id, beginning, startedAt, left, done }) => ({
        href: `${VISITS_PATH}/${id}`,
        title: beginning.trim().split('\n')[0] ?? '',
        at: shortMomentWords(startedAt, now),
        left,
        words: left === 0 ? say('visits.allDone') : say('visits.left', { count: formatNumber(left) }),
        done: say('visits.doneOf', { done: formatNumber(done), all: formatNumber(left + done) }),
      })),
    })
  })

  app.get('/visits/:id', async (request, reply) => {
    const opened = await openPage(pages, request, reply, makesVisits)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { officer } = visit.session
    const params = paramsSchema.safeParse(request.params)
    const broadcast = params.success ? await findBroadcast(sql, params.data.id) : null
    if (broadcast === null) return refuse(pages, reply, visit, 'notThere', 404)
    const query = querySchema.parse(request.query)
    const asked = { after: query.after, limit: PAGE_SIZE, left: query.show === 'left' }
    const read = await listVisits(services, officer, broadcast.id, asked)
    if (read.kind === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
    if (read.kind === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    const now = clock.now()
    const people = await namesFor(visit, broadcast.id, read.visits, now)
    const say = broadcastSay(services, visit)
    const path = `${VISITS_PATH}/${broadcast.id}`
    const link = (show: string, after: string | null) => {
      const parts = new URLSearchParams({ ...(show !== 'all' && { show }), ...(after !== null && { after }) })
      return parts.size === 0 ? path : `${path}?${parts}`
    }
    return pages.show(reply, visit, 'broadcast-visits', {
      title: say('visits.title'),
      say,
      styles: STYLES,
      path,
      after: query.after ?? '',
      message: broadcastTitle(broadcast.content),
      text: broadcast.content.texts.vi.text,
      link: broadcast.content.link,
      unit: officer.unitId === null ? '' : unitName(territory, visit.language, officer.unitId),
      printed: say('visits.printed', { at: shortMomentWords(now, now), name: officer.name }),
      notice: query.late === 'yes' ? say('visits.late') : '',
      leftWords: read.left === 0 ? say('visits.allDone') : say('visits.left', { count: formatNumber(read.left) }),
      isAllDone: read.left === 0,
      tabs: (['all', 'left'] as const).map((show) => ({
        label: say(`visits.show.${show}`),
        href: link(show, null),
        current: query.show === show,
      })),
      people: people.map((person, index) => ({ ...person, number: index + 1 })),
      firstPage: query.after === undefined ? null : link(query.show, null),
      nextPage: read.nextCursor === null ? null : link(query.show, read.nextCursor),
    })
  })

  app.post('/visits/:id/:contact', async (request, reply) => {
    const params = tickParamsSchema.safeParse(request.params)
    const page = params.success ? `${VISITS_PATH}/${params.data.id}` : VISITS_PATH
    const opened = await openForm(services, pages, request, reply, page, makesVisits)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    if (!params.success) return refuse(pages, reply, visit, 'notThere', 404)
    const form = tickSchema.safeParse(request.body)
    if (!form.success) return refuse(pages, reply, visit, 'badRequest', 422)
    const { id: broadcastId, contact: contactId } = params.data
    const tick = { officer: visit.session.officer, broadcastId, contactId, done: form.data.done === 'yes' }
    const outcome = await tickVisit(services, tick, clock.now())
    if (outcome.kind === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
    if (outcome.kind === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    const after = form.data.after === undefined ? '' : `after=${form.data.after}`
    if (outcome.kind === 'not-out') return reply.redirect(`${page}?late=yes`, 303)
    if (isPart(request))
      return showRow(request, reply, visit, {
        broadcastId,
        contactId,
        after: form.data.after ?? '',
        number: form.data.number,
      })
    return reply.redirect(`${page}${after === '' ? '' : `?${after}`}#p-${contactId}`, 303)
  })

  /** The one line anew, so that whoever ticks off a long list stays where they are. */
  async function showRow(
    _request: FastifyRequest,
    reply: Parameters<typeof refuse>[1],
    visit: OfficerVisit,
    {
      broadcastId,
      contactId,
      after,
      number,
    }: { broadcastId: string; contactId: string; after: string; number: string },
  ) {
    const before = previousId(contactId)
    const read = await listVisits(services, visit.session.officer, broadcastId, {
      after: before,
      limit: 1,
      left: false,
    })
    const [row] = read.kind === 'read' ? await namesFor(visit, broadcastId, read.visits, clock.now()) : []
    if (row === undefined) return reply.header('hx-refresh', 'true').send('')
    const say = broadcastSay(services, visit)
    return pages.showPart(reply, visit, 'broadcast-visit', {
      say,
      path: `${VISITS_PATH}/${broadcastId}`,
      after,
      person: { ...row, number },
    })
  }

  /** Who they are, from the register and tickets, where the officer may read those. Every reading is recorded. */
  async function namesFor(visit: OfficerVisit, broadcastId: string, visits: readonly PersonToVisit[], now: Date) {
    const { officer } = visit.session
    const say = broadcastSay(services, visit)
    const scope = registerScope(territory, officer, localDay(now))
    const inScope = visits.filter(
      ({ communeCode, householdId }) =>
        scope !== null && householdId !== null && communeCode !== null && isWithin(scope, communeCode),
    )
    const ids = inScope.flatMap(({ householdId }) => (householdId === null ? [] : [householdId]))
    const names = await namesOfHouseholds(services, ids)
    if (ids.length > 0) {
      const facts = { broadcast: broadcastId, shown: ids.length }
      await recordAudit(sql, { actorId: officer.id, action: 'visit-list-read', subjectKind: 'register', facts }, now)
    }
    const fromTickets = await namesOfTickets(
      officer,
      visits.filter(({ householdId, ticket }) => ticket !== null && (householdId === null || !names.has(householdId))),
      now,
    )
    return visits.map((one) => {
      const told = fromTickets.get(one.contactId)
      const entry = one.householdId === null ? undefined : names.get(one.householdId)
      return {
        id: one.contactId,
        code: one.contactId.slice(-8),
        name: entry?.who?.name ?? told?.name ?? '',
        phone: told?.phone ?? '',
        village: entry?.who?.village ?? '',
        household: entry === undefined ? null : `/console/register/households/${one.householdId}`,
        ticket: one.ticket,
        commune: one.communeCode === null ? say('plan.noCommune') : communeName(territory, one.communeCode),
        reason: reasonWords(say, one.reason),
        isDone: one.visitedAt !== null,
        done:
          one.visitedAt === null
            ? ''
            : say('visits.doneBy', { name: one.visitedBy ?? '', at: shortMomentWords(one.visitedAt, now) }),
      }
    })
  }

  /** What people said of themselves when they asked for something; only of tickets that the officer may open. */
  async function namesOfTickets(officer: Officer, visits: readonly PersonToVisit[], now: Date) {
    const found = new Map<string, { name: string; phone: string }>()
    for (const { contactId, ticket } of visits) {
      const read = ticket === null ? null : await readTicket(sql, services.secrets, officer, ticket, now)
      if (read?.kind !== 'done') continue
      const said = (ending: RegExp) => read.details.answers.find(({ id }) => ending.test(id))?.value ?? ''
      found.set(contactId, { name: said(/^(full|contact)_name$/), phone: said(/^(contact_)?phone$/) })
    }
    return found
  }
}

function isPart(request: FastifyRequest): boolean {
  return request.headers['hx-request'] === 'true'
}

/** The id just before this one in the order of ids, so that a list that goes on after it begins with this one. */
function previousId(id: string): string {
  const number = BigInt(`0x${id.replaceAll('-', '')}`) - 1n
  const hex = number.toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
