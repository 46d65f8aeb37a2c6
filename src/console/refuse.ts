import type { FastifyReply } from 'fastify'
import type { Pages, Visit } from './visit.ts'

type Refusal =
  | 'crossSite'
  | 'notFound'
  | 'noTicket'
  | 'noRule'
  | 'notYours'
  | 'notAllowed'
  | 'notThere'
  | 'noFile'
  | 'lostFile'
  | 'notForRole'
  | 'tooMany'
  | 'tooLarge'
  | 'badRequest'
  | 'databaseAway'
  | 'broken'

/** A page that says what is the matter and where to go on. */
export function refuse(pages: Pages, reply: FastifyReply, visit: Visit, why: Refusal, status: number): FastifyReply {
  return pages.show(
    reply,
    visit,
    'message',
    {
      title: visit.t(`refused.${why}.title`),
      text: visit.t(`refused.${why}.text`),
      next: { href: '/console/tickets', label: visit.t('refused.next') },
    },
    status,
  )
}
