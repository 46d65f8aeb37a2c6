/** All programmes, or those asked for, for one set of facts on one day. Pure. */
import { type Determination, type Judgement, judge } from './determine.ts'
import type { Facts } from './facts.ts'
import { planQuestion } from './plan-questions.ts'
import type { EligibilityDefinitions, Programme } from './programme.ts'

export interface Screening {
  determinations: Determination[]
  /** The fact to ask for next, or `null` when no question is left that may be asked. */
  nextQuestion: string | null
}

/**
 * `programmes` = those the person asked for by name; left out = all. A name that does not exist is passed over: callers
 * that take names from outside check them against `definitions.programmes` first.
 */
export function screen(
  definitions: EligibilityDefinitions,
  facts: Facts,
  day: string,
  programmes?: readonly string[],
): Screening {
  const asked = programmes === undefined ? [...definitions.programmes.keys()] : [...new Set(programmes)]
  const judged = new Map<string, Judgement>()
  const judgeOnce = (programme: Programme): Judgement => {
    const judgement = judged.get(programme.id) ?? judge(programme, facts, day)
    judged.set(programme.id, judgement)
    return judgement
  }
  const chosen = asked.flatMap((id) => definitions.programmes.get(id) ?? [])
  const judgements = chosen.map(judgeOnce)
  const determinations = chosen.map((programme) => {
    const { determination } = judgeOnce(programme)
    const better = supersededBy(definitions, programme, judgeOnce)
    return better === undefined ? determination : { ...determination, superseded_by: better }
  })
  return { determinations, nextQuestion: planQuestion(definitions.facts, facts, judgements, programmes !== undefined) }
}

/** The best-ranked other programme of the same group that the person is entitled to, when they are entitled to both. */
function supersededBy(
  definitions: EligibilityDefinitions,
  programme: Programme,
  judgeOnce: (programme: Programme) => Judgement,
): string | undefined {
  const own = programme.exclusive
  if (own === undefined || judgeOnce(programme).determination.outcome !== 'eligible') return undefined
  const better = [...definitions.programmes.values()]
    .filter((other) => other.exclusive?.group === own.group && other.exclusive.rank < own.rank)
    .toSorted((a, b) => (a.exclusive?.rank ?? 0) - (b.exclusive?.rank ?? 0))
  return better.find((other) => judgeOnce(other).determination.outcome === 'eligible')?.id
}
