import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { deviceOf, SESSION_COOKIE, signOut } from '../officers/sessions.ts'
import { signIn, signInWithCode } from '../officers/sign-in.ts'
import { showSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { showTicket } from './show-ticket.ts'
import { type WaitingForm, waitingFormSchema } from './typed-form.ts'
import { type ConsoleServices, isOwnForm, LANGUAGE_COOKIE, type Pages, safeBack } from './visit.ts'

const optionalText = z.string().optional().catch(undefined)
const signInForm = z.object({
  username: z.string().max(100).catch(''),
  password: z.string().max(200).catch(''),
  back: optionalText,
  /** The second step: what the first gave, and the one-time code. */
  challenge: z.string().max(200).catch(''),
  code: z.string().max(40).catch(''),
  /** A form of a ticket that was sent when the session had run out. */
  waiting: z.string().max(100_000).optional().catch(undefined),
})

/** From one address: a whole office behind it signs in at half past seven. The lock of each account stops who guesses. */
const TRIES_A_MINUTE = 120

export function signInRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, secrets, publicUrl } = services
  const secure = publicUrl?.startsWith('https:') === true
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const

  app.get('/sign-in', async (request, reply) => {
    const visit = await pages.visitOf(request)
    const { back } = z.object({ back: optionalText }).parse(request.query)
    if (visit.session !== null) return reply.redirect(safeBack(back), 303)
    return showSignIn(pages, reply, visit, { back })
  })

  const config = { rateLimit: { max: TRIES_A_MINUTE, timeWindow: 60_000 } }
  app.post('/sign-in', { config }, async (request, reply) => {
    const visit = pages.strangerOf(request)
    const given = signInForm.parse(request.body ?? {})
    const waiting = readWaiting(given.waiting)
    const now = clock.now()
    const device = deviceOf(request.headers['user-agent'])
    const { challenge, code } = given
    const outcome = await (challenge === ''
      ? signIn(services, { username: given.username, password: given.password, device }, now)
      : signInWithCode(services, { challenge, code, device }, now))
    if (outcome.kind === 'code-needed') {
      return showSignIn(pages, reply, visit, { ...given, waiting, challenge: outcome.challenge })
    }
    if (outcome.kind === 'wrong-code') {
      const notice = visit.t('signIn.wrongCode')
      return showSignIn(pages, reply, visit, { ...given, waiting, notice, challenge: outcome.challenge }, 401)
    }
    if (outcome.kind === 'wrong') {
      const notice = visit.t(challenge === '' ? 'signIn.wrong' : 'signIn.tooLate')
      return showSignIn(pages, reply, visit, { ...given, challenge: '', waiting, notice }, 401)
    }
    if (outcome.kind === 'locked') {
      reply.header('retry-after', Math.ceil((outcome.until.getTime() - now.getTime()) / 1_000))
      const notice = visit.t('signIn.locked', { until: momentWords(outcome.until, visit.language) })
      return showSignIn(pages, reply, visit, { ...given, challenge: '', waiting, notice }, 429)
    }
    const maxAge = Math.floor((outcome.expiresAt.getTime() - now.getTime()) / 1_000)
    reply.setCookie(SESSION_COOKIE, outcome.token, { ...cookie, maxAge })
    if (waiting === null) return reply.redirect(safeBack(given.back), 303)
    const session = pages.sessionOf(outcome.officer, outcome.token)
    const notice = { tone: 'warn', title: visit.t('notice.notSent'), text: visit.t('notice.notSentText') } as const
    return showTicket(services, pages, reply, { ...visit, session }, waiting.number, { typed: waiting, notice })
  })

  app.post('/sign-out', async (request, reply) => {
    const visit = await pages.visitOf(request)
    const { form_token: formToken } = z.object({ form_token: z.string().catch('') }).parse(request.body ?? {})
    if (visit.session !== null && isOwnForm(secrets, visit.session, formToken)) {
      await signOut(sql, visit.session.token, clock.now())
      reply.clearCookie(SESSION_COOKIE, cookie)
    }
    return reply.redirect('/console/sign-in', 303)
  })

  app.post('/language', async (request, reply) => {
    const given = z.object({ language: z.enum(['vi', 'en']).catch('vi'), back: optionalText }).parse(request.body ?? {})
    reply.setCookie(LANGUAGE_COOKIE, given.language, { ...cookie, maxAge: 31_536_000 })
    const isSignIn = given.back?.startsWith('/console/sign-in') === true
    return reply.redirect(isSignIn ? '/console/sign-in' : safeBack(given.back), 303)
  })
}

function readWaiting(text: string | undefined): WaitingForm | null {
  if (text === undefined || text === '') return null
  try {
    return waitingFormSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
