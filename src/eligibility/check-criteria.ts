/**
 * The proofs about the criteria of a version: somebody meets them and somebody does not, each can hold and fail, each
 * matters beside the others, and no number falls between two of them unsaid. Pure.
 */
import type { Fault } from '../errors.ts'
import { holds, leavesOf, NO, type Rule } from './criteria.ts'
import { canReach } from './diagram.ts'
import { gapsOf } from './number-gaps.ts'
import type { Programme, ProgrammeVersion } from './programme.ts'
import { type Variable, variablesOf } from './variable.ts'
import { variationsOf } from './variations.ts'

export function criteriaFaults(programme: Programme): Fault[] {
  const file = `flows/programmes/${programme.id}.yaml`
  const ofVersions = programme.versions.flatMap((version) =>
    problemsOf(programme, version).map((what) => ({ where: `${file} version ${version.id}`, what })),
  )
  const found = programme.versions.flatMap((version) => gapsOf(version))
  const stale = programme.gaps.filter(
    (stated) => !found.some(({ fact, from, to }) => fact === stated.fact && from === stated.from && to === stated.to),
  )
  return [
    ...ofVersions,
    ...stale.map(({ fact, from, to }) => ({
      where: file,
      what: `states a gap of ${fact} from ${from} to ${to} that no version has: remove it`,
    })),
  ]
}

function problemsOf(programme: Programme, version: ProgrammeVersion): string[] {
  const canPass = canReach(version.diagram.root, (result) => result !== NO)
  const canFail = canReach(version.diagram.root, (result) => result === NO)
  if (!canPass) return ['nobody can ever meet its criteria: correct the one that contradicts the others']
  // Information about a service is for whoever asks: its criterion may hold for all.
  if (!canFail && programme.kind === 'referral') return []
  const constant = constantProblems(version.rule, version.diagram.variables)
  const ofBenefits = version.benefit.flatMap(({ rule }) =>
    rule === undefined ? [] : constantProblems(rule, variablesOf(leavesOf(rule), programme.facts)),
  )
  const idle = constant.length > 0 ? [] : idleProblems(programme, version)
  const everybody = canFail ? [] : ['everybody meets its criteria: add the one that refuses']
  return [...everybody, ...constant, ...ofBenefits, ...idle, ...gapProblems(programme, version)]
}

/** A criterion that every, or no, possible value of its fact passes: its limit lies beyond the bounds of the fact. */
function constantProblems(rule: Rule, variables: readonly Variable[]): string[] {
  return leavesOf(rule).flatMap((leaf) => {
    const { fact, ...test } = leaf.test
    const values = variables.find((variable) => variable.fact.id === fact)?.examples ?? []
    const passed = values.filter((value) => holds(leaf, value)).length
    if (passed > 0 && passed < values.length) return []
    const never = passed === 0 ? 'true' : 'false'
    const limit = `${leaf.negated ? 'not ' : ''}${JSON.stringify(test)}`
    return [
      `criterion ${leaf.id} can never be ${never}, whatever ${fact} is: correct ${limit} or the values of the fact`,
    ]
  })
}

function idleProblems(programme: Programme, version: ProgrammeVersion): string[] {
  const { root, variations } = variationsOf(programme, version)
  return variations.flatMap(({ leaf, branch, branchIfMet, ifUnmet }) => {
    const at = `criterion ${leaf.id} is idle`
    if (branch === branchIfMet) return [`${at}: the criteria beside it already ask for as much; remove or correct it`]
    if (root === ifUnmet) return [`${at}: everybody who meets it qualifies without it; remove its branch or correct it`]
    return []
  })
}

function gapProblems(programme: Programme, version: ProgrammeVersion): string[] {
  return gapsOf(version).flatMap(({ fact, from, to, person }) =>
    programme.gaps.some((stated) => stated.fact === fact && stated.from === from && stated.to === to)
      ? []
      : [
          `${fact} from ${from} to ${to} falls between two groups that qualify (${person}): close the gap, or state it ` +
            'under `gaps` if the law leaves it',
        ],
  )
}
