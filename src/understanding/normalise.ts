/**
 * Free text as people type it (missing diacritics, keyboard slips, chat spelling, dictation) brought to one form. Pure;
 * never throws, whatever the text holds.
 */
import { FILLERS, OPENINGS, SHORT_FORMS } from './short-forms.ts'
import { repairSlip, soundOf } from './syllable.ts'

/** Longer texts are cut here before anything reads them, so that no text can be slow. */
export const LONGEST_TEXT = 2000

export interface Word {
  /** Lower case without diacritics, slips repaired. */
  plain: string
  /** `plain` with the consonants that Northern speakers mix up made one. */
  sound: string
  /** The diacritics in a fixed order; `null` when the word was typed without any, so nothing is known about them. */
  marks: string | null
}

export interface Normalised {
  words: Word[]
  /** The plain words, with one space between. */
  plain: string
}

/** Text for searching: lower case, no diacritics, single spaces. Keeps punctuation and digits. */
export function fold(text: string): string {
  return withoutMarks(clean(text)).replace(/\s+/g, ' ').trim()
}

export function normalise(text: string): Normalised {
  const runs = clean(text.slice(0, LONGEST_TEXT)).match(RUN) ?? []
  const words: TypedWord[] = []
  for (const run of runs) words.push(...wordsOf(run, words.at(-1)))
  const content = withoutOpening(words.filter((word, at) => !isFiller(word, at, words)).map(stripped))
  const kept = content.length > 0 ? content : words.map(stripped)
  return { words: kept, plain: kept.map((word) => word.plain).join(' ') }
}

/** The words as they were typed: no short forms, no repairs, nothing left out. */
export function wordsAsTyped(text: string): Word[] {
  return wordsOfDefinition(text.slice(0, LONGEST_TEXT)).map((word) => ({
    ...word,
    marks: word.marks === '' ? null : word.marks,
  }))
}

/** A word of a definition file, whose spelling is trusted: its marks are known even when there are none. */
export function wordsOfDefinition(text: string): Word[] {
  return (clean(text).match(RUN) ?? []).map((run) => {
    const plain = withoutMarks(run)
    return { plain, sound: soundOf(plain), marks: marksOf(run) }
  })
}

/** A word and where it stands in the tidied text. */
export interface PlacedWord extends Word {
  typed: string
  from: number
  to: number
}

/** All words, repaired but none left out, each with its place in `shown`: the text without broken or hidden signs. */
export function placedWords(text: string): { shown: string; words: PlacedWord[] } {
  // "sn1950", "lớp5": no Telex or VNI slip but a word run into its number.
  const shown = tidy(text.slice(0, LONGEST_TEXT)).replace(/(?<!\p{L})(sn|sinh|lớp|lop|vay)(?=\d)/giu, '$1 ')
  const words: PlacedWord[] = []
  for (const found of shown.matchAll(RUN)) {
    const read = wordsOf(found[0].toLowerCase(), words.at(-1))
    const place = { from: found.index, to: found.index + found[0].length }
    words.push(...read.map((word) => ({ ...word, ...place })))
  }
  return { shown, words }
}

const RUN = /\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}][\p{L}\p{M}\p{Nd}]*/gu

function clean(text: string): string {
  return tidy(text).toLowerCase()
}

function tidy(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/(?<=\p{L})['’](?=\p{L})/gu, '')
    .replace(/[\p{Cf}\p{Cc}\uFFFD]/gu, (sign) => (/\s/.test(sign) ? ' ' : ''))
}

function withoutMarks(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd')
}

function marksOf(run: string): string {
  const marks = run.normalize('NFD').match(/\p{M}|đ/gu) ?? []
  return marks.sort().join('')
}

interface TypedWord extends Word {
  typed: string
}

const UNIT_AFTER_NUMBER: Readonly<Record<string, string>> = {
  t: 'tuổi',
  tr: 'triệu',
  trd: 'triệu',
  k: 'nghìn',
  ng: 'nghìn',
  d: 'đồng',
  đ: 'đồng',
  h: 'giờ',
  th: 'tháng',
  ty: 'tỷ',
  n: 'nghìn',
}

function wordsOf(run: string, before: Word | undefined): TypedWord[] {
  if (/^\p{N}/u.test(run)) return [{ plain: run, sound: run, marks: null, typed: run }]
  const unit = before && /^\p{N}/u.test(before.plain) ? UNIT_AFTER_NUMBER[run.replace(/[0-9]+$/, '')] : undefined
  const longForm = unit ?? (Object.hasOwn(SHORT_FORMS, run) ? SHORT_FORMS[run] : undefined)
  if (longForm !== undefined && longForm !== run) {
    // "1tr2": what follows the unit belongs to the amount.
    const rest = unit === undefined ? '' : (/[0-9]+$/.exec(run)?.[0] ?? '')
    return wordsOfDefinition(`${longForm} ${rest}`).map((word) => ({
      ...word,
      // `duoc` is a word typed without diacritics, not a statement that it has none.
      marks: word.plain === run ? null : word.marks,
      typed: run,
    }))
  }
  const squeezed = run.replace(/(\p{L})\1{2,}/gu, '$1')
  const letters = withoutMarks(squeezed)
  const plain = repairSlip(letters)
  const marks = marksOf(squeezed)
  return [{ plain, sound: soundOf(plain), marks: marks === '' || plain !== letters ? null : marks, typed: run }]
}

function isFiller(word: TypedWord, at: number, words: readonly TypedWord[]): boolean {
  if (FILLERS.has(word.typed)) return true
  // "cảm ơn nha": without a mark, at the end, where other words do carry marks, it is no house.
  return word.typed === 'nha' && at > 0 && at === words.length - 1 && words.some((other) => other.marks !== null)
}

const OPENING_WORDS = OPENINGS.map((opening) => opening.split(' ').map((word) => withoutMarks(word))).sort(
  (one, other) => other.length - one.length,
)

function withoutOpening(words: Word[]): Word[] {
  let rest = words
  for (let round = 0; round < 3; round++) {
    const opening = OPENING_WORDS.find(
      (parts) => rest.length > parts.length + 1 && parts.every((part, at) => rest[at]?.plain === part),
    )
    if (!opening) break
    rest = rest.slice(opening.length)
  }
  return rest
}

function stripped(word: Word): Word {
  return { plain: word.plain, sound: word.sound, marks: word.marks }
}
