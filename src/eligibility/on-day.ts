/**
 * What a determination says whoever the person is: version of the day, papers, places, amounts, legal basis. Worked out
 * once a programme and day, since a screening reads it for every person. Pure.
 */
import { type Amount, amountOn } from './amounts.ts'
import { type Basis, inForce } from './basis.ts'
import { type Leaf, type Lookup, leavesOf, type Range } from './criteria.ts'
import type { Determination } from './determine.ts'
import { type Fork, forksOf } from './outcome.ts'
import type { Programme, ProgrammeVersion } from './programme.ts'
import { type Variable, variablesOf } from './variable.ts'

type BenefitTold = NonNullable<Determination['benefit']>

interface BenefitOnDay {
  readonly applies: (known: Lookup) => Range
  readonly facts: readonly string[]
  /** `undefined`: some amount is not verified for that day. */
  readonly told: BenefitTold | undefined
}

export interface ProgrammeOnDay {
  readonly programme: Programme
  /** The version in force on the day, or the nearest one. */
  readonly version: ProgrammeVersion
  /** Set when no version is in force: the determination of everybody. */
  readonly notInForce: Determination | undefined
  readonly benefits: readonly BenefitOnDay[]
  readonly byOffice: BenefitTold
  readonly papers: Determination['papers']
  readonly papersToConfirm: boolean
  readonly where: { key: string }
  readonly decides: { key: string }
  readonly timeLimit: Determination['time_limit']
  /** Basis of the criteria that decided, else of the version; only what is in force on the day. */
  basisOf(leaves: readonly Leaf[]): Determination['basis']
  readonly forks: Fork
  /** The facts of rule and benefits, with every difference that one of them makes. */
  readonly looksAt: readonly Variable[]
}

const known = new WeakMap<Programme, Map<string, ProgrammeOnDay>>()
/** Days kept for a programme: today, and a few of replays and rule changes. */
const MOST_DAYS = 4

export function programmeOn(programme: Programme, day: string): ProgrammeOnDay {
  let days = known.get(programme)
  if (days === undefined) {
    days = new Map()
    known.set(programme, days)
  }
  const found = days.get(day)
  if (found !== undefined) return found
  if (days.size >= MOST_DAYS) days.clear()
  const made = workOut(programme, day)
  days.set(day, made)
  return made
}

function workOut(programme: Programme, day: string): ProgrammeOnDay {
  const current = programme.versions.find((one) => inForce(one, day))
  const earlier = programme.versions.findLast((one) => one.from <= day)
  const version = current ?? earlier ?? programme.versions[0]
  if (version === undefined) throw new RangeError(`programme ${programme.id} has no version`)
  const papers = version.papers.filter((paper) => paper.confidence !== 'unverified')
  const where = { key: `programmes.where.${datedId(version.where, day)}` }
  const decides = { key: `programmes.decides.${datedId(version.decides, day)}` }
  const notInForce: Determination = {
    programme: programme.id,
    kind: programme.kind,
    outcome: 'not_in_force',
    reason: earlier === undefined ? 'not_begun' : 'ended',
    version: version.id,
    open_ended: false,
    decided_by: [],
    missing: [],
    assumed: [],
    rests_on_assumptions: false,
    benefit: null,
    papers: [],
    papers_to_confirm: false,
    where,
    decides,
    time_limit: null,
    basis: version.basis.flatMap((key) => citation(programme.basis[key])),
  }
  return {
    programme,
    version,
    notInForce: current === undefined ? notInForce : undefined,
    benefits: version.benefit.map((benefit) => ({
      applies: benefit.applies,
      facts: benefit.facts,
      told: benefitTold(programme, benefit, day),
    })),
    byOffice: { key: `programmes.${programme.id}.benefit_office`, values: {}, amounts: [], verified: false },
    papers: papers.map((paper) => ({ key: `programmes.papers.${paper.id}` })),
    papersToConfirm: papers.length < version.papers.length,
    where,
    decides,
    timeLimit: timeLimitOf(version),
    basisOf: basisOn(programme, version, day),
    forks: forksOf(version),
    looksAt: variablesOf(
      [version.rule, ...version.benefit.flatMap(({ rule }) => rule ?? [])].flatMap(leavesOf),
      programme.facts,
    ),
  }
}

/** A text with a hole in it would be worse than none: either every amount is known or none is named. */
function benefitTold(
  programme: Programme,
  benefit: ProgrammeVersion['benefit'][number],
  day: string,
): BenefitTold | undefined {
  const amounts: Amount[] = benefit.amounts.flatMap((rule) => amountOn(rule, programme.amounts, day) ?? [])
  if (amounts.length < benefit.amounts.length) return undefined
  const values = amounts.flatMap(({ name, value, up_to }): [string, number][] =>
    up_to === undefined
      ? [[name, value]]
      : [
          [name, value],
          [`${name}UpTo`, up_to],
        ],
  )
  const key = `programmes.${programme.id}.${benefit.key}`
  return { key, values: Object.fromEntries(values), amounts, verified: true }
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

function basisOn(programme: Programme, version: ProgrammeVersion, day: string): ProgrammeOnDay['basisOf'] {
  const cite = (keys: readonly string[]) => {
    const bases = keys.flatMap((key) => programme.basis[key] ?? [])
    const current = bases.filter((basis) => inForce(basis, day))
    const fallback = version.basis.flatMap((key) => programme.basis[key] ?? []).filter((one) => inForce(one, day))
    return (current.length > 0 ? current : fallback).flatMap(citation)
  }
  const ofVersion = cite([...new Set(version.basis)])
  const cited = new Map<string, Determination['basis']>()
  return (leaves) => {
    if (leaves.every((leaf) => leaf.basis === undefined)) return ofVersion
    const keys = [...new Set(leaves.flatMap((leaf) => (leaf.basis === undefined ? version.basis : [leaf.basis])))]
    const name = keys.join()
    const done = cited.get(name) ?? cite(keys)
    cited.set(name, done)
    return done
  }
}

function citation(basis: Basis | undefined): Determination['basis'] {
  if (basis === undefined) return []
  const { document, article, from, to, confidence } = basis
  return [{ document, article, from, to, confidence }]
}
