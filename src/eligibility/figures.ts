/** What the programme files hold, counted: for the table of `npm run check`. Pure. */
import { type AmountRule, weaker } from './amounts.ts'
import { type Confidence, lastDay } from './basis.ts'
import { testsIn } from './oracle.ts'
import type { EligibilityDefinitions, Programme, ProgrammeVersion } from './programme.ts'

/** Confidences are counted over all that the file states: citations, criteria, amounts, papers, time limits. */
export interface ProgrammeFigures extends Record<Confidence, number> {
  programme: string
  versions: number
  criteria: number
  citations: number
  /** Unverified amounts, papers and time limits; an unverified criterion is not left out, an officer decides on it. */
  leftOut: number
  examples: number
}

export function programmeFigures({ programmes }: EligibilityDefinitions): ProgrammeFigures[] {
  return [...programmes.values()].map((programme) => {
    const criteria = programme.versions.flatMap(criteriaOf)
    const citations = Object.values(programme.basis).map((basis) => basis.confidence)
    const told = programme.versions.flatMap((version) => toldOf(programme, version))
    const stated = [...criteria, ...citations, ...told]
    const count = (confidence: Confidence, among: readonly Confidence[]) =>
      among.filter((one) => one === confidence).length
    return {
      programme: programme.id,
      versions: programme.versions.length,
      criteria: criteria.length,
      citations: citations.length,
      high: count('high', stated),
      medium: count('medium', stated),
      low: count('low', stated),
      unverified: count('unverified', stated),
      leftOut: count('unverified', told),
      examples: programme.examples.length,
    }
  })
}

/** A criterion that stands in several branches counts once a version. */
function criteriaOf(version: ProgrammeVersion): Confidence[] {
  const byId = new Map(testsIn(version.criteria).map((test) => [test.id, test.confidence ?? version.confidence]))
  return [...byId.values()]
}

function toldOf(programme: Programme, version: ProgrammeVersion): Confidence[] {
  return [
    ...version.benefit.flatMap(({ amounts }) => amounts.flatMap((rule) => amountsOf(programme, version, rule))),
    ...version.papers.map((paper) => paper.confidence),
    ...(version.time_limit === undefined ? [] : [version.time_limit.confidence]),
  ]
}

/** Each dated value of a shared series counts for itself; a level that the province sets is no value. */
function amountsOf(programme: Programme, version: ProgrammeVersion, rule: AmountRule): Confidence[] {
  if (rule.kind === 'setByProvince') return []
  const own = rule.confidence ?? 'high'
  if (rule.of === undefined) return [own]
  const values = programme.amounts.get(rule.of)?.values ?? []
  return values
    .filter((value) => value.from <= lastDay(version.to) && version.from <= lastDay(value.to))
    .map((value) => weaker(value.confidence, own))
}
