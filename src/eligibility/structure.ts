/**
 * What a programme file can get wrong by itself: names that lead nowhere, tests that cannot be, dates that clash. Quick
 * enough for every start; the proofs are in `check.ts`.
 */
import type { Fault } from '../errors.ts'
import type { AmountSeries } from './amounts.ts'
import { type Basis, dayAfter, lastDay } from './basis.ts'
import type { Criteria } from './criteria.ts'
import { type FactDefinition, type FactTest, type FactValue, operatorsOf } from './facts.ts'
import type { ProgrammeFile } from './programme.ts'

type FactMap = ReadonlyMap<string, FactDefinition>

/** The faults of a fact's own definition. */
export function factFaults(facts: FactMap, where: string): Fault[] {
  const faults: Fault[] = []
  const say = (id: string, what: string) => faults.push({ where: `${where} ${id}`, what })
  for (const fact of facts.values()) {
    if ((fact.type === 'enum') !== (fact.values !== undefined)) say(fact.id, 'an enum lists its values, others do not')
    if (fact.type === 'int' && (fact.min === undefined || fact.max === undefined)) say(fact.id, 'give min and max')
    if (fact.assumed !== undefined) {
      const problem = valueProblem(fact, fact.assumed)
      if (problem) say(fact.id, `assumed: ${problem}`)
    }
    for (const value of fact.offer ?? []) {
      const problem = valueProblem(fact, value)
      if (problem) say(fact.id, `offer: ${problem}`)
    }
    if (fact.ask && fact.type === 'enum' && fact.offer === undefined) say(fact.id, 'list the values to offer')
    const derived = fact.derived ?? []
    const tests = [fact.askWhen, fact.askUnless, ...derived.map((one) => ('when' in one ? one.when : undefined))]
    for (const test of tests) {
      if (test !== undefined) for (const problem of testProblems(test, facts)) say(fact.id, problem)
    }
    for (const other of fact.assumedWithout ?? []) {
      if (!facts.has(other) || fact.assumed === undefined) say(fact.id, `assumedWithout: ${other} has no meaning here`)
    }
    const sources = derived.flatMap((one) => ('quotient' in one ? one.quotient : []))
    for (const source of sources)
      if (facts.get(source)?.type !== 'int') say(fact.id, `${source} is no number to divide`)
  }
  return faults
}

/** The faults of one programme file, apart from those its schema finds. */
export function programmeFaults(
  file: ProgrammeFile,
  facts: FactMap,
  amounts: ReadonlyMap<string, AmountSeries>,
  where: string,
): Fault[] {
  const faults: Fault[] = []
  const say = (what: string) => faults.push({ where, what })
  const criterionFacts = new Map<string, string>()
  for (const version of file.versions) {
    const at = `version ${version.id}`
    if (version.from > lastDay(version.to)) say(`${at}: ends before it begins`)
    for (const key of version.basis) if (file.basis[key] === undefined) say(`${at}: there is no basis ${key}`)
    for (const problem of coverProblems(version, file.basis)) say(`${at}: ${problem}`)
    for (const leaf of criteriaLeaves(version.criteria)) {
      for (const problem of testProblems(leaf, facts)) say(`${at}, criterion ${leaf.id}: ${problem}`)
      if (leaf.basis !== undefined && file.basis[leaf.basis] === undefined) {
        say(`${at}, criterion ${leaf.id}: there is no basis ${leaf.basis}`)
      }
      const meaning = `${version.id}:${JSON.stringify({ ...leaf, basis: undefined, confidence: undefined })}`
      const known = criterionFacts.get(`${version.id}:${leaf.id}`)
      if (known !== undefined && known !== meaning) say(`${at}: two different criteria are named ${leaf.id}`)
      criterionFacts.set(`${version.id}:${leaf.id}`, meaning)
    }
    if (negatesOfficer(version.criteria)) say(`${at}: \`officer\` below \`not\` has no meaning`)
    for (const benefit of version.benefit) {
      for (const leaf of benefit.when ? criteriaLeaves(benefit.when) : []) {
        for (const problem of testProblems(leaf, facts)) say(`${at}, benefit ${benefit.key}: ${problem}`)
      }
      for (const amount of benefit.amounts) {
        if (amount.of !== undefined && !amounts.has(amount.of)) say(`${at}: there is no amount ${amount.of}`)
        if (amount.of === undefined && amount.kind !== 'setByProvince' && amount.confidence === undefined) {
          say(`${at}: amount ${amount.name} needs a confidence`)
        }
      }
    }
  }
  for (const problem of periodProblems(file)) say(problem)
  file.examples.forEach((example, index) => {
    for (const [id, value] of Object.entries(example.given)) {
      const fact = facts.get(id)
      const problem = fact === undefined ? 'there is no such fact' : value === null ? null : valueProblem(fact, value)
      if (problem) say(`example ${index + 1}, ${id}: ${problem}`)
    }
  })
  return faults
}

