import type { Language, Texts } from '../i18n.ts'
import { fullName, type Territory } from '../territory/territory.ts'

/** The first of several keys that has a text; `otherwise` when none has, so that a missing name never breaks a page. */
export function textOr(texts: Texts, language: Language, keys: readonly string[], otherwise: string): string {
  const key = keys.find((candidate) => texts.has(language, candidate))
  return key === undefined ? otherwise : texts.text(language, key)
}

export function topicName(texts: Texts, language: Language, topic: string): string {
  return textOr(texts, language, [`topics.${topic}.name`, `topics.${topic}`], topic)
}

export function unitName(territory: Territory, language: Language, id: string): string {
  return territory.unitById.get(id)?.name[language] ?? id
}

/** The commune of a code under its latest name. */
export function communeName(territory: Territory, code: string | null): string {
  const place = code === null ? undefined : territory.placesByCode.get(code)?.at(-1)
  return place === undefined ? (code ?? '') : fullName(place)
}
