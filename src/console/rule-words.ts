import type { AmountRule, AmountSeries } from '../eligibility/amounts.ts'
import { type Confidence, type End, inForce, lastDay } from '../eligibility/basis.ts'
import type { Programme, ProgrammeVersion } from '../eligibility/programme.ts'
import { formatDay, formatNumber, type Language, type Texts } from '../i18n.ts'
import { unitKey } from '../knowledge/placeholders.ts'
import { conditionWords, criteriaWords } from './criteria-words.ts'
import { textOr, topicName } from './names.ts'
import type { ConsoleServices, Visit } from './visit.ts'

export function programmeName(texts: Texts, language: Language, id: string): string {
  return textOr(texts, language, [`programmes.${id}.name`], id)
}

/** One programme with all of its versions, the one of the day first, then the newest. */
export function programmeView({ texts }: ConsoleServices, visit: Visit, programme: Programme, day: string) {
  const { language } = visit
  const rules = (key: string, values?: Record<string, unknown>) => texts.text(language, `rules.${key}`, values)
  const current = programme.versions.find((version) => inForce(version, day))
  const others = programme.versions.filter((version) => version !== current).toReversed()
  return {
    id: programme.id,
    name: programmeName(texts, language, programme.id),
    kind: rules(`kind.${programme.kind}`),
    topicName: topicName(texts, language, programme.topic),
    notInForce: current === undefined ? rules('notInForce', { day: formatDay(day) }) : null,
    related: programme.related.map((id) => ({ id, name: programmeName(texts, language, id) })),
    versions: [...(current === undefined ? [] : [current]), ...others].map((version) => ({
      ...versionView(texts, language, programme, version),
      isCurrent: version === current,
      mark: version === current ? rules('inForceOn', { day: formatDay(day) }) : null,
    })),
  }
}

function versionView(texts: Texts, language: Language, programme: Programme, version: ProgrammeVersion) {
  const rules = (key: string, values?: Record<string, unknown>) => texts.text(language, `rules.${key}`, values)
  const named = (
    kind: string,
    { id, from, to }: { id: string; from?: string | undefined; to?: string | undefined },
  ) => ({
    words: textOr(texts, language, [`programmes.${kind}.${id}`], id),
    days: from === undefined && to === undefined ? null : daysWords(texts, language, from ?? version.from, to ?? null),
  })
  const { time_limit: limit } = version
  return {
    id: version.id,
    days: daysWords(texts, language, version.from, version.to),
    confidence: confidenceOf(texts, language, version.confidence),
    criteria: criteriaWords(texts, language, version),
    benefits: version.benefit.map((benefit) => ({
      words: benefitWords(texts, language, programme, version, benefit),
      when: benefit.when === undefined ? null : conditionWords(texts, language, benefit.when),
      amounts: benefit.amounts.flatMap((rule) => amountLines(texts, language, programme.amounts, version, rule)),
    })),
    papers: version.papers.map(({ id, confidence }) => ({
      words: textOr(texts, language, [`programmes.papers.${id}`, `programmes.paper.${id}`], id),
      isUnverified: confidence === 'unverified',
    })),
    where: version.where.map((place) => named('where', place)),
    decides: version.decides.map((place) => named('decides', place)),
    timeLimit:
      limit === undefined
        ? null
        : { words: rules(`days.${limit.kind}`, { days: limit.days }), isUnverified: limit.confidence === 'unverified' },
    basis: basisOf(version, programme).map((basis) => ({
      document: basis.document,
      article: basis.article ?? rules('noArticle'),
      days: daysWords(texts, language, basis.from, basis.to),
      confidence: confidenceOf(texts, language, basis.confidence),
      source: /^https?:\/\//.test(basis.source) ? basis.source : null,
    })),
  }
}

/** The documents of a version and of its single criteria, each once. */
function basisOf(version: ProgrammeVersion, programme: Programme) {
  const keys = new Set([...version.basis, ...basisKeysIn(version.criteria)])
  return [...keys].flatMap((key) => programme.basis[key] ?? [])
}

function basisKeysIn(criteria: unknown): string[] {
  if (Array.isArray(criteria)) return criteria.flatMap(basisKeysIn)
  if (typeof criteria !== 'object' || criteria === null) return []
  return Object.entries(criteria).flatMap(([name, value]) =>
    name === 'basis' && typeof value === 'string' ? [value] : basisKeysIn(value),
  )
}

