import { LANGUAGES } from '../i18n.ts'
import type { Question } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { fold, normalise } from '../understanding/normalise.ts'
import { readYesNo } from '../understanding/yes-no.ts'
import type { Effect, Option, Words } from './effects.ts'
import { matchPhrases, type Named, phrasesOfLabel, wordsIn } from './match-phrases.ts'
import type { Offered, Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** Actions that fit under one message on every channel. */
const ACTIONS_PER_MESSAGE = 5

/** Values of the engine's own options. */
export const MORE = '~more'
export const UNKNOWN = '~unknown'
export const SKIP = '~skip'
export const MENU = '~menu'

/** The closed answers of a question, the main one first. Option labels stand under `<text>.options` or, for facts, `.values`. */
export function questionOptions(question: Question): Option[] {
  const { expect } = question
  const options: Option[] = []
  if (expect.kind === 'option') {
    const group = question.text.startsWith('facts.') ? 'values' : 'options'
    options.push(...expect.options.map((value) => ({ value, label: { key: `${question.text}.${group}.${value}` } })))
  }
  if (expect.kind === 'yesNo')
    options.push({ value: 'true', label: { key: 'engine.yes' } }, { value: 'false', label: { key: 'engine.no' } })
  if (expect.kind === 'papers') options.push({ value: 'done', label: { key: 'engine.papersDone' } })
  if (question.unknown) options.push({ value: UNKNOWN, label: { key: 'engine.unknown' } })
  if (question.skip) options.push({ value: SKIP, label: { key: 'engine.skip' } })
  return options
}

/** Stay on every page of a long list. */
const PINNED: readonly string[] = [UNKNOWN, SKIP]

/** A long list is shown by pages: its own options in turn, "I don't know" or "skip" and "more" on each. */
function pagesOf(options: readonly Option[]): Option[][] {
  if (options.length <= ACTIONS_PER_MESSAGE) return [[...options]]
  const pinned = options.filter((option) => PINNED.includes(option.value))
  const turning = options.filter((option) => !PINNED.includes(option.value))
  const size = ACTIONS_PER_MESSAGE - pinned.length - 1
  const more: Option = { value: MORE, label: { key: 'engine.more' } }
  return Array.from({ length: Math.ceil(turning.length / size) }, (_, page) => [
    ...turning.slice(page * size, (page + 1) * size),
    ...pinned,
    more,
  ])
}

/** Puts a prompt before the person: one page of its options, each with an opaque id that only this session knows. */
export function present(
  turn: Turn,
  session: Session,
  lines: Words[],
  options: Option[],
): { session: Session; effect: Extract<Effect, { kind: 'say' }> } {
  const pages = pagesOf(options)
  const page = session.page % pages.length
  const shown = pages[page] ?? []
  const offered: Offered[] = shown.map((option) => ({
    value: option.value,
    id: turn.situation.newActionId(),
    words: wordsOf(turn, session, option.label),
  }))
  return { session: { ...session, page, offered }, effect: { kind: 'say', lines, options: shown } }
}

/** Which option was meant: by button, by its number on the screen, or by its words (on any page). */
export function matchOption(
  turn: Turn,
  session: Session,
  options: readonly Option[],
  body: UpdateBody,
  numbersAreAnswers: boolean,
): string | null {
  // What was offered before something came between is no answer to what is open now.
  const isOpen = ({ value }: Offered) => value.startsWith('~') || options.some((option) => option.value === value)
  if (body.kind === 'action')
    return session.offered.find((offered) => offered.id === body.actionId && isOpen(offered))?.value ?? null
  if (body.kind !== 'text') return null
  const typed = fold(body.text)
    .trim()
    .replace(/[.)!]+$/, '')
  if (typed === '') return null
  if (!numbersAreAnswers && /^\d{1,2}$/.test(typed)) {
    const meant = session.offered[Number(typed) - 1]
    return meant !== undefined && isOpen(meant) ? meant.value : null
  }
  const named = [
    ...options.map((option) => ({ value: option.value, words: fold(wordsOf(turn, session, option.label)) })),
    ...session.offered.filter(isOpen).map((one) => ({ value: one.value, words: fold(one.words) })),
  ].map((option) => ({ ...option, words: option.words.trim() }))
  const exact = named.find((option) => option.words === typed)
  if (exact) return exact.value
  const meant = options.map((option) => ({ value: option.value, phrases: synonymsOf(turn, option) }))
  const alone = wordsIn(withoutThanks(body.text)).join(' ')
  const synonyms = meant.filter(({ phrases }) => phrases.some((phrase) => wordsIn(phrase).join(' ') === alone))
  if (synonyms.length === 1) return synonyms[0]?.value ?? null
  if (isAside(session)) return null
  const refused = isRefused(turn, options, body.text)
  if (refused) return SKIP
  if (numbersAreAnswers)
    return byUnknown(turn, options, body.text) ?? byYesOrNo(options, body.text) ?? byPart(named, typed)
  if (isOwnWords(session)) return byYesOrNo(options, body.text) ?? byPart(named, typed)
  if (options.some((option) => option.value === 'true'))
    return byYesOrNo(options, body.text) ?? byUnknown(turn, options, body.text)
  const labels = meant.map(({ value, phrases }, at): Named => {
    const label = options[at]?.label ?? ''
    return { value, phrases: [...phrases, ...phrasesOfLabel(wordsOf(turn, session, label))] }
  })
  return (
    byUnknown(turn, options, body.text) ??
    matchPhrases(labels, body.text) ??
    byYesOrNo(options, body.text) ??
    byBareNo(turn, named, body.text) ??
    byBeginning(named, typed)
  )
}

