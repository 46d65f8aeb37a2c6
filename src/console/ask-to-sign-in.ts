import type { FastifyReply } from 'fastify'
import type { WaitingForm } from './typed-form.ts'
import type { Pages, Visit } from './visit.ts'

interface SignInView {
  username?: string
  back?: string | undefined
  waiting?: WaitingForm | null
  notice?: string | null
  /** Set when the password was right and a one-time code is wanted. */
  challenge?: string
}

/** Sends somebody to the sign-in; a form that was filled in comes along, so that nothing typed is lost. */
export function askToSignIn(
  pages: Pages,
  reply: FastifyReply,
  visit: Visit,
  waiting: WaitingForm | null = null,
): FastifyReply {
  if (waiting === null) return reply.redirect(`/console/sign-in?back=${encodeURIComponent(visit.path)}`, 303)
  return showSignIn(pages, reply, visit, { waiting, notice: visit.t('signIn.expired') }, 401)
}

export function showSignIn(
  pages: Pages,
  reply: FastifyReply,
  visit: Visit,
  view: SignInView,
  status = 200,
): FastifyReply {
  const { username = '', back = '', waiting = null, notice = null, challenge = '' } = view
  const data = { username, back, notice, challenge, waiting: waiting === null ? '' : JSON.stringify(waiting) }
  return pages.show(reply, { ...visit, session: null }, 'sign-in', { title: visit.t('signIn.title'), ...data }, status)
}