/** The sentence of a benefit; a figure that changed within the version, or that nobody verified, stands in the table alone. */
function benefitWords(
  texts: Texts,
  language: Language,
  programme: Programme,
  version: ProgrammeVersion,
  { key, amounts }: ProgrammeVersion['benefit'][number],
): string {
  const full = `programmes.${programme.id}.${key}`
  if (!texts.has(language, full)) return key
  const values = Object.fromEntries(
    amounts.flatMap((rule) => {
      const found = figuresOf(programme.amounts, version, rule)
      const [first] = found
      if (first === undefined || found.length > 1 || first.isUnverified) return []
      const both = rule.upTo === undefined ? [] : [[`${rule.name}UpTo`, formatNumber(rule.upTo)]]
      return [[rule.name, formatNumber(first.value)], ...both]
    }),
  )
  return texts.text(language, full, values).replaceAll(/\{\{\s*\w+\s*\}\}/g, '…')
}

/** The figures of a rule over the days of a version. */
function figuresOf(series: ReadonlyMap<string, AmountSeries>, version: ProgrammeVersion, rule: AmountRule) {
  if (rule.kind === 'setByProvince') return []
  const round = (value: number) => Math.round(value * 100) / 100
  if (rule.of === undefined) {
    if (rule.value === undefined) return []
    const confidence = rule.confidence ?? ('unverified' as const)
    const isUnverified = confidence === 'unverified'
    return [{ value: round(rule.value), unit: rule.unit ?? '', entry: null, confidence, isUnverified }]
  }
  const shared = series.get(rule.of)
  return (shared?.values ?? [])
    .filter((entry) => entry.from <= lastDay(version.to) && version.from <= lastDay(entry.to))
    .map((entry) => ({
      value: round(entry.value * (rule.times ?? 1)),
      unit: shared?.unit ?? '',
      entry,
      confidence: entry.confidence,
      isUnverified: entry.confidence === 'unverified' || rule.confidence === 'unverified',
    }))
}

interface AmountLine {
  value: string
  days: string
  document: string
  confidence: { words: string; isUnverified: boolean } | null
  isUnverified: boolean
}

function amountLines(
  texts: Texts,
  language: Language,
  series: ReadonlyMap<string, AmountSeries>,
  version: ProgrammeVersion,
  rule: AmountRule,
): AmountLine[] {
  const rules = (key: string) => texts.text(language, `rules.${key}`)
  if (rule.kind === 'setByProvince') {
    return [{ value: rules('setByProvince'), days: '', document: '', confidence: null, isUnverified: true }]
  }
  return figuresOf(series, version, rule).map(({ value, unit, entry, confidence, isUnverified }) => ({
    value: valueWords(texts, language, rule, value, unit),
    days: entry === null ? '' : daysWords(texts, language, entry.from, entry.to),
    document: entry === null ? '' : [entry.document, entry.article].filter(Boolean).join(', '),
    confidence: confidenceOf(texts, language, confidence),
    isUnverified,
  }))
}

function valueWords(texts: Texts, language: Language, rule: AmountRule, value: number, unit: string): string {
  const figures = rule.upTo === undefined ? formatNumber(value) : `${formatNumber(value)}–${formatNumber(rule.upTo)}`
  const key = unitKey(unit)
  const amount = unit !== '' && texts.has(language, key) ? texts.text(language, key, { value: figures }) : figures
  const kindKey = `knowledge.kind.${rule.kind}`
  return texts.has(language, kindKey) ? texts.text(language, kindKey, { amount }) : amount
}

export function daysWords(texts: Texts, language: Language, from: string, to: End): string {
  const key = to === 'open' ? 'fromOpen' : to === null ? 'from' : 'fromTo'
  const values = { from: formatDay(from), ...(to === null || to === 'open' ? {} : { to: formatDay(to) }) }
  return texts.text(language, `rules.${key}`, values)
}

export function confidenceOf(texts: Texts, language: Language, confidence: Confidence) {
  return { words: texts.text(language, `rules.confidence.${confidence}`), isUnverified: confidence === 'unverified' }
}
