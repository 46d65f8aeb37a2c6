import { formatDay, formatNumber } from '../i18n.ts'
import type { Action, Message } from '../messaging/message.ts'
import { fitting, pageOf } from '../openings/fitting.ts'
import { keepOffers } from '../openings/offers.ts'
import type { Opening } from '../openings/opening.ts'
import { openingsToBeHad } from '../openings/store.ts'
import { kindOfTopic } from '../openings/wish.ts'
import type { Effect } from './effects.ts'
import type { Performance } from './perform.ts'
import { render, renderLine, shorten } from './render.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

type Showing = Extract<Effect, { kind: 'showOpenings' }>
type Shower = Pick<Performance, 'tx' | 'turn' | 'session'> & { contact: Pick<Performance['contact'], 'id' | 'key'> }

/** The vacancies or courses that fit now, a page of them, each with a button. */
export async function showOpenings(
  shower: Shower,
  { topic, wish, page, ticketId, isAsked }: Showing,
): Promise<Message[]> {
  const { tx, turn, session, contact } = shower
  const { today, now } = turn.situation
  const all = fitting(await openingsToBeHad(tx, wish.kinds, today), wish, today)
  const { shown, from, hasMore } = pageOf(all, page)
  const kind = kindOfTopic(topic)
  if (shown.length === 0) return isAsked ? renderLine(turn, session, { key: `openings.chat.none.${kind}` }) : []
  const say = (key: string, values: Record<string, unknown> = {}) =>
    wordsOf(turn, session, { key: `openings.chat.${key}`, values })
  const buttons = [
    ...shown.map((opening, index) => ({
      openingId: opening.id,
      page,
      words: say('interestedIn', { place: from + index + 1 }),
      label: say('interested', { place: from + index + 1, title: opening.title }),
    })),
    ...(hasMore ? [{ openingId: null, page: page + 1, words: say(`more.${kind}`), label: say(`more.${kind}`) }] : []),
  ]
  const ids = await keepOffers(tx, { contact, ticketId, topic, wish, buttons }, now)
  const title = say(page === 0 ? `title.${kind}` : `next.${kind}`, { count: all.length })
  const lines = shown.map((opening, index) => `${from + index + 1}. ${openingWords(turn, session, opening)}`)
  const actions: Action[] = buttons.map(({ label }, index) => ({ id: ids[index] ?? '', label: shorten(label) }))
  const said = render(turn, session, { kind: 'say', lines: [title, ...lines, say('how')], options: [] })
  return said.map((message, index) => (index === said.length - 1 ? { ...message, actions } : message))
}

/** One opening in a few short lines. */
function openingWords(turn: Turn, session: Session, opening: Opening): string {
  const say = (key: string, values: Record<string, unknown> = {}) =>
    wordsOf(turn, session, { key: `openings.chat.line.${key}`, values })
  const commune = turn.definitions.territory.placesByCode.get(opening.communeCode ?? '')?.find(({ to }) => to === null)
  const place = commune
    ? `${commune.type} ${commune.name}`
    : wordsOf(turn, session, { key: `openings.area.${opening.area}` })
  const pay = payWords(turn, session, opening)
  const lines = [
    `${opening.title} – ${opening.offeredBy}`,
    say('place', { place }),
    ...(pay === '' ? [] : [say(`pay.${opening.kind}`, { pay })]),
    ...(opening.requirements === null ? [] : [say('requirements', { requirements: cut(opening.requirements) })]),
    ...(opening.startsOn === null ? [] : [say(`starts.${opening.kind}`, { day: formatDay(opening.startsOn) })]),
    say('until', { day: formatDay(opening.applyBy), count: opening.seats - opening.seatsTaken }),
  ]
  return lines.join('\n   ')
}

function payWords(turn: Turn, session: Session, { payWords: words, payFrom, payTo, payUnit }: Opening): string {
  if (words !== null) return words
  const from = payFrom ?? payTo
  if (from === null || payUnit === null) return ''
  const isRange = payFrom !== null && payTo !== null && payTo !== payFrom
  const amount = isRange ? `${formatNumber(from)} – ${formatNumber(payTo)}` : formatNumber(from)
  return wordsOf(turn, session, { key: `openings.pay.${payUnit}`, values: { amount } })
}

/** Five of them have to fit into one message of every channel. */
const LONGEST_REQUIREMENTS = 120

function cut(text: string): string {
  const characters = [...text]
  return characters.length <= LONGEST_REQUIREMENTS ? text : `${characters.slice(0, LONGEST_REQUIREMENTS - 1).join('')}…`
}
