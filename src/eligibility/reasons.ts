/**
 * Which single criteria decided a settled result. Compiled once a rule; the classes of a person's values tell what holds,
 * so no value is compared twice. Pure.
 */
import { holds, type Leaf, NO, type Result, type Rule } from './criteria.ts'
import type { Variable } from './variable.ts'

export interface Reason {
  /** Those that rest on what was said come first. */
  readonly leaves: readonly Leaf[]
  /** How many of them rest on what was said. */
  readonly said: number
}

/**
 * Takes the classes that were said and those that are assumed instead, by variable, -1 where there is none. Of several
 * failed criteria that would each settle a refusal, one that rests on what the person said is named.
 */
export type Reasons = (result: Result, said: readonly number[], assumed: readonly number[]) => Reason

interface Part {
  readonly index: number
  readonly kind: Rule['kind']
  readonly atBest: Result
  readonly parts: readonly Part[]
  readonly leaves: readonly LeafPart[]
}
interface LeafPart extends Part {
  readonly leaf: Leaf
  readonly variable: number
  /** Whether the criterion holds for a class. */
  readonly holds: readonly boolean[]
}

export function compileReasons(rule: Rule, variables: readonly Variable[]): Reasons {
  /** Parts come after what they are made of. */
  const all: (Part | LeafPart)[] = []
  const compile = (from: Rule): Part => {
    const { kind, atBest } = from
    if (from.kind === 'leaf') {
      const variable = variables.findIndex(({ fact }) => fact.id === from.test.fact)
      const held = (variables[variable]?.examples ?? []).map((value) => holds(from, value))
      const leaves: LeafPart[] = []
      const leaf = { index: all.length, kind, atBest, parts: [], leaves, leaf: from, variable, holds: held }
      leaves.push(leaf)
      all.push(leaf)
      return leaf
    }
    const parts = from.parts.map(compile)
    const part = { index: all.length, kind, atBest, parts, leaves: parts.flatMap(({ leaves }) => leaves) }
    all.push(part)
    return part
  }
  const root = compile(rule)
  // Written anew by each call and read by nobody after it.
  const view: View = { worst: all.map(() => NO), best: all.map(() => NO), said: [], result: NO }

  return (result, said, assumed) => {
    view.result = result
    view.said = said
    for (const part of all) {
      if ('leaf' in part) {
        const spoken = said[part.variable] ?? -1
        const known = spoken >= 0 ? spoken : (assumed[part.variable] ?? -1)
        const isMet = known >= 0 && part.holds[known] === true
        view.worst[part.index] = isMet ? part.atBest : NO
        view.best[part.index] = isMet || known < 0 ? part.atBest : NO
      } else {
        view.worst[part.index] = joined(part, view.worst)
        view.best[part.index] = joined(part, view.best)
      }
    }
    if (result === NO) return inTurn(failed(root, view), view)
    const found: LeafPart[] = []
    addMet(root, view, found)
    return inTurn(found, view)
  }
}

/** What a judgement knows of each part: the worst and best result still possible, taking each criterion by itself. */
interface View {
  readonly worst: number[]
  readonly best: number[]
  said: readonly number[]
  result: Result
}

function isSaid(leaf: LeafPart, { said }: View): boolean {
  return (said[leaf.variable] ?? -1) >= 0
}

function joined(part: Part, ofParts: readonly number[]): number {
  const isAll = part.kind === 'all'
  let result: number = isAll ? part.atBest : NO
  for (const { index } of part.parts) {
    const one = ofParts[index] ?? NO
    if (isAll ? one < result : one > result) result = one
  }
  return Math.min(result, part.atBest)
}

function addMet(part: Part | LeafPart, view: View, found: LeafPart[]): void {
  if ('leaf' in part) {
    found.push(part)
    return
  }
  if (part.kind === 'all') {
    for (const one of part.parts) addMet(one, view, found)
    return
  }
  const needed = Math.min(view.result, part.atBest)
  let chosen: Part | undefined
  for (const one of part.parts) {
    if ((view.worst[one.index] ?? NO) < needed) continue
    chosen ??= one
    if (!one.leaves.every((leaf) => isSaid(leaf, view))) continue
    chosen = one
    break
  }
  if (chosen !== undefined) addMet(chosen, view, found)
  // Several branches together cover every case though none does alone: whatever is known to hold in them decided.
  else found.push(...part.leaves.filter((leaf) => (view.worst[leaf.index] ?? NO) > NO))
}

function failed(part: Part | LeafPart, view: View): readonly LeafPart[] {
  if ('leaf' in part) return part.leaves
  if (part.kind === 'any') return part.parts.flatMap((one) => failed(one, view))
  let first: readonly LeafPart[] | undefined
  for (const one of part.parts) {
    if (view.best[one.index] !== NO) continue
    const reason = failed(one, view)
    if (reason.every((leaf) => isSaid(leaf, view))) return reason
    first ??= reason
  }
  return first ?? part.leaves.filter((leaf) => view.best[leaf.index] === NO)
}

/** Each criterion once, those that rest on what was said before the others. */
function inTurn(found: readonly LeafPart[], view: View): Reason {
  const said: Leaf[] = []
  const others: Leaf[] = []
  for (const part of found) {
    const { leaf } = part
    if (said.some((one) => one.id === leaf.id) || others.some((one) => one.id === leaf.id)) continue
    if (isSaid(part, view)) said.push(leaf)
    else others.push(leaf)
  }
  return { leaves: others.length === 0 ? said : [...said, ...others], said: said.length }
}
