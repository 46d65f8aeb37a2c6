import { localDay } from '../clock.ts'
import type { Ticket } from '../desk/locked-ticket.ts'
import { fitting } from '../openings/fitting.ts'
import { standingOn } from '../openings/opening.ts'
import { openingOfPlacement, openingsOfTicket, openingsToBeHad } from '../openings/store.ts'
import { kindOfTopic, OPENING_TOPICS, wishOf } from '../openings/wish.ts'
import { openingsSay, openingWords } from './openings-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

/** More to choose from than these is no help; others are found on their own page. */
const MOST_CHOICES = 40

/** What the person of a ticket would like, the seat they have, and what a seat can be given in. */
export async function openingsOnTicket(services: ConsoleServices, visit: Visit, ticket: Ticket, now: Date) {
  const { sql, territory, texts } = services
  const today = localDay(now)
  const isAbout = OPENING_TOPICS.includes(ticket.topic)
  const [wanted, seat] = await Promise.all([openingsOfTicket(sql, ticket.id), openingOfPlacement(sql, ticket.id)])
  if (!isAbout && wanted.length === 0 && seat === null) return null
  const isGoingOn = ticket.status !== 'resolved' && ticket.status !== 'closed'
  const open = isGoingOn && isAbout ? await openingsToBeHad(sql, [kindOfTopic(ticket.topic)], today) : []
  const wish = {
    ...wishOf({ territory, texts }, { topic: ticket.topic, commune: ticket.communeCode, day: today }),
    reach: 'abroad' as const,
    onlyAbroad: false,
  }
  const ids = new Set(wanted.map(({ id }) => id))
  const others = fitting(open, wish, today).filter(({ id }) => !ids.has(id))
  const say = openingsSay(services, visit)
  return {
    title: say('ticket.title'),
    label: say('ticket.opening'),
    hint: say('ticket.openingHint'),
    none: say('field.none'),
    wanted: wanted.map((opening) => ({
      ...openingWords(services, visit, opening, today),
      seat: opening.id === seat?.id ? say('ticket.seat') : '',
    })),
    seat:
      seat === null || ids.has(seat.id)
        ? null
        : { ...openingWords(services, visit, seat, today), seat: say('ticket.seat') },
    choices: [...wanted.filter((one) => standingOn(one, today) === 'open'), ...others]
      .slice(0, MOST_CHOICES)
      .map((opening) => ({
        value: opening.id,
        label: `${opening.title} – ${opening.offeredBy} (${opening.ownNumber})`,
      })),
  }
}
