import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Officer } from '../officers/permissions.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

export type OfficerVisit = Visit & { session: Session }

/** What a page begins with: who may open it. `answer` is what the request gets when it goes no further. */
export type Opened = { visit: OfficerVisit } | { answer: FastifyReply }

/** A page for some roles alone: nobody is sent to the sign-in, the others are told that it is not theirs. */
export async function openPage(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  may: (officer: Officer) => boolean,
): Promise<Opened> {
  const visit = await pages.visitOf(request)
  if (!isSignedIn(visit)) return { answer: askToSignIn(pages, reply, visit) }
  if (!may(visit.session.officer)) return { answer: refuse(pages, reply, visit, 'notAllowed', 403) }
  return { visit }
}

const tokenSchema = z.object({ form_token: z.string().catch('') }).catch({ form_token: '' })

/** The same for a form, which must come from a page of the officer's own. `page` is where they stand afterwards. */
export async function openForm(
  { secrets }: ConsoleServices,
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  may: (officer: Officer) => boolean,
): Promise<Opened> {
  const visit = { ...(await pages.visitOf(request)), path: page }
  if (!isSignedIn(visit)) return { answer: askToSignIn(pages, reply, visit) }
  const { form_token: formToken } = tokenSchema.parse(request.body ?? {})
  if (!isOwnForm(secrets, visit.session, formToken)) {
    return { answer: refuse(pages, reply, visit, 'crossSite', 403) }
  }
  if (!may(visit.session.officer)) return { answer: refuse(pages, reply, visit, 'notAllowed', 403) }
  return { visit }
}
