/**
 * Whom a change of the rules concerns: the same facts judged by the rules of the day and by those of the day before. Ages
 * and whatever else goes on with time are the same on both sides, so that only the rules make a difference. Pure.
 */
import { inForce } from '../eligibility/basis.ts'
import type { Determination } from '../eligibility/determine.ts'
import type { Facts } from '../eligibility/facts.ts'
import type { EligibilityDefinitions, Programme } from '../eligibility/programme.ts'
import { judgeAll } from '../eligibility/screen.ts'
import { whatWouldChange } from '../eligibility/what-would-change.ts'
import { addDays } from '../profile/days.ts'

/** What becomes of a household, the weightiest first: it is told of the first that holds for any of its members. */
export const FLIP_KINDS = ['newly_eligible', 'amount_changed', 'no_longer', 'to_check'] as const
/**
 * `to_check`: what is known settled it, one way or the other, and does not any more. Whoever only might have been
 * entitled, or would be by assumptions alone, is told nothing: nothing that was said speaks for it.
 */
export type FlipKind = (typeof FLIP_KINDS)[number]

/** One programme and the first day of its new rules. */
export interface RuleChange {
  programme: string
  day: string
}

export interface MemberFacts {
  id: string
  facts: Facts
}

/** How one side judged. */
export interface Side {
  outcome: Determination['outcome']
  version: string
  /** Criteria that decided. */
  decidedBy: readonly string[]
  /** Nothing that was said speaks for it, or some assumption against it. */
  isAssumed: boolean
  /** Verified amounts only. */
  amounts: Readonly<Record<string, number>> | null
}

export interface Flip {
  member: string
  kind: FlipKind
  before: Side
  after: Side
  /** Facts that would lead away from a refusal. */
  wouldHelp: readonly string[]
}

export function flipsOf(
  definitions: EligibilityDefinitions,
  { programme: id, day }: RuleChange,
  members: readonly MemberFacts[],
): Flip[] {
  const programme = definitions.programmes.get(id)
  if (programme === undefined) return []
  return members.flatMap(({ id: member, facts }): Flip[] => {
    const before = sideOn(definitions, id, facts, addDays(day, -1))
    const after = sideOn(definitions, id, facts, day)
    const kind = kindOf(before, after)
    if (kind === null) return []
    const isRefused = after.outcome === 'not_eligible'
    const wouldHelp = isRefused ? whatWouldChange(programme, facts, day).map(({ fact }) => fact) : []
    return [{ member, kind, before, after, wouldHelp }]
  })
}

/** What the household is told of; null: nothing flips. */
export function kindOfHousehold(flips: readonly Flip[]): FlipKind | null {
  return FLIP_KINDS.find((kind) => flips.some((flip) => flip.kind === kind)) ?? null
}

/** Whether too little is known of somebody of the household for the rules of that day. */
export function isOpen(
  definitions: EligibilityDefinitions,
  { programme, day }: RuleChange,
  members: readonly MemberFacts[],
): boolean {
  return members.some(({ facts }) => standingOf(sideOn(definitions, programme, facts, day)) === 'open')
}

type Standing = 'hopeful' | 'refused' | 'open'

function standingOf({ outcome, isAssumed }: Side): Standing {
  if (outcome === 'eligible' || outcome === 'needs_officer') return isAssumed ? 'open' : 'hopeful'
  return outcome === 'unknown' ? 'open' : 'refused'
}

function kindOf(before: Side, after: Side): FlipKind | null {
  const [was, is] = [standingOf(before), standingOf(after)]
  if (is === 'hopeful' && was !== 'hopeful') return 'newly_eligible'
  if (is === 'refused') return was === 'hopeful' ? 'no_longer' : null
  if (is === 'open') return was === 'hopeful' || isSettledNo(before) ? 'to_check' : null
  return differ(before.amounts, after.amounts) ? 'amount_changed' : null
}

function isSettledNo({ outcome, isAssumed }: Side): boolean {
  return outcome === 'not_eligible' && !isAssumed
}

/** What nobody verified is no change that anybody could be told of. */
function differ(before: Side['amounts'], after: Side['amounts']): boolean {
  if (before === null || after === null) return false
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].some((name) => before[name] !== after[name])
}

function sideOn(definitions: EligibilityDefinitions, programme: string, facts: Facts, day: string): Side {
  const [judged] = judgeAll(definitions, facts, day, [programme])
  if (judged === undefined)
    return { outcome: 'not_in_force', version: '', decidedBy: [], isAssumed: false, amounts: null }
  const { outcome, version, decided_by: decidedBy, rests_on_assumptions, assumed, benefit } = judged.determination
  const isAssumed = rests_on_assumptions || (outcome === 'not_eligible' && assumed.length > 0)
  return { outcome, version, decidedBy, isAssumed, amounts: benefit?.verified ? benefit.values : null }
}

export interface DatedChange extends RuleChange {
  /** The version until then; null: there was none. */
  before: string | null
  /** The version from then on; null: it ends. */
  after: string | null
}

/** The days on which another version of a programme begins or one ends, in order. */
export function changesOf(programme: Programme): DatedChange[] {
  const versionOn = (day: string) => programme.versions.find((version) => inForce(version, day))?.id ?? null
  const days = programme.versions.flatMap(({ from, to }) => (isDay(to) ? [from, addDays(to, 1)] : [from]))
  return [...new Set(days)].sort().flatMap((day) => {
    const [before, after] = [versionOn(addDays(day, -1)), versionOn(day)]
    return before === after ? [] : [{ programme: programme.id, day, before, after }]
  })
}

function isDay(to: string | null): to is string {
  return to !== null && /^\d{4}-\d{2}-\d{2}$/.test(to)
}
