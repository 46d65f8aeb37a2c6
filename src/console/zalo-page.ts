/**
 * The official account on Zalo, for administrators: its tokens, what may still be sent and what it costs, what has to be
 * mended, the templates for notices, and the consent that gives new tokens.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { formatNumber } from '../i18n.ts'
import type { AccountCare, AccountHealth, ConsentOutcome } from '../messaging/account-care.ts'
import { hasRole } from '../officers/permissions.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const formSchema = z.object({
  form_token: z.string().max(200).catch(''),
  purpose: z.string().max(60).catch(''),
  template_id: z.string().max(60).catch(''),
  code: z.string().max(100).catch(''),
})
const returnSchema = z.object({
  state: z.string().min(1).max(200),
  code: z.string().min(1).max(2_000),
  oa_id: z.string().max(100).catch(''),
})

/** The tokens need somebody in these states. */
const BAD_STATES = ['none', 'doubtful', 'last-try', 'refused']

interface Notice {
  tone: 'good' | 'warn' | 'bad'
  words: string
}

type Given = Visit & { session: Session }

export function zaloRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { clock, secrets, texts } = services
  const say = (visit: Visit, key: string, values?: Record<string, unknown>) =>
    texts.text(visit.language, `zalo.page.${key}`, values)

  /** Hands on to `serve` what an administrator asks for; everybody else learns nothing of the page. */
  const forAdministrators =
    (serve: (care: AccountCare, visit: Given, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
      const care = services.accountCare
      if (care === undefined || !hasRole(visit.session.officer, 'administrator')) {
        return refuse(pages, reply, visit, 'notFound', 404)
      }
      const isForm = request.method === 'POST'
      if (isForm && !isOwnForm(secrets, visit.session, formSchema.parse(request.body ?? {}).form_token)) {
        return refuse(pages, reply, visit, 'crossSite', 403)
      }
      return serve(care, visit, request, reply)
    }

  async function show(
    care: AccountCare,
    visit: Given,
    reply: FastifyReply,
    {
      notice = null,
      consentAt = null,
      status = 200,
    }: { notice?: Notice | null; consentAt?: string | null; status?: number },
  ): Promise<FastifyReply> {
    const [health, card, purposes, approved] = await Promise.all([
      care.health(clock.now()),
      care.card(),
      care.purposes(),
      care.approvedTemplates(),
    ])
    const moment = (at: Date | null) => (at === null ? say(visit, 'never') : momentWords(at, visit.language))
    const dong = (amount: number | null) =>
      amount === null ? say(visit, 'unknownPrice') : say(visit, 'dong', { amount: formatNumber(amount) })
    return pages.show(
      reply,
      { ...visit, path: '/console/zalo' },
      'zalo',
      {
        title: say(visit, 'title'),
        say: (key: string, values?: Record<string, unknown>) => say(visit, key, values),
        notice,
        consentAt,
        account: {
          id: health.account,
          name: card?.name ?? null,
          packageName: card?.packageName ?? say(visit, 'notSaid'),
          verified: card === null || card.isVerified === null ? 'notSaid' : card.isVerified ? 'yes' : 'no',
        },
        token: tokenView(health, moment),
        signatureFailure: moment(health.lastSignatureFailureAt),
        people: health.people,
        notices: { ...health.notices, cost: dong(health.notices.cost) },
        quotas: health.quotas.map((quota) => ({ ...quota, seenAt: moment(quota.seenAt) })),
        alarms: health.alarms.map((alarm) => ({ ...alarm, lastAt: moment(alarm.lastAt) })),
        purposes: purposes.map((one) => ({
          ...one,
          chosen: one.chosen && {
            ...one.chosen,
            byUid: dong(one.chosen.priceByUid),
            byPhone: dong(one.chosen.priceByPhone),
          },
        })),
        approved,
      },
      status,
    )
  }

  app.get(
    '/zalo',
    forAdministrators((care, visit, _request, reply) => show(care, visit, reply, {})),
  )

  app.post(
    '/zalo/consent',
    forAdministrators(async (care, visit, request, reply) => {
      const consentAt = await care.beginConsent(visit.session.officer.id, returnTo(request))
      return show(care, visit, reply, { consentAt })
    }),
  )

  // Where Zalo sends the administrator back to.
  app.get(
    '/zalo/consent',
    forAdministrators(async (care, visit, request, reply) => {
      const given = returnSchema.safeParse(request.query)
      if (!given.success) return reply.redirect('/console/zalo', 303)
      const { state, code, oa_id: account } = given.data
      const outcome = await care.endConsent({ officerId: visit.session.officer.id, state, code, account })
      const notice = consentNotice(outcome, (key, values) => say(visit, key, values))
      return show(care, visit, reply, { notice, status: outcome.kind === 'done' ? 200 : 409 })
    }),
  )

  app.post(
    '/zalo/template',
    forAdministrators(async (care, visit, request, reply) => {
      const { purpose, template_id } = formSchema.parse(request.body ?? {})
      const outcome = await care.chooseTemplate(purpose, template_id.trim())
      const isDone = outcome === 'done'
      const notice: Notice = { tone: isDone ? 'good' : 'bad', words: say(visit, `templateOutcome.${outcome}`) }
      return show(care, visit, reply, { notice, status: isDone ? 200 : 422 })
    }),
  )

  app.post(
    '/zalo/alarm',
    forAdministrators(async (care, _visit, request, reply) => {
      await care.dismissAlarm(formSchema.parse(request.body ?? {}).code)
      return reply.redirect('/console/zalo', 303)
    }),
  )

  /** The address of this page as the administrator's browser knows it; it has to be the one set at Zalo. */
  function returnTo(request: FastifyRequest): string {
    return `${services.publicUrl ?? `${request.protocol}://${request.host}`}/console/zalo/consent`
  }
}

function tokenView({ token }: AccountHealth, moment: (at: Date | null) => string) {
  return {
    state: token.state,
    isBad: BAD_STATES.includes(token.state),
    obtainedAt: moment(token.obtainedAt),
    expiresAt: moment(token.expiresAt),
    refusal: token.refusal,
  }
}

function consentNotice(
  outcome: ConsentOutcome,
  say: (key: string, values?: Record<string, unknown>) => string,
): Notice {
  const values = outcome.kind === 'refused' ? { reason: outcome.reason } : {}
  return { tone: outcome.kind === 'done' ? 'good' : 'bad', words: say(`consentOutcome.${outcome.kind}`, values) }
}
