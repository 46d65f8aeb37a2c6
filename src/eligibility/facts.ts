/**
 * The vocabulary of facts: what the rules may know about a household or a person, what may be assumed of it, and the
 * reading of facts that come from outside. Pure; assumes nothing about where facts are kept.
 */
import { z } from 'zod'
import type { Fault } from '../errors.ts'

export type FactValue = boolean | number | string

/** Fact id → value. `null` = said to be not known; absent = nobody spoke of it (only then an assumption may hold). */
export type Facts = Readonly<Record<string, FactValue | null>>

const factValue = z.union([z.boolean(), z.number(), z.string()])

/** One comparison of one fact; exactly one operator. */
export const testSchema = z.strictObject({
  fact: z.string(),
  is: factValue.optional(),
  in: z.array(factValue).min(1).optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  above: z.number().optional(),
  below: z.number().optional(),
})
export type FactTest = z.output<typeof testSchema>

const OPERATORS = ['is', 'in', 'atLeast', 'atMost', 'above', 'below'] as const

/** The operators a test names; a sound test names exactly one. */
export function operatorsOf(test: FactTest): (typeof OPERATORS)[number][] {
  return OPERATORS.filter((operator) => test[operator] !== undefined)
}

const derivationSchema = z.union([
  z.strictObject({ quotient: z.tuple([z.string(), z.string()]) }),
  z.strictObject({ value: factValue, otherwise: factValue.optional(), when: testSchema }),
])
type Derivation = z.output<typeof derivationSchema>

/** One way to follow from other facts, or several, the first that tells something. */
const derivedSchema = z
  .union([derivationSchema, z.array(derivationSchema).min(1)])
  .transform((one): readonly Derivation[] => (Array.isArray(one) ? one : [one]))

export const factSchema = z.strictObject({
  type: z.enum(['bool', 'int', 'enum', 'text']),
  values: z.array(z.string()).min(2).optional(),
  /** A spelling of "not known" that is accepted besides `null`. */
  unknownValue: z.string().optional(),
  unit: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  subject: z.enum(['h', 'p']),
  sensitive: z.boolean().default(false),
  /** The ordinary case, taken only when nobody spoke of the fact. */
  assumed: factValue.optional(),
  /** The assumption says "no special circumstance"; it must be shown wherever it counted. */
  special: z.boolean().default(false),
  ask: z.boolean().default(false),
  askWhen: testSchema.optional(),
  /** Without a programme named it is not asked when this holds. */
  askUnless: testSchema.optional(),
  /** Asked only of somebody who named the programme or its topic, since it concerns few. */
  named: z.boolean().optional(),
  offer: z.array(z.string()).optional(),
  derived: derivedSchema.optional(),
  /** Facts beside which the assumption is no longer fair: an illness that was told, and "no disability". */
  assumedWithout: z.array(z.string()).min(1).optional(),
  /** Days for which it may be kept with consent; left out: only for the talk in which it was said. */
  keeps: z.int().min(0).optional(),
  /** What was kept goes on with time: an age by years. */
  advances: z.enum(['years', 'months']).optional(),
  /** How it can really change, and to what (`time`: to more). Never a matter of answering otherwise. */
  becomes: z
    .strictObject({ how: z.enum(['time', 'review', 'assessment', 'paper']), values: z.array(factValue).default([]) })
    .optional(),
})

export const factsFileSchema = z.strictObject({ facts: z.record(z.string(), factSchema) })

export interface FactDefinition extends Readonly<z.output<typeof factSchema>> {
  readonly id: string
  /** Place in `facts.yaml`: of two equally useful questions the earlier one is asked. */
  readonly order: number
}

/** Whether a known value passes the test. */
export function passes(test: FactTest, value: FactValue): boolean {
  if (test.is !== undefined) return value === test.is
  if (test.in !== undefined) return test.in.includes(value)
  if (typeof value !== 'number') return false
  if (test.atLeast !== undefined) return value >= test.atLeast
  if (test.atMost !== undefined) return value <= test.atMost
  if (test.above !== undefined) return value > test.above
  return test.below !== undefined && value < test.below
}

/** What was said of a fact: a value, `null` (said to be not known) or `undefined` (nobody spoke of it). */
export type Said = (id: string) => FactValue | null | undefined

/** What was said of a fact, or follows from what was said. A value that was given wins over one that follows. */
export function knownValue(definition: FactDefinition, facts: Facts): FactValue | null | undefined {
  return knownFrom(definition, (id) => facts[id])
}

/** As `knownValue`, for those who keep what was said in another way. */
export function knownFrom(definition: FactDefinition, said: Said): FactValue | null | undefined {
  const given = said(definition.id)
  if (given !== undefined && given !== null) return given
  let isOpen = false
  for (const one of definition.derived ?? []) {
    const value = derivedValue(one, said)
    if (value !== undefined && value !== null) return value
    if (value === null) isOpen = true
  }
  if (isOpen) return null
  return definition.assumedWithout?.some((id) => (said(id) ?? null) !== null) ? null : given
}

/** `null`: left open, because what it follows from is said to be unknown; `undefined`: nothing follows. */
function derivedValue(derived: Derivation, said: Said): FactValue | null | undefined {
  if ('quotient' in derived) {
    const [total, parts] = derived.quotient.map(said)
    return typeof total === 'number' && typeof parts === 'number' && parts > 0 ? total / parts : undefined
  }
  const source = said(derived.when.fact)
  if (source === undefined) return undefined
  // A source that is said to be unknown leaves open what follows from it, so it also stops the assumption.
  if (source === null) return derived.otherwise === undefined ? undefined : null
  return passes(derived.when, source) ? derived.value : derived.otherwise
}

/** What is wrong with one value from outside, or `undefined`. */
function faultOf(definition: FactDefinition, value: unknown): string | undefined {
  const { type, values = [], min, max } = definition
  if (type === 'bool') return typeof value === 'boolean' ? undefined : 'must be true, false or null'
  if (type === 'text') {
    return typeof value === 'string' && value.length <= 500 ? undefined : 'must be a text of at most 500 characters'
  }
  if (type === 'enum') {
    return typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) return 'must be a whole number or null'
  if (min !== undefined && value < min) return `must not be under ${min}`
  if (max !== undefined && value > max) return `must not be over ${max}`
  return undefined
}

/** Reads facts that come from outside. `null` and `"unknown"` mean "not known"; each impossible value is named. */
export function parseFacts(
  definitions: { facts: ReadonlyMap<string, FactDefinition> },
  input: Record<string, unknown>,
): { facts: Facts } | { faults: Fault[] } {
  const facts: Record<string, FactValue | null> = {}
  const faults: Fault[] = []
  for (const [id, value] of Object.entries(input)) {
    const where = `facts.${id}`
    const definition = definitions.facts.get(id)
    if (definition === undefined) {
      faults.push({ where, what: 'there is no fact of this name; GET /api/v1/facts lists them' })
    } else if (value === undefined) {
      // The same as a fact that was left out.
    } else if (value === null || value === 'unknown' || value === definition.unknownValue) {
      facts[id] = null
    } else {
      const what = faultOf(definition, value)
      if (what === undefined) facts[id] = value as FactValue
      else faults.push({ where, what })
    }
  }
  return faults.length > 0 ? { faults } : { facts }
}
