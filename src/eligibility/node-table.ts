/** Where the nodes of diagrams live: each meaning once, so that two diagrams are alike exactly when they are one node. */
import type { DiagramNode } from './diagram.ts'

/** Variables from this one on share a bit. */
export const LAST_BIT = 30

export function bitOf(variable: number): number {
  return 1 << Math.min(variable, LAST_BIT)
}

/** The ends of all diagrams have the ids below. */
const FIRST_ID = 4

/** Holds each node once. A table with a parent adds nodes of its own and leaves the parent as it is. */
export class NodeTable {
  readonly #nodes = new Map<number, DiagramNode[]>()
  readonly #parent: NodeTable | undefined
  readonly #first: number
  #next: number

  constructor(parent?: NodeTable) {
    this.#parent = parent
    this.#first = parent === undefined ? FIRST_ID : parent.#next
    this.#next = this.#first
  }

  /** How many nodes were added to those of the parent. */
  get added(): number {
    return this.#next - this.#first
  }

  node(variable: number, children: readonly DiagramNode[]): DiagramNode {
    const [first] = children
    if (first === undefined) throw new Error('a node of a diagram needs children')
    let isOne = true
    let support = bitOf(variable)
    let hash = variable
    for (const child of children) {
      if (child !== first) isOne = false
      support |= child.support
      hash = (Math.imul(hash, 16_777_619) ^ child.id) | 0
    }
    if (isOne) return first
    const known = this.#find(hash, variable, children)
    if (known !== undefined) return known
    const node = { id: this.#next++, variable, children, support }
    const alike = this.#nodes.get(hash)
    if (alike === undefined) this.#nodes.set(hash, [node])
    else alike.push(node)
    return node
  }

  #find(hash: number, variable: number, children: readonly DiagramNode[]): DiagramNode | undefined {
    const own = this.#nodes
      .get(hash)
      ?.find((node) => node.variable === variable && node.children.every((child, index) => child === children[index]))
    return own ?? (this.#parent === undefined ? undefined : this.#parent.#find(hash, variable, children))
  }
}
