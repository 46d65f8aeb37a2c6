/** Looks for a person in one or several diagrams of the same table: some values that lead to wanted results. Pure. */
import type { Result } from './criteria.ts'
import { type DiagramNode, resultOf } from './diagram.ts'
import type { FactValue } from './facts.ts'
import type { Variable } from './variable.ts'

/** The values of somebody; facts that do not matter are left out. */
export type Person = Readonly<Record<string, FactValue>>

/**
 * Somebody for whom the diagrams, walked side by side, end in results that `wanted` accepts; `undefined` when there is
 * nobody. Every combination of results is met, so "nobody" is a proof.
 */
export function findPerson(
  roots: readonly DiagramNode[],
  variables: readonly Variable[],
  wanted: (results: readonly Result[]) => boolean,
): Person | undefined {
  const inVain = new Set<string>()
  const walk = (nodes: readonly DiagramNode[], path: Person): Person | undefined => {
    const results = nodes.map(resultOf)
    if (results.every((result) => result !== undefined)) return wanted(results) ? path : undefined
    const key = nodes.map((node) => node.id).join()
    if (inVain.has(key)) return undefined
    const index = Math.min(...nodes.map((node) => node.variable))
    const variable = variables[index]
    if (variable === undefined) throw new RangeError('the diagrams have other variables')
    for (const [chosen, value] of variable.examples.entries()) {
      const next = nodes.map((node) => (node.variable === index ? (node.children[chosen] ?? node) : node))
      const found = walk(next, { ...path, [variable.fact.id]: value })
      if (found !== undefined) return found
    }
    inVain.add(key)
    return undefined
  }
  return walk(roots, {})
}

/** Every node of a diagram that looks at a fact, once. */
export function nodesOf(root: DiagramNode): DiagramNode[] {
  const seen = new Set<DiagramNode>()
  const walk = (node: DiagramNode) => {
    if (seen.has(node) || resultOf(node) !== undefined) return
    seen.add(node)
    node.children.forEach(walk)
  }
  walk(root)
  return [...seen]
}

/** Somebody in words for a fault, e.g. `age 15, disability severe`. */
export function describePerson(person: Person): string {
  const words = Object.entries(person).map(([fact, value]) => `${fact} ${value}`)
  return words.length === 0 ? 'anybody' : words.join(', ')
}
