import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { changeOwnPassword, SHORTEST_PASSWORD } from '../officers/change-password.ts'
import { endOtherSessions, endSession } from '../officers/sessions.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { momentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const ACCOUNT = '/console/account'
const PATH = `${ACCOUNT}/password`
const word = z.string().max(400).catch('')
const formSchema = z.object({ old: word, fresh: word, again: word })
const sessionSchema = z.object({ session: z.uuid() })
const everybody = () => true

/** The officer's own password and sessions. */
export function passwordRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts } = services

  app.get('/account/password', async (request, reply) => {
    const opened = await openPage(pages, request, reply, everybody)
    return 'answer' in opened ? opened.answer : show(reply, opened.visit, null)
  })

  // Each try costs a tenth of a second of computing; the lock per account is the real bar.
  const config = { rateLimit: { max: 60, timeWindow: 60_000 } }
  app.post('/account/password', { config }, async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, everybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { old, fresh, again } = formSchema.parse(request.body)
    if (fresh !== again) return show(reply, visit, 'not-again', 422)
    const { officer, token } = visit.session
    const outcome = await changeOwnPassword(services, { officerId: officer.id, token }, { old, fresh }, clock.now())
    if (outcome.kind === 'done') return reply.redirect(`${ACCOUNT}?done=password`, 303)
    if (outcome.kind === 'locked') {
      const notice = visit.t('signIn.locked', { until: momentWords(outcome.until, visit.language) })
      return show(reply, visit, notice, 429)
    }
    return show(reply, visit, outcome.kind === 'wrong' ? 'wrong' : outcome.why, 422)
  })

  app.post('/account/sessions/end', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, ACCOUNT, everybody)
    if ('answer' in opened) return opened.answer
    const given = sessionSchema.safeParse(request.body)
    if (!given.success) return refuse(pages, reply, opened.visit, 'badRequest', 422)
    await endSession(sql, opened.visit.session.officer.id, given.data.session, clock.now())
    return reply.redirect(`${ACCOUNT}?done=session`, 303)
  })

  app.post('/account/sessions/end-others', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, ACCOUNT, everybody)
    if ('answer' in opened) return opened.answer
    const { officer, token } = opened.visit.session
    await endOtherSessions(sql, officer.id, token, clock.now())
    return reply.redirect(`${ACCOUNT}?done=sessions`, 303)
  })

  function show(reply: FastifyReply, visit: OfficerVisit, fault: string | null, status = 200): FastifyReply {
    const p = (key: string, values?: Record<string, unknown>) =>
      texts.text(visit.language, `security.password.${key}`, values)
    const key = `security.password.fault.${fault}`
    const notice =
      fault === null
        ? null
        : texts.has(visit.language, key)
          ? texts.text(visit.language, key, { count: SHORTEST_PASSWORD })
          : fault
    const isGiven = visit.session.officer.mustChangePassword === true
    const data = { title: p('title'), p, notice, isGiven, shortest: SHORTEST_PASSWORD }
    return pages.show(reply, { ...visit, path: PATH }, 'password', data, status)
  }
}
