/**
 * What would turn a refusal: single facts that can really change by themselves, by a review, by an assessment or by a
 * paper, read off the rule. Never a fact that one could only answer differently. Pure.
 */
import { inForce } from './basis.ts'
import { NO } from './criteria.ts'
import { canReach, restrict, resultOf } from './diagram.ts'
import { type FactDefinition, type Facts, type FactValue, knownValue } from './facts.ts'
import { NodeTable } from './node-table.ts'
import type { Programme } from './programme.ts'

export interface Change {
  fact: string
  how: NonNullable<FactDefinition['becomes']>['how']
  /** For `time` the first value that helps; else every value that does. */
  values: FactValue[]
  /** False: it helps only if what is still unknown fits too. */
  isCertain: boolean
}

/** The single changes that would lead away from a refusal on that day, those that are certain first. */
export function whatWouldChange(programme: Programme, facts: Facts, day: string): Change[] {
  const version = programme.versions.find((one) => inForce(one, day))
  if (version === undefined) return []
  const { variables, root, table } = version.diagram
  const outcomeWith = (changed: Facts) =>
    restrict(new NodeTable(table), root, (index) => {
      const variable = variables[index]
      const value = variable && (knownValue(variable.fact, changed) ?? assumedIn(variable.fact, changed))
      return value === undefined || value === null ? undefined : variable?.classOf(value)
    })
  if (resultOf(outcomeWith(facts)) !== NO) return []
  const changes = [...programme.facts.values()].flatMap((fact): Change[] => {
    const { becomes } = fact
    const current = knownValue(fact, facts) ?? assumedIn(fact, facts)
    if (becomes === undefined || (becomes.how === 'time' && typeof current !== 'number')) return []
    const candidates = becomes.how === 'time' ? laterValues(fact, Number(current)) : becomes.values
    const helping = candidates.flatMap((value) => {
      const node = value === current ? undefined : outcomeWith({ ...facts, [fact.id]: value })
      if (node === undefined || !canReach(node, (result) => result !== NO)) return []
      return [{ value, isCertain: resultOf(node) !== undefined }]
    })
    const certain = helping.filter((one) => one.isCertain)
    const chosen = certain.length > 0 ? certain : helping
    const values = chosen.map((one) => one.value).slice(0, becomes.how === 'time' ? 1 : undefined)
    return values.length === 0 ? [] : [{ fact: fact.id, how: becomes.how, values, isCertain: certain.length > 0 }]
  })
  return changes.toSorted((a, b) => Number(b.isCertain) - Number(a.isCertain))
}

/** An assumption holds only while nobody spoke of the fact. */
function assumedIn(fact: FactDefinition, facts: Facts): FactValue | undefined {
  return knownValue(fact, facts) === undefined ? fact.assumed : undefined
}

function laterValues({ max = 0 }: FactDefinition, current: number): number[] {
  return Array.from({ length: Math.max(0, max - current) }, (_, index) => current + index + 1)
}
