import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import {
  type BroadcastDetails,
  listRecipients,
  type RecipientLine,
  readBroadcast,
  WrongBroadcastCursor,
} from '../broadcasts/read-broadcast.ts'
import { settleByHand } from '../broadcasts/settle-by-hand.ts'
import { mayDoWith } from '../broadcasts/who-may.ts'
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheet/write-csv.ts'
import { writeXlsx } from '../spreadsheet/write-xlsx.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { mayReadBroadcasts } from './broadcast-list-page.ts'

import { BROADCASTS_PATH, broadcastSay, broadcastTitle, STYLES } from './broadcast-words.ts'
import { shortMomentWords } from './due-words.ts'
import { communeName } from './names.ts'
import { refuse } from './refuse.ts'
import type { Say } from './village-words.ts'
import type { ConsoleServices, Pages, Visit } from './visit.ts'

const PAGE_SIZE = 50
const READ_AT_ONCE = 2_000
/** A sheet of more lines takes more memory than it is worth: there is CSV for that. */
const MOST_SHEET_LINES = 100_000
const STATES = [
  'waiting',
  'sending',
  'sent',
  'confirmed',
  'refused',
  'uncertain',
  'unreachable',
  'stopped',
  'expired',
  'cancelled',
  'visit',
  'visited',
] as const
const FORMATS = ['csv', 'xlsx'] as const
const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const
const COLUMNS = [
  'person',
  'commune',
  'channel',
  'state',
  'reason',
  'sentAt',
  'settledAt',
  'readAt',
  'tappedAt',
  'understoodAt',
  'repliedAt',
] as const
const WIDTHS = [38, 24, 12, 22, 28, 18, 18, 18, 18, 18, 18]

const paramsSchema = z.object({ id: z.uuid() })
const settleSchema = z.object({ id: z.uuid(), contact: z.uuid() })
const settleFormSchema = z.object({ as: z.enum(['arrived', 'visit']) })
const querySchema = z.object({
  state: z.enum(STATES).optional().catch(undefined),
  channel: z.enum(['telegram', 'zalo', 'web']).optional().catch(undefined),
  commune: z.string().max(20).catch(''),
  after: z.string().max(300).optional().catch(undefined),
  done: z.enum(['settled', 'late']).optional().catch(undefined),
})
type Query = z.infer<typeof querySchema>

