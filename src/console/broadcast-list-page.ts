import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { openOfficeFile } from '../attachments/office-files.ts'
import { servedHeaders } from '../attachments/served.ts'
import { BROADCAST_STATUSES, type BroadcastStatus } from '../broadcasts/broadcast.ts'
import { listBroadcasts, WrongBroadcastCursor } from '../broadcasts/read-broadcast.ts'
import { formatNumber } from '../i18n.ts'
import { broadcastScope, mayWriteBroadcasts, type Officer } from '../officers/permissions.ts'
import { openPage } from './admin-visit.ts'

import { BROADCASTS_PATH, broadcastSay, STATUS_TONES, STYLES } from './broadcast-words.ts'
import { shortMomentWords } from './due-words.ts'
import { topicName, unitName } from './names.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PAGE_SIZE = 25
const LONGEST_BEGINNING = 110

/** What officers look for: messages that wait for somebody, that leave, that are over. */
const GROUPS = {
  drafts: ['draft', 'rejected'],
  toApprove: ['submitted'],
  running: ['approved', 'scheduled', 'freezing', 'sending', 'paused'],
  over: ['done', 'cancelled'],
} as const satisfies Record<string, readonly BroadcastStatus[]>
const GROUP_NAMES = ['drafts', 'toApprove', 'running', 'over'] as const

const querySchema = z.object({
  group: z.enum(GROUP_NAMES).optional().catch(undefined),
  status: z.enum(BROADCAST_STATUSES).optional().catch(undefined),
  after: z.string().max(300).optional().catch(undefined),
})
const fileSchema = z.object({ id: z.uuid() })

export function mayReadBroadcasts(officer: Officer): boolean {
  return broadcastScope(officer) !== 'none'
}

/** All policy messages that the officer may read, and the files that lie on them. */
export function broadcastListRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts, territory } = services

  app.get('/broadcasts', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { officer } = visit.session
    const query = querySchema.parse(request.query)
    const status = query.status !== undefined ? [query.status] : query.group && GROUPS[query.group]
    const link = (asked: Partial<typeof query>) => {
      const parts = Object.entries(asked).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      )
      return parts.length === 0 ? BROADCASTS_PATH : `${BROADCASTS_PATH}?${new URLSearchParams(parts)}`
    }
    const page = await read(officer, status, query.after)
    if (page === null) return reply.redirect(link({ ...query, after: undefined }), 303)
    const say = broadcastSay(services, visit)
    const now = clock.now()
    const shown = (at: Date | null) => (at === null ? '' : shortMomentWords(at, now))
    return pages.show(reply, visit, 'broadcasts', {
      title: say('title'),
      say,
      styles: STYLES,
      mayWrite: mayWriteBroadcasts(officer),
      tabs: [undefined, ...GROUP_NAMES].map((group) => ({
        label: say(`group.${group ?? 'all'}`),
        href: link({ group }),
        current: query.status === undefined && query.group === group,
      })),
      statuses: BROADCAST_STATUSES.map((value) => ({ value, label: say(`status.${value}`) })),
      status: query.status ?? '',
      isAsked: status !== undefined,
      broadcasts: page.items.map((line) => ({
        href: `${BROADCASTS_PATH}/${line.id}`,
        title: beginning(line.beginning),
        status: say(`status.${line.status}`),
        tone: STATUS_TONES[line.status],
        kind: say(`kind.${line.kind}`),
        topic: topicName(texts, visit.language, line.topic),
        unit: line.unitId === null ? '' : unitName(territory, visit.language, line.unitId),
        author: line.authorName,
        isCorrection: line.corrects !== null,
        people: line.households === null ? '' : say('people', { count: formatNumber(line.households) }),
        when:
          line.endedAt !== null
            ? say('ended', { at: shown(line.endedAt) })
            : line.startedAt !== null
              ? say('started', { at: shown(line.startedAt) })
              : line.scheduleAt !== null
                ? say('waitsFor', { at: shown(line.scheduleAt) })
                : say('created', { at: shown(line.createdAt) }),
      })),
      firstPage: query.after === undefined ? null : link({ ...query, after: undefined }),
      nextPage: page.nextCursor === null ? null : link({ ...query, after: page.nextCursor }),
    })
  })

  app.get('/broadcasts/files/:id', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const params = fileSchema.safeParse(request.params)
    const file = params.success ? await openOfficeFile(services, params.data.id) : null
    if (file === null) return refuse(pages, reply, opened.visit, 'noFile', 404)
    return reply.headers(servedHeaders('tin', file.mediaType, { pdfInline: true })).send(file.content)
  })

  async function read(officer: Officer, status: readonly BroadcastStatus[] | undefined, after: string | undefined) {
    try {
      return await listBroadcasts(sql, officer, { status }, { cursor: after, limit: PAGE_SIZE })
    } catch (error) {
      if (error instanceof WrongBroadcastCursor) return null
      throw error
    }
  }
}

function beginning(text: string): string {
  const [line = ''] = text.trim().split('\n')
  const letters = [...line]
  return letters.length <= LONGEST_BEGINNING ? line : `${letters.slice(0, LONGEST_BEGINNING - 1).join('')}…`
}
