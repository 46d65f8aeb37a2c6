/** All programmes, or those asked for, for one set of facts on one day. Pure. */
import { type Determination, type Judgement, judgePerson } from './determine.ts'
import type { Facts } from './facts.ts'
import { type ProgrammeOnDay, programmeOn } from './on-day.ts'
import { outcomeFor } from './outcome.ts'
import { Person } from './person.ts'
import { planQuestion } from './plan-questions.ts'
import type { EligibilityDefinitions, Outcome, Programme } from './programme.ts'

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
  const judgements = judgeAll(definitions, facts, day, programmes)
  return {
    determinations: judgements.map(({ determination }) => determination),
    nextQuestion: planQuestion(definitions.facts, facts, judgements, programmes !== undefined),
  }
}

/** As `screen`, without a look at what to ask next. */
export function judgeAll(
  definitions: EligibilityDefinitions,
  facts: Facts,
  day: string,
  asked?: readonly string[],
): Judgement[] {
  const person = new Person(facts, definitions.facts)
  const { all, byId } = rulesOn(definitions, day)
  const chosen = asked === undefined ? all : [...new Set(asked)].flatMap((id) => byId.get(id) ?? [])
  return chosen.map(({ onDay, better }) => {
    const judgement = judgePerson(onDay, person)
    const { determination } = judgement
    if (better.length === 0 || determination.outcome !== 'eligible') return judgement
    const best = better.find((other) => outcomeOn(other, person) === 'eligible')
    if (best === undefined) return judgement
    return { ...judgement, determination: { ...determination, superseded_by: best.programme.id } }
  })
}

/** The outcome of every programme alone, in their order: for going through many people. */
export function decideAll(definitions: EligibilityDefinitions, facts: Facts, day: string): Outcome[] {
  const person = new Person(facts, definitions.facts)
  return rulesOn(definitions, day).all.map(({ onDay }) => outcomeOn(onDay, person))
}

function outcomeOn({ forks, notInForce }: ProgrammeOnDay, person: Person): Outcome {
  return notInForce === undefined ? outcomeFor(forks, person) : 'not_in_force'
}

interface RuleOfDay {
  readonly onDay: ProgrammeOnDay
  /** Others of the same group that are paid instead, the best one first. */
  readonly better: readonly ProgrammeOnDay[]
}
interface RulesOfDay {
  readonly all: readonly RuleOfDay[]
  readonly byId: ReadonlyMap<string, RuleOfDay>
}

const known = new WeakMap<EligibilityDefinitions['programmes'], Map<string, RulesOfDay>>()
const MOST_DAYS = 4

function rulesOn({ programmes }: EligibilityDefinitions, day: string): RulesOfDay {
  const days = known.get(programmes) ?? new Map<string, RulesOfDay>()
  known.set(programmes, days)
  const found = days.get(day)
  if (found !== undefined) return found
  if (days.size >= MOST_DAYS) days.clear()
  const all = [...programmes.values()].map((programme) => ({
    onDay: programmeOn(programme, day),
    better: betterThan(programmes, programme).map((other) => programmeOn(other, day)),
  }))
  const made = { all, byId: new Map(all.map((rule) => [rule.onDay.programme.id, rule])) }
  days.set(day, made)
  return made
}

function betterThan(programmes: EligibilityDefinitions['programmes'], { exclusive: own }: Programme): Programme[] {
  if (own === undefined) return []
  return [...programmes.values()]
    .filter(({ exclusive }) => exclusive?.group === own.group && exclusive.rank < own.rank)
    .toSorted((a, b) => (a.exclusive?.rank ?? 0) - (b.exclusive?.rank ?? 0))
}