/** Who it went to and what became of it, without names; rows of unknown outcome are settled here. */
export function broadcastRecipientRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, territory } = services

  app.get('/broadcasts/:id/recipients', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const details = await detailsFor(request, visit)
    if (details === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
    if (details === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    const { broadcast } = details
    const query = querySchema.parse(request.query)
    const say = broadcastSay(services, visit)
    const link = (asked: Partial<Query>) => linkOf(broadcast.id, asked)
    const page = await pageOf(broadcast.id, query)
    if (page === null) return reply.redirect(link({ ...query, after: undefined }), 303)
    const now = clock.now()
    return pages.show(reply, visit, 'broadcast-recipients', {
      title: say('recipients.title'),
      say,
      styles: STYLES,
      id: broadcast.id,
      about: broadcastTitle(broadcast.content),
      notice: query.done === undefined ? '' : say(`recipients.${query.done}`),
      query,
      states: STATES.map((value) => ({ value, label: say(`state.${value}`) })),
      channels: ['telegram', 'zalo', 'web'].map((value) => ({ value, label: say(`channel.${value}`) })),
      isAsked: query.state !== undefined || query.channel !== undefined || query.commune !== '',
      maySettle: mayDoWith('pause', visit.session.officer, broadcast),
      back: link({ ...query, after: query.after }),
      recipients: page.items.map((line) => ({
        id: line.contactId,
        code: line.contactId.slice(-8),
        commune: line.communeCode === null ? say('plan.noCommune') : communeName(territory, line.communeCode),
        channel: say(`channel.${line.channel}`),
        state: say(`state.${line.state}`),
        stateId: line.state,
        reason: reasonWords(say, line.reason),
        did: (['sentAt', 'readAt', 'tappedAt', 'understoodAt', 'repliedAt'] as const).flatMap((mark) => {
          const at = line[mark]
          return at === null ? [] : [`${say(`recipients.${mark}`)} ${shortMomentWords(at, now)}`]
        }),
      })),
      exports: FORMATS.map((format) => ({
        label: say(`recipients.${format}`),
        href: linkOf(broadcast.id, query, `.${format}`),
      })),
      firstPage: query.after === undefined ? null : link({ ...query, after: undefined }),
      nextPage: page.nextCursor === null ? null : link({ ...query, after: page.nextCursor }),
    })
  })

  for (const format of FORMATS) {
    app.get(`/broadcasts/:id/recipients.${format}`, async (request, reply) => {
      const opened = await openPage(pages, request, reply, mayReadBroadcasts)
      if ('answer' in opened) return opened.answer
      const { visit } = opened
      const details = await detailsFor(request, visit)
      if (details === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
      if (details === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
      const { id } = details.broadcast
      const query = querySchema.parse(request.query)
      const say = broadcastSay(services, visit)
      const about = { subjectKind: 'broadcast', subjectId: id, facts: { format, state: query.state ?? null } }
      await recordAudit(sql, { actorId: visit.session.officer.id, action: 'broadcast-exported', ...about }, clock.now())
      reply
        .header('content-disposition', `attachment; filename="nguoi-nhan-${id.slice(-8)}.${format}"`)
        .header('cache-control', 'private, no-store')
        .type(MEDIA_TYPES[format])
      if (format === 'csv') return reply.send(Readable.from(csvOf(visit, id, query)))
      const lines = [COLUMNS.map((column) => say(`recipients.${column}`))]
      for await (const some of linesOf(visit, id, query)) {
        lines.push(...some)
        if (lines.length > MOST_SHEET_LINES) {
          lines.push([say('recipients.sheetEnds', { count: MOST_SHEET_LINES.toLocaleString('vi-VN') })])
          break
        }
      }
      return reply.send(await writeXlsx(lines, WIDTHS))
    })
  }

  app.post('/broadcasts/:id/recipients/:contact/settle', async (request, reply) => {
    const params = settleSchema.safeParse(request.params)
    const page = params.success ? linkOf(params.data.id, { state: 'uncertain' }) : BROADCASTS_PATH
    const opened = await openForm(services, pages, request, reply, page, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    if (!params.success) return refuse(pages, reply, visit, 'notThere', 404)
    const details = await detailsFor(request, visit)
    if (details === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
    const form = settleFormSchema.safeParse(request.body)
    if (details === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    if (!form.success) return refuse(pages, reply, visit, 'badRequest', 422)
    const { id: broadcastId, contact: contactId } = params.data
    const asked = { broadcastId, contactId, officer: visit.session.officer, as: form.data.as }
    const outcome = await settleByHand(sql, asked, clock.now())
    if (outcome.kind === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    if (outcome.kind === 'not-found') return refuse(pages, reply, visit, 'notThere', 404)
    return reply.redirect(`${page}&done=${outcome.kind === 'done' ? 'settled' : 'late'}`, 303)
  })

  async function detailsFor(
    request: FastifyRequest,
    visit: OfficerVisit,
  ): Promise<BroadcastDetails | 'not-found' | 'forbidden'> {
    const params = paramsSchema.safeParse(request.params)
    if (!params.success) return 'not-found'
    const read = await readBroadcast(services, visit.session.officer, params.data.id, clock.now())
    return read.kind === 'read' ? read.value : read.kind
  }

  const filterOf = ({ state, channel, commune }: Query) => ({ state, channel, commune: commune || undefined })

  async function pageOf(id: string, query: Query) {
    try {
      return await listRecipients(sql, id, filterOf(query), { cursor: query.after, limit: PAGE_SIZE })
    } catch (error) {
      if (error instanceof WrongBroadcastCursor) return null
      throw error
    }
  }

  async function* csvOf(visit: Visit, id: string, query: Query): AsyncGenerator<string> {
    const say = broadcastSay(services, visit)
    yield BYTE_ORDER_MARK + csvLine(COLUMNS.map((column) => say(`recipients.${column}`)))
    for await (const some of linesOf(visit, id, query)) yield some.map(csvLine).join('')
  }

  async function* linesOf(visit: Visit, id: string, query: Query): AsyncGenerator<string[][]> {
    const say = broadcastSay(services, visit)
    let cursor: string | undefined
    do {
      const page = await listRecipients(sql, id, filterOf(query), { cursor, limit: READ_AT_ONCE })
      yield page.items.map((line) => lineOf(say, line))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
  }

  function lineOf(say: Say, line: RecipientLine): string[] {
    const at = (moment: Date | null) => (moment === null ? '' : localMoment(moment))
    return [
      line.contactId,
      line.communeCode === null ? '' : communeName(territory, line.communeCode),
      say(`channel.${line.channel}`),
      say(`state.${line.state}`),
      reasonWords(say, line.reason),
      at(line.sentAt),
      at(line.settledAt),
      at(line.readAt),
      at(line.tappedAt),
      at(line.understoodAt),
      at(line.repliedAt),
    ]
  }
}

const REASONS = new Set([
  'unreachable',
  'outside-window',
  'channel-off',
  'page-left',
  'told-in-person',
  'opted-out',
  'erased',
  'no-consent',
  'same-person',
  'weekly-limit',
  'not-subscribed',
  'sender-died',
  'too-late',
  'outage',
  'blocked',
  'bad-address',
  'by-hand',
  'uncertain',
])

/** Our own reasons in words; what a channel said stands as it said it. */
export function reasonWords(say: Say, reason: string | null): string {
  if (reason === null) return ''
  return REASONS.has(reason) ? say(`reason.${reason}`) : reason
}

/** `2026-11-23 08:00`, as spreadsheets read it. */
function localMoment(at: Date): string {
  return new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
}

function linkOf(id: string, { state, channel, commune, after }: Partial<Query>, ending = ''): string {
  const asked = Object.entries({ state, channel, commune, after: ending === '' ? after : undefined })
  const parts = asked.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))
  const path = `${BROADCASTS_PATH}/${id}/recipients${ending}`
  return parts.length === 0 ? path : `${path}?${new URLSearchParams(parts)}`
}
