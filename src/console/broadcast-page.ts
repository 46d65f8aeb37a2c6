import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { BroadcastOutcome, BroadcastRequest } from '../broadcasts/act.ts'
import { approveBroadcast, rejectBroadcast, submitBroadcast } from '../broadcasts/approve.ts'
import { correctBroadcast } from '../broadcasts/correct.ts'
import { previewAudience } from '../broadcasts/preview.ts'
import { readProgress } from '../broadcasts/progress.ts'
import { type BroadcastDetails, readBroadcast, templatePrice } from '../broadcasts/read-broadcast.ts'
import { cancelBroadcast, pauseBroadcast, resumeBroadcast, scheduleBroadcast } from '../broadcasts/run.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { activityLine } from './broadcast-activity.ts'
import { mayReadBroadcasts } from './broadcast-list-page.ts'
import { numbersOf, progressOf } from './broadcast-numbers.ts'
import { planWords, startOf } from './broadcast-preview.ts'

import { sendTest } from './broadcast-test.ts'
import { broadcastView } from './broadcast-view.ts'
import { BROADCASTS_PATH, broadcastSay, faultWords, STYLES } from './broadcast-words.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ id: z.uuid() })
const DONE = [
  'kept',
  'submit',
  'approve',
  'approve-first',
  'reject',
  'schedule',
  'pause',
  'resume',
  'cancel',
  'tested',
] as const
const querySchema = z.object({ done: z.enum(DONE).optional().catch(undefined) })
const formSchema = z.object({
  seen: z.coerce.number().int().min(0).optional().catch(undefined),
  hash: z.string().max(100).catch(''),
  reason: z.string().trim().max(1_000).catch(''),
  sure: z.string().max(10).catch(''),
})
type Form = z.infer<typeof formSchema>

/** What came of a form, over the page it stood on. */
interface Notice {
  tone: 'good' | 'warn' | 'bad'
  words: string
  lines?: string[]
  /** What happened that the officer has not seen. */
  changes?: ReturnType<typeof activityLine>[]
}

type Carry = (services: ConsoleServices, request: BroadcastRequest, form: Form, now: Date) => Promise<BroadcastOutcome>

/** Stopping is never held up by what somebody else did meanwhile; deciding is. */
const VERBS: Record<string, Carry> = {
  submit: (on, request, _, now) => submitBroadcast(on, request, now),
  approve: (on, request, _, now) => approveBroadcast(on, request, now),
  reject: (on, request, { reason }, now) => rejectBroadcast(on, { ...request, reason }, now),
  schedule: (on, request, _, now) => scheduleBroadcast(on, request, now),
  pause: (on, { id, officer }, { reason }, now) => pauseBroadcast(on, { id, officer, reason }, now),
  resume: (on, { id, officer }, _, now) => resumeBroadcast(on, { id, officer }, now),
  cancel: (on, { id, officer }, { reason }, now) => cancelBroadcast(on, { id, officer, reason }, now),
}

