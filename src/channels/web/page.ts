import { join } from 'node:path'
import { Eta } from 'eta'
import { LANGUAGES, type Language, type Texts } from '../../i18n.ts'

/** What the page says by itself; the talk comes from the stream. */
const TEXTS = [
  'title',
  'subtitle',
  'placeholder',
  'send',
  'photo',
  'bot',
  'officer',
  'sending',
  'notSent',
  'again',
  'offline',
  'back',
  'file',
  'fileSent',
  'tooLong',
  'fileTooLarge',
  'end',
  'endAsk',
  'endYes',
  'endNo',
  'idle',
  'stay',
  'newMessage',
  'talk',
  'buttons',
  'noScript',
] as const

/** Renders the page once per language and kind of screen; nothing in it depends on the person. */
export function createPage(texts: Texts, assets: { url(path: string): string }) {
  const eta = new Eta({ views: join(import.meta.dirname, 'views'), cache: true })
  const all = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      Object.fromEntries(TEXTS.map((key) => [key, texts.text(language, `chat.page.${key}`)])),
    ]),
  )
  const rendered = new Map<string, string>()
  return (language: Language, isKiosk: boolean): string => {
    const name = `${language}/${isKiosk}`
    const page =
      rendered.get(name) ??
      eta.render('./chat', { language, isKiosk, text: all[language], texts: JSON.stringify(all), assets })
    rendered.set(name, page)
    return page
  }
}
