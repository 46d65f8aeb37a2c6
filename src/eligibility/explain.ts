/**
 * What to say about a determination, as text keys with values; the words are in `locales/`. Lines come in the order in
 * which a person should read them: headline, why, what was assumed, benefit, papers, where, basis, what could change it.
 * Values that end in `Key` are keys themselves: the texts nest them. Pure.
 */
import { formatDay, formatNumber } from '../i18n.ts'
import { lastDay } from './basis.ts'
import { type Leaf, leavesOf } from './criteria.ts'
import type { Determination } from './determine.ts'
import type { FactTest } from './facts.ts'
import type { EligibilityDefinitions, Programme, ProgrammeVersion } from './programme.ts'

export interface Line {
  key: string
  values: Record<string, unknown>
}

/** More reasons than these tire a reader; the rest stay in `decided_by`. */
const MOST_REASONS = 3

export function explain(definitions: EligibilityDefinitions, determination: Determination): Line[] {
  const programme = definitions.programmes.get(determination.programme)
  const version = programme?.versions.find((one) => one.id === determination.version)
  if (programme === undefined || version === undefined) return []
  const hopeful = determination.outcome === 'eligible' || determination.outcome === 'needs_officer'
  return [
    headline(programme, version, determination),
    ...why(version, determination),
    ...missing(determination),
    ...assumed(determination),
    ...(hopeful ? benefit(programme, determination) : []),
    ...(hopeful ? papers(determination) : []),
    ...(hopeful || determination.outcome === 'not_in_force' ? where(determination) : []),
    ...basis(determination),
    ...change(programme, determination),
  ]
}

function nameKey(programme: string): string {
  return `programmes.${programme}.name`
}

function headline(programme: Programme, version: ProgrammeVersion, determination: Determination): Line {
  const { outcome, reason } = determination
  const values = { nameKey: nameKey(programme.id) }
  if (outcome === 'not_in_force') {
    const day = reason === 'ended' ? lastDay(version.to) : version.from
    return { key: `reasons.headline.${reason}`, values: { ...values, day: formatDay(day) } }
  }
  if (outcome === 'needs_officer' && programme.kind === 'referral') return { key: 'reasons.headline.referral', values }
  return { key: `reasons.headline.${outcome}`, values }
}

function why(version: ProgrammeVersion, determination: Determination): Line[] {
  const { outcome, decided_by, assumed } = determination
  const leaves = decided_by.flatMap((id) => leavesOf(version.rule).find((leaf) => leaf.id === id) ?? [])
  const said = leaves.filter((leaf) => !assumed.includes(leaf.test.fact))
  const state = outcome === 'not_eligible' ? 'unmet' : 'met'
  return (said.length > 0 ? said : leaves).slice(0, MOST_REASONS).map((leaf) => ({
    key: `reasons.criteria.${leaf.id}.${state}`,
    values: thresholdOf(leaf),
  }))
}

/** The number a criterion compares with, for its text. */
function thresholdOf({ test }: Leaf): Record<string, unknown> {
  const number = numberOf(test)
  return number === undefined ? {} : { value: formatNumber(number) }
}

function numberOf({ is, atLeast, atMost, above, below }: FactTest): number | undefined {
  const numbers = [is, atLeast, atMost, above, below].filter((value) => typeof value === 'number')
  return numbers[0]
}

function missing({ outcome, missing }: Determination): Line[] {
  if (outcome !== 'unknown') return []
  return missing
    .slice(0, MOST_REASONS)
    .map((id) => ({ key: 'reasons.line.missing', values: { factKey: `facts.${id}.label` } }))
}

function assumed({ assumed }: Determination): Line[] {
  if (assumed.length === 0) return []
  const lines = assumed.map((id) => ({ key: 'reasons.line.assumed', values: { factKey: `facts.${id}.assumed` } }))
  return [{ key: 'reasons.line.assumed_intro', values: {} }, ...lines]
}

function benefit(programme: Programme, { outcome, benefit, superseded_by, time_limit }: Determination): Line[] {
  // A referral is a way to an office, which grants nothing by it.
  const isGranted = outcome === 'needs_officer' && programme.kind !== 'referral'
  const lines: Line[] = isGranted ? [{ key: 'reasons.line.if_granted', values: {} }] : []
  if (benefit !== null) {
    const values = Object.entries(benefit.values).map(([name, value]) => [name, formatNumber(value)])
    lines.push({ key: benefit.key, values: Object.fromEntries(values) })
  }
  if (superseded_by !== undefined) {
    lines.push({
      key: 'reasons.line.superseded',
      values: { nameKey: nameKey(programme.id), betterKey: nameKey(superseded_by) },
    })
  }
  if (time_limit !== null) lines.push({ key: time_limit.key, values: time_limit.values })
  return lines
}

function papers({ papers, papers_to_confirm }: Determination): Line[] {
  const lines = papers.map((paper) => ({ key: 'reasons.line.paper', values: { paperKey: paper.key } }))
  return [
    ...(lines.length > 0 ? [{ key: 'reasons.line.papers_intro', values: {} }] : []),
    ...lines,
    ...(papers_to_confirm ? [{ key: 'reasons.line.papers_to_confirm', values: {} }] : []),
  ]
}

function where({ where, decides, outcome }: Determination): Line[] {
  const place = { key: 'reasons.line.where', values: { whereKey: where.key } }
  if (outcome === 'not_in_force') return [place]
  return [place, { key: 'reasons.line.decides', values: { decidesKey: decides.key } }]
}

function basis({ basis, open_ended }: Determination): Line[] {
  const lines: Line[] = basis.map(({ document, article }) =>
    article === null
      ? { key: 'reasons.line.basis_document', values: { document } }
      : { key: 'reasons.line.basis', values: { document, article } },
  )
  return open_ended ? [...lines, { key: 'reasons.line.open_ended', values: {} }] : lines
}

function change(programme: Programme, { outcome }: Determination): Line[] {
  if (outcome !== 'not_eligible' && outcome !== 'not_in_force') return []
  const related = programme.related.map((id) => ({ key: 'reasons.line.related', values: { nameKey: nameKey(id) } }))
  return [
    ...(outcome === 'not_eligible' ? [{ key: `programmes.${programme.id}.change`, values: {} }] : []),
    ...(related.length > 0 ? [{ key: 'reasons.line.related_intro', values: {} }] : []),
    ...related,
  ]
}
