/** What is known of somebody, read once for all rules: they ask by number, not by name. Pure. */
import { type FactDefinition, type Facts, type FactValue, knownValue } from './facts.ts'

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
  readonly #said: Facts

  constructor(said: Facts, facts: ReadonlyMap<string, FactDefinition>) {
    const entries = entriesOf(facts)
    const codes: number[] = new Array(facts.size).fill(ABSENT)
    let following: readonly FactDefinition[] = []
    for (const id in said) {
      const entry = entries.get(id)
      if (entry === undefined) continue
      codes[entry.order] = codeOf(entry.values, said[id])
      if (entry.following !== undefined) following = [...following, ...entry.following]
    }
    for (const fact of following) codes[fact.order] = codeOf(fact.values, knownValue(fact, said))
    this.codes = codes
    this.#said = said
  }

  /** A value, `null` (said to be not known) or `undefined` (nobody spoke of it). */
  valueOf(fact: FactDefinition): FactValue | null | undefined {
    return knownValue(fact, this.#said)
  }
}

function codeOf(values: readonly string[] | undefined, value: FactValue | null | undefined): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  if (value === undefined) return ABSENT
  if (value === null) return NOT_KNOWN
  return values === undefined ? 0 : values.indexOf(value)
}

interface Entry {
  readonly order: number
  readonly values: readonly string[] | undefined
  /** The facts that may follow from this one, or are no longer assumed beside it. */
  following: readonly FactDefinition[] | undefined
}

const known = new WeakMap<ReadonlyMap<string, FactDefinition>, ReadonlyMap<string, Entry>>()

function entriesOf(facts: ReadonlyMap<string, FactDefinition>): ReadonlyMap<string, Entry> {
  const found = known.get(facts)
  if (found !== undefined) return found
  const entries = new Map<string, Entry>()
  for (const { id, order, values } of facts.values()) entries.set(id, { order, values, following: undefined })
  for (const fact of facts.values()) {
    const derived = (fact.derived ?? []).flatMap((one) => ('quotient' in one ? one.quotient : [one.when.fact]))
    for (const id of new Set([...derived, ...(fact.assumedWithout ?? [])])) {
      const source = entries.get(id)
      if (source !== undefined) source.following = [...(source.following ?? []), fact]
    }
  }
  known.set(facts, entries)
  return entries
}
