/**
 * One programme, one set of facts, one day → a determination. Pure. A settled outcome is the same for every completion
 * of the facts that are not known and agrees with the assumptions it lists.
 */
import { type Amount, amountOn } from './amounts.ts'
import { type Basis, type Confidence, type End, inForce } from './basis.ts'
import { decidedBy, type Leaf, type Lookup, NO, OFFICER, type Result, YES } from './criteria.ts'
import { type DiagramNode, NodeTable, restrict, resultOf, supportOf } from './diagram.ts'
import { type Facts, type FactValue, knownValue } from './facts.ts'
import type { Outcome, Programme, ProgrammeVersion } from './programme.ts'

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

/** A determination with what the planner needs to go on asking. */
export interface Judgement {
  readonly determination: Determination
  readonly version: ProgrammeVersion
  /** What is left of the rule; its variables are exactly the missing facts. */
  readonly remaining: DiagramNode
  /** Holds the nodes of `remaining`; restrict it further in a table on top of this one. */
  readonly table: NodeTable
}

export function determine(programme: Programme, facts: Facts, day: string): Determination {
  return judge(programme, facts, day).determination
}

export function judge(programme: Programme, facts: Facts, day: string): Judgement {
  const version = programme.versions.find((one) => inForce(one, day))
  return version === undefined ? outOfForce(programme, day) : inVersion(programme, version, facts, day)
}

function inVersion(programme: Programme, version: ProgrammeVersion, facts: Facts, day: string): Judgement {
  const { variables, root, table } = version.diagram
  const said = variables.map(({ fact }) => knownValue(fact, facts))
  const scratch = new NodeTable(table)
  const classOf = (index: number, value: FactValue | null | undefined) =>
    value === undefined || value === null ? undefined : variables[index]?.classOf(value)

  const bySaid = restrict(scratch, root, (index) => classOf(index, said[index]))
  const assumedFacts = new Set<string>()
  const remaining = restrict(scratch, bySaid, (index) => {
    const fact = variables[index]?.fact
    if (fact?.assumed === undefined || said[index] !== undefined) return undefined
    assumedFacts.add(fact.id)
    return classOf(index, fact.assumed)
  })

  const spoken = (id: string) => {
    const fact = programme.facts.get(id)
    return fact !== undefined && (knownValue(fact, facts) ?? undefined) !== undefined
  }
  const known: Lookup = (id) => {
    const fact = programme.facts.get(id)
    if (fact === undefined) return undefined
    const value = knownValue(fact, facts)
    return value === undefined ? fact.assumed : (value ?? undefined)
  }
  const result = resultOf(remaining)
  const leaves = result === undefined ? [] : decidedBy(version.rule, result, known, spoken)
  const hopeful = result === YES || result === OFFICER
  const chosen = hopeful ? benefitOf(programme, version, { known, spoken }, day) : null
  for (const id of chosen?.facts ?? []) {
    if (!spoken(id) && known(id) !== undefined) assumedFacts.add(id)
  }
  const missing = supportOf(remaining).flatMap((index) => variables[index]?.fact.id ?? [])
  const papers = version.papers.filter((paper) => paper.confidence !== 'unverified')
  const determination: Determination = {
    programme: programme.id,
    kind: programme.kind,
    outcome: result === undefined ? 'unknown' : OUTCOME_OF[result],
    version: version.id,
    open_ended: version.to === 'open',
    decided_by: leaves.map((leaf) => leaf.id),
    missing,
    assumed: [...assumedFacts].toSorted((a, b) => orderOf(programme, a) - orderOf(programme, b)),
    benefit: chosen?.benefit ?? null,
    papers: result === NO ? [] : papers.map((paper) => ({ key: `programmes.papers.${paper.id}` })),
    papers_to_confirm: result !== NO && papers.length < version.papers.length,
    where: { key: `programmes.where.${datedId(version.where, day)}` },
    decides: { key: `programmes.decides.${datedId(version.decides, day)}` },
    time_limit: timeLimitOf(version),
    basis: basisOf(programme, version, leaves, day),
  }
  return { determination, version, remaining, table: scratch }
}

const OUTCOME_OF: Record<Result, Outcome> = { [NO]: 'not_eligible', [OFFICER]: 'needs_officer', [YES]: 'eligible' }

