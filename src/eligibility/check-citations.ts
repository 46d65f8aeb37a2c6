/** The proofs that what a version cites was law on its days. Pure. */
import type { Fault } from '../errors.ts'
import { type Basis, lastDay } from './basis.ts'
import { leavesOf } from './criteria.ts'
import type { Programme, ProgrammeVersion } from './programme.ts'

export function citationFaults(programme: Programme): Fault[] {
  return programme.versions.flatMap((version) => {
    const where = `flows/programmes/${programme.id}.yaml version ${version.id}`
    const problems = [...versionProblems(programme, version), ...criterionProblems(programme, version)]
    return [...new Set(problems)].map((what) => ({ where, what }))
  })
}

/** A version may cite documents that follow each other; each must have been law on some of its days. */
function versionProblems(programme: Programme, version: ProgrammeVersion): string[] {
  return version.basis.flatMap((key) => {
    const basis = programme.basis[key]
    if (basis === undefined) return []
    if (basis.from <= lastDay(version.to) && version.from <= lastDay(basis.to)) return []
    return [`cites ${key}, which ${period(basis)}, on none of its days: cite the law of its days`]
  })
}

/** A criterion with a basis of its own needs that document on every day of its version, or on some days nothing is cited. */
function criterionProblems(programme: Programme, version: ProgrammeVersion): string[] {
  return leavesOf(version.rule).flatMap((leaf) => {
    const basis = leaf.basis === undefined ? undefined : programme.basis[leaf.basis]
    if (basis === undefined || (basis.from <= version.from && lastDay(basis.to) >= lastDay(version.to))) return []
    const what = `criterion ${leaf.id} cites ${leaf.basis}, which ${period(basis)}, not on all days of the version`
    return [`${what}: cite the law of its days or split the version`]
  })
}

function period({ document, from, to }: Basis): string {
  return `(${document}) is in force from ${from}${to === null || to === 'open' ? '' : ` to ${to}`}`
}
