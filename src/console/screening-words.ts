import { z } from 'zod'
import type { Determination } from '../eligibility/determine.ts'
import { explain } from '../eligibility/explain.ts'
import { OUTCOMES } from '../eligibility/programme.ts'
import { formatNumber } from '../i18n.ts'
import { textOr } from './names.ts'
import type { ConsoleServices, Visit } from './visit.ts'

const keyed = z.object({ key: z.string() })

/** What a page uses of a stored determination besides its reasons. */
const determinationSchema = z.looseObject({
  programme: z.string(),
  outcome: z.enum(OUTCOMES),
  papers: z.array(keyed).catch([]),
})

/** What was found for each programme; nothing when there is no screening that can be read. */
export function storedDeterminations(screening: unknown): z.output<typeof determinationSchema>[] {
  const parsed = z.object({ determinations: z.array(determinationSchema) }).safeParse(screening)
  return parsed.success ? parsed.data.determinations : []
}

/** What the desk hands on of a stored screening; whatever else a determination holds passes through to `explain`. */
const screeningSchema = z.object({
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  determinations: z.array(z.looseObject({ programme: z.string(), outcome: z.enum(OUTCOMES) })),
})

interface ScreeningWords {
  /** What may help comes first. */
  lines: { name: string; outcome: string; isHopeful: boolean; reasons: string[] }[]
  facts: { id: string; label: string; value: string }[]
}

/** Reasons an officer wants to see; what a citizen should bring and where is the officer's own trade. */
const REASONS =
  /^reasons\.(criteria\.|line\.(missing|assumed_intro|assumed|superseded|basis|basis_document|open_ended)$)/

/** A stored screening in words: what was found for each programme and why. Null when there is none that can be read. */
export function screeningWords(
  { texts, eligibility }: Pick<ConsoleServices, 'texts' | 'eligibility'>,
  visit: Visit,
  screening: unknown,
): ScreeningWords | null {
  const parsed = screeningSchema.safeParse(screening)
  if (!parsed.success) return null
  const { language } = visit
  const { facts, determinations } = parsed.data
  return {
    lines: determinations.map((determination) => ({
      name: textOr(texts, language, [`programmes.${determination.programme}.name`], determination.programme),
      outcome: visit.t(`outcome.${determination.outcome}`),
      isHopeful: determination.outcome === 'eligible' || determination.outcome === 'needs_officer',
      // Stored by this product from the same type; the version it names may be gone, then there are no reasons to tell.
      reasons: explain(eligibility, determination as unknown as Determination)
        .filter((line) => REASONS.test(line.key) && texts.has(language, line.key))
        .map((line) => texts.text(language, line.key, line.values)),
    })),
    facts: Object.entries(facts).map(([id, value]) => ({
      id,
      label: textOr(texts, language, [`facts.${id}.label`], id),
      value: factWords(texts, visit, id, value),
    })),
  }
}

/** The facts that a stored screening was made with; none when there is none that can be read. */
export function screenedFacts(screening: unknown): Readonly<Record<string, unknown>> {
  const parsed = screeningSchema.safeParse(screening)
  return parsed.success ? parsed.data.facts : {}
}

export function factWords(
  texts: ConsoleServices['texts'],
  visit: Visit,
  id: string,
  value: string | number | boolean | null,
): string {
  if (value === null) return visit.t('fact.unknown')
  if (typeof value === 'boolean') return visit.t(value ? 'fact.yes' : 'fact.no')
  if (typeof value === 'number') return formatNumber(value)
  return textOr(texts, visit.language, [`facts.${id}.values.${value}`, `facts.${id}.options.${value}`], value)
}
