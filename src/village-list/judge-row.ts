/**
 * One person of a list against all programmes. Where only the year of birth is known, both possible ages are judged, and
 * what differs between them stays open: a definite outcome holds for either. Pure.
 */
import type { Determination } from '../eligibility/determine.ts'
import { parseFacts } from '../eligibility/facts.ts'
import type { EligibilityDefinitions, Outcome } from '../eligibility/programme.ts'
import { screen } from '../eligibility/screen.ts'
import type { FaultyRow, PersonRow } from './read-row.ts'

/** Outcome by programme in one letter: thousands of rows are kept. `s` = eligible, but something better excludes it. */
const CODES = { eligible: 'e', needs_officer: 'o', unknown: 'u', not_eligible: 'n', not_in_force: 'f' } as const
export type OutcomeCode = (typeof CODES)[Outcome] | 's'

/** What would hold for anybody, as nothing the list says speaks for it, is a question still to ask. */
export function codeOf({ outcome, superseded_by, rests_on_assumptions }: Determination): OutcomeCode {
  if (rests_on_assumptions) return CODES.unknown
  return outcome === 'eligible' && superseded_by !== undefined ? 's' : CODES[outcome]
}

export type JudgedRow =
  | { kind: 'judged'; determinations: Determination[] }
  /** A value that the rules do not take, like a household of 90 people. */
  | { kind: 'impossible'; row: FaultyRow }

export function judgeRow(definitions: EligibilityDefinitions, row: PersonRow, on: string): JudgedRow {
  const [first = null, second] = row.ages
  const facts = first === null ? row.facts : { ...row.facts, age: first }
  const parsed = parseFacts(definitions, facts)
  if ('faults' in parsed) {
    const faults = parsed.faults.map(({ where }) => {
      const fact = where.replace('facts.', '')
      return { key: 'impossible' as const, column: fact, value: String(facts[fact] ?? '') }
    })
    return { kind: 'impossible', row: { kind: 'faulty', number: row.number, name: row.name, faults } }
  }
  const { determinations } = screen(definitions, parsed.facts, on)
  if (second === undefined) return { kind: 'judged', determinations }
  const older = screen(definitions, { ...parsed.facts, age: second }, on).determinations
  return { kind: 'judged', determinations: determinations.map((one, index) => inCommon(one, older[index])) }
}

/** What holds at either age. */
function inCommon(one: Determination, other: Determination | undefined): Determination {
  if (other === undefined) return one
  if (one.outcome !== other.outcome) {
    const missing = [...new Set(['age', ...one.missing, ...other.missing])]
    return withoutBetter({ ...one, outcome: 'unknown', decided_by: [], missing, benefit: null })
  }
  const missing = [...new Set([...one.missing, ...other.missing])]
  const sameBenefit = JSON.stringify(one.benefit) === JSON.stringify(other.benefit)
  const sameReasons = one.decided_by.join() === other.decided_by.join()
  const common = {
    ...one,
    missing,
    benefit: sameBenefit ? one.benefit : null,
    decided_by: sameReasons ? one.decided_by : one.decided_by.filter((id) => other.decided_by.includes(id)),
  }
  return one.superseded_by === other.superseded_by ? common : withoutBetter(common)
}

function withoutBetter(determination: Determination): Determination {
  const { superseded_by: _, ...rest } = determination
  return rest
}
