import { isoLocal } from '../clock.ts'
import type { ActivityLine } from '../desk/activity.ts'
import type { Territory } from '../territory/territory.ts'
import { shortMomentWords } from './due-words.ts'
import { unitName } from './names.ts'
import type { ConsoleServices, Visit } from './visit.ts'

interface ActivityWords {
  at: string
  iso: string
  who: string
  what: string
}

/** Lines of activity as an officer reads them. */
export function activityWords(
  { texts, territory }: Pick<ConsoleServices, 'texts' | 'territory'>,
  visit: Visit,
  lines: readonly ActivityLine[],
  now: Date,
): ActivityWords[] {
  return lines.map((line) => {
    const values = valuesOf(line.facts, visit, territory)
    const key = `did.${line.verb}`
    return {
      at: shortMomentWords(line.at, now),
      iso: isoLocal(line.at),
      who: line.officer?.name || visit.t(`who.${line.actor}`),
      what: texts.has(visit.language, `console.${key}`)
        ? visit.t(key, values)
        : visit.t('did.other', { ...values, verb: line.verb }),
    }
  })
}

function valuesOf(facts: Record<string, unknown>, visit: Visit, territory: Territory): Record<string, string> {
  const unit = (id: unknown) => (typeof id === 'string' ? unitName(territory, visit.language, id) : '')
  return {
    unit: unit(facts.unit),
    from: unit(facts.from_unit),
    to: unit(facts.to_unit),
    step: typeof facts.step === 'string' ? visit.t(`ladder.${facts.step}`) : '',
    into: typeof facts.into === 'string' ? facts.into : '',
    number: typeof facts.number === 'string' ? facts.number : '',
    rating: typeof facts.rating === 'number' ? String(facts.rating) : '',
    left: typeof facts.left === 'number' ? String(facts.left) : '',
    why: typeof facts.why === 'string' ? visit.t(`why.${facts.why}`) : '',
    result: typeof facts.result === 'string' ? visit.t(`result.${facts.result}`) : '',
  }
}
