/**
 * One programme, one set of facts, one day → a determination. Pure. A settled outcome is the same for every completion
 * of the facts that are not known and agrees with the assumptions it lists.
 */
import type { Amount } from './amounts.ts'
import type { Confidence, End } from './basis.ts'
import { type Leaf, type Lookup, NO, OFFICER, type Result, YES } from './criteria.ts'
import { type Diagram, type DiagramNode, restrictTo, resultOf, supportOf } from './diagram.ts'
import type { FactDefinition, Facts } from './facts.ts'
import { bitOf, type NodeTable } from './node-table.ts'
import { type ProgrammeOnDay, programmeOn } from './on-day.ts'
import { ABSENT, NOT_KNOWN, Person } from './person.ts'
import type { Outcome, Programme, ProgrammeVersion } from './programme.ts'
import type { Reason } from './reasons.ts'
import type { Variable } from './variable.ts'

export interface Determination {
  programme: string
  kind: Programme['kind']
  outcome: Outcome
  /** Only with `not_in_force`. */
  reason?: 'ended' | 'not_begun'
  /** Version in force on the day; with `not_in_force` the nearest one. */
  version: string
  /** The version's end is not known: an officer confirms that it still holds. */
  open_ended: boolean
  decided_by: string[]
  /** Facts that can still change this outcome. */
  missing: string[]
  /** Facts taken at their ordinary value because nobody spoke of them; to be shown. */
  assumed: string[]
  /** The hope rests on assumptions alone: nothing that was said speaks for this programme rather than another. */
  rests_on_assumptions: boolean
  superseded_by?: string
  /** What the person may get; text key and placeholders. `verified: false` = the office confirms the amount. */
  benefit: { key: string; values: Record<string, number>; amounts: Amount[]; verified: boolean } | null
  papers: { key: string }[]
  /** Some paper is left out because nobody verified it; the office says which. */
  papers_to_confirm: boolean
  where: { key: string }
  decides: { key: string }
  time_limit: { key: string; values: { days: number } } | null
  basis: { document: string; article: string | null; from: string; to: End; confidence: Confidence }[]
}

/** A determination with what the planner needs to go on asking. Shared by all people alike: nobody changes it. */
export interface Judgement {
  readonly determination: Determination
  readonly version: ProgrammeVersion
  /** What is left of the rule; its variables are exactly the missing facts. */
  readonly remaining: DiagramNode
  /** Holds the nodes of `remaining`; what is made of them further goes there, too. */
  readonly table: NodeTable
}

export function determine(programme: Programme, facts: Facts, day: string): Determination {
  return judge(programme, facts, day).determination
}

export function judge(programme: Programme, facts: Facts, day: string): Judgement {
  return judgePerson(programmeOn(programme, day), new Person(facts, programme.facts))
}

/** Judgements kept for each programme and day; beyond these they are begun anew. */
const MOST_KEPT = 250
const kept = new WeakMap<ProgrammeOnDay, Map<number | string, Judgement>>()

/** As `judge`, for somebody whose facts are read once for many programmes. */
export function judgePerson(onDay: ProgrammeOnDay, person: Person): Judgement {
  let judgements = kept.get(onDay)
  if (judgements === undefined) {
    judgements = new Map()
    kept.set(onDay, judgements)
  }
  const situation = situationOf(onDay, person)
  const known = judgements.get(situation)
  if (known !== undefined) return known
  if (judgements.size >= MOST_KEPT) judgements.clear()
  const made = judgeAnew(onDay, person)
  judgements.set(situation, made)
  return made
}

/** The same for two people exactly when no rule of the programme tells them apart. */
function situationOf({ looksAt, notInForce }: ProgrammeOnDay, person: Person): number | string {
  if (notInForce !== undefined) return 0
  let situation = 0
  let reach = 1
  let before = ''
  for (const variable of looksAt) {
    const code = person.codes[variable.order] ?? ABSENT
    const state = code === ABSENT ? 0 : code === NOT_KNOWN ? 1 : 2 + variable.classFor(person, code)
    situation += reach * state
    reach *= 2 + variable.examples.length
    // Further on, the number would no longer be exact.
    if (reach > 2 ** 45) {
      before += `${situation},`
      situation = 0
      reach = 1
    }
  }
  return before === '' ? situation : before + situation
}

/** What is known of the facts of one rule, as classes by variable; -1 where that is nothing. */
interface Known {
  readonly said: number[]
  /** Only where nothing was said. */
  readonly assumed: number[]
  /** The bits of the two. */
  readonly saidBits: number
  readonly assumedBits: number
}

