import { formatDay, formatNumber } from '../i18n.ts'
import type { Opening, OpeningFacts } from '../openings/opening.ts'
import { standingOn } from '../openings/opening.ts'
import { communeName, unitName } from './names.ts'
import type { Say } from './village-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

/** A text of `openings.json` in the visit's language. */
export function openingsSay({ texts }: Pick<ConsoleServices, 'texts'>, { language }: Visit): Say {
  return (key, values) => texts.text(language, `openings.${key}`, values)
}

/** Look of the pages of openings. */
export const STYLES = ['console/register.css', 'console/openings.css']

/** One opening as a list shows it. */
export function openingWords(
  services: Pick<ConsoleServices, 'texts' | 'territory'>,
  visit: Visit,
  opening: Opening,
  today: string,
) {
  const say = openingsSay(services, visit)
  const standing = standingOn(opening, today)
  const place =
    opening.communeCode === null ? say(`area.${opening.area}`) : communeName(services.territory, opening.communeCode)
  return {
    id: opening.id,
    href: `/console/openings/${opening.id}`,
    title: opening.title,
    offeredBy: opening.offeredBy,
    place,
    kind: say(`kind.${opening.kind}`),
    trade: say(`trade.${opening.trade}`),
    pay: payWords(say, opening),
    standing,
    standingName: say(`standing.${standing}`),
    until: say('page.until', { day: formatDay(opening.applyBy) }),
    seats: say('page.seats', { taken: opening.seatsTaken, seats: opening.seats }),
    number: say('page.number', { number: opening.ownNumber }),
    unit: unitName(services.territory, visit.language, opening.unitId),
  }
}

function payWords(say: Say, { payWords: words, payFrom, payTo, payUnit }: OpeningFacts): string {
  if (words !== null) return words
  const from = payFrom ?? payTo
  if (from === null || payUnit === null) return ''
  const isRange = payFrom !== null && payTo !== null && payTo !== payFrom
  return say(`pay.${payUnit}`, {
    amount: isRange ? `${formatNumber(from)} – ${formatNumber(payTo)}` : formatNumber(from),
  })
}
