/**
 * The same rules as generated source: what a compiler from YAML to JavaScript would write, one function a programme, the
 * values read into variables and the criteria joined by `&&` and `||`. It judges criterion by criterion, so it leaves
 * open what two criteria on one fact settle together.
 */
import { leavesOf, OFFICER, type Result, type Rule, YES } from '../../src/eligibility/criteria.ts'
import type { FactDefinition, Facts, FactTest } from '../../src/eligibility/facts.ts'
import type { Outcome, Programme, ProgrammeVersion } from '../../src/eligibility/programme.ts'

export type Decide = (facts: Facts) => Outcome
export interface Explained {
  outcome: Outcome
  decided_by: string[]
  missing: string[]
  assumed: string[]
}
export type Explain = (facts: Facts) => Explained

export function generate(programme: Programme, version: ProgrammeVersion): { decide: Decide; explain: Explain } {
  const facts = new Map([...new Set(leavesOf(version.rule).map((leaf) => leaf.test.fact))].map((id, at) => [id, at]))
  const atBest = programme.kind === 'discretionary' || programme.kind === 'referral' ? OFFICER : YES
  const rule: Rule = { kind: 'all', parts: [version.rule], atBest }
  const reading = [...facts].map(([id, at]) => readingOf(programme.facts, id, `v${at}`)).join('\n')
  const source = (threshold: Result, isSure: boolean) => expressionOf(rule, facts, threshold, isSure)
  const outcome = `${source(YES, true)} ? 'eligible' : !${source(OFFICER, false)} ? 'not_eligible'
    : ${source(OFFICER, true)} && !${source(YES, false)} ? 'needs_officer' : 'unknown'`
  const body = `${reading}\nconst outcome = ${outcome};`
  return {
    decide: new Function('f', `${body}\nreturn outcome;`) as Decide,
    explain: new Function('f', `${body}\n${reasonsOf(rule, facts, programme.facts)}`) as Explain,
  }
}

/** Reads what is known of a fact, what follows from others, or what is assumed; `undefined` when it stays open. */
function readingOf(definitions: ReadonlyMap<string, FactDefinition>, id: string, name: string): string {
  const { derived = [], assumedWithout = [], assumed } = definitions.get(id) ?? {}
  const following = derived.map((one) => {
    if ('quotient' in one) {
      const [total, parts] = one.quotient
      return `if (d === undefined && f.${total} != null && f.${parts} > 0) d = f.${total} / f.${parts};`
    }
    const source = `f.${one.when.fact}`
    const isOpen = one.otherwise === undefined ? '' : `if (${source} === null) isOpen = true; else `
    const otherwise = one.otherwise === undefined ? '' : ` else d = ${JSON.stringify(one.otherwise)};`
    const met = `if (${testOf(one.when, source)}) d = ${JSON.stringify(one.value)};${otherwise}`
    return `if (d === undefined) { ${isOpen}if (${source} != null) { ${met} } }`
  })
  const unfair = assumedWithout.map((one) => `f.${one} != null`).join(' || ')
  const lines = [`let ${name} = f.${id};`]
  if (following.length > 0 || unfair !== '') {
    lines.push(`if (${name} == null) { let d, isOpen = false; ${following.join(' ')}`)
    lines.push(`if (d !== undefined) ${name} = d; else if (isOpen${unfair && ` || ${unfair}`}) ${name} = null; }`)
  }
  if (assumed !== undefined) {
    lines.push(`const a${name} = ${name} === undefined; if (a${name}) ${name} = ${JSON.stringify(assumed)};`)
  }
  return lines.join(' ')
}

function testOf(test: FactTest, value: string): string {
  if (test.is !== undefined) return `${value} === ${JSON.stringify(test.is)}`
  if (test.in !== undefined) return `(${test.in.map((one) => `${value} === ${JSON.stringify(one)}`).join(' || ')})`
  if (test.atLeast !== undefined) return `${value} >= ${test.atLeast}`
  if (test.atMost !== undefined) return `${value} <= ${test.atMost}`
  if (test.above !== undefined) return `${value} > ${test.above}`
  return `${value} < ${test.below}`
}

/** Whether the rule surely (or possibly) comes to at least this result. */
function expressionOf(rule: Rule, facts: ReadonlyMap<string, number>, threshold: Result, isSure: boolean): string {
  if (rule.atBest < threshold) return 'false'
  if (rule.kind === 'leaf') {
    const value = `v${facts.get(rule.test.fact)}`
    const test = rule.negated ? `!(${testOf(rule.test, value)})` : testOf(rule.test, value)
    return isSure ? `(${value} != null && ${test})` : `(${value} == null || ${test})`
  }
  const parts = rule.parts.map((part) => expressionOf(part, facts, threshold, isSure))
  return `(${parts.join(rule.kind === 'all' ? ' && ' : ' || ')})`
}

/** The criteria that hold or fail as the outcome has it, the facts that stay open, and those assumed. */
function reasonsOf(
  rule: Rule,
  facts: ReadonlyMap<string, number>,
  definitions: ReadonlyMap<string, FactDefinition>,
): string {
  const leaves = [...new Map(leavesOf(rule).map((leaf) => [leaf.id, leaf])).values()]
  const names = [...facts]
  const each = (isMet: boolean) =>
    leaves
      .map((leaf) => {
        const sure = expressionOf(leaf, facts, leaf.atBest, true)
        const test = isMet ? sure : `!${expressionOf(leaf, facts, leaf.atBest, false)}`
        return `if (${test}) decided_by.push('${leaf.id}');`
      })
      .join(' ')
  const missing = names.map(([id, at]) => `if (v${at} == null) missing.push('${id}');`).join(' ')
  const assumed = names
    .filter(([id]) => definitions.get(id)?.assumed !== undefined)
    .map(([id, at]) => `if (av${at}) assumed.push('${id}');`)
    .join(' ')
  return `const decided_by = [], missing = [], assumed = [];
    if (outcome === 'unknown') { ${missing} } else if (outcome === 'not_eligible') { ${each(false)} } else { ${each(true)} }
    ${assumed}
    return { outcome, decided_by, missing, assumed };`
}
