import { z } from 'zod'
import type { Basis, End } from '../eligibility/basis.ts'

export const basisSchema = z.object({
  document: z.string(),
  article: z.string().nullable(),
  from: z.string(),
  to: z.string().nullable().describe('null: no end is known'),
  confidence: z.string(),
})

/** Where a rule stands written, without the notes of those who looked it up. */
export function citation(basis: Omit<Basis, 'source'>): z.output<typeof basisSchema> {
  const { document, article, from, to, confidence } = basis
  return { document, article, from, to: lastDayOrNull(to), confidence }
}

/** The last day, or null when it runs on or nobody knows its end: whoever reads a day gets a day. */
export function lastDayOrNull(end: End): string | null {
  return end === 'open' ? null : end
}