/** Asked beside the matter itself: only whole words answer, anything else is a wish of its own. */
function isAside({ interruption }: Session): boolean {
  return interruption !== null && ASIDE.includes(interruption.kind)
}

const ASIDE = ['news', 'newsOffer', 'newsConsent', 'tellUnit']
const OWN_WORDS = ['choose', 'results', 'member', 'newMember', 'recap', 'themes']

/** While an officer has the talk, other words are meant for the officer. */
const FOR_OFFICERS: readonly string[] = ['whichTicket', 'whichPaper']

/** Words of a `choose` step and of results may be a wish of their own, those about a person tell more; only a whole name counts there. */
function isOwnWords(session: Session): boolean {
  const { interruption, waiting } = session
  return interruption ? FOR_OFFICERS.includes(interruption.kind) : OWN_WORDS.includes(waiting.kind)
}

/** Other words for an option, in any language: `….options.poor` → `….words.poor`, `engine.yes` → `engine.words.yes`. */
export function synonymsOf(turn: Turn, { label }: Option): string[] {
  if (typeof label === 'string') return []
  const parts = label.key.split('.')
  const last = parts.pop() ?? ''
  if (parts.at(-1) === 'options' || parts.at(-1) === 'values') parts.pop()
  return listOf(turn, [...parts, 'words', last].join('.'))
}

/** A text that is a list of phrases with commas between; empty when there is none. */
function listOf(turn: Turn, key: string): string[] {
  const { texts } = turn.definitions
  return LANGUAGES.flatMap((language) => (texts.has(language, key) ? texts.text(language, key).split(',') : []))
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
}

/** "Dạ … ạ" around an answer. */
function withoutThanks(text: string): string {
  return fold(text)
    .replace(/^(?:da|vang|thua)\s+(?=\S)/, '')
    .replace(/\s+(?:a|nhe|nha|oi)[\s.!]*$/, '')
}

function isBareNo(turn: Turn, text: string): boolean {
  const words = [wordsIn(withoutThanks(text)).join(' '), normalise(text).plain]
  return listOf(turn, 'engine.words.no').some((phrase) => words.includes(wordsIn(phrase).join(' ')))
}

/** "Không", "chưa có" where the only ways are an open answer and to skip it. */
function isRefused(turn: Turn, options: readonly Option[], text: string): boolean {
  const isOpen = options.every((option) => option.value.startsWith('~') || option.value === 'done')
  const asksPlace = options.some(
    (option) => typeof option.label !== 'string' && option.label.key.startsWith('engine.places'),
  )
  return isOpen && !asksPlace && options.some((option) => option.value === SKIP) && isBareNo(turn, text)
}

/** "Em ko rõ lắm ạ", wherever it stands in a short answer without a figure. */
function byUnknown(turn: Turn, options: readonly Option[], text: string): string | null {
  if (/\d/.test(text) || !options.some((option) => option.value === UNKNOWN)) return null
  const phrases = [...listOf(turn, 'engine.words.unknown')]
  return matchPhrases([{ value: UNKNOWN, phrases }], text)
}

/** A plain no means the only answer that begins with one. */
function byBareNo(turn: Turn, named: readonly { value: string; words: string }[], text: string): string | null {
  if (!isBareNo(turn, text)) return null
  const denying = named.filter(
    (option) => !option.value.startsWith('~') && /^(?:khong|chua|no|none|not)\b/.test(option.words),
  )
  const values = new Set(denying.map((option) => option.value))
  return values.size === 1 ? ([...values][0] ?? null) : null
}

const POSITIVE = ['true', 'yes', 'agree', 'send']
const NEGATIVE = ['false', 'no', 'refuse']

/** "Dạ được", "ừ", "không ạ" where the ways are a yes and a no. */
function byYesOrNo(options: readonly Option[], text: string): string | null {
  const values = options.map((option) => option.value)
  const answer = readYesNo(text)
  if (answer === 'yes') return values.find((value) => POSITIVE.includes(value)) ?? null
  if (answer === 'no') return values.find((value) => NEGATIVE.includes(value)) ?? null
  return null
}

/** Letters beside an option's words that may be politeness ("tôi", "ạ", "em chọn"). */
const POLITE_LENGTH = 12

/** The beginning of one option's words alone, or some words around one option's words. */
function byPart(named: readonly { value: string; words: string }[], typed: string): string | null {
  const begun = byBeginning(named, typed)
  if (begun !== null || typed.length < 3) return begun
  const within = named
    .filter(
      (option) =>
        option.words.length >= 3 &&
        ` ${typed} `.includes(` ${option.words} `) &&
        !/(?:^|\s)(?:khong|chua)\s/.test(typed.slice(0, typed.indexOf(option.words))) &&
        typed.length <= option.words.length + POLITE_LENGTH,
    )
    .toSorted((a, b) => b.words.length - a.words.length)
  return within[0]?.value ?? null
}

function byBeginning(named: readonly { value: string; words: string }[], typed: string): string | null {
  if (typed.length < 3) return null
  const begun = new Set(named.filter((option) => option.words.startsWith(typed)).map((option) => option.value))
  return begun.size === 1 ? ([...begun][0] ?? null) : null
}
