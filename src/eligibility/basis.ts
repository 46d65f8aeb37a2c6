/** Where a rule or an amount stands written, and how sure that is. */
import { z } from 'zod'

/** high: text of the article or two sources · medium: one source restates it · low: indirect · unverified: no source. */
export const confidenceSchema = z.enum(['high', 'medium', 'low', 'unverified'])
export type Confidence = z.output<typeof confidenceSchema>

export const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'write a day as YYYY-MM-DD')

/** `null` = runs on; `open` = no end is known, an officer confirms that it still holds. */
export const endSchema = z.union([daySchema, z.literal('open'), z.null()])
export type End = z.output<typeof endSchema>

export const basisSchema = z.strictObject({
  document: z.string(),
  /** `null` when the place in the document was not seen. */
  article: z.string().nullable(),
  from: daySchema,
  to: endSchema,
  confidence: confidenceSchema,
  source: z.string(),
})
export type Basis = z.output<typeof basisSchema>

/** The last day as something to compare; days are compared as text. */
export function lastDay(end: End): string {
  return end === null || end === 'open' ? '9999-12-31' : end
}

export function inForce(period: { from: string; to: End }, day: string): boolean {
  return period.from <= day && day <= lastDay(period.to)
}

/** The day after, for telling a hole between two periods from periods that touch. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}
