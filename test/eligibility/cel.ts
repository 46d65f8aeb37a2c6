/** A rule in the Common Expression Language, to have it judged by somebody else's evaluator. */
import { parse } from '@marcbachmann/cel-js'
import { OFFICER, type Result, type Rule, YES } from '../../src/eligibility/criteria.ts'
import type { FactTest, FactValue } from '../../src/eligibility/facts.ts'
import type { Outcome, Programme, ProgrammeVersion } from '../../src/eligibility/programme.ts'

/** The outcome for somebody of whom every fact of the rule is known. */
export type CelRule = (person: Readonly<Record<string, FactValue>>) => Outcome

export function celOf({ kind }: Programme, { rule }: ProgrammeVersion): CelRule {
  const mayPromise = kind !== 'discretionary' && kind !== 'referral'
  const isEligible = mayPromise ? parse(expression(rule, YES)) : undefined
  const isHopeful = parse(expression(rule, OFFICER))
  return (person) => {
    if (isEligible?.({ ...person }) === true) return 'eligible'
    return isHopeful({ ...person }) === true ? 'needs_officer' : 'not_eligible'
  }
}

function expression(rule: Rule, threshold: Result): string {
  if (rule.atBest < threshold) return 'false'
  if (rule.kind === 'leaf') return rule.negated ? `!(${comparison(rule.test)})` : `(${comparison(rule.test)})`
  return `(${rule.parts.map((part) => expression(part, threshold)).join(rule.kind === 'all' ? ' && ' : ' || ')})`
}

function comparison({ fact, is, in: list, atLeast, atMost, above, below }: FactTest): string {
  if (is !== undefined) return `${fact} == ${literal(is)}`
  if (list !== undefined) return `${fact} in [${list.map(literal).join(', ')}]`
  const limits = { '>=': atLeast, '<=': atMost, '>': above, '<': below }
  const [operator, limit = 0] = Object.entries(limits).find(([, one]) => one !== undefined) ?? ['>=']
  return `${fact} ${operator} ${literal(limit)}`
}

/** A plain number there is an integer, which equals no number of ours. */
function literal(value: FactValue): string {
  if (typeof value !== 'number') return JSON.stringify(value)
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
