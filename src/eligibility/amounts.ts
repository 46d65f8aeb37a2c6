/** Amounts as dated data. An amount that nobody verified is kept for the editors and never given out. Pure. */
import { z } from 'zod'
import { confidenceSchema, daySchema, endSchema, inForce } from './basis.ts'

const seriesSchema = z.strictObject({
  unit: z.string(),
  values: z
    .array(
      z.strictObject({
        from: daySchema,
        to: endSchema,
        value: z.number(),
        confidence: confidenceSchema,
        document: z.string(),
        article: z.string().optional(),
      }),
    )
    .min(1),
  /** Days for which no amount was found, said on purpose; the office confirms it. */
  holes: z.array(z.strictObject({ from: daySchema, to: daySchema })).default([]),
})
export type AmountSeries = z.output<typeof seriesSchema>

export const amountsFileSchema = z.strictObject({ amounts: z.record(z.string(), seriesSchema) })

export const amountSchema = z.strictObject({
  /** The placeholder in the benefit's text. */
  name: z.string(),
  kind: z.enum(['exact', 'atLeast', 'atMost', 'range', 'setByProvince']),
  value: z.number().optional(),
  /** The upper end of a range; `value` is the lower. */
  upTo: z.number().optional(),
  unit: z.string().optional(),
  confidence: confidenceSchema.optional(),
  /** A series of `flows/amounts.yaml`, multiplied by `times`. */
  of: z.string().optional(),
  times: z.number().optional(),
})
export type AmountRule = z.output<typeof amountSchema>

/** An amount that may be told to a person. */
export interface Amount {
  name: string
  kind: AmountRule['kind']
  value: number
  up_to?: number
  unit: string
  confidence: 'high' | 'medium' | 'low'
}

/** The amount on a day, or `undefined` when none is verified for that day. */
export function amountOn(rule: AmountRule, series: ReadonlyMap<string, AmountSeries>, day: string): Amount | undefined {
  if (rule.kind === 'setByProvince') return undefined
  if (rule.of === undefined) {
    if (rule.value === undefined || rule.confidence === undefined || rule.confidence === 'unverified') return undefined
    const { name, kind, value, unit = '', confidence, upTo } = rule
    return { name, kind, value, unit, confidence, ...(upTo === undefined ? {} : { up_to: upTo }) }
  }
  const shared = series.get(rule.of)
  const entry = shared?.values.find((value) => inForce(value, day))
  if (shared === undefined || entry === undefined) return undefined
  // The weaker of the two: how sure the base is, and how sure the coefficient is.
  const confidence = weaker(entry.confidence, rule.confidence ?? 'high')
  if (confidence === 'unverified') return undefined
  const value = entry.value * (rule.times ?? 1)
  const isPercent = shared.unit.startsWith('percent')
  return {
    name: rule.name,
    kind: rule.kind,
    // 6.6 times 1.2 must not become 7.919999999999999.
    value: isPercent ? Math.round(value * 100) / 100 : value,
    unit: shared.unit,
    confidence,
  }
}

const STRENGTH = ['high', 'medium', 'low', 'unverified'] as const

export function weaker(a: (typeof STRENGTH)[number], b: (typeof STRENGTH)[number]): (typeof STRENGTH)[number] {
  return STRENGTH.indexOf(a) > STRENGTH.indexOf(b) ? a : b
}
