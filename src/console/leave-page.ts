import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { formatDay } from '../i18n.ts'
import { endLeave, leavesOf, setLeave } from '../officers/leave.ts'
import { listOfficers } from '../officers/list-officers.ts'
import { isAdministrator, isHeadOf, type Officer, scopeOf } from '../officers/permissions.ts'
import { unitsInForce } from '../territory/territory.ts'
import { adminTabs } from './admin-menu.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/leave'
const MOST_OFFICERS = 300
const LONGEST_DAYS = 366
const DAY_MS = 86_400_000

const unitSchema = z.object({ unit: z.string().max(80).optional().catch(undefined) })
const querySchema = unitSchema.extend({ done: z.enum(['set', 'ended']).optional().catch(undefined) })
const setSchema = unitSchema.extend({
  officer: z.uuid().catch(''),
  from_day: z.string().max(10).catch(''),
  to_day: z.string().max(10).catch(''),
})
const endSchema = unitSchema.extend({ leave: z.uuid() })

type Person = { id: string; name: string }

/** Days of absence: an officer's own, those of the whole unit for its head, those of every unit for administrators. */
export function leaveRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts, territory } = services
  const wordsOf = ({ language }: OfficerVisit) => {
    return (key: string, values?: Record<string, unknown>) => texts.text(language, `admin.leave.${key}`, values)
  }

  app.get('/leave', async (request, reply) => {
    const opened = await openPage(pages, request, reply, hasLeave)
    if ('answer' in opened) return opened.answer
    const { unit, done } = querySchema.parse(request.query)
    const shown = done === undefined ? {} : { done: wordsOf(opened.visit)(`done.${done}`) }
    return show(reply, opened.visit, unit, shown)
  })

  app.post('/leave', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, hasLeave)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const given = setSchema.parse(request.body)
    const fault = await setFault(visit, given)
    if (fault !== null) return show(reply, visit, given.unit, { given, notice: wordsOf(visit)(`fault.${fault}`) }, 422)
    const { officer, from_day: fromDay, to_day: toDay } = given
    const now = clock.now()
    await sql.begin(async (tx) => {
      await setLeave(tx, { officerId: officer, fromDay, toDay }, now)
      await recordLeave(tx, visit, 'leave-set', officer, { fromDay, toDay }, now)
    })
    return reply.redirect(addressOf(given.unit, 'set'), 303)
  })

  app.post('/leave/end', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, hasLeave)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const given = endSchema.safeParse(request.body)
    if (!given.success) return refuse(pages, reply, visit, 'badRequest', 422)
    const now = clock.now()
    const people = await peopleOf(visit.session.officer, given.data.unit)
    const leaves = await leavesOf(
      sql,
      people.map((person) => person.id),
      localDay(now),
    )
    const leave = leaves.find((one) => one.id === given.data.leave)
    if (leave === undefined) return refuse(pages, reply, visit, 'notThere', 404)
    await sql.begin(async (tx) => {
      await endLeave(tx, leave.id, localDay(now))
      await recordLeave(tx, visit, 'leave-ended', leave.officerId, {}, now)
    })
    return reply.redirect(addressOf(given.data.unit, 'ended'), 303)
  })

  function recordLeave(
    tx: Parameters<typeof recordAudit>[0],
    { session }: OfficerVisit,
    action: string,
    subjectId: string,
    facts: Record<string, unknown>,
    now: Date,
  ): Promise<void> {
    return recordAudit(tx, { actorId: session.officer.id, action, subjectKind: 'officer', subjectId, facts }, now)
  }

  async function setFault(visit: OfficerVisit, given: z.infer<typeof setSchema>): Promise<string | null> {
    const { from_day: fromDay, to_day: toDay } = given
    if (!z.iso.date().safeParse(fromDay).success || !z.iso.date().safeParse(toDay).success) return 'days-missing'
    if (toDay < fromDay) return 'ends-before-it-begins'
    if (toDay < localDay(clock.now())) return 'in-the-past'
    if ((Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS > LONGEST_DAYS) return 'too-long'
    const people = await peopleOf(visit.session.officer, given.unit)
    return people.some((person) => person.id === given.officer) ? null : 'not-yours'
  }

  /** Whose leave the officer may set. */
  async function peopleOf(officer: Officer, wanted: string | undefined): Promise<Person[]> {
    const unitId = isAdministrator(officer) ? wanted : (officer.unitId ?? undefined)
    if (unitId === undefined || unitId === '') return []
    if (!isAdministrator(officer) && !isHeadOf(officer, unitId)) return [officer]
    const { items } = await listOfficers(sql, { unitId }, { limit: MOST_OFFICERS })
    return items
  }

  async function show(
    reply: FastifyReply,
    visit: OfficerVisit,
    wanted: string | undefined,
    shown: { done?: string; notice?: string; given?: z.infer<typeof setSchema> },
    status = 200,
  ): Promise<FastifyReply> {
    const { language, session } = visit
    const today = localDay(clock.now())
    const people = await peopleOf(session.officer, wanted)
    const leaves = await leavesOf(
      sql,
      people.map((person) => person.id),
      today,
    )
    const order = new Intl.Collator(language)
    const nameOf = new Map(people.map((person) => [person.id, person.name]))
    return pages.show(
      reply,
      { ...visit, path: PATH },
      'leave',
      {
        title: wordsOf(visit)('title'),
        p: wordsOf(visit),
        tabsLabel: texts.text(language, 'admin.officers.tabs'),
        tabs: adminTabs(session.officer, PATH, (key) => texts.text(language, key)),
        done: shown.done ?? null,
        notice: shown.notice ?? null,
        today,
        given: shown.given ?? { officer: session.officer.id, from_day: '', to_day: '' },
        unit: wanted ?? '',
        units: isAdministrator(session.officer)
          ? unitsInForce(territory, today)
              .map((unit) => ({ value: unit.id, label: unit.name[language] }))
              .sort((a, b) => order.compare(a.label, b.label))
          : [],
        people: people.map(({ id, name }) => ({ value: id, label: name })),
        leaves: leaves.map((leave) => ({
          id: leave.id,
          name: nameOf.get(leave.officerId) ?? '',
          from: formatDay(leave.fromDay),
          to: formatDay(leave.toDay),
          isNow: leave.fromDay <= today,
        })),
      },
      status,
    )
  }
}

function hasLeave(officer: Officer): boolean {
  return isAdministrator(officer) || scopeOf(officer).kind === 'unit'
}

function addressOf(unit: string | undefined, done: string): string {
  return `${PATH}?${new URLSearchParams({ ...(unit ? { unit } : {}), done })}`
}