function knownOf({ variables }: Diagram, person: Person): Known {
  const said: number[] = []
  const assumed: number[] = []
  let saidBits = 0
  let assumedBits = 0
  for (const [index, variable] of variables.entries()) {
    const code = person.codes[variable.order] ?? ABSENT
    const isSaid = code !== ABSENT && code !== NOT_KNOWN
    const isAssumed = code === ABSENT && variable.assumed >= 0
    said.push(isSaid ? variable.classFor(person, code) : -1)
    assumed.push(isAssumed ? variable.assumed : -1)
    if (isSaid) saidBits |= bitOf(index)
    if (isAssumed) assumedBits |= bitOf(index)
  }
  return { said, assumed, saidBits, assumedBits }
}

/** A criterion that holds for nearly everybody by what else was said: somebody of working age speaks for no programme. */
function isOrdinary({ facts }: Programme): (leaf: Leaf) => boolean {
  return ({ test }) => {
    const fact = facts.get(test.fact)
    return fact?.derived !== undefined && fact.assumed !== undefined
  }
}

/** Without what is kept of people alike. */
export function judgeAnew(onDay: ProgrammeOnDay, person: Person): Judgement {
  const { programme, version, notInForce } = onDay
  const { diagram } = version
  if (notInForce !== undefined) {
    return { version, remaining: diagram.root, table: diagram.table, determination: notInForce }
  }
  const { variables } = diagram
  const table = diagram.recent()
  const { said, assumed, saidBits, assumedBits } = knownOf(diagram, person)
  const bySaid = restrictTo(table, diagram.root, said, saidBits)
  const met: number[] = []
  const remaining = restrictTo(table, bySaid, assumed, assumedBits, met)
  const taken = factsOf(variables, met)

  const result = resultOf(remaining)
  const reasons = result === undefined ? NO_REASONS : diagram.reasons(result, said, assumed)
  const isHopeful = result === YES || result === OFFICER
  const chosen = isHopeful ? benefitOf(onDay, person) : undefined
  const determination: Determination = {
    programme: programme.id,
    kind: programme.kind,
    outcome: result === undefined ? 'unknown' : OUTCOME_OF[result],
    version: version.id,
    open_ended: version.to === 'open',
    decided_by: reasons.leaves.map((leaf) => leaf.id),
    missing: factsOf(variables, supportOf(remaining)).map(({ id }) => id),
    assumed: inOrder(chosen === undefined ? taken : [...taken, ...chosen.assumed]),
    rests_on_assumptions: isHopeful && reasons.leaves.slice(0, reasons.said).every(isOrdinary(programme)),
    benefit: chosen?.benefit ?? null,
    papers: result === NO ? [] : onDay.papers,
    papers_to_confirm: result !== NO && onDay.papersToConfirm,
    where: onDay.where,
    decides: onDay.decides,
    time_limit: onDay.timeLimit,
    basis: onDay.basisOf(reasons.leaves),
  }
  return { determination, version, remaining, table }
}

const OUTCOME_OF: Record<Result, Outcome> = { [NO]: 'not_eligible', [OFFICER]: 'needs_officer', [YES]: 'eligible' }
const NO_REASONS: Reason = { leaves: [], said: 0 }

/**
 * The first benefit that holds for sure; while an earlier one is still possible the office names the level. `assumed`:
 * facts whose assumed value picked the level.
 */
function benefitOf(
  { programme, benefits, byOffice }: ProgrammeOnDay,
  person: Person,
): { benefit: Determination['benefit']; assumed: FactDefinition[] } {
  const { facts: definitions } = programme
  const look = (id: string) => {
    const fact = definitions.get(id)
    return fact === undefined ? NOBODY : { fact, value: person.valueOf(fact) }
  }
  const said: Lookup = (id) => look(id).value ?? undefined
  const known: Lookup = (id) => {
    const { fact, value } = look(id)
    return value === undefined ? fact?.assumed : (value ?? undefined)
  }
  const facts: string[] = []
  for (const benefit of benefits) {
    if (benefit.facts.length > 0) {
      const { worst, best } = benefit.applies(known)
      const settledBySaid = benefit.applies(said)
      if (settledBySaid.worst !== settledBySaid.best) facts.push(...benefit.facts)
      if (worst !== YES && best !== NO) break
      if (worst !== YES) continue
    }
    if (benefit.told === undefined) break
    const assumed = facts.flatMap((id) => (said(id) === undefined && known(id) !== undefined ? [id] : []))
    return { benefit: benefit.told, assumed: assumed.flatMap((id) => definitions.get(id) ?? []) }
  }
  return { benefit: byOffice, assumed: [] }
}

const NOBODY = { fact: undefined, value: undefined }

function factsOf(variables: readonly Variable[], chosen: readonly number[]): FactDefinition[] {
  const facts: FactDefinition[] = []
  for (const index of chosen) {
    const fact = variables[index]?.fact
    if (fact !== undefined) facts.push(fact)
  }
  return facts
}

/** The ids in the order of `facts.yaml`, each once. */
function inOrder(facts: FactDefinition[]): string[] {
  facts.sort((a, b) => a.order - b.order)
  const ids: string[] = []
  for (const { id } of facts) if (ids.at(-1) !== id) ids.push(id)
  return ids
}
