/**
 * Which question to ask next: the one that settles most of what is still open. Asks nothing that cannot change an
 * outcome, nothing the person said they do not know, and nothing private or meant for few unless the programme was asked
 * for by name. Pure.
 */
import { NO } from './criteria.ts'
import type { Judgement } from './determine.ts'
import { canReach, type DiagramNode, restrict, resultOf, settledByAsking, supportOf } from './diagram.ts'
import { type FactDefinition, type Facts, knownValue, passes } from './facts.ts'
import type { NodeTable } from './node-table.ts'

type FactMap = ReadonlyMap<string, FactDefinition>

/** `named`: the person asked for these programmes; then private and unlikely questions are fair. */
export function planQuestion(
  facts: FactMap,
  said: Facts,
  judgements: readonly Judgement[],
  named: boolean,
): string | null {
  const askable: (boolean | undefined)[] = []
  const isAskable = (fact: FactDefinition): boolean => {
    const known = askable[fact.order]
    if (known !== undefined) return known
    const found = fact.ask && knownValue(fact, said) === undefined && (named || !isOutOfPlace(fact, facts, said))
    askable[fact.order] = found
    return found
  }
  const gains = new Map<FactDefinition, number>()
  for (const judgement of judgements) {
    if (judgement.determination.outcome !== 'unknown') continue
    const { questions, canEndWell } = prospectsOf(judgement, isAskable)
    // Where no yes is within reach, questions could only lead to a refusal: the programme waits until it is named.
    if (!named && !canEndWell) continue
    for (const { fact, gain } of questions) gains.set(fact, (gains.get(fact) ?? 0) + gain)
  }
  return best(gains, named)?.id ?? null
}

/** What questions can do for one open programme. */
interface Prospects {
  readonly questions: readonly { fact: FactDefinition; gain: number }[]
  /** Some answers lead away from a refusal, whatever the facts are that may not be asked. */
  readonly canEndWell: boolean
}

/** People alike share a judgement, and mostly the questions they may be asked. */
const known = new WeakMap<Judgement, Map<string, Prospects>>()

function prospectsOf(judgement: Judgement, isAskable: (fact: FactDefinition) => boolean): Prospects {
  const { remaining, table, version } = judgement
  const { variables } = version.diagram
  const askable = supportOf(remaining).filter((index) => {
    const fact = variables[index]?.fact
    return fact !== undefined && isAskable(fact)
  })
  const kept = known.get(judgement) ?? new Map<string, Prospects>()
  known.set(judgement, kept)
  const found = kept.get(askable.join())
  if (found !== undefined) return found
  const settled = settledByAsking(table, remaining, (index) => askable.includes(index))
  const made = {
    questions: gainsOf(table, settled).flatMap(({ variable, gain }) => {
      const fact = variables[variable]?.fact
      return fact === undefined ? [] : [{ fact, gain }]
    }),
    canEndWell: canReach(settled, (result) => result !== NO),
  }
  kept.set(askable.join(), made)
  return made
}

function best(gains: ReadonlyMap<FactDefinition, number>, named: boolean): FactDefinition | undefined {
  const asked = new Set([...gains.keys()].map((fact) => fact.id))
  let found: { fact: FactDefinition; gain: number } | undefined
  for (const [fact, gain] of gains) {
    // Its turn comes after the question that may make it needless.
    if (!named && fact.askWhen !== undefined && asked.has(fact.askWhen.fact)) continue
    const isEqual = found !== undefined && Math.abs(gain - found.gain) <= 1e-9
    if (found === undefined || (isEqual ? fact.order < found.fact.order : gain > found.gain)) found = { fact, gain }
  }
  return found?.fact
}

/** How much the answers to each question settle on average: 1 when every answer settles the programme. */
function gainsOf(table: NodeTable, askable: DiagramNode): { variable: number; gain: number }[] {
  const before = supportOf(askable)
  return before.map((variable) => {
    const answers = answersOf(askable, variable)
    const gains = Array.from({ length: answers }, (_, chosen): number => {
      const node = restrict(table, askable, (one) => (one === variable ? chosen : undefined))
      if (resultOf(node) !== undefined) return 1
      const left = supportOf(node).length
      // Nothing left to ask, and still open.
      return left === 0 ? 0 : (1 - left / before.length) / 2
    })
    return { variable, gain: gains.reduce((sum, gain) => sum + gain, 0) / answers }
  })
}

/** How many answers to a question are told apart. */
function answersOf(root: DiagramNode, variable: number): number {
  if (root.variable === variable) return root.children.length
  for (const child of root.children) {
    const found = child.variable > variable ? 0 : answersOf(child, variable)
    if (found > 0) return found
  }
  return 0
}

/** Whether an ordinary run does without the question: it is private, or follows a private one, or has no point. */
function isOutOfPlace(fact: FactDefinition, facts: FactMap, said: Facts): boolean {
  if (fact.sensitive || isPointless(fact, facts, said)) return true
  const source = facts.get(fact.askWhen?.fact ?? '')
  return source !== undefined && knownValue(source, said) === undefined && isOutOfPlace(source, facts, said)
}

/**
 * Whether the question is only for those who name a programme: it concerns few, or what was said leaves no point in it
 * (a school class for somebody of 76), or it makes sense only after such a question.
 */
export function isPointless(fact: FactDefinition, facts: FactMap, said: Facts): boolean {
  const { named, askWhen, askUnless } = fact
  if (named === true) return true
  const unless = askUnless && saidOf(askUnless.fact, facts, said)
  if (askUnless !== undefined && unless !== undefined && unless !== null && passes(askUnless, unless)) return true
  const source = facts.get(askWhen?.fact ?? '')
  if (askWhen === undefined || source === undefined) return false
  const value = knownValue(source, said)
  return value === undefined ? isPointless(source, facts, said) : value !== null && !passes(askWhen, value)
}

function saidOf(id: string, facts: FactMap, said: Facts) {
  const fact = facts.get(id)
  return fact && knownValue(fact, said)
}
