import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import i18next, { type i18n } from 'i18next'

/** `locales/<language>/<file>.json`; the file name is the first part of a key: `menu.title` stands in `menu.json`. */
export const LANGUAGES = ['vi', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export interface Texts {
  /** The text of a key in a language. An unknown key throws: the definitions' check finds it before a person does. */
  text(language: Language, key: string, values?: Record<string, unknown>): string
  has(language: Language, key: string): boolean
}

/** Reads all texts. Throws when a file is no JSON. */
export function loadTexts(directory: string): Texts {
  const resources: Record<string, { translation: Record<string, unknown> }> = {}
  for (const language of LANGUAGES) {
    const translation: Record<string, unknown> = {}
    for (const file of readdirSync(join(directory, language)).filter((name) => name.endsWith('.json'))) {
      translation[file.slice(0, -'.json'.length)] = JSON.parse(readFileSync(join(directory, language, file), 'utf8'))
    }
    resources[language] = { translation }
  }
  const instance: i18n = i18next.createInstance()
  void instance.init({
    resources,
    lng: 'vi',
    fallbackLng: false,
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  const has = (language: Language, key: string) =>
    typeof instance.getResource(language, 'translation', key) === 'string'
  const plain = { vi: new Map<string, string>(), en: new Map<string, string>() }
  const translate = (language: Language, key: string, values?: Record<string, unknown>) => {
    const text = instance.t(key, { lng: language, ...values })
    if (text === key) throw new Error(`No text ${key} in ${language}`)
    return text
  }
  return {
    has,
    text(language, key, values) {
      if (values !== undefined) return translate(language, key, values)
      const known = plain[language].get(key) ?? translate(language, key)
      plain[language].set(key, known)
      return known
    },
  }
}

/** `1500000` → `1.500.000`, the Vietnamese form; used in both languages so that figures match the papers. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat('vi-VN').format(value)
}

/** `2026-11-23` → `23/11/2026`. */
export function formatDay(day: string): string {
  const [year, month, date] = day.split('-')
  return `${date}/${month}/${year}`
}
