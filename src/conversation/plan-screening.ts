/** The next fact to ask in a screening, in the order in which a patient clerk would. Pure. */
import { judge } from '../eligibility/determine.ts'
import type { Facts } from '../eligibility/facts.ts'
import { isPointless, planQuestion } from '../eligibility/plan-questions.ts'
import type { Programme } from '../eligibility/programme.ts'
import type { Screening } from '../eligibility/screen.ts'
import type { Step } from './flow.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

type ScreenStep = Extract<Step, { screen: string }>

const HELPS: readonly string[] = ['eligible', 'needs_officer']

/** Whether something was found that the person may hope for; a way to an office alone is open to everybody. */
export function isHopeful({ determinations }: Screening): boolean {
  return determinations.some(
    (one) => one.kind !== 'referral' && !one.rests_on_assumptions && HELPS.includes(one.outcome),
  )
}

/**
 * Over all programmes: the planner's question. Over a topic: first all about programmes that were asked for by name;
 * then the ordinary questions about the others; private ones only while nothing was found, and never those of a special
 * circumstance, which is offered in an open question instead.
 */
export function plannedFact(
  turn: Turn,
  session: Session,
  step: ScreenStep,
  asked: { programmes: readonly Programme[]; facts: Facts; screening: Screening },
): string | null {
  if (step.screen === 'all') return asked.screening.nextQuestion
  const { facts: definitions } = turn.definitions.eligibility
  const { today } = turn.situation
  const named = (session.subject.about ?? '').split(' ')
  const ofTheme = Object.values(step.themes).flat()
  const plan = (programmes: readonly Programme[], facts: Facts, isNamed: boolean) =>
    planQuestion(
      definitions,
      facts,
      programmes.map((programme) => judge(programme, facts, today)),
      isNamed,
    )
  const byName = plan(
    asked.programmes.filter(({ id }) => named.includes(id)),
    asked.facts,
    true,
  )
  const ordinary = byName ?? plan(asked.programmes, asked.facts, false)
  if (ordinary !== null || isHopeful(asked.screening)) return ordinary
  const notAsked = [...definitions.values()].filter(
    (fact) => fact.assumed === undefined && (ofTheme.includes(fact.id) || isPointless(fact, definitions, asked.facts)),
  )
  // A fact that is said to be unknown is not asked for; one that is assumed is not asked for anyway.
  const left = Object.fromEntries(notAsked.map(({ id }) => [id, null]))
  return plan(asked.programmes, { ...left, ...asked.facts }, true)
}
