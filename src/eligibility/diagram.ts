/**
 * A rule as a reduced decision diagram: a walk from fact to fact that ends in a result. Reduced means that a fact stands
 * in the diagram exactly when it can change the result, so "is it settled?" and "which facts still matter?" are read off
 * without trying out completions, also where two criteria hang on one fact. Pure.
 */
import { holds, leavesOf, NO, OFFICER, type Result, type Rule, YES } from './criteria.ts'
import type { FactDefinition } from './facts.ts'
import { bitOf, LAST_BIT, NodeTable } from './node-table.ts'
import { compileReasons, type Reasons } from './reasons.ts'
import { type Variable, variablesOf } from './variable.ts'

export interface DiagramNode {
  readonly id: number
  /** Index into the diagram's variables; terminals have none. */
  readonly variable: number
  readonly children: readonly DiagramNode[]
  /** A bit for each variable from here on; those beyond the last bit share it. */
  readonly support: number
}

const TERMINAL = Number.MAX_SAFE_INTEGER
const terminal = (id: number): DiagramNode => ({ id, variable: TERMINAL, children: [], support: 0 })
const TERMINALS: Readonly<Record<Result, DiagramNode>> = {
  [NO]: terminal(NO),
  [OFFICER]: terminal(OFFICER),
  [YES]: terminal(YES),
}
/** Stands for "stays open" where only some of the facts may be asked for. */
const OPEN = terminal(3)

/** The result a node stands for when it is settled. */
export function resultOf(node: DiagramNode): Result | undefined {
  return node.variable === TERMINAL && node !== OPEN ? (node.id as Result) : undefined
}

export interface Diagram {
  readonly root: DiagramNode
  readonly variables: readonly Variable[]
  readonly table: NodeTable
  readonly reasons: Reasons
  /**
   * A table on top of `table` for what is left of the rule once facts are known. People are alike, so it is kept from one
   * judgement to the next; it is begun anew before it grows large.
   */
  recent(): NodeTable
}

/** Nodes beyond those of the rule itself; the largest rule has 60. */
const MOST_RECENT = 2000

/** Joins two diagrams; `absorbing` is the end that settles the join by itself. */
function combine(
  table: NodeTable,
  join: (a: DiagramNode, b: DiagramNode) => DiagramNode,
  absorbing: DiagramNode,
  left: DiagramNode,
  right: DiagramNode,
): DiagramNode {
  const memo = new Map<DiagramNode, Map<DiagramNode, DiagramNode>>()
  const walk = (a: DiagramNode, b: DiagramNode): DiagramNode => {
    if (a === absorbing || b === absorbing) return absorbing
    if (a === b) return a
    if (a.variable === TERMINAL && b.variable === TERMINAL) return join(a, b)
    const ofA = memo.get(a) ?? new Map<DiagramNode, DiagramNode>()
    memo.set(a, ofA)
    const known = ofA.get(b)
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
    ofA.set(b, node)
    return node
  }
  return walk(left, right)
}

const least = (a: DiagramNode, b: DiagramNode) => (a.id < b.id ? a : b)
const greatest = (a: DiagramNode, b: DiagramNode) => (a.id > b.id ? a : b)

/** Builds the diagram of a rule. `atBest` caps the whole, e.g. for help that an office gives at its discretion. */
export function buildDiagram(rule: Rule, facts: ReadonlyMap<string, FactDefinition>, atBest: Result = YES): Diagram {
  const { roots, variables, table } = buildDiagrams([rule], facts, atBest)
  let recent = new NodeTable(table)
  return {
    root: roots[0] ?? TERMINALS[NO],
    variables,
    table,
    reasons: compileReasons(rule, variables),
    recent() {
      if (recent.added > MOST_RECENT) recent = new NodeTable(table)
      return recent
    },
  }
}

/** Several rules over the same facts. Two of them mean the same exactly when their roots are one node. */
export function buildDiagrams(
  rules: readonly Rule[],
  facts: ReadonlyMap<string, FactDefinition>,
  atBest: Result = YES,
): Pick<Diagram, 'variables' | 'table'> & { readonly roots: readonly DiagramNode[] } {
  const table = new NodeTable()
  const variables = variablesOf(rules.flatMap(leavesOf), facts)
  const ids = variables.map(({ fact }) => fact.id)
  const capped = (node: DiagramNode, cap: Result) => combine(table, least, TERMINALS[NO], node, TERMINALS[cap])
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
        ? nodes.reduce((a, b) => combine(table, least, TERMINALS[NO], a, b), TERMINALS[YES])
        : nodes.reduce((a, b) => combine(table, greatest, TERMINALS[YES], a, b), TERMINALS[NO])
    return capped(joined, part.atBest)
  }
  const roots = rules.map((rule) => capped(build(rule), atBest))
  return { roots, variables, table }
}

