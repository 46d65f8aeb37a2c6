/** What an officer said, read against where the talk stands. Pure. */
import { foldWords, numbersOfQuery } from '../desk/search-terms.ts'
import { LANGUAGES, type Texts } from '../i18n.ts'
import type { UpdateBody } from '../messaging/update.ts'
import type { OfficerSession, PlaceKind } from './session.ts'

export const COMMANDS = [
  'menu',
  'back',
  'cancel',
  'mine',
  'unit',
  'offered',
  'overdue',
  'digestOff',
  'digestOn',
  'citizen',
  'desk',
  'help',
  'vietnamese',
  'english',
] as const
export type OfficerCommand = (typeof COMMANDS)[number]

/** What can be said with a ticket's number behind it: "xem 123", "nhận HY-2026-000123". */
export const NUMBERED = ['view', 'claim', 'reply', 'accept', 'note', 'resolve'] as const
export type Numbered = (typeof NUMBERED)[number]

export type Heard =
  | { kind: 'command'; command: OfficerCommand }
  /** `numbers`: what a short number may mean, this year's first. */
  | { kind: 'open'; numbers: string[]; what: Numbered }
  | { kind: 'chosen'; value: string }
  | { kind: 'text'; text: string }
  | { kind: 'files'; text: string; attachmentIds: string[] }
  /** A button that this talk does not know. */
  | { kind: 'foreign'; actionId: string }
  | { kind: 'nothing' }

export interface PhraseBook {
  commands: ReadonlyMap<string, OfficerCommand>
  numbered: readonly { phrase: string; what: Numbered }[]
}

/** Words stand in the texts, with commas between; those of all languages are understood. */
export function readPhrases(texts: Texts): PhraseBook {
  const phrasesOf = (key: string) =>
    LANGUAGES.flatMap((language) => texts.text(language, `officer_chat.words.${key}`).split(',')).map(plainOf)
  const commands = COMMANDS.flatMap((command) => phrasesOf(command).map((phrase) => [phrase, command] as const))
  const numbered = NUMBERED.flatMap((what) => phrasesOf(`numbered.${what}`).map((phrase) => ({ phrase, what })))
  return { commands: new Map(commands), numbered: numbered.toSorted((a, b) => b.phrase.length - a.phrase.length) }
}

/** Lower case, no diacritics, no punctuation. */
export function plainOf(text: string): string {
  return foldWords(text).join(' ')
}

/** Where own words are the answer. */
const TAKES_WORDS: ReadonlySet<PlaceKind> = new Set<PlaceKind>(['write', 'papers', 'unit', 'handReason', 'why', 'next'])

export function hear(
  session: OfficerSession,
  body: UpdateBody,
  { attachmentIds, year, phrases }: { attachmentIds: readonly string[]; year: number; phrases: PhraseBook },
): Heard {
  if (body.kind === 'start') return { kind: 'command', command: 'menu' }
  if (body.kind === 'file') {
    const text = [body.file, ...(body.more ?? [])]
      .map(({ caption }) => caption ?? '')
      .join('\n')
      .trim()
    return attachmentIds.length === 0 ? { kind: 'nothing' } : { kind: 'files', text, attachmentIds: [...attachmentIds] }
  }
  if (body.kind === 'action') {
    const value = session.offered.find(({ id }) => id === body.actionId)?.value
    return value === undefined ? { kind: 'foreign', actionId: body.actionId } : { kind: 'chosen', value }
  }
  if (body.kind !== 'text' && body.kind !== 'edit') return { kind: 'nothing' }
  const plain = plainOf(body.text)
  const command = phrases.commands.get(plain)
  if (command !== undefined) return { kind: 'command', command }
  const offered = byNumberOrWords(session, body.text, plain)
  if (offered !== null) return { kind: 'chosen', value: offered }
  if (!TAKES_WORDS.has(session.place.kind)) {
    const opened = ticketIn(body.text, plain, year, phrases)
    if (opened !== null) return opened
  }
  return plain === '' ? { kind: 'nothing' } : { kind: 'text', text: body.text.trim() }
}

function byNumberOrWords({ place, offered }: OfficerSession, text: string, plain: string): string | null {
  // Papers are chosen by numbers of the list in the text; a number there is no button's.
  const isNumber = /^\d{1,2}[.)]?$/.test(text.trim())
  if (isNumber) return place.kind === 'papers' ? null : (offered[Number.parseInt(text, 10) - 1]?.value ?? null)
  const exact = offered.find(({ words }) => plainOf(words) === plain)
  if (exact !== undefined) return exact.value
  if (TAKES_WORDS.has(place.kind) || plain.length < 3) return null
  const begun = offered.filter(({ words }) => plainOf(words).startsWith(plain))
  return begun.length === 1 ? (begun[0]?.value ?? null) : null
}

function ticketIn(text: string, plain: string, year: number, { numbered }: PhraseBook): Heard | null {
  const bare = numbersOfQuery(text, year)
  if (bare.length > 0) return { kind: 'open', numbers: bare, what: 'view' }
  const spoken = numbered.find(({ phrase }) => plain.startsWith(`${phrase} `))
  if (spoken === undefined) return null
  const rest = /(?:HY[-\s]?)?[\d][-\d\s]*$/i.exec(text.trim())?.[0] ?? ''
  const numbers = numbersOfQuery(rest, year)
  return numbers.length > 0 ? { kind: 'open', numbers, what: spoken.what } : null
}
