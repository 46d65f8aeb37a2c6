import type { FastifyInstance, FastifyReply } from 'fastify'
import { renderSVG } from 'uqr'
import { z } from 'zod'
import { removeOwnTotp } from '../officers/change-password.ts'
import { beginTotp, codeState, confirmTotp, waitingSecret } from '../officers/second-step.ts'
import { spellSecret, totpAddress } from '../officers/totp.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { momentWords } from './due-words.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/account/codes'
const everybody = () => true
const codeSchema = z.object({ code: z.string().max(40).catch(''), password: z.string().max(400).catch('') })

interface Shown {
  secret?: Buffer | null
  recovery?: string[]
  notice?: string
}

/** One-time codes at sign-in: turned on with a first right code, off with the password and a code. */
export function codesRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts } = services
  const config = { rateLimit: { max: 30, timeWindow: 60_000 } }

  app.get('/account/codes', async (request, reply) => {
    const opened = await openPage(pages, request, reply, everybody)
    return 'answer' in opened ? opened.answer : show(reply, opened.visit, {})
  })

  app.post('/account/codes/begin', { config }, async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, everybody)
    if ('answer' in opened) return opened.answer
    const secret = await beginTotp(services, opened.visit.session.officer.id)
    return show(reply, opened.visit, { secret })
  })

  app.post('/account/codes/confirm', { config }, async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, everybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { id } = visit.session.officer
    const recovery = await confirmTotp(services, id, codeSchema.parse(request.body).code, clock.now())
    if (recovery !== null) return show(reply, visit, { recovery })
    return show(reply, visit, { secret: await waitingSecret(services, id), notice: 'wrong' }, 422)
  })

  app.post('/account/codes/off', { config }, async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, everybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const outcome = await removeOwnTotp(services, visit.session.officer.id, codeSchema.parse(request.body), clock.now())
    if (outcome.kind === 'done') return reply.redirect('/console/account?done=codesOff', 303)
    if (outcome.kind === 'wrong') return show(reply, visit, { notice: 'offWrong' }, 422)
    const notice = visit.t('signIn.locked', { until: momentWords(outcome.until, visit.language) })
    return show(reply, visit, { notice }, 429)
  })

  async function show(
    reply: FastifyReply,
    visit: OfficerVisit,
    { secret = null, recovery = [], notice }: Shown,
    status = 200,
  ): Promise<FastifyReply> {
    const { language, session } = visit
    const p = (key: string, values?: Record<string, unknown>) => texts.text(language, `security.codes.${key}`, values)
    const key = `security.codes.fault.${notice}`
    return pages.show(
      reply,
      { ...visit, path: PATH },
      'codes',
      {
        title: p('title'),
        p,
        notice: notice === undefined ? null : texts.has(language, key) ? texts.text(language, key) : notice,
        state: await codeState(sql, session.officer.id),
        recovery,
        secret:
          secret === null
            ? null
            : {
                // Drawn here, of zeros and ones alone: nothing of it can be a script.
                picture: renderSVG(totpAddress(secret, session.officer.username), { border: 2 }),
                spelled: spellSecret(secret),
              },
      },
      status,
    )
  }
}
