/** What each criterion of a version could decide: the same rule with it taken as met, and as not met. Pure. */
import { type Leaf, leavesOf, NO, type Rule } from './criteria.ts'
import { buildDiagrams, type DiagramNode } from './diagram.ts'
import type { Programme, ProgrammeVersion } from './programme.ts'
import type { Variable } from './variable.ts'

/**
 * One occurrence of a criterion. Nodes of one version's variations are the same exactly when they mean the same.
 * `branch` is what must hold for it to count at all: the parts of every `all` above it, without the other ways of an
 * `any`. In that view "rural" matters beside a more generous "urban": it tells the cases apart.
 */
export interface Variation {
  readonly leaf: Leaf
  readonly ifMet: DiagramNode
  readonly ifUnmet: DiagramNode
  readonly branch: DiagramNode
  readonly branchIfMet: DiagramNode
}

export function variationsOf(
  programme: Programme,
  { rule }: ProgrammeVersion,
): { root: DiagramNode; variables: readonly Variable[]; variations: Variation[] } {
  const leaves = leavesOf(rule)
  const rules = leaves.flatMap((leaf) => {
    const branch = branchOf(rule, leaf)
    return [rule, takenAs(rule, leaf, true), takenAs(rule, leaf, false), branch, takenAs(branch, leaf, true)]
  })
  const { roots, variables } = buildDiagrams(rules, programme.facts)
  const variations = leaves.flatMap((leaf, index) => {
    const [root, ifMet, ifUnmet, branch, branchIfMet] = roots.slice(5 * index)
    if (!root || !ifMet || !ifUnmet || !branch || !branchIfMet) return []
    return [{ root, leaf, ifMet, ifUnmet, branch, branchIfMet }]
  })
  const [first] = variations
  if (first === undefined) throw new RangeError(`${programme.id}: a version has no criterion`)
  return { root: first.root, variables, variations }
}

/** The rule with one occurrence of a criterion replaced by something that always, or never, holds. */
export function takenAs(rule: Rule, leaf: Leaf, isMet: boolean): Rule {
  if (rule === leaf) {
    return isMet ? { kind: 'all', parts: [], atBest: leaf.atBest } : { kind: 'any', parts: [], atBest: NO }
  }
  return rule.kind === 'leaf' ? rule : { ...rule, parts: rule.parts.map((part) => takenAs(part, leaf, isMet)) }
}

function branchOf(rule: Rule, leaf: Leaf): Rule {
  if (rule.kind === 'leaf') return rule
  const parts = rule.parts.flatMap((part) => {
    if (leavesOf(part).includes(leaf)) return [branchOf(part, leaf)]
    return rule.kind === 'all' ? [part] : []
  })
  return { ...rule, parts }
}
