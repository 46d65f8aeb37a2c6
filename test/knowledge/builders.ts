import { type AmountSeries, amountsFileSchema } from '../../src/eligibility/amounts.ts'
import { compileProgramme, type EligibilityDefinitions, programmeFileSchema } from '../../src/eligibility/programme.ts'
import type { Texts } from '../../src/i18n.ts'
import { type Knowledge, type TopicFile, topicFileSchema } from '../../src/knowledge/article.ts'
import { productDefinitions } from '../support/definitions.ts'

const BASIS = {
  document: 'Nghị định thử',
  article: 'Điều 1',
  from: '2020-01-01',
  to: null,
  confidence: 'high',
  source: 'bản giấy',
} as const

/** A benefit of 2026 that gives `value` a month, in the topic of electricity. */
export function aProgramme(
  change: { value?: number; confidence?: string; to?: string | null; benefit?: unknown } = {},
) {
  const { value = 70_000, confidence = 'high', to = null } = change
  const example = { given: { household_status: 'poor' }, date: '2026-03-01', expect: 'eligible' }
  return programmeFileSchema.parse({
    id: 'lamp_money',
    kind: 'entitlement',
    topic: 'electricity',
    subject: 'h',
    basis: { nd: BASIS },
    versions: [
      {
        id: '2020',
        from: '2020-01-01',
        to,
        confidence: 'high',
        basis: ['nd'],
        criteria: { id: 'poor_household', fact: 'household_status', is: 'poor' },
        benefit: change.benefit ?? [
          { key: 'benefit', amounts: [{ name: 'amount', kind: 'exact', value, unit: 'VND/month', confidence }] },
        ],
        papers: [{ id: 'status_certificate', confidence: 'high' }],
        where: [{ id: 'commune_office' }],
        decides: [{ id: 'commune_committee' }],
      },
    ],
    examples: [example, example, example, example],
  })
}

/** One topic with one entry that says how much; changed where a test cares. */
export function aTopic(entry: Record<string, unknown> = {}, file: Record<string, unknown> = {}): TopicFile {
  return topicFileSchema.parse({
    topic: 'electricity',
    basis: { nd: BASIS },
    entries: [
      {
        id: 'amount',
        intents: ['amount'],
        text: 'amount',
        values: { amount: { programme: 'lamp_money', amount: 'amount' } },
        basis: ['nd'],
        reviewed: '2026-01-01',
        review_by: '2026-12-31',
        ...entry,
      },
    ],
    ...file,
  })
}

export function aKnowledge(file: TopicFile, programme = aProgramme()): Knowledge {
  const facts = productDefinitions().eligibility.facts
  const series: ReadonlyMap<string, AmountSeries> = new Map(
    Object.entries(amountsFileSchema.parse({ amounts: {} }).amounts),
  )
  const eligibility: EligibilityDefinitions = {
    facts,
    programmes: new Map([[programme.id, compileProgramme(programme, facts, series)]]),
  }
  return {
    topics: new Map([[file.topic, file]]),
    cues: { office_now: [], deadlines: [], whom_to_see: [] },
    eligibility,
  }
}

/** The product's texts with one of them written otherwise. */
export function textsWith(change: Record<string, string>): Texts {
  const { texts } = productDefinitions()
  return {
    has: (language, key) => key in change || texts.has(language, key),
    text: (language, key, values = {}) => {
      const written = change[key]
      if (written === undefined) return texts.text(language, key, values)
      return written.replace(/\{\{(\w+)\}\}/g, (place, name: string) => String(values[name] ?? place))
    },
  }
}