/** One policy message: what goes to whom, who decides, how far it is, what became of it. */
export function broadcastPageRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock } = services

  app.get('/broadcasts/:id', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { done } = querySchema.parse(request.query)
    const say = broadcastSay(services, opened.visit)
    const notice = done === undefined ? null : ({ tone: 'good', words: say(`done.${done}`) } as const)
    return show(request, reply, opened.visit, { notice })
  })

  // Asked every two seconds by an open page while the message leaves.
  app.get('/broadcasts/:id/progress', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return reply.code(401).send()
    const details = await detailsFor(request, visit)
    if (typeof details === 'string') return reply.code(details === 'forbidden' ? 403 : 404).send()
    const { broadcast } = details
    const say = broadcastSay(services, visit)
    const read = await readProgress(sql, broadcast.id, clock.now())
    const progress = progressOf(say, broadcast, read)
    const was = z.object({ was: z.string().max(20).catch('') }).parse(request.query).was
    if (was !== broadcast.status) reply.header('hx-refresh', 'true')
    return pages.showPart(reply, visit, 'broadcast-progress', {
      say,
      id: broadcast.id,
      status: broadcast.status,
      progress,
      numbers: numbersOf(say, read),
      may: { settle: false },
    })
  })

  // A draft is counted when somebody looks: it may take a second, so the page does not wait for it.
  app.get('/broadcasts/:id/count', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const details = await detailsFor(request, visit)
    if (typeof details === 'string') return turnAway(reply, visit, details)
    const { content, corrects, id } = details.broadcast
    const now = clock.now()
    const preview = await previewAudience(services, content, { corrects, now })
    const startAt = startOf(content, now)
    const price = await templatePrice(sql, { content })
    const say = broadcastSay(services, visit)
    const data = { say, plan: planWords(services, visit, { preview, content, startAt, price }) }
    if (request.headers['hx-request'] === 'true') return pages.showPart(reply, visit, 'broadcast-plan', data)
    return pages.show(reply, visit, 'broadcast-count', { ...data, title: say('plan.title'), styles: STYLES, id })
  })

  for (const [verb, carry] of Object.entries(VERBS)) {
    app.post(`/broadcasts/:id/${verb}`, async (request, reply) => {
      const opened = await openForm(services, pages, request, reply, pathOf(request), mayReadBroadcasts)
      if ('answer' in opened) return opened.answer
      const { visit } = opened
      const params = paramsSchema.safeParse(request.params)
      if (!params.success) return refuse(pages, reply, visit, 'notThere', 404)
      const form = formSchema.parse(request.body ?? {})
      const say = broadcastSay(services, visit)
      const again = (words: string, typed: Form) =>
        show(request, reply, visit, { notice: { tone: 'bad', words }, typed, status: 422 })
      if (verb === 'cancel' && form.sure !== 'yes') return again(say('refused.notSure'), form)
      if (verb === 'reject' && form.reason === '') return again(say('refused.noReason'), form)
      const asked = {
        id: params.data.id,
        officer: visit.session.officer,
        seen: form.seen,
        ...(form.hash !== '' && { hash: form.hash }),
      }
      const outcome = await carry(services, asked, form, clock.now())
      return answer(request, reply, visit, outcome, verb, form)
    })
  }

  app.post('/broadcasts/:id/correct', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, pathOf(request), mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const params = paramsSchema.safeParse(request.params)
    if (!params.success) return refuse(pages, reply, visit, 'notThere', 404)
    const asked = { id: params.data.id, officer: visit.session.officer, corrected: {} }
    const outcome = await correctBroadcast(services, asked, clock.now())
    if (outcome.kind === 'done') return reply.redirect(`${BROADCASTS_PATH}/${outcome.broadcast.id}/edit`, 303)
    return answer(request, reply, visit, outcome, 'correct', formSchema.parse({}))
  })

  app.post('/broadcasts/:id/test', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, pathOf(request), mayReadBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const details = await detailsFor(request, visit)
    if (typeof details === 'string') return turnAway(reply, visit, details)
    const sent = await sendTest(services, visit.session.officer, details.broadcast, clock.now())
    if (sent === 'sent') return reply.redirect(`${pathOf(request)}?done=tested`, 303)
    if (sent === 'forbidden') return refuse(pages, reply, visit, 'notAllowed', 403)
    const words = broadcastSay(services, visit)('refused.noChat')
    return show(request, reply, visit, { notice: { tone: 'bad', words }, status: 409 })
  })

  const turnAway = (reply: FastifyReply, visit: OfficerVisit, why: 'not-found' | 'forbidden') =>
    why === 'forbidden' ? refuse(pages, reply, visit, 'notAllowed', 403) : refuse(pages, reply, visit, 'notThere', 404)

  const pathOf = (request: FastifyRequest) => {
    const params = paramsSchema.safeParse(request.params)
    return params.success ? `${BROADCASTS_PATH}/${params.data.id}` : BROADCASTS_PATH
  }

  async function detailsFor(
    request: FastifyRequest,
    visit: OfficerVisit,
  ): Promise<BroadcastDetails | 'not-found' | 'forbidden'> {
    const params = paramsSchema.safeParse(request.params)
    if (!params.success) return 'not-found'
    const read = await readBroadcast(services, visit.session.officer, params.data.id, clock.now())
    return read.kind === 'read' ? read.value : read.kind
  }

  /** Every refusal says its reason over the page as it is now; what was typed stays. */
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    visit: OfficerVisit,
    outcome: BroadcastOutcome,
    verb: string,
    typed: Form,
  ): Promise<FastifyReply> {
    const say = broadcastSay(services, visit)
    const bad = (words: string, status: number, more: Partial<Notice> = {}) =>
      show(request, reply, visit, { notice: { tone: 'bad', words, ...more }, typed, status })
    switch (outcome.kind) {
      case 'done': {
        const isFirst = verb === 'approve' && outcome.broadcast.status === 'submitted'
        return reply.redirect(`${pathOf(request)}?done=${isFirst ? 'approve-first' : verb}`, 303)
      }
      case 'not-found':
        return refuse(pages, reply, visit, 'notThere', 404)
      case 'forbidden':
        return refuse(pages, reply, visit, 'notAllowed', 403)
      case 'own-message':
      case 'same-approver':
        return bad(say(`refused.${outcome.kind}`), 403)
      case 'stale': {
        const changes = outcome.activity.map((line) => activityLine(say, visit.language, line))
        return bad(say('refused.stale'), 409, { changes })
      }
      case 'changed':
        return bad(say('refused.changed'), 409)
      case 'corrected':
        return bad(say('refused.corrected'), 409)
      case 'wrong-status':
        return bad(say('refused.wrongStatus', { status: say(`status.${outcome.from}`) }), 409)
      case 'invalid':
        return bad(say('refused.invalid'), 422, { lines: outcome.faults.map((fault) => faultWords(say, fault)) })
      default:
        return outcome satisfies never
    }
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    visit: OfficerVisit,
    shown: { notice: Notice | null; typed?: Form; status?: number },
  ): Promise<FastifyReply> {
    const details = await detailsFor(request, visit)
    if (typeof details === 'string') return turnAway(reply, visit, details)
    const view = await broadcastView(services, visit, details, clock.now())
    const data = { ...view, styles: STYLES, notice: shown.notice, typed: shown.typed ?? formSchema.parse({}) }
    return pages.show(reply, { ...visit, path: pathOf(request) }, 'broadcast', data, shown.status ?? 200)
  }
}