/** Versions may not overlap, and a hole between two must be stated. */
function periodProblems(file: ProgrammeFile): string[] {
  const sorted = file.versions.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return sorted.slice(1).flatMap((version, index) => {
    const before = sorted[index]
    if (before === undefined) return []
    const end = lastDay(before.to)
    if (version.from <= end) return [`versions ${before.id} and ${version.id} overlap`]
    const next = dayAfter(end)
    const stated = file.holes.some((hole) => hole.from === next && dayAfter(hole.to) === version.from)
    return version.from === next || stated
      ? []
      : [`no version from ${next} until ${version.from}: add one or state the hole`]
  })
}

/** The documents of a version must together be in force on each of its days. */
function coverProblems(version: ProgrammeFile['versions'][number], bases: Record<string, Basis>): string[] {
  const periods = version.basis.flatMap((key) => bases[key] ?? []).toSorted((a, b) => (a.from < b.from ? -1 : 1))
  let covered = version.from
  for (const period of periods) {
    if (period.from > covered) break
    const end = lastDay(period.to)
    if (end >= lastDay(version.to)) return []
    if (end >= covered) covered = dayAfter(end)
  }
  return [`no document of its basis is in force on ${covered}`]
}

function criteriaLeaves(criteria: Criteria): Extract<Criteria, { id: string }>[] {
  if ('fact' in criteria) return [criteria]
  if ('not' in criteria) return criteriaLeaves(criteria.not)
  return ('all' in criteria ? criteria.all : criteria.any).flatMap(criteriaLeaves)
}

function negatesOfficer(criteria: Criteria, negated = false): boolean {
  if ('fact' in criteria) return false
  if ('not' in criteria) return negatesOfficer(criteria.not, !negated)
  if (negated && criteria.officer === true) return true
  return ('all' in criteria ? criteria.all : criteria.any).some((part) => negatesOfficer(part, negated))
}

function testProblems(test: FactTest, facts: FactMap): string[] {
  const fact = facts.get(test.fact)
  if (fact === undefined) return [`there is no fact ${test.fact}`]
  const operators = operatorsOf(test)
  if (operators.length !== 1) return ['name exactly one of is, in, atLeast, atMost, above, below']
  if (operators[0] !== 'is' && operators[0] !== 'in') return fact.type === 'int' ? [] : [`${fact.id} is no number`]
  const values = [test.is ?? [], test.in ?? []].flat()
  return values.flatMap((value) => valueProblem(fact, value) ?? [])
}

function valueProblem(fact: FactDefinition, value: FactValue): string | undefined {
  if (fact.type === 'bool' && typeof value !== 'boolean') return `${String(value)} is neither true nor false`
  if (fact.type === 'int' && typeof value !== 'number') return `${String(value)} is no number`
  if (fact.type === 'int' && (Number(value) < (fact.min ?? 0) || Number(value) > (fact.max ?? Number.MAX_VALUE))) {
    return `${value} is outside of what ${fact.id} allows`
  }
  if (fact.type === 'text' && typeof value !== 'string') return `${String(value)} is no text`
  if (fact.type === 'enum' && !fact.values?.includes(String(value)) && value !== fact.unknownValue) {
    return `${String(value)} is no value of ${fact.id}`
  }
  return undefined
}
