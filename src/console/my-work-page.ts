import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isoLocal } from '../clock.ts'
import { type MyWork, myWork, nextToDo, type WorkLine } from '../desk/my-work.ts'
import { markRead, noticesOf, type OfficerNotice } from '../notices/read-notices.ts'
import { hasOwnWork } from '../officers/permissions.ts'
import { openForm, openPage } from './admin-visit.ts'
import { dueWords, momentWords, shortMomentWords } from './due-words.ts'
import { communeName, topicName, unitName } from './names.ts'
import type { ConsoleServices, Pages, Visit } from './visit.ts'

const PAGE = '/console/my-work'
const NOTICES_BESIDE_WORK = 8
const NOTICES_PER_PAGE = 40

const workQuery = z.object({ done: z.literal('read').optional().catch(undefined) })
const noticesQuery = z.object({ before: z.coerce.number().int().positive().optional().catch(undefined) })

/** What waits for the officer who looks, with the one thing to do next on top. */
export function myWorkRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts } = services

  app.get('/my-work', async (request, reply) => {
    const opened = await openPage(pages, request, reply, hasOwnWork)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { officer } = visit.session
    const { done } = workQuery.parse(request.query)
    const now = clock.now()
    const [work, notices] = await Promise.all([
      myWork(sql, officer),
      noticesOf(sql, officer.id, { limit: NOTICES_BESIDE_WORK }),
    ])
    const t = (key: string, values?: Record<string, unknown>) => texts.text(visit.language, `work.${key}`, values)
    return pages.show(reply, visit, 'my-work', {
      title: t('title'),
      w: t,
      styles: ['console/work.css'],
      notice: done && t(`done.${done}`),
      next: nextOf(services, visit, work, now),
      free: work.free,
      hasMore: work.hasMore,
      parts: partsOf(work).map(({ id, tickets }) => ({
        id,
        tickets: tickets.map((ticket) => lineOf(services, visit, ticket, now)),
      })),
      notices: notices.items.map((notice) => noticeOf(services, visit, notice, now)),
      unread: visit.session.unread,
    })
  })

  app.get('/my-work/notices', async (request, reply) => {
    const opened = await openPage(pages, request, reply, hasOwnWork)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { before } = noticesQuery.parse(request.query)
    const now = clock.now()
    const page = await noticesOf(sql, visit.session.officer.id, { before, limit: NOTICES_PER_PAGE })
    const t = (key: string, values?: Record<string, unknown>) => texts.text(visit.language, `work.${key}`, values)
    return pages.show(reply, visit, 'notices', {
      title: t('notices'),
      w: t,
      styles: ['console/work.css'],
      notices: page.items.map((notice) => noticeOf(services, visit, notice, now)),
      unread: visit.session.unread,
      older: page.next === null ? null : `${PAGE}/notices?before=${page.next}`,
      isFirst: before === undefined,
    })
  })

  app.post('/my-work/read', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PAGE, hasOwnWork)
    if ('answer' in opened) return opened.answer
    await markRead(sql, opened.visit.session.officer.id, 'all', clock.now())
    return reply.redirect(`${PAGE}?done=read`, 303)
  })
}

/** Each ticket stands in one part alone. */
function partsOf({ mine, offered }: MyWork): { id: string; tickets: WorkLine[] }[] {
  const rest = mine.filter((ticket) => !ticket.isAnswered)
  return [
    { id: 'answered', tickets: mine.filter((ticket) => ticket.isAnswered) },
    { id: 'offered', tickets: offered },
    { id: 'running', tickets: rest.filter(({ status }) => status !== 'pending') },
    { id: 'pending', tickets: rest.filter(({ status }) => status === 'pending') },
  ]
}

function nextOf(services: ConsoleServices, visit: Visit, work: MyWork, now: Date) {
  const next = nextToDo(work, now)
  if (next === null) return null
  return {
    ...lineOf(services, visit, next.ticket, now),
    why: services.texts.text(visit.language, `work.why.${next.why}`),
    tone: next.why === 'overdue' || next.why === 'urgent' ? 'bad' : 'plain',
  }
}

function lineOf({ texts, territory }: ConsoleServices, visit: Visit, ticket: WorkLine, now: Date) {
  const { language, t } = visit
  const due = dueWords(ticket, now, language)
  return {
    number: ticket.number,
    urgent: ticket.urgent,
    status: ticket.status,
    statusName: t(`status.${ticket.status}`),
    topicName: topicName(texts, language, ticket.topic),
    communeName: communeName(territory, ticket.communeCode) || t('unknownCommune'),
    unitName: unitName(territory, language, ticket.unitId),
    promiseName: ticket.promise === null ? '' : t(`promise.${ticket.promise}`),
    due: { state: due.state, words: texts.text(language, due.key, due.values), moment: due.moment },
    lapses:
      ticket.offerLapsesAt === null
        ? null
        : texts.text(language, 'work.lapses', { until: momentWords(ticket.offerLapsesAt, language) }),
  }
}

function noticeOf({ texts }: ConsoleServices, { language }: Visit, notice: OfficerNotice, now: Date) {
  return {
    number: notice.ticketNumber,
    words: texts.text(language, `work.notice.${notice.kind}`),
    at: shortMomentWords(notice.at, now),
    iso: isoLocal(notice.at),
    isNew: notice.readAt === null,
  }
}
