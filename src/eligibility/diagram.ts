/**
 * A rule as a reduced decision diagram: a walk from fact to fact that ends in a result. Reduced means that a fact stands
 * in the diagram exactly when it can change the result, so "is it settled?" and "which facts still matter?" are read off
 * without trying out completions, also where two criteria hang on one fact. Pure.
 */
import { holds, type Leaf, leavesOf, NO, OFFICER, type Result, type Rule, YES } from './criteria.ts'
import type { FactDefinition, FactValue } from './facts.ts'

export interface DiagramNode {
  readonly id: number
  /** Index into the diagram's variables; terminals have none. */
  readonly variable: number
  readonly children: readonly DiagramNode[]
}

const TERMINAL = Number.MAX_SAFE_INTEGER
const TERMINALS: Readonly<Record<Result, DiagramNode>> = {
  [NO]: { id: NO, variable: TERMINAL, children: [] },
  [OFFICER]: { id: OFFICER, variable: TERMINAL, children: [] },
  [YES]: { id: YES, variable: TERMINAL, children: [] },
}

/** The result a node stands for when it is settled. */
export function resultOf(node: DiagramNode): Result | undefined {
  return node.variable === TERMINAL ? (node.id as Result) : undefined
}

/** One fact of a diagram. All values of one class behave alike in every criterion of the rule. */
export interface Variable {
  readonly fact: FactDefinition
  classOf(value: FactValue): number
  /** One value of each class. */
  readonly examples: readonly FactValue[]
}

/** Holds each node once. A table with a parent adds nodes of its own and leaves the parent as it is. */
export class NodeTable {
  readonly #nodes = new Map<string, DiagramNode>()
  readonly #parent: NodeTable | undefined
  #next: number

  constructor(parent?: NodeTable) {
    this.#parent = parent
    this.#next = parent === undefined ? 3 : parent.#next
  }

  find(key: string): DiagramNode | undefined {
    return this.#nodes.get(key) ?? this.#parent?.find(key)
  }