function outOfForce(programme: Programme, day: string): Judgement {
  const earlier = programme.versions.findLast((version) => version.from <= day)
  const version = earlier ?? programme.versions[0]
  if (version === undefined) throw new RangeError(`programme ${programme.id} has no version`)
  return {
    version,
    remaining: version.diagram.root,
    table: version.diagram.table,
    determination: {
      programme: programme.id,
      kind: programme.kind,
      outcome: 'not_in_force',
      reason: earlier === undefined ? 'not_begun' : 'ended',
      version: version.id,
      open_ended: false,
      decided_by: [],
      missing: [],
      assumed: [],
      benefit: null,
      papers: [],
      papers_to_confirm: false,
      where: { key: `programmes.where.${datedId(version.where, day)}` },
      decides: { key: `programmes.decides.${datedId(version.decides, day)}` },
      time_limit: null,
      basis: version.basis.flatMap((key) => citation(programme.basis[key])),
    },
  }
}

/**
 * The first benefit that holds for sure; while an earlier one is still possible the office names the level. `facts` are
 * those whose assumed value picked the level.
 */
function benefitOf(
  programme: Programme,
  version: ProgrammeVersion,
  { known, spoken }: { known: Lookup; spoken: (fact: string) => boolean },
  day: string,
): { benefit: NonNullable<Determination['benefit']>; facts: string[] } {
  const said: Lookup = (id) => (spoken(id) ? known(id) : undefined)
  const byOffice = { key: `programmes.${programme.id}.benefit_office`, values: {}, amounts: [], verified: false }
  const facts: string[] = []
  for (const benefit of version.benefit) {
    const { worst, best } = benefit.applies(known)
    const settledBySaid = benefit.applies(said)
    if (settledBySaid.worst !== settledBySaid.best) facts.push(...benefit.facts)
    if (worst !== YES && best !== NO) break
    if (worst !== YES) continue
    const amounts = benefit.amounts.flatMap((rule) => amountOn(rule, programme.amounts, day) ?? [])
    // A text with a hole in it would be worse than none: either every amount is known or none is named.
    if (amounts.length < benefit.amounts.length) break
    const values = amounts.flatMap(({ name, value, up_to }): [string, number][] =>
      up_to === undefined
        ? [[name, value]]
        : [
            [name, value],
            [`${name}UpTo`, up_to],
          ],
    )
    const key = `programmes.${programme.id}.${benefit.key}`
    return { benefit: { key, values: Object.fromEntries(values), amounts, verified: true }, facts }
  }
  return { benefit: byOffice, facts: [] }
}

function timeLimitOf(version: ProgrammeVersion): Determination['time_limit'] {
  const limit = version.time_limit
  if (limit === undefined || limit.confidence === 'unverified') return null
  return { key: `programmes.time_limit.${limit.kind}`, values: { days: limit.days } }
}

function datedId(texts: readonly { id: string; from?: string | undefined; to?: string | undefined }[], day: string) {
  const text = texts.find(({ from = '', to = '9999-12-31' }) => from <= day && day <= to) ?? texts.at(-1)
  return text?.id ?? ''
}

/** Basis of the criteria that decided, else of the version; only what is in force on the day. */
function basisOf(programme: Programme, version: ProgrammeVersion, leaves: readonly Leaf[], day: string) {
  const named = leaves.flatMap((leaf) => (leaf.basis === undefined ? version.basis : [leaf.basis]))
  const keys = [...new Set(named.length > 0 ? named : version.basis)]
  const bases = keys.flatMap((key) => programme.basis[key] ?? [])
  const current = bases.filter((basis) => inForce(basis, day))
  const fallback = version.basis.flatMap((key) => programme.basis[key] ?? []).filter((basis) => inForce(basis, day))
  return (current.length > 0 ? current : fallback).flatMap(citation)
}

function citation(basis: Basis | undefined): Determination['basis'] {
  if (basis === undefined) return []
  const { document, article, from, to, confidence } = basis
  return [{ document, article, from, to, confidence }]
}

function orderOf(programme: Programme, fact: string): number {
  return programme.facts.get(fact)?.order ?? 0
}