/** The diagram once some facts are known: `classOf` gives the class of a variable, `undefined` when it stays open. */
export function restrict(
  table: NodeTable,
  root: DiagramNode,
  classOf: (variable: number) => number | undefined,
): DiagramNode {
  const classes: number[] = []
  let known = 0
  for (const variable of supportOf(root)) {
    const found = classOf(variable) ?? -1
    classes[variable] = found
    if (found >= 0) known |= bitOf(variable)
  }
  return restrictTo(table, root, classes, known)
}

/**
 * As `restrict`, for the hot path: the class of each variable, -1 where it stays open, and the bits of the known ones.
 * `met` gathers the variables that were known and stood in the way.
 */
export function restrictTo(
  table: NodeTable,
  root: DiagramNode,
  classes: readonly number[],
  known: number,
  met: number[] = [],
): DiagramNode {
  if ((root.support & known) === 0) return root
  return walk(root, { table, classes, known, met, done: undefined })
}

interface Restriction {
  readonly table: NodeTable
  readonly classes: readonly number[]
  readonly known: number
  readonly met: number[]
  /** Made when a first fork stays open. */
  done: Map<DiagramNode, DiagramNode> | undefined
}

function walk(from: DiagramNode, restriction: Restriction): DiagramNode {
  const { classes, known, met } = restriction
  let node = from
  while ((node.support & known) !== 0) {
    const chosen = classes[node.variable] ?? -1
    const child = chosen < 0 ? undefined : node.children[chosen]
    if (child === undefined) return branch(node, restriction)
    if (!met.includes(node.variable)) met.push(node.variable)
    node = child
  }
  return node
}

function branch(node: DiagramNode, restriction: Restriction): DiagramNode {
  restriction.done ??= new Map()
  const { done, table } = restriction
  const found = done.get(node)
  if (found !== undefined) return found
  const children: DiagramNode[] = []
  let isSame = true
  for (const child of node.children) {
    const restricted = walk(child, restriction)
    if (restricted !== child) isSame = false
    children.push(restricted)
  }
  const restricted = isSame ? node : table.node(node.variable, children)
  done.set(node, restricted)
  return restricted
}

/**
 * What asking can still settle: the diagram over the facts that may be asked, where a result stands only if it is the
 * same whatever the others are. A fact stands in it exactly when some answers to it and the rest settle or change the
 * outcome; `canReach` tells which results are within reach of questions.
 */
export function settledByAsking(
  table: NodeTable,
  root: DiagramNode,
  isAskable: (variable: number) => boolean,
): DiagramNode {
  const memo = new Map<DiagramNode, DiagramNode>()
  const walk = (node: DiagramNode): DiagramNode => {
    if (node.variable === TERMINAL) return node
    const done = memo.get(node)
    if (done !== undefined) return done
    const [first = OPEN, ...rest] = node.children.map(walk)
    const settled = isAskable(node.variable)
      ? table.node(node.variable, [first, ...rest])
      : rest.reduce((a, b) => combine(table, () => OPEN, OPEN, a, b), first)
    memo.set(node, settled)
    return settled
  }
  return walk(root)
}

/** The variables that can still change the result, in the diagram's order. */
export function supportOf(root: DiagramNode): number[] {
  const variables: number[] = []
  if (root.support >>> LAST_BIT === 0) {
    for (let rest = root.support; rest !== 0; rest &= rest - 1) variables.push(31 - Math.clz32(rest & -rest))
    return variables
  }
  const seen = new Set<DiagramNode>()
  const found = new Set<number>()
  const walk = (node: DiagramNode) => {
    if (node.variable === TERMINAL || seen.has(node)) return
    seen.add(node)
    found.add(node.variable)
    node.children.forEach(walk)
  }
  walk(root)
  return [...found].toSorted((a, b) => a - b)
}

/** Whether some completion still leads to one of the results. */
export function canReach(root: DiagramNode, wanted: (result: Result) => boolean): boolean {
  const seen = new Set<DiagramNode>()
  const walk = (node: DiagramNode): boolean => {
    if (seen.has(node)) return false
    seen.add(node)
    if (node.variable !== TERMINAL) return node.children.some(walk)
    const result = resultOf(node)
    return result !== undefined && wanted(result)
  }
  return walk(root)
}
