import type { FactValue } from '../eligibility/facts.ts'
import { formatNumber, type Language, type Texts } from '../i18n.ts'
import { textOr } from './names.ts'

/** The name of a fact, with a capital letter: it begins a line of its own. */
export function factLabel(texts: Texts, language: Language, id: string): string {
  const label = textOr(texts, language, [`facts.${id}.label`], id)
  return label.charAt(0).toLocaleUpperCase(language) + label.slice(1)
}

/** A value of a fact as an officer reads it; null: said to be not known. */
export function factValueWords(texts: Texts, language: Language, id: string, value: FactValue | null): string {
  if (value === null) return texts.text(language, 'console.fact.unknown')
  if (typeof value === 'boolean') return texts.text(language, `console.fact.${value ? 'yes' : 'no'}`)
  if (typeof value === 'number') return formatNumber(value)
  return textOr(texts, language, [`facts.${id}.values.${value}`, `facts.${id}.options.${value}`], value)
}
