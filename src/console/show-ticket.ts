import type { FastifyReply } from 'fastify'
import type { ActivityLine } from '../desk/activity.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { wayTo } from '../messaging/reach.ts'
import { markRead } from '../notices/read-notices.ts'
import { keepLooking } from '../presence/presence.ts'
import { activityWords } from './activity-words.ts'
import { refuse } from './refuse.ts'
import { registerOfTicket } from './register-badges.ts'
import { screenedFacts } from './screening-words.ts'
import { standingWords } from './standing-words.ts'
import { type TemplateChoice, ticketExtras } from './ticket-extras.ts'
import { openingsOnTicket } from './ticket-openings.ts'
import { ticketView } from './ticket-view.ts'
import type { TypedForm } from './typed-form.ts'
import type { ConsoleServices, Pages, Session, Visit } from './visit.ts'

export interface Shown {
  typed?: TypedForm
  notice?: {
    tone: 'good' | 'warn' | 'bad'
    title: string
    text?: string
    /** What happened on the ticket that the officer has not seen. */
    changes?: readonly ActivityLine[]
  }
  status?: number
  /** The reply begins with this template. */
  template?: string | undefined
}

/** The page of one ticket. The forms on it count everything shown as seen. */
export async function showTicket(
  services: ConsoleServices,
  pages: Pages,
  reply: FastifyReply,
  visit: Visit & { session: Session },
  number: string,
  { typed, notice, status = 200, template }: Shown = {},
): Promise<FastifyReply> {
  const now = services.clock.now()
  const { officer } = visit.session
  const read = await readTicket(services.sql, services.secrets, officer, number, now)
  if (read.kind === 'not-found') return refuse(pages, reply, visit, 'noTicket', 404)
  if (read.kind === 'forbidden') return refuse(pages, reply, visit, 'notYours', 403)
  const view = ticketView(services, visit, officer, read.details, now)
  const { contactId } = read.details.ticket
  const [standing, extras, openings] = await Promise.all([
    contactId === null ? null : standingOfTalk(services, contactId, now),
    ticketExtras(services, visit, read.details, now),
    openingsOnTicket(services, visit, read.details.ticket, now),
    markRead(services.sql, officer.id, { ticketId: read.details.ticket.id }, now),
    keepLooking(services.sql, [{ ticketId: read.details.ticket.id, officerId: officer.id }], now),
  ])
  const said = screenedFacts(read.details.screening)
  const page = {
    ...view,
    ...extras,
    openings,
    chosenOpening: typed?.values.opening ?? '',
    inserted: insertedOf(extras.templates, template),
    styles: ['console/work.css'],
    register: await registerOfTicket(services, visit, officer, read.details.ticket, said),
    standing: standing && standingWords(services.texts, visit.language, standing),
    title: view.number,
    typed: typed ?? null,
    notice: notice && { ...notice, lines: activityWords(services, visit, notice.changes ?? [], now) },
  }
  return pages.show(reply, visit, 'ticket', page, status)
}

/** What a template puts into the reply; null when it was not asked for or cannot be used. */
function insertedOf(templates: readonly TemplateChoice[], id: string | undefined) {
  const found = templates.find((one) => one.id === id)
  return found === undefined || found.text === null
    ? null
    : { text: found.text, isStale: found.flaw === 'rule-changed' }
}

/** What words to the person meet now, in the chat that they would go to. */
async function standingOfTalk({ sql, talkStanding }: ConsoleServices, contactId: string, now: Date) {
  if (talkStanding === undefined) return null
  return talkStanding(await wayTo(sql, contactId, now), now)
}
