/**
 * Which question to ask next: the one that settles most of what is still open. Asks nothing that cannot change an
 * outcome, nothing the person said they do not know, and nothing sensitive unless the programme was asked for by name.
 * Pure.
 */
import { NO } from './criteria.ts'
import type { Judgement } from './determine.ts'
import { canReach, leastOf, NodeTable, restrict, resultOf, supportOf } from './diagram.ts'
import { type FactDefinition, type Facts, knownValue, passes } from './facts.ts'

/** `named`: the person asked for these programmes; then sensitive and unlikely questions are fair. */
export function planQuestion(
  facts: ReadonlyMap<string, FactDefinition>,
  said: Facts,
  judgements: readonly Judgement[],
  named: boolean,
): string | null {
  const askable = (fact: FactDefinition) =>
    fact.ask && knownValue(fact, said) === undefined && (named || (!fact.sensitive && !isUnlikely(fact, facts, said)))
  const open = judgements.filter(
    (judgement) => judgement.determination.outcome === 'unknown' && (named || canBecomeYes(judgement, askable)),
  )
  const gains = new Map<FactDefinition, number>()
  for (const judgement of open) {
    for (const index of supportOf(judgement.remaining)) {
      const fact = judgement.version.diagram.variables[index]?.fact
      if (fact === undefined || !askable(fact)) continue
      gains.set(fact, (gains.get(fact) ?? 0) + gainOf(judgement, index))
    }
  }
  const asked = new Set([...gains.keys()].map((fact) => fact.id))
  let best: { fact: FactDefinition; gain: number } | undefined
  for (const [fact, gain] of gains) {
    // Its turn comes after the question that may make it needless.
    if (!named && fact.askWhen !== undefined && asked.has(fact.askWhen.fact)) continue
    const equal = best !== undefined && Math.abs(gain - best.gain) <= 1e-9
    if (best === undefined || (equal ? fact.order < best.fact.order : gain > best.gain)) best = { fact, gain }
  }
  return best?.fact.id ?? null
}

/** How much an answer settles on average: 1 when every answer settles the programme, less for what it still leaves. */
function gainOf(judgement: Judgement, index: number): number {
  const { remaining, version, table } = judgement
  const before = supportOf(remaining).length
  const answers = version.diagram.variables[index]?.examples ?? []
  const gains = answers.map((_, chosen): number => {
    const node = restrict(new NodeTable(table), remaining, (variable) => (variable === index ? chosen : undefined))
    return resultOf(node) === undefined ? (1 - supportOf(node).length / before) / 2 : 1
  })
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length
}

/**
 * Whether a yes is within reach whatever the facts are that will not be asked. Where it is not, further questions could
 * only lead to a refusal or to nothing, so the programme waits until it is asked for by name.
 */
function canBecomeYes(judgement: Judgement, askable: (fact: FactDefinition) => boolean): boolean {
  const { variables } = judgement.version.diagram
  const table = new NodeTable(judgement.table)
  let node = judgement.remaining
  for (const index of supportOf(node)) {
    const variable = variables[index]
    if (variable === undefined || askable(variable.fact)) continue
    const branches = variable.examples.map((_, chosen) =>
      restrict(table, node, (candidate) => (candidate === index ? chosen : undefined)),
    )
    node = leastOf(table, branches)
  }
  return canReach(node, (result) => result !== NO)
}

/** Whether what was said makes the question pointless in an ordinary run: a school class for somebody of 76. */
function isUnlikely(fact: FactDefinition, facts: ReadonlyMap<string, FactDefinition>, said: Facts): boolean {
  const source = fact.askWhen === undefined ? undefined : facts.get(fact.askWhen.fact)
  if (fact.askWhen === undefined || source === undefined) return false
  const value = knownValue(source, said)
  return value !== undefined && value !== null && !passes(fact.askWhen, value)
}
