/**
 * The proofs by example: each example comes out as the file says, and together the examples of a programme show each of
 * its criteria deciding both ways, where it can. Pure.
 */
import type { Fault } from '../errors.ts'
import { compileRange, leavesOf, NO, OFFICER, type Result, YES } from './criteria.ts'
import { type Determination, determine } from './determine.ts'
import type { DiagramNode } from './diagram.ts'
import { describePerson, findPerson } from './diagram-paths.ts'
import { type Facts, knownValue, parseFacts } from './facts.ts'
import type { EligibilityDefinitions, Programme, ProgrammeVersion } from './programme.ts'
import { screen } from './screen.ts'
import { takenAs, variationsOf } from './variations.ts'

interface Shown {
  readonly facts: Facts
  readonly determination: Determination
}

export function exampleFaults(definitions: EligibilityDefinitions, programme: Programme): Fault[] {
  const file = `flows/programmes/${programme.id}.yaml`
  const faults: Fault[] = []
  const shown: Shown[] = []
  programme.examples.forEach((example, index) => {
    const where = `${file} example ${index + 1}`
    const parsed = parseFacts(definitions, example.given)
    if ('faults' in parsed) {
      faults.push(...parsed.faults.map((fault) => ({ where, what: `${fault.where}: ${fault.what}` })))
      return
    }
    const determination = determine(programme, parsed.facts, example.date)
    shown.push({ facts: parsed.facts, determination })
    faults.push(...differences(example, determination).map((what) => ({ where, what })))
    const [screened] = screen(definitions, parsed.facts, example.date).determinations.filter(
      (one) => one.programme === programme.id,
    )
    if (screened?.outcome !== determination.outcome) {
      faults.push({ where, what: `the outcome is ${screened?.outcome} when all programmes are screened` })
    }
  })
  return [...faults, ...undecidedProblems(programme, shown).map((what) => ({ where: file, what }))]
}

function differences(example: Programme['examples'][number], found: Determination): string[] {
  const compare = (name: string, expected: unknown, actual: unknown) =>
    expected === undefined || JSON.stringify(expected) === JSON.stringify(actual)
      ? []
      : [`${name} should be ${JSON.stringify(expected)} and is ${JSON.stringify(actual)}`]
  return [
    ...compare('outcome', example.expect, found.outcome),
    ...compare('reason', example.reason, found.reason),
    ...compare('decided_by', example.decided_by?.toSorted(), found.decided_by.toSorted()),
    ...compare('missing', example.missing?.toSorted(), found.missing.toSorted()),
    ...(found.basis.length === 0 ? ['the determination cites no document'] : []),
  ]
}

/** Each criterion must be seen to grant in one example and to stand in the way in another. */
function undecidedProblems(programme: Programme, shown: readonly Shown[]): string[] {
  const needs = programme.versions.flatMap((version) => needsOf(programme, version))
  return [...new Set(needs.map((need) => need.id))].flatMap((id) => {
    const first = (way: Way) => needs.find((need) => need.id === id && need[way] !== undefined)?.[way]
    const [met, unmet, raises] = [first('met'), first('unmet'), first('raises')]
    const isMet = shown.some(({ determination }) => isMetIn(determination, id))
    const isUnmet = shown.some((one) => isUnmetIn(one, id) || (raises !== undefined && isRaisedIn(programme, one, id)))
    const problems: string[] = []
    if (met !== undefined && !isMet) problems.push(`met; add one that is granted because of it, e.g. ${met}`)
    if (!isUnmet && unmet !== undefined) problems.push(`unmet; add one that is refused because of it, e.g. ${unmet}`)
    else if (!isUnmet && raises !== undefined) {
      problems.push(`unmet; add one that an officer decides because it is not met, e.g. ${raises}`)
    }
    return problems.map((problem) => `criterion ${id}: no example shows it ${problem}`)
  })
}

/**
 * For each way in which a criterion can decide, somebody for whom it does. "Rural" beside a more generous "urban" refuses
 * nobody by itself, and a criterion whose other way is an officer's decision refuses nobody either.
 */
interface Need {
  readonly id: string
  readonly met: string | undefined
  /** It can be all that stands between somebody and a yes. */
  readonly unmet: string | undefined
  /** It can be all that makes an officer decide instead of the rule. */
  readonly raises: string | undefined
}
type Way = 'met' | 'unmet' | 'raises'

function needsOf(programme: Programme, version: ProgrammeVersion): Need[] {
  const { root, variables, variations } = variationsOf(programme, version)
  const somebody = (one: DiagramNode, isWanted: (actual: Result, varied: Result) => boolean) => {
    const person = findPerson([root, one], variables, ([actual = NO, varied = NO]) => isWanted(actual, varied))
    return person === undefined ? undefined : `${describePerson(person)} on ${version.from}`
  }
  const byRule = programme.kind !== 'discretionary' && programme.kind !== 'referral'
  return variations.map(({ leaf, ifMet, ifUnmet }) => ({
    id: leaf.id,
    met: somebody(ifUnmet, (actual, varied) => varied < actual),
    unmet: somebody(ifMet, (actual, varied) => actual === NO && varied > NO),
    raises: byRule ? somebody(ifMet, (actual, varied) => actual === OFFICER && varied === YES) : undefined,
  }))
}

function isMetIn({ outcome, decided_by }: Determination, id: string): boolean {
  return (outcome === 'eligible' || outcome === 'needs_officer') && decided_by.includes(id)
}

function isUnmetIn({ determination: { outcome, decided_by } }: Shown, id: string): boolean {
  return outcome === 'not_eligible' && decided_by.includes(id)
}

/** The example goes to an officer, and would not if the criterion were met. */
function isRaisedIn(programme: Programme, { facts, determination }: Shown, id: string): boolean {
  const version = programme.versions.find((one) => one.id === determination.version)
  if (version === undefined || determination.outcome !== 'needs_officer') return false
  const known = (fact: string) => {
    const definition = programme.facts.get(fact)
    const said = definition === undefined ? undefined : knownValue(definition, facts)
    return said === undefined ? definition?.assumed : (said ?? undefined)
  }
  return leavesOf(version.rule)
    .filter((leaf) => leaf.id === id)
    .some((leaf) => compileRange(takenAs(version.rule, leaf, true))(known).worst === YES)
}
