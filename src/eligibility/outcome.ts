/**
 * The outcome alone, for going through many programmes or many people: the diagram of a rule with every fork turned into
 * a look-up by value. Nothing is written down. Pure.
 */
import { type DiagramNode, resultOf } from './diagram.ts'
import { ABSENT, NOT_KNOWN, type Person } from './person.ts'
import type { Outcome, ProgrammeVersion } from './programme.ts'
import type { Variable } from './variable.ts'

export interface Fork {
  readonly outcome: Outcome | undefined
  /** Place of the fact among the codes of a person. */
  readonly order: number
  /** The limits of a number; empty for all else. */
  readonly cuts: readonly number[]
  /** By the code of a value, or by the span of a number; texts are looked up through the variable. */
  readonly ways: readonly Fork[]
  readonly assumed: Fork | undefined
  readonly children: readonly Fork[]
  readonly variable: Variable | undefined
}

const OUTCOMES = ['not_eligible', 'needs_officer', 'eligible'] as const satisfies Outcome[]
/** Where every walk through the rule begins. */
export function forksOf({ diagram }: ProgrammeVersion): Fork {
  return compile(diagram.root, diagram.variables)
}

/** `unknown` as soon as two completions of what is open differ. */
export function outcomeFor(start: Fork, person: Person): Outcome {
  return follow(start, person) ?? 'unknown'
}

function follow(start: Fork, person: Person): Outcome | undefined {
  const { codes } = person
  let fork = start
  while (fork.outcome === undefined) {
    const code = codes[fork.order] ?? ABSENT
    const way = code === ABSENT ? fork.assumed : code === NOT_KNOWN ? undefined : wayFor(fork, code, person)
    if (way === undefined) return common(fork.children, person)
    fork = way
  }
  return fork.outcome
}

function wayFor(fork: Fork, code: number, person: Person): Fork | undefined {
  const { cuts, ways, variable } = fork
  if (variable !== undefined) return fork.children[variable.classFor(person, code)]
  if (cuts.length === 0) return ways[code]
  let span = 0
  for (const cut of cuts) {
    if (code < cut) break
    if (code === cut) return ways[span + 1]
    span += 2
  }
  return ways[span]
}

function common(forks: readonly Fork[], person: Person): Outcome | undefined {
  let found: Outcome | undefined
  for (const fork of forks) {
    const outcome = follow(fork, person)
    if (outcome === undefined || (found !== undefined && found !== outcome)) return undefined
    found = outcome
  }
  return found
}

function compile(root: DiagramNode, variables: readonly Variable[]): Fork {
  const done = new Map<DiagramNode, Fork>()
  const walk = (node: DiagramNode): Fork => {
    const known = done.get(node)
    if (known !== undefined) return known
    const fork = forkOf(node, variables[node.variable], node.children.map(walk))
    done.set(node, fork)
    return fork
  }
  return walk(root)
}

function forkOf(node: DiagramNode, variable: Variable | undefined, children: readonly Fork[]): Fork {
  const result = resultOf(node)
  const settled = {
    outcome: undefined,
    order: -1,
    cuts: [],
    ways: [],
    assumed: undefined,
    children,
    variable: undefined,
  }
  if (result !== undefined || variable === undefined) return { ...settled, outcome: OUTCOMES[result ?? 0] }
  const { cuts, classes } = variable.byCode()
  return {
    ...settled,
    order: variable.order,
    cuts,
    // A class that no value has leads nowhere; the variable says what is wrong with the value.
    ways: classes.flatMap((one) => children[one] ?? []),
    assumed: children[variable.assumed],
    variable: classes.length === 0 || classes.includes(-1) ? variable : undefined,
  }
}
