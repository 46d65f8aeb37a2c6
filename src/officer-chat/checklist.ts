import { z } from 'zod'
import type { Language, Texts } from '../i18n.ts'

const screeningSchema = z.object({
  determinations: z.array(
    z.looseObject({ outcome: z.string(), papers: z.array(z.looseObject({ key: z.string() })).catch([]) }),
  ),
})
const HOPEFUL = ['eligible', 'needs_officer']
const MOST = 9

/** Papers that the screening of the ticket names for what may be granted, in the citizen's language. */
export function checklistOf(texts: Texts, language: Language, screening: unknown): string[] {
  const parsed = screeningSchema.safeParse(screening)
  if (!parsed.success) return []
  const keys = parsed.data.determinations
    .filter(({ outcome }) => HOPEFUL.includes(outcome))
    .flatMap(({ papers }) => papers.map(({ key }) => key))
  const named = [...new Set(keys)].filter((key) => texts.has(language, key)).map((key) => texts.text(language, key))
  return [...new Set(named)].slice(0, MOST)
}

export interface PapersAsked {
  papers: string[]
  /** Words beside them. */
  text: string
}

/** "1, 3", "1 3 và giấy khai sinh": numbers of the list; other words are said as they stand. */
export function readPapers(checklist: readonly string[], text: string): PapersAsked {
  const numbers = /^[\s,.;+&-]*(\d{1,2}(?:[\s,.;+&-]+\d{1,2})*)(?=$|[\s,.;:+&-])/u.exec(text)
  const chosen = (numbers?.[1]?.match(/\d{1,2}/g) ?? []).map(Number)
  const isList = chosen.length > 0 && chosen.every((number) => number >= 1 && number <= checklist.length)
  if (!isList) return { papers: [], text: text.trim() }
  const rest = text.slice(numbers?.[0].length).replace(/^[\s,.;:+&-]*(?:và\s|va\s|and\s)?/iu, '')
  return { papers: [...new Set(chosen)].flatMap((number) => checklist[number - 1] ?? []), text: rest.trim() }
}
