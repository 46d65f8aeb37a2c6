/** What a programme knows, in the form in which an answer names it. Pure. */
import { type Amount, type AmountRule, amountOn } from '../eligibility/amounts.ts'
import { type End, inForce } from '../eligibility/basis.ts'
import { leavesOf } from '../eligibility/criteria.ts'
import type { EligibilityDefinitions, Programme, ProgrammeVersion } from '../eligibility/programme.ts'
import { formatNumber } from '../i18n.ts'
import type { ValueRule } from './article.ts'

/** A text with values, which may be texts themselves. */
export interface Line {
  key: string
  values: { [name: string]: string | Line }
}

export interface Citation {
  document: string
  article: string | null
  from: string
  to: End
  confidence: 'high' | 'medium' | 'low' | 'unverified'
}

export interface Resolved {
  value: string | Line
  basis: Citation[]
}

/** The version in force, or `undefined`. */
export function versionOn(programme: Programme | undefined, day: string): ProgrammeVersion | undefined {
  return programme?.versions.find((version) => inForce(version, day))
}

/** The words for a placeholder on a day; `undefined` when nothing verified is known, so that the office confirms. */
export function resolveValue(definitions: EligibilityDefinitions, rule: ValueRule, day: string): Resolved | undefined {
  if ('date' in rule) return { value: rule.date, basis: [] }
  const programme = definitions.programmes.get(rule.programme)
  const version = versionOn(programme, day)
  if (programme === undefined || version === undefined) return undefined
  const basis = basisOfVersion(programme, version, day)
  if ('criterion' in rule) {
    const leaf = leavesOf(version.rule).find((one) => one.id === rule.criterion)
    const { is, atLeast, atMost, above, below } = leaf?.test ?? {}
    const number = [is, atLeast, atMost, above, below].find((value) => typeof value === 'number')
    return number === undefined ? undefined : { value: formatNumber(number), basis }
  }
  const rules = version.benefit
    .filter((benefit) => rule.benefit === undefined || benefit.key === rule.benefit)
    .flatMap((benefit) => benefit.amounts.filter((amount) => amount.name === rule.amount))
  const amounts = rules.flatMap((one) => amountOn(one, programme.amounts, day) ?? [])
  const [first] = amounts
  // A level that nobody verified leaves the span open: then none of it is told.
  if (first === undefined || amounts.length < rules.length) return undefined
  return { value: amountLine(amounts, first), basis: [...basis, ...basisOfAmounts(programme, rules, day)] }
}

function amountLine(amounts: readonly Amount[], { kind, unit }: Amount): Line {
  const same = amounts.every((amount) => amount.kind === kind)
  const value: Line = { key: unitKey(unit), values: { value: span(amounts) } }
  return { key: `knowledge.kind.${same ? kind : 'exact'}`, values: { amount: value } }
}

/** `VND/month` → `knowledge.unit.vnd_month`. */
export function unitKey(unit: string): string {
  return `knowledge.unit.${unit.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`
}

/** One figure, or the lowest and the highest. */
export function span(amounts: readonly { value: number; up_to?: number }[]): string {
  const all = amounts.flatMap(({ value, up_to }) => (up_to === undefined ? [value] : [value, up_to]))
  const [low, high] = [Math.min(...all), Math.max(...all)]
  return low === high ? formatNumber(low) : `${formatNumber(low)}–${formatNumber(high)}`
}

export function basisOfVersion(programme: Programme, version: ProgrammeVersion, day: string): Citation[] {
  return version.basis
    .flatMap((key) => programme.basis[key] ?? [])
    .filter((basis) => inForce(basis, day))
    .map(({ document, article, from, to, confidence }) => ({ document, article, from, to, confidence }))
}

/** Documents of the shared series that amounts are reckoned from. */
export function basisOfAmounts(programme: Programme, rules: readonly AmountRule[], day: string): Citation[] {
  return rules.flatMap((rule) => {
    const entry =
      rule.of === undefined ? undefined : programme.amounts.get(rule.of)?.values.find((one) => inForce(one, day))
    if (entry === undefined) return []
    const { document, article = null, from, to, confidence } = entry
    return [{ document, article, from, to, confidence }]
  })
}