  node(variable: number, children: readonly DiagramNode[]): DiagramNode {
    const first = children[0]
    if (first === undefined) throw new Error('a node of a diagram needs children')
    if (children.every((child) => child === first)) return first
    const key = `${variable}:${children.map((child) => child.id).join()}`
    const known = this.find(key)
    if (known !== undefined) return known
    const node = { id: this.#next++, variable, children }
    this.#nodes.set(key, node)
    return node
  }
}

export interface Diagram {
  readonly root: DiagramNode
  readonly variables: readonly Variable[]
  readonly table: NodeTable
}

/** The facts that some criteria look at, each with its classes, in the order of the criteria. */
export function variablesOf(leaves: readonly Leaf[], facts: ReadonlyMap<string, FactDefinition>): Variable[] {
  return [...new Set(leaves.map((leaf) => leaf.test.fact))].map((id) => {
    const fact = facts.get(id)
    if (fact === undefined) throw new RangeError(`there is no fact ${id}`)
    const own = leaves.filter((leaf) => leaf.test.fact === id)
    return variableOf(fact, own)
  })
}

/** Splits the values of one fact into classes by the criteria that look at it. */
function variableOf(fact: FactDefinition, leaves: readonly Leaf[]): Variable {
  const signature = (value: FactValue) => leaves.map((leaf) => (holds(leaf, value) ? 1 : 0)).join('')
  const classes = new Map<string, number>()
  const examples: FactValue[] = []
  for (const value of probesOf(fact, leaves)) {
    const key = signature(value)
    if (classes.has(key)) continue
    classes.set(key, examples.length)
    examples.push(value)
  }
  const byValue = new Map<FactValue, number>()
  return {
    fact,
    examples,
    classOf(value) {
      if (fact.type !== 'int') {
        const known = byValue.get(value)
        if (known !== undefined) return known
      }
      const found = classes.get(signature(value))
      if (found === undefined) throw new RangeError(`${String(value)} is no possible value of ${fact.id}`)
      if (fact.type === 'enum' || fact.type === 'bool') byValue.set(value, found)
      return found
    },
  }
}

/** Values that together meet every class: all of a closed list; both sides of every threshold of a number. */
function probesOf(fact: FactDefinition, leaves: readonly Leaf[]): FactValue[] {
  if (fact.type === 'bool') return [true, false]
  if (fact.type === 'enum') return [...(fact.values ?? [])]
  const named = leaves.flatMap(({ test }) => [test.is ?? [], test.in ?? []].flat())
  if (fact.type === 'text') return [...named, '']
  const limits = leaves
    .flatMap(({ test }) => [test.atLeast, test.atMost, test.above, test.below, test.is, test.in])
    .flat()
  const numbers = limits.filter((limit) => typeof limit === 'number')
  const min = fact.min ?? 0
  const max = fact.max ?? Number.MAX_SAFE_INTEGER
  const around = numbers.flatMap((limit) => [limit - 1, limit, limit + 1]).toSorted((a, b) => a - b)
  // A quotient may fall between two whole numbers.
  const between = fact.derived?.some((one) => 'quotient' in one) ? [-0.5, 0.5] : []
  const halves = numbers.flatMap((limit) => between.map((by) => limit + by))
  return [min, ...around, max, ...halves].filter((value) => value >= min && value <= max)
}

type Join = (a: Result, b: Result) => Result

/** Joins two diagrams; `absorbing` is the result that settles the join by itself. */
function combine(table: NodeTable, join: Join, absorbing: Result, left: DiagramNode, right: DiagramNode): DiagramNode {
  const memo = new Map<string, DiagramNode>()
  const walk = (a: DiagramNode, b: DiagramNode): DiagramNode => {
    const x = resultOf(a)
    const y = resultOf(b)
    if (x === absorbing || y === absorbing) return TERMINALS[absorbing]
    if (x !== undefined && y !== undefined) return TERMINALS[join(x, y)]
    if (a === b) return a
    const key = `${a.id},${b.id}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const variable = Math.min(a.variable, b.variable)
    const wide = a.variable === variable ? a : b
    const children = wide.children.map((_, index) =>
      walk(
        a.variable === variable ? (a.children[index] ?? a) : a,
        b.variable === variable ? (b.children[index] ?? b) : b,
      ),
    )
    const node = table.node(variable, children)
    memo.set(key, node)
    return node
  }
  return walk(left, right)
}

const least: Join = (a, b) => Math.min(a, b) as Result
const greatest: Join = (a, b) => Math.max(a, b) as Result

/** The least of several diagrams: what is left when somebody else picks among them, to the person's disadvantage. */
export function leastOf(table: NodeTable, nodes: readonly DiagramNode[]): DiagramNode {
  return nodes.reduce((a, b) => combine(table, least, NO, a, b), TERMINALS[YES])
}

/** Builds the diagram of a rule. `atBest` caps the whole, e.g. for help that an office gives at its discretion. */
export function buildDiagram(rule: Rule, facts: ReadonlyMap<string, FactDefinition>, atBest: Result = YES): Diagram {
  const { roots, variables, table } = buildDiagrams([rule], facts, atBest)
  return { root: roots[0] ?? TERMINALS[NO], variables, table }
}

/** Several rules over the same facts. Two of them mean the same exactly when their roots are one node. */
export function buildDiagrams(
  rules: readonly Rule[],
  facts: ReadonlyMap<string, FactDefinition>,
  atBest: Result = YES,
): Omit<Diagram, 'root'> & { readonly roots: readonly DiagramNode[] } {
  const table = new NodeTable()
  const variables = variablesOf(rules.flatMap(leavesOf), facts)
  const ids = variables.map(({ fact }) => fact.id)
  const build = (part: Rule): DiagramNode => {
    if (part.kind === 'leaf') {
      const variable = ids.indexOf(part.test.fact)
      const examples = variables[variable]?.examples ?? []
      return table.node(
        variable,
        examples.map((value) => TERMINALS[holds(part, value) ? part.atBest : NO]),
      )
    }
    const nodes = part.parts.map(build)
    const joined =
      part.kind === 'all'
        ? leastOf(table, nodes)
        : nodes.reduce((a, b) => combine(table, greatest, YES, a, b), TERMINALS[NO])
    return combine(table, least, NO, joined, TERMINALS[part.atBest])
  }
  const roots = rules.map((rule) => combine(table, least, NO, build(rule), TERMINALS[atBest]))
  return { roots, variables, table }
}

/** The diagram once some facts are known: `classOf` gives the class of a variable, `undefined` when it stays open. */
export function restrict(
  table: NodeTable,
  root: DiagramNode,
  classOf: (variable: number) => number | undefined,
): DiagramNode {
  const memo = new Map<number, DiagramNode>()
  const walk = (node: DiagramNode): DiagramNode => {
    if (node.variable === TERMINAL) return node
    const known = memo.get(node.id)
    if (known !== undefined) return known
    const chosen = classOf(node.variable)
    const child = chosen === undefined ? undefined : node.children[chosen]
    const restricted = child === undefined ? table.node(node.variable, node.children.map(walk)) : walk(child)
    memo.set(node.id, restricted)
    return restricted
  }
  return walk(root)
}

/** The variables that can still change the result, in the diagram's order. */
export function supportOf(root: DiagramNode): number[] {
  const seen = new Set<DiagramNode>()
  const variables = new Set<number>()
  const walk = (node: DiagramNode) => {
    if (node.variable === TERMINAL || seen.has(node)) return
    seen.add(node)
    variables.add(node.variable)
    node.children.forEach(walk)
  }
  walk(root)
  return [...variables].toSorted((a, b) => a - b)
}

/** Whether some completion still leads to one of the results. */
export function canReach(root: DiagramNode, wanted: (result: Result) => boolean): boolean {
  const seen = new Set<DiagramNode>()
  const walk = (node: DiagramNode): boolean => {
    if (seen.has(node)) return false
    seen.add(node)
    const result = resultOf(node)
    return result === undefined ? node.children.some(walk) : wanted(result)
  }
  return walk(root)
}
