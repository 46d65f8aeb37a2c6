import { z } from 'zod'
import { type FactDefinition, type Facts, parseFacts } from '../eligibility/facts.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'

const last = z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')])
const field = last.optional().default('')

/** What a page of the counter sends: all that was said so far travels in the form, since nothing is kept. */
export const counterSchema = z.object({
  scope: field,
  facts: field,
  /** The question that is answered now, by a button or by typing. */
  asked: field,
  answer: last.optional(),
  typed: field,
  /** The fact that is to be asked again. */
  change: last.optional(),
  /** `1`: private and unlikely questions are asked, too. */
  thorough: field,
})
export type CounterForm = z.output<typeof counterSchema>

export interface CounterState {
  facts: Facts
  /** Asked for by the officer, before the planner's own question. */
  wanted: string | null
  /** What was typed could not be taken as an answer to `wanted`. */
  isWrong: boolean
}

/** What is known after this form. Whatever cannot be read of the facts is left out: it is asked for again. */
export function takeForm(definitions: EligibilityDefinitions, form: CounterForm): CounterState {
  const facts = readFacts(definitions, form.facts)
  if (form.change !== undefined && definitions.facts.has(form.change)) {
    const { [form.change]: _, ...others } = facts
    return { facts: others, wanted: form.change, isWrong: false }
  }
  const fact = definitions.facts.get(form.asked)
  if (fact === undefined) return { facts, wanted: null, isWrong: false }
  const parsed = parseFacts(definitions, { [fact.id]: answerOf(fact, form) })
  if ('faults' in parsed) return { facts, wanted: fact.id, isWrong: true }
  return { facts: { ...facts, ...parsed.facts }, wanted: null, isWrong: false }
}

function readFacts(definitions: EligibilityDefinitions, text: string): Facts {
  let said: unknown
  try {
    said = JSON.parse(text || '{}')
  } catch {
    return {}
  }
  const read = z.record(z.string(), z.unknown()).safeParse(said)
  if (!read.success) return {}
  return Object.fromEntries(
    Object.entries(read.data).flatMap(([id, value]) => {
      const parsed = parseFacts(definitions, { [id]: value })
      return 'facts' in parsed ? Object.entries(parsed.facts) : []
    }),
  )
}

function answerOf({ type }: FactDefinition, { answer, typed }: CounterForm): unknown {
  if (answer === 'unknown') return null
  if (type === 'bool') return answer === 'true' ? true : answer === 'false' ? false : ''
  if (type === 'enum') return answer ?? ''
  if (type === 'text') return typed.trim() === '' ? 0 : typed.trim()
  const digits = typed.replace(/[.\s]/g, '')
  return /^\d{1,15}$/.test(digits) ? Number(digits) : ''
}
