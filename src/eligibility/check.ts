/**
 * The proofs about the programmes that take longer than a start should: each example holds, each rule can come out both
 * ways, each citation was in force. For `npm run check`; the quick structural part runs while reading. Pure.
 */
import type { Fault } from '../errors.ts'
import { lastDay } from './basis.ts'
import { leavesOf, NO } from './criteria.ts'
import { determine } from './determine.ts'
import { canReach } from './diagram.ts'
import { parseFacts } from './facts.ts'
import type { EligibilityDefinitions, Programme } from './programme.ts'
import { screen } from './screen.ts'

export function checkEligibility(definitions: EligibilityDefinitions): Fault[] {
  return [...definitions.programmes.values()].flatMap((programme) => [
    ...ruleFaults(programme),
    ...citationFaults(programme),
    ...exampleFaults(definitions, programme),
    ...groupFaults(definitions, programme),
  ])
}

function file(programme: Programme): string {
  return `flows/programmes/${programme.id}.yaml`
}

function ruleFaults(programme: Programme): Fault[] {
  return programme.versions.flatMap((version) => {
    const where = `${file(programme)} version ${version.id}`
    const faults: Fault[] = []
    if (!canReach(version.diagram.root, (result) => result !== NO)) {
      faults.push({ where, what: 'nobody can ever meet these criteria' })
    }
    if (programme.kind !== 'referral' && !canReach(version.diagram.root, (result) => result === NO)) {
      faults.push({ where, what: 'everybody meets these criteria' })
    }
    return faults
  })
}

/** A criterion with a basis of its own needs that document in force on every day of its version. */
function citationFaults(programme: Programme): Fault[] {
  return programme.versions.flatMap((version) =>
    leavesOf(version.rule).flatMap((leaf) => {
      const basis = leaf.basis === undefined ? undefined : programme.basis[leaf.basis]
      if (basis === undefined) return []
      if (basis.from <= version.from && lastDay(basis.to) >= lastDay(version.to)) return []
      const what = `criterion ${leaf.id} cites ${basis.document}, which is not in force on all days of the version`
      return [{ where: `${file(programme)} version ${version.id}`, what }]
    }),
  )
}

function exampleFaults(definitions: EligibilityDefinitions, programme: Programme): Fault[] {
  return programme.examples.flatMap((example, index) => {
    const where = `${file(programme)} example ${index + 1}`
    const parsed = parseFacts(definitions, example.given)
    if ('faults' in parsed) return parsed.faults.map((fault) => ({ where, what: `${fault.where}: ${fault.what}` }))
    const found = determine(programme, parsed.facts, example.date)
    const faults: Fault[] = []
    const compare = (name: string, expected: unknown, actual: unknown) => {
      if (expected === undefined || JSON.stringify(expected) === JSON.stringify(actual)) return
      faults.push({ where, what: `${name} should be ${JSON.stringify(expected)} and is ${JSON.stringify(actual)}` })
    }
    compare('outcome', example.expect, found.outcome)
    compare('reason', example.reason, found.reason)
    compare('decided_by', example.decided_by?.toSorted(), found.decided_by.toSorted())
    compare('missing', example.missing?.toSorted(), found.missing.toSorted())
    if (found.basis.length === 0) faults.push({ where, what: 'the determination cites no document' })
    const [screened] = screen(definitions, parsed.facts, example.date).determinations.filter(
      (determination) => determination.programme === programme.id,
    )
    compare('outcome when all are screened', found.outcome, screened?.outcome)
    return faults
  })
}

/** Two programmes of a group with one rank would leave open which is paid. */
function groupFaults(definitions: EligibilityDefinitions, programme: Programme): Fault[] {
  const own = programme.exclusive
  const twin = [...definitions.programmes.values()].find(
    (other) => other.id < programme.id && other.exclusive?.group === own?.group && other.exclusive?.rank === own?.rank,
  )
  if (own === undefined || twin === undefined) return []
  return [{ where: file(programme), what: `has the same rank in ${own.group} as ${twin.id}` }]
}
