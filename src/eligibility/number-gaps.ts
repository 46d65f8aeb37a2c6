/** Numbers that fall between two groups: of people alike in all else, those under and those over them qualify. Pure. */
import { NO, type Result } from './criteria.ts'
import type { DiagramNode } from './diagram.ts'
import { describePerson, findPerson, nodesOf } from './diagram-paths.ts'
import { tellingValues, testsIn } from './oracle.ts'
import type { ProgrammeVersion } from './programme.ts'
import type { Variable } from './variable.ts'

export interface NumberGap {
  readonly fact: string
  readonly from: number
  readonly to: number
  /** Somebody whose other facts show the gap, in words. */
  readonly person: string
}

/** Every gap once. */
export function gapsOf(version: ProgrammeVersion): NumberGap[] {
  const { root, variables } = version.diagram
  const tests = testsIn(version.criteria)
  const gaps = new Map<string, NumberGap>()
  for (const node of nodesOf(root)) {
    const variable = variables[node.variable]
    if (variable?.fact.type !== 'int') continue
    const own = tests.filter((test) => test.fact === variable.fact.id)
    const values = tellingValues(variable.fact, own).map(Number)
    for (const gap of gapsAmong(bandsOf(node, variable, values), variables)) {
      gaps.set(`${variable.fact.id} ${gap.from} ${gap.to}`, { fact: variable.fact.id, ...gap })
    }
  }
  return [...gaps.values()]
}

interface Band {
  readonly node: DiagramNode
  readonly from: number
  to: number
}

/** The values of a number, put together while they lead to the same place. */
function bandsOf(node: DiagramNode, variable: Variable, values: readonly number[]): Band[] {
  const bands: Band[] = []
  for (const value of values) {
    const child = node.children[variable.classOf(value)] ?? node
    const last = bands.at(-1)
    if (last?.node === child) last.to = value
    else bands.push({ node: child, from: value, to: value })
  }
  return bands
}

function gapsAmong(bands: readonly Band[], variables: readonly Variable[]): Omit<NumberGap, 'fact'>[] {
  const gaps: Omit<NumberGap, 'fact'>[] = []
  const isGap = (results: readonly Result[]) =>
    results.every((result, index) => (result === NO) === (index > 0 && index < results.length - 1))
  for (let under = 0; under < bands.length; under++) {
    for (let over = under + 2; over < bands.length; over++) {
      const across = bands.slice(under, over + 1)
      const [from, to] = [across[1]?.from, across.at(-2)?.to]
      const roots = across.map((band) => band.node)
      const person = findPerson(roots, variables, isGap)
      if (person !== undefined && from !== undefined && to !== undefined) {
        gaps.push({ from, to, person: describePerson(person) })
      }
    }
  }
  return gaps
}
