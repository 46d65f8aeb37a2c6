import type { FactValue } from '../eligibility/facts.ts'
import { LANGUAGES } from '../i18n.ts'
import type { Turn } from './situation.ts'

/** Whether a fact can be put before a person: its name, and the name of its value when it is one of a list. */
export function canBeSaid(turn: Turn, id: string, value: FactValue): boolean {
  const fact = turn.definitions.eligibility.facts.get(id)
  if (fact === undefined || !hasText(turn, `facts.${id}.label`)) return false
  return fact.type !== 'enum' || hasText(turn, `facts.${id}.values.${value}`)
}

/** Whether a person can be asked for a fact, and so correct it. */
export function canBeAsked(turn: Turn, id: string): boolean {
  return hasText(turn, `facts.${id}.ask`)
}

function hasText(turn: Turn, key: string): boolean {
  return LANGUAGES.every((language) => turn.definitions.texts.has(language, key))
}
