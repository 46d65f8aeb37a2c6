/** What is known of somebody, read once for all rules: they ask by number, not by name. Pure. */
import { type FactDefinition, type Facts, type FactValue, knownFrom, type Said } from './facts.ts'

/** Nobody spoke of it: only then an assumption may hold. */
export const ABSENT = Number.NEGATIVE_INFINITY
/** Said to be not known. */
export const NOT_KNOWN = Number.POSITIVE_INFINITY

export class Person {
  /**
   * By `FactDefinition.order`: the value itself, its place among the values of the fact, 1 or 0; or `ABSENT`, or
   * `NOT_KNOWN`. A value that the fact cannot have is -1: whoever needs it says so. Texts have no number.
   */
  readonly codes: readonly number[]
  readonly #values: (FactValue | null | undefined)[]
  readonly #said: Said

  constructor(said: Facts, facts: ReadonlyMap<string, FactDefinition>) {
    const { byId, following, nothing } = entriesOf(facts)
    const codes = nothing.codes.slice()
    const values = nothing.values.slice()
    for (const id in said) {
      const entry = byId.get(id)
      if (entry === undefined) continue
      const value = said[id]
      values[entry.order] = value
      codes[entry.order] = codeOf(entry.values, value)
    }
    this.codes = codes
    this.#values = values
    // Names are looked up in the vocabulary: no two people's facts are objects of one shape, which is ten times slower.
    this.#said = (id) => values[byId.get(id)?.order ?? -1]
    for (const { fact, sources } of following) {
      const given = values[fact.order] ?? null
      if (given !== null || sources.every((order) => values[order] === undefined)) continue
      codes[fact.order] = codeOf(fact.values, knownFrom(fact, this.#said))
    }
  }

  /** A value, `null` (said to be not known) or `undefined` (nobody spoke of it). */
  valueOf(fact: FactDefinition): FactValue | null | undefined {
    return fact.derived === undefined && fact.assumedWithout === undefined
      ? this.#values[fact.order]
      : knownFrom(fact, this.#said)
  }
}

function codeOf(values: readonly string[] | undefined, value: FactValue | null | undefined): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  if (value === undefined) return ABSENT
  if (value === null) return NOT_KNOWN
  return values === undefined ? 0 : values.indexOf(value)
}

interface Entries {
  readonly byId: ReadonlyMap<string, { readonly order: number; readonly values: readonly string[] | undefined }>
  /** The facts that may follow from others, or are no longer assumed beside them. */
  readonly following: readonly { readonly fact: FactDefinition; readonly sources: readonly number[] }[]
  /** Where reading begins. */
  readonly nothing: { readonly codes: readonly number[]; readonly values: readonly (FactValue | null | undefined)[] }
}

const known = new WeakMap<ReadonlyMap<string, FactDefinition>, Entries>()

function entriesOf(facts: ReadonlyMap<string, FactDefinition>): Entries {
  const found = known.get(facts)
  if (found !== undefined) return found
  const byId = new Map([...facts.values()].map(({ id, order, values }) => [id, { order, values }]))
  const following = [...facts.values()].flatMap((fact) => {
    const derived = (fact.derived ?? []).flatMap((one) => ('quotient' in one ? one.quotient : [one.when.fact]))
    const sources = [...derived, ...(fact.assumedWithout ?? [])].flatMap((id) => byId.get(id)?.order ?? [])
    return sources.length === 0 ? [] : [{ fact, sources: [...new Set(sources)] }]
  })
  const nothing = { codes: Array.from(byId, () => ABSENT), values: Array.from(byId, () => undefined) }
  const made = { byId, following, nothing }
  known.set(facts, made)
  return made
}
