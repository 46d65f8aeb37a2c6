/** One fact as a rule sees it: its values, put together where every criterion treats them alike. Pure. */
import { holds, type Leaf } from './criteria.ts'
import type { FactDefinition, FactValue } from './facts.ts'
import type { Person } from './person.ts'

/** The facts that some criteria look at, each with its classes, in the order of the criteria. */
export function variablesOf(leaves: readonly Leaf[], facts: ReadonlyMap<string, FactDefinition>): Variable[] {
  return [...new Set(leaves.map((leaf) => leaf.test.fact))].map((id) => {
    const fact = facts.get(id)
    if (fact === undefined) throw new RangeError(`there is no fact ${id}`)
    return new Variable(
      fact,
      leaves.filter((leaf) => leaf.test.fact === id),
    )
  })
}

/** One fact of a diagram. All values of one class behave alike in every criterion of the rule. */
export class Variable {
  readonly fact: FactDefinition
  readonly order: number
  /** One value of each class. */
  readonly examples: readonly FactValue[]
  /** The class of the value that may be assumed; -1 when none may. */
  readonly assumed: number
  /** The limits of a number, in order. */
  readonly #cuts: readonly number[] | undefined
  /** Number: the class of each span, below the first limit, the first itself, above it, …; else by place in the list. */
  readonly #classes: readonly number[]
  /** Texts by themselves; `''` stands for all that no criterion names. */
  readonly #texts: ReadonlyMap<FactValue, number> | undefined
  readonly #listed: readonly FactValue[]

  constructor(fact: FactDefinition, leaves: readonly Leaf[]) {
    const signature = (value: FactValue) => leaves.map((leaf) => (holds(leaf, value) ? 1 : 0)).join('')
    const classes = new Map<string, number>()
    const examples: FactValue[] = []
    const probes = probesOf(fact, leaves)
    for (const value of probes) {
      const key = signature(value)
      if (classes.has(key)) continue
      classes.set(key, examples.length)
      examples.push(value)
    }
    const classOf = (value: FactValue) => classes.get(signature(value)) ?? -1
    this.fact = fact
    this.order = fact.order
    this.examples = examples
    this.assumed = fact.assumed === undefined ? -1 : classOf(fact.assumed)
    this.#listed = fact.type === 'bool' ? [false, true] : (fact.values ?? [])
    this.#texts = fact.type === 'text' ? new Map(probes.map((value) => [value, classOf(value)])) : undefined
    this.#cuts = fact.type === 'int' ? [...new Set(limitsOf(leaves))].toSorted((a, b) => a - b) : undefined
    this.#classes = this.#cuts === undefined ? this.#listed.map(classOf) : spansOf(this.#cuts, classOf)
  }

  classOf(value: FactValue): number {
    if (this.#texts !== undefined) return this.#checked(this.#texts.get(value) ?? this.#texts.get(''), value)
    return this.#checked(this.#classOfCode(typeof value === 'number' ? value : this.#listed.indexOf(value)), value)
  }

  /** The class of a person's value, whose code is known. */
  classFor(person: Person, code: number): number {
    const found = this.#texts === undefined ? this.#classOfCode(code) : undefined
    return found !== undefined && found >= 0 ? found : this.classOf(person.valueOf(this.fact) ?? '')
  }

  /** The classes of a person's codes, for a quicker look-up than `classFor`; a text has none. */
  byCode(): { cuts: readonly number[]; classes: readonly number[] } {
    return { cuts: this.#cuts ?? [], classes: this.#texts === undefined ? this.#classes : [] }
  }

  #classOfCode(code: number): number | undefined {
    const cuts = this.#cuts
    if (cuts === undefined) return this.#classes[code]
    let span = 0
    for (const cut of cuts) {
      if (code < cut) break
      if (code === cut) return this.#classes[span + 1]
      span += 2
    }
    return this.#classes[span]
  }

  #checked(found: number | undefined, value: FactValue): number {
    if (found !== undefined && found >= 0) return found
    throw new RangeError(`${String(value)} is no possible value of ${this.fact.id}`)
  }
}

function spansOf(cuts: readonly number[], classOf: (value: number) => number): number[] {
  const spans = cuts.flatMap((cut, index) => {
    const before = cuts[index - 1]
    return [classOf(before === undefined ? cut - 1 : (before + cut) / 2), classOf(cut)]
  })
  return [...spans, classOf((cuts.at(-1) ?? 0) + 1)]
}

function limitsOf(leaves: readonly Leaf[]): number[] {
  return leaves
    .flatMap(({ test }) => [test.atLeast, test.atMost, test.above, test.below, test.is, test.in])
    .flat()
    .filter((limit) => typeof limit === 'number')
}

/** Values that together meet every class: all of a closed list; both sides of every threshold of a number. */
function probesOf(fact: FactDefinition, leaves: readonly Leaf[]): FactValue[] {
  if (fact.type === 'bool') return [true, false]
  if (fact.type === 'enum') return [...(fact.values ?? [])]
  const named = leaves.flatMap(({ test }) => [test.is ?? [], test.in ?? []].flat())
  if (fact.type === 'text') return [...named, '']
  const numbers = limitsOf(leaves)
  const min = fact.min ?? 0
  const max = fact.max ?? Number.MAX_SAFE_INTEGER
  const around = numbers.flatMap((limit) => [limit - 1, limit, limit + 1]).toSorted((a, b) => a - b)
  // A quotient may fall between two whole numbers.
  const between = fact.derived?.some((one) => 'quotient' in one) ? [-0.5, 0.5] : []
  const halves = numbers.flatMap((limit) => between.map((by) => limit + by))
  return [min, ...around, max, ...halves].filter((value) => value >= min && value <= max)
}
