/**
 * The tree of criteria of one version, judged in three values. A criterion that nobody verified, and everything below
 * `officer: true`, can lead to "an officer decides" at best. Pure.
 */
import { z } from 'zod'
import { confidenceSchema } from './basis.ts'
import { type FactTest, type FactValue, passes, testSchema } from './facts.ts'

/** The three results, from the worst for the person to the best; `all` takes the least, `any` the greatest. */
export const NO = 0
export const OFFICER = 1
export const YES = 2
export type Result = typeof NO | typeof OFFICER | typeof YES

export type Criteria =
  | (FactTest & { id: string; basis?: string | undefined; confidence?: z.output<typeof confidenceSchema> | undefined })
  | { all: Criteria[]; officer?: boolean | undefined }
  | { any: Criteria[]; officer?: boolean | undefined }
  | { not: Criteria }

const leafSchema = testSchema.extend({
  id: z.string(),
  basis: z.string().optional(),
  confidence: confidenceSchema.optional(),
})

export const criteriaSchema: z.ZodType<Criteria> = z.lazy(() =>
  z.union([
    leafSchema,
    z.strictObject({ all: z.array(criteriaSchema).min(1), officer: z.boolean().optional() }),
    z.strictObject({ any: z.array(criteriaSchema).min(1), officer: z.boolean().optional() }),
    z.strictObject({ not: criteriaSchema }),
  ]),
)

/** A criterion ready to be judged; `negated` = it holds when the test fails. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly id: string
  readonly test: FactTest
  readonly negated: boolean
  readonly basis: string | undefined
  /** What the person gets from it when it holds. */
  readonly atBest: Result
}
export type Rule = Leaf | { readonly kind: 'all' | 'any'; readonly parts: readonly Rule[]; readonly atBest: Result }

/**
 * Moves `not` down to the single criteria, so that an unverified criterion can never turn into a plain yes by being
 * negated, and a citizen is always told a criterion that holds or fails, never a double negation.
 */
export function toRule(criteria: Criteria, unverified: boolean, negated = false): Rule {
  if ('not' in criteria) return toRule(criteria.not, unverified, !negated)
  if ('fact' in criteria) {
    const { id, basis, confidence, ...test } = criteria
    const uncertain = confidence === undefined ? unverified : confidence === 'unverified'
    return { kind: 'leaf', id, test, negated, basis, atBest: uncertain ? OFFICER : YES }
  }
  const kind = 'all' in criteria !== negated ? 'all' : 'any'
  const parts = ('all' in criteria ? criteria.all : criteria.any).map((part) => toRule(part, unverified, negated))
  return { kind, parts, atBest: criteria.officer === true ? OFFICER : YES }
}

const leavesKnown = new WeakMap<Rule, readonly Leaf[]>()

/** Every single criterion of a rule, in the order in which it was written. */
export function leavesOf(rule: Rule): readonly Leaf[] {
  const known = leavesKnown.get(rule)
  if (known !== undefined) return known
  const leaves = rule.kind === 'leaf' ? [rule] : rule.parts.flatMap(leavesOf)
  leavesKnown.set(rule, leaves)
  return leaves
}

export function holds(leaf: Leaf, value: FactValue): boolean {
  return passes(leaf.test, value) !== leaf.negated
}

/** Finds the value of a fact, `undefined` when it is not known. */
export type Lookup = (fact: string) => FactValue | undefined

/** The worst and the best result that is still possible, taking each criterion by itself. */
export interface Range {
  readonly worst: Result
  readonly best: Result
}

const compiled = new WeakMap<Rule, (known: Lookup) => Range>()

/** A rule as one closure, made once; `Range`s are shared, so judging allocates nothing. */
export function compileRange(rule: Rule): (known: Lookup) => Range {
  const made = compiled.get(rule) ?? compile(rule)
  compiled.set(rule, made)
  return made
}

function compile(rule: Rule): (known: Lookup) => Range {
  if (rule.kind === 'leaf') {
    const { fact } = rule.test
    const open = RANGES[NO][rule.atBest]
    const held = RANGES[rule.atBest][rule.atBest]
    return (known) => {
      const value = known(fact)
      if (value === undefined) return open
      return holds(rule, value) ? held : RANGES[NO][NO]
    }
  }
  const parts = rule.parts.map(compileRange)
  const { atBest } = rule
  if (rule.kind === 'all') {
    return (known) => {
      let worst: Result = atBest
      let best: Result = atBest
      for (const part of parts) {
        const range = part(known)
        if (range.worst < worst) worst = range.worst
        if (range.best < best) best = range.best
        if (best === NO) break
      }
      return RANGES[worst][best]
    }
  }
  return (known) => {
    let worst: Result = NO
    let best: Result = NO
    for (const part of parts) {
      const range = part(known)
      if (range.worst > worst) worst = range.worst
      if (range.best > best) best = range.best
      if (worst >= atBest) break
    }
    return RANGES[worst > atBest ? atBest : worst][best > atBest ? atBest : best]
  }
}

const RANGES: Readonly<Record<Result, Readonly<Record<Result, Range>>>> = [NO, OFFICER, YES].map((worst) =>
  [NO, OFFICER, YES].map((best) => ({ worst, best })),
) as unknown as Record<Result, Record<Result, Range>>
