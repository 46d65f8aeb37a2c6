import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { COUNTED_AT_MOST, countWaiting, type Waiting } from '../desk/count-waiting.ts'
import { listTickets, type TicketFilter, type TicketLine, type TicketPage, WrongCursor } from '../desk/list-tickets.ts'
import { STATUSES, type TicketStatus, VERBS } from '../desk/ticket.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'
import { fullName, unitsInForce } from '../territory/territory.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { dueWords } from './due-words.ts'
import { communeName, topicName, unitName } from './names.ts'
import { type ConsoleServices, isSignedIn, type Pages, type Visit } from './visit.ts'

const PAGE_SIZE = 30

const choice = z
  .string()
  .max(60)
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined)
const isTicked = z
  .literal('1')
  .transform(() => true)
  .optional()
  .catch(undefined)

const querySchema = z.object({
  list: z.enum(['mine', 'unit', 'offered', 'escalated', 'all']).optional().catch(undefined),
  unit: choice,
  status: z.enum(STATUSES).optional().catch(undefined),
  topic: choice,
  commune: choice,
  overdue: isTicked,
  urgent: isTicked,
  q: z.string().trim().max(100).catch(''),
  cursor: z.string().max(500).optional().catch(undefined),
  done: z.enum(VERBS).optional().catch(undefined),
})
type Query = z.infer<typeof querySchema>
type List = NonNullable<Query['list']>

export function queueRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock } = services

  app.get('/tickets', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { officer } = visit.session
    const query = querySchema.parse(request.query)
    const list = query.list ?? (officer.unitId === null ? 'all' : 'unit')
    const filter = filterOf(officer, list, query)
    const now = clock.now()
    const [page, waiting] = await Promise.all([readPage(officer, filter, query, now), countWaiting(sql, officer, now)])
    if (page === null) return reply.redirect(`/console/tickets?${addressOf({ ...query, cursor: undefined })}`, 303)
    if (query.q !== '') {
      await recordAudit(sql, { actorId: officer.id, action: 'tickets-searched' }, now)
    }
    const link = (changed: Partial<Query>) => `/console/tickets?${addressOf({ ...query, list, ...changed })}`
    return pages.show(reply, visit, 'queue', {
      title: visit.t('queue.title'),
      notice: query.done && visit.t(`done.${query.done}`),
      tabs: tabsOf(visit, officer, waiting, list),
      counts: countsOf(visit, waiting),
      filters: { ...query, list },
      isFiltered: isFiltered(query),
      ...choicesOf(services, visit, officer, localDay(now)),
      items: page.items.map((item) => lineOf(services, visit, item, now)),
      firstPage: query.cursor === undefined ? null : link({ cursor: undefined }),
      nextPage: page.nextCursor === null ? null : link({ cursor: page.nextCursor }),
    })
  })

  async function readPage(
    officer: Officer,
    filter: TicketFilter,
    { cursor }: Query,
    now: Date,
  ): Promise<TicketPage | null> {
    try {
      return await listTickets(sql, secrets, officer, filter, { cursor, limit: PAGE_SIZE }, now)
    } catch (error) {
      if (error instanceof WrongCursor) return null
      throw error
    }
  }
}

function filterOf(
  officer: Officer,
  list: List,
  { unit, status, topic, commune, overdue, urgent, q }: Query,
): TicketFilter {
  const queues = {
    mine: 'mine',
    unit: officer.unitId ?? undefined,
    offered: 'offered',
    escalated: 'escalated',
    all: unit,
  }
  return { queue: queues[list], status: status && [status], topic, commune, overdue, urgent, q: q || undefined }
}

function isFiltered({ unit, status, topic, commune, overdue, urgent, q }: Query): boolean {
  return [unit, status, topic, commune, overdue, urgent, q || undefined].some((value) => value !== undefined)
}

function addressOf(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' || name === 'done'
      ? []
      : [[name, value === true ? '1' : String(value)] as [string, string]],
  )
  return new URLSearchParams(parts).toString()
}

function tabsOf({ t }: Visit, officer: Officer, waiting: Waiting, current: List) {
  const scope = scopeOf(officer)
  const offered = upTo(waiting.offered)
  const lists: { list: List; label: string; isShown: boolean }[] = [
    { list: 'unit', label: t('queue.list.unit'), isShown: scope.kind === 'unit' },
    { list: 'mine', label: t('queue.list.mine'), isShown: scope.kind !== 'nothing' },
    { list: 'offered', label: t('queue.list.offered', { count: offered }), isShown: scope.kind !== 'nothing' },
    { list: 'escalated', label: t('queue.list.escalated'), isShown: scope.kind === 'unit' && scope.escalations },
    { list: 'all', label: t('queue.list.all'), isShown: true },
  ]
  return lists
    .filter(({ isShown }) => isShown)
    .map(({ list, label }) => ({ label, href: `/console/tickets?list=${list}`, current: list === current }))
}

function countsOf({ t }: Visit, waiting: Waiting) {
  return [
    ...(['open', 'assigned', 'pending'] as const).map((of) => ({
      mark: of as string,
      label: t(`status.${of}`),
      tickets: upTo(waiting[of]),
      query: `status=${of}`,
    })),
    { mark: 'overdue', label: t('queue.overdue'), tickets: upTo(waiting.overdue), query: 'overdue=1' },
    { mark: 'urgent', label: t('urgent'), tickets: upTo(waiting.urgent), query: 'urgent=1' },
  ]
}

/** What was not counted to its end says so. */
function upTo(count: number): string {
  return count < COUNTED_AT_MOST ? String(count) : `${COUNTED_AT_MOST}+`
}

function choicesOf({ texts, territory }: ConsoleServices, { language, t }: Visit, officer: Officer, today: string) {
  const order = new Intl.Collator(language)
  const sorted = (options: { value: string; label: string }[]) =>
    options.sort((a, b) => order.compare(a.label, b.label))
  const seesAll = scopeOf(officer).kind === 'everything'
  const own = officer.unitId === null ? undefined : territory.unitById.get(officer.unitId)
  return {
    statuses: STATUSES.map((value: TicketStatus) => ({ value, label: t(`status.${value}`) })),
    topics: sorted(
      [...territory.routing.topics.keys()].map((id) => ({ value: id, label: topicName(texts, language, id) })),
    ),
    communes:
      own?.kind === 'commune_desk'
        ? []
        : sorted(
            territory.places
              .filter((place) => place.to === null)
              .map((place) => ({ value: place.code, label: fullName(place) })),
          ),
    units: seesAll
      ? sorted(unitsInForce(territory, today).map(({ id, name }) => ({ value: id, label: name[language] })))
      : [],
  }
}

function lineOf({ texts, territory }: ConsoleServices, visit: Visit, item: TicketLine, now: Date) {
  const { language, t } = visit
  const due = dueWords(item, now, language)
  return {
    number: item.number,
    urgent: item.urgent,
    status: item.status,
    statusName: t(`status.${item.status}`),
    topicName: topicName(texts, language, item.topic),
    communeName: communeName(territory, item.communeCode) || t('unknownCommune'),
    unitName: unitName(territory, language, item.unitId),
    assigneeName: item.assigneeName,
    offeredTo:
      item.offeredUnitId === null
        ? null
        : t('queue.offeredTo', { unit: unitName(territory, language, item.offeredUnitId) }),
    promiseName: item.promise === null ? '' : t(`promise.${item.promise}`),
    due: { state: due.state, words: texts.text(language, due.key, due.values), moment: due.moment },
  }
}
