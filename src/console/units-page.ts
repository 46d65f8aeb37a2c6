import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { type Queue, queuesOf } from '../desk/queues.ts'
import { settingsOf, setUnitSettings } from '../desk/unit-settings.ts'
import { formatDay } from '../i18n.ts'
import { leavesOf } from '../officers/leave.ts'
import { listOfficers, officersPerUnit } from '../officers/list-officers.ts'
import { isAdministrator, isHeadOf, type Officer, scopeOf } from '../officers/permissions.ts'
import { foldName } from '../territory/fold-name.ts'
import { type Unit, unitsInForce } from '../territory/territory.ts'
import { adminTabs } from './admin-menu.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { unitName } from './names.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/units'
const PAGE_SIZE = 40
/** More than any unit has. */
const MOST_OFFICERS = 300

const choice = z
  .string()
  .trim()
  .max(100)
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined)
const querySchema = z.object({ q: choice, after: choice })
const unitQuery = z.object({ done: z.literal('saved').optional().catch(undefined) })
const formSchema = z.object({
  assignment: z.enum(['even', 'by_hand']),
  on_call: z
    .union([z.uuid().transform((id) => [id]), z.array(z.uuid()).max(MOST_OFFICERS)])
    .optional()
    .default([]),
})

/** Units in force with their officers and queues; how a unit gives out its work. For administrators, and one's own unit. */
export function unitsRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts, territory } = services
  const wordsOf = ({ language }: OfficerVisit) => {
    return (key: string, values?: Record<string, unknown>) => texts.text(language, `admin.units.${key}`, values)
  }
  const frame = (visit: OfficerVisit) => ({
    p: wordsOf(visit),
    tabsLabel: texts.text(visit.language, 'admin.officers.tabs'),
    tabs: adminTabs(visit.session.officer, PATH, (key) => texts.text(visit.language, key)),
  })

  app.get('/units', async (request, reply) => {
    const opened = await openPage(pages, request, reply, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { language, session } = visit
    const { q, after } = querySchema.parse(request.query)
    const now = clock.now()
    const order = new Intl.Collator(language)
    const sought = q === undefined ? '' : foldName(q)
    const fitting = unitsInForce(territory, localDay(now))
      .filter((unit) => foldName(`${unit.name[language]} ${unit.id}`).includes(sought))
      .sort((a, b) => order.compare(a.name[language], b.name[language]) || (a.id < b.id ? -1 : 1))
    const begin = after === undefined ? 0 : fitting.findIndex((unit) => unit.id === after) + 1
    const shown = fitting.slice(begin, begin + PAGE_SIZE)
    const [counts, queues] = await Promise.all([officersPerUnit(sql), queuesOf(sql, session.officer, now)])
    const queueOf = new Map(queues.map((queue) => [queue.unitId, queue]))
    const address = (last: string | undefined) =>
      `${PATH}?${new URLSearchParams({ ...(q === undefined ? {} : { q }), ...(last === undefined ? {} : { after: last }) })}`
    return pages.show(reply, visit, 'units', {
      ...frame(visit),
      title: wordsOf(visit)('title'),
      q: q ?? '',
      items: shown.map((unit) => ({
        id: unit.id,
        name: unit.name[language],
        officers: counts.get(unit.id) ?? 0,
        work: workOf(queueOf.get(unit.id)),
      })),
      firstPage: begin === 0 ? null : address(undefined),
      nextPage: begin + PAGE_SIZE < fitting.length ? address(shown.at(-1)?.id) : null,
    })
  })

  app.get('/units/:id', async (request, reply) => {
    const id = idOf(request)
    const opened = await openPage(pages, request, reply, (officer) => maySee(officer, id))
    if ('answer' in opened) return opened.answer
    const { done } = unitQuery.parse(request.query)
    return showUnit(reply, opened.visit, id, done === undefined ? {} : { done: wordsOf(opened.visit)('saved') })
  })

  app.post('/units/:id', async (request, reply) => {
    const id = idOf(request)
    const may = (officer: Officer) => isAdministrator(officer) || isHeadOf(officer, id)
    const opened = await openForm(services, pages, request, reply, `${PATH}/${id}`, may)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    if (unitOf(id) === undefined) return refuse(pages, reply, visit, 'notThere', 404)
    const given = formSchema.safeParse(request.body)
    if (!given.success) return refuse(pages, reply, visit, 'badRequest', 422)
    const { assignment, on_call: onCall } = given.data
    const by = { officerId: visit.session.officer.id }
    const outcome = await setUnitSettings(sql, id, { assignment, onCall }, by, clock.now())
    if ('kind' in outcome) return reply.redirect(`${PATH}/${id}?done=saved`, 303)
    return showUnit(reply, visit, id, { notice: wordsOf(visit)('fault.one-officer') }, 422)
  })

  function unitOf(id: string): Unit | undefined {
    return territory.unitById.get(id)
  }

  async function showUnit(
    reply: FastifyReply,
    visit: OfficerVisit,
    id: string,
    { done = null, notice = null }: { done?: string | null; notice?: string | null },
    status = 200,
  ): Promise<FastifyReply> {
    const unit = unitOf(id)
    if (unit === undefined) return refuse(pages, reply, visit, 'notThere', 404)
    const { language, session } = visit
    const now = clock.now()
    const today = localDay(now)
    const [{ items }, settings, queues] = await Promise.all([
      listOfficers(sql, { unitId: id }, { limit: MOST_OFFICERS }),
      settingsOf(sql, id),
      queuesOf(sql, session.officer, now),
    ])
    const leaves = await leavesOf(
      sql,
      items.map((officer) => officer.id),
      today,
    )
    const away = new Set(leaves.filter((leave) => leave.fromDay <= today).map((leave) => leave.officerId))
    return pages.show(
      reply,
      { ...visit, path: `${PATH}/${id}` },
      'unit',
      {
        ...frame(visit),
        title: unit.name[language],
        done,
        notice,
        unit: {
          id,
          from: formatDay(unit.from),
          to: unit.to === null ? null : formatDay(unit.to),
          successor: unit.successor === null ? null : unitName(territory, language, unit.successor),
          phone: unit.phone,
          source: unit.source,
        },
        settings,
        mayChange: isAdministrator(session.officer) || isHeadOf(session.officer, id),
        mayOpenOfficers: isAdministrator(session.officer),
        queue: workOf(queues.find((queue) => queue.unitId === id)),
        queueHref: `/console/tickets?list=${session.officer.unitId === id ? 'unit' : `all&unit=${id}`}`,
        officers: items.map((officer) => ({
          id: officer.id,
          name: officer.name,
          roles: officer.roles.map((role) => texts.text(language, `admin.role.${role}`)).join(', '),
          isAway: away.has(officer.id),
          isOnCall: settings.onCall.includes(officer.id),
        })),
      },
      status,
    )
  }
}

function maySee(officer: Officer, unitId: string): boolean {
  const scope = scopeOf(officer)
  return isAdministrator(officer) || (scope.kind === 'unit' && scope.unitId === unitId)
}

function workOf(queue: Queue | undefined): Pick<Queue, 'open' | 'assigned' | 'pending' | 'overdue' | 'urgent'> {
  return queue ?? { open: 0, assigned: 0, pending: 0, overdue: 0, urgent: 0 }
}

function idOf(request: FastifyRequest): string {
  return z.object({ id: z.string().max(80).catch('') }).parse(request.params).id
}
