/**
 * What a version's criteria say, read from the file's own tree in the plainest way: no diagram, no moved negation, no
 * compiled closure. Slow on purpose; the proofs hold the fast way against it. Pure.
 */
import { type Criteria, type Lookup, NO, OFFICER, type Result, YES } from './criteria.ts'
import { type FactDefinition, type FactTest, type FactValue, passes } from './facts.ts'
import type { Programme, ProgrammeVersion } from './programme.ts'

/**
 * All results that the criteria can still have, criterion by criterion; may name a result that no one person reaches.
 * With every fact known there is exactly one.
 */
function possibleResults(criteria: Criteria, isUnverified: boolean, known: Lookup, isWanted = true): Result[] {
  if ('not' in criteria) return possibleResults(criteria.not, isUnverified, known, !isWanted)
  if ('fact' in criteria) {
    const isDoubtful = criteria.confidence === undefined ? isUnverified : criteria.confidence === 'unverified'
    const met = isDoubtful ? OFFICER : YES
    const value = known(criteria.fact)
    if (value === undefined) return [NO, met]
    return passes(criteria, value) === isWanted ? [met] : [NO]
  }
  const parts = 'all' in criteria ? criteria.all : criteria.any
  const needsEach = 'all' in criteria === isWanted
  const cap = criteria.officer === true ? OFFICER : YES
  let results: Result[] = [needsEach ? YES : NO]
  for (const part of parts) {
    const ofPart = possibleResults(part, isUnverified, known, isWanted)
    const joined = results.flatMap((a) => ofPart.map((b) => (needsEach ? Math.min(a, b) : Math.max(a, b))))
    results = [...new Set(joined)] as Result[]
  }
  return [...new Set(results.map((result) => Math.min(result, cap)))] as Result[]
}

/** The values that somebody may have of a fact. */
export interface OpenFact {
  readonly fact: string
  readonly values: readonly FactValue[]
}

/**
 * Walks through all people who agree with what is known, by trying every value of every open fact; a branch is left as
 * soon as no open fact can change its result, so one visit may stand for many people. `visit` ends the walk by `false`.
 */
export function everybody(
  programme: Programme,
  version: ProgrammeVersion,
  known: ReadonlyMap<string, FactValue>,
  open: readonly OpenFact[],
  visit: (person: ReadonlyMap<string, FactValue>, result: Result) => boolean,
): void {
  const cap = programme.kind === 'discretionary' || programme.kind === 'referral' ? OFFICER : YES
  const isUnverified = version.confidence === 'unverified'
  const person = new Map(known)
  const tryAll = (index: number): boolean => {
    const results = possibleResults(version.criteria, isUnverified, (fact) => person.get(fact))
    const [result, ...others] = new Set(results.map((one) => Math.min(one, cap) as Result))
    if (result !== undefined && others.length === 0) return visit(person, result)
    const next = open[index]
    if (next === undefined) throw new RangeError(`${version.id}: a criterion looks at a fact that has no values`)
    const goesOn = next.values.every((value) => {
      person.set(next.fact, value)
      return tryAll(index + 1)
    })
    person.delete(next.fact)
    return goesOn
  }
  tryAll(0)
}

/** Values of a fact among which every comparison of a version makes all its differences: both sides of each limit. */
export function tellingValues(fact: FactDefinition, tests: readonly FactTest[]): FactValue[] {
  if (fact.type === 'bool') return [false, true]
  if (fact.type === 'enum') return fact.values ?? []
  const named = tests.flatMap(({ is, in: list = [], atLeast, atMost, above, below }) => [
    ...list,
    ...[is, atLeast, atMost, above, below].filter((value) => value !== undefined),
  ])
  if (fact.type === 'text') return [...new Set([...named, 'something else'])]
  const least = fact.min ?? 0
  const most = fact.max ?? Number.MAX_SAFE_INTEGER
  const between = fact.derived?.some((one) => 'quotient' in one) ? [-0.5, 0.5] : []
  const sides = named.flatMap((limit) => [-1, 0, 1, ...between].map((by) => Number(limit) + by))
  const within = [least, ...sides, most].filter((value) => value >= least && value <= most)
  return [...new Set(within)].toSorted((a, b) => a - b)
}

/** Every comparison in a tree of criteria. */
export function testsIn(criteria: Criteria): Extract<Criteria, { id: string }>[] {
  if ('not' in criteria) return testsIn(criteria.not)
  if ('fact' in criteria) return [criteria]
  return ('all' in criteria ? criteria.all : criteria.any).flatMap(testsIn)
}
