/** The same rules for json-rules-engine: one rule a programme, what is not known fails. */
import { Engine, type NestedCondition, type RuleProperties } from 'json-rules-engine'
import { type Leaf, leavesOf, type Rule } from '../../src/eligibility/criteria.ts'
import type { Facts } from '../../src/eligibility/facts.ts'
import type { ProgrammeVersion } from '../../src/eligibility/programme.ts'

export type RunRules = (facts: Facts) => Promise<ReadonlySet<string>>

/** Answers with the programmes whose criteria are all met. Facts that follow or are assumed must be filled in. */
export function engineFor(programmes: readonly { id: string; version: ProgrammeVersion }[]): RunRules {
  const engine = new Engine([], { allowUndefinedFacts: true })
  for (const { id, version } of programmes) {
    const condition = conditionOf(version.rule)
    const conditions = 'all' in condition || 'any' in condition ? condition : { all: [condition] }
    engine.addRule({ conditions, event: { type: id } } as RuleProperties)
  }
  const facts = [...new Set(programmes.flatMap(({ version }) => leavesOf(version.rule)).map((leaf) => leaf.test.fact))]
  return async (said) => {
    const known = Object.fromEntries(facts.map((id) => [id, said[id] ?? undefined]))
    const { events } = await engine.run(known)
    return new Set(events.map(({ type }) => type))
  }
}

function conditionOf(rule: Rule): NestedCondition {
  if (rule.kind !== 'leaf') {
    const parts = rule.parts.map(conditionOf)
    return rule.kind === 'all' ? { all: parts } : { any: parts }
  }
  const known: NestedCondition = { fact: rule.test.fact, operator: 'notEqual', value: undefined }
  const condition = { fact: rule.test.fact, ...operatorOf(rule) }
  // Its negated operators hold for what is not known.
  return rule.negated ? { all: [known, condition] } : condition
}

function operatorOf({ test, negated }: Leaf): { operator: string; value: unknown } {
  if (test.is !== undefined) return { operator: negated ? 'notEqual' : 'equal', value: test.is }
  if (test.in !== undefined) return { operator: negated ? 'notIn' : 'in', value: test.in }
  if (test.atLeast !== undefined)
    return { operator: negated ? 'lessThan' : 'greaterThanInclusive', value: test.atLeast }
  if (test.atMost !== undefined) return { operator: negated ? 'greaterThan' : 'lessThanInclusive', value: test.atMost }
  if (test.above !== undefined) return { operator: negated ? 'lessThanInclusive' : 'greaterThan', value: test.above }
  return { operator: negated ? 'greaterThanInclusive' : 'lessThan', value: test.below }
}
