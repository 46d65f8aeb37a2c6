/** A text as the reader of facts sees it: words with their places, numbers joined, clauses and sentences apart. */

import { type Lexicon, repairBySound } from './lexicon.ts'
import { fold, type PlacedWord, placedWords, type Word } from './normalise.ts'
import { readNumber } from './numbers.ts'
import { FILLERS } from './short-forms.ts'

export interface FactWord extends Word {
  /** Place in the tidied text. */
  from: number
  to: number
  /** Only a number has one. */
  value: number | null
  clause: number
  sentence: number
  /** Of a date: `MM-DD`; its `value` is the year. */
  day?: string
  /** Typed without diacritics where the writer sets them elsewhere: it has none. */
  bare: boolean
  /** A question mark follows at once. */
  asks: boolean
}

/** Whether the word can be this one where the writer sets diacritics. Not for what people mistype: only for small words. */
export const isMeant = (expected: Word, typed: FactWord) => !typed.bare || expected.marks === ''

export interface FactText {
  shown: string
  words: FactWord[]
}

const NUMBER_WORDS = new Set(
  'mot hai ba bon tu nam lam nham sau bay tam chin muoi tram linh le ruoi ham nua mot moi'.split(' '),
)
const WRITTEN = new Set(
  'một mốt hai ba bốn tư năm lăm nhăm sáu bảy bẩy tám chín mười mươi trăm linh lẻ rưỡi hăm nửa'.split(' '),
)
const SCALES = new Set(['ty', 'ti', 'trieu', 'nghin', 'ngan', 'cu'])
/** After a number in words; without one of these "nam" is no five. */
const UNITS = new Set([
  ...SCALES,
  ...'tuoi thang nguoi khau nhan mieng so ky kwh phan nam con chau dua be ngay'.split(' '),
])
const BEFORE_NUMBER = new Set(['lop', 'cap', 'hang', 'loai'])
/** Spoken numbers up to 120. */
const SPOKEN =
  /^(?:mot tram(?: (?:linh|le)? ?\w+)?|(?:(?:hai|ba|bon|tu|nam|sau|bay|tam|chin) )?muoi(?: (?:mot|hai|ba|bon|tu|nam|lam|nham|sau|bay|tam|chin))?|ham \w+|(?:mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)(?: (?:mot|hai|ba|bon|tu|nam|lam|nham|sau|bay|tam|chin))?)$/

export function factText(text: string, lexicon: Lexicon): FactText {
  const { shown, words } = placedWords(text)
  const repaired = repairBySound(words, lexicon)
  const isMarked = words.length > 2 && words.filter((word) => word.marks !== null).length * 2 >= words.length
  const placed: FactWord[] = []
  let clause = 0
  let sentence = 0
  for (const [at, word] of words.entries()) {
    const before = words[at - 1]
    const gap = before === undefined ? '' : shown.slice(before.to, word.from)
    if (/[.?!;\n…]/.test(gap)) sentence++
    if (/[.?!;\n…,:()"“”–—]|\s-\s/.test(gap)) clause++
    if (FILLERS.has(word.typed)) {
      if (['à', 'ạ', 'ơi', 'alo', 'alô', 'thưa'].includes(word.typed)) clause++
      continue
    }
    const { plain, sound, marks } = repaired[at] ?? word
    placed.push({
      plain,
      sound,
      marks,
      from: word.from,
      to: word.to,
      value: null,
      bare: isMarked && word.marks === null,
      clause,
      sentence,
      asks: /^\s*\?/.test(shown.slice(word.to)),
    })
  }
  return { shown, words: joinNumbers(placed, shown, words) }
}

/** Each number, in figures or words, becomes one word with a value. */
function joinNumbers(words: readonly FactWord[], shown: string, typed: readonly PlacedWord[]): FactWord[] {
  const spelled = new Map(typed.map((word) => [word.from, word.typed]))
  // Who sets diacritics means "sau" as it stands, not "sáu".
  const isMarked = fold(shown) !== shown.toLowerCase().replace(/\s+/g, ' ').trim()
  const joined: FactWord[] = []
  for (let at = 0; at < words.length; ) {
    const word = words[at]
    if (word === undefined) break
    const date = isFigure(word) ? dateAt(word, shown) : null
    if (date !== null) {
      joined.push({ ...word, ...date })
      while ((words[at]?.from ?? Infinity) < date.to) at++
      continue
    }
    const end = isFigure(word) ? endOfFigures(words, at) : endOfSpoken(words, at, spelled, isMarked)
    if (end === at) {
      joined.push(word)
      at++
      continue
    }
    const run = words.slice(at, end)
    const last = run.at(-1) ?? word
    joined.push({ ...word, to: last.to, asks: last.asks, value: readRun(run, word, shown, spelled), marks: null })
    at = end
  }
  return joined
}

/** "12/3/1951", with the year as its value. */
function dateAt(word: FactWord, shown: string): { to: number; value: number; day: string } | null {
  const found = /^(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?((?:19|20)\d{2})(?!\d)/.exec(
    shown.slice(word.from, word.from + 16),
  )
  if (!found) return null
  const [whole, day = '', month = '', year = ''] = found
  return { to: word.from + whole.length, value: Number(year), day: `${month.padStart(2, '0')}-${day.padStart(2, '0')}` }
}

const isFigure = (word: FactWord | undefined) => word !== undefined && /^\p{N}/u.test(word.plain)

function endOfFigures(words: readonly FactWord[], start: number): number {
  let end = start + 1
  while (words[end]?.clause === words[start]?.clause && SCALES.has(words[end]?.plain ?? '')) {
    end++
    const next = words[end]
    if (next === undefined || next.clause !== words[start]?.clause) break
    if (next.plain === 'ruoi') return end + 1
    // "1 triệu 2", but not "2 triệu 3 người".
    if (isFigure(next) && next.plain.length <= 3 && !UNITS.has(words[end + 1]?.plain ?? '')) return end + 1
    if (isFigure(next) && SCALES.has(words[end + 1]?.plain ?? '')) end++
  }
  return end
}

function endOfSpoken(
  words: readonly FactWord[],
  start: number,
  spelled: ReadonlyMap<number, string>,
  isMarked: boolean,
): number {
  const isSpoken = (word: FactWord | undefined) =>
    word !== undefined &&
    word.clause === words[start]?.clause &&
    NUMBER_WORDS.has(word.plain) &&
    ((word.marks === null && !isMarked) || WRITTEN.has(spelled.get(word.from) ?? ''))
  let end = start
  while (isSpoken(words[end]) && end - start < 6) end++
  if (end === start) return start
  // "năm 1950", "tư vấn": only a unit after it, or a class before it, makes a number of a word.
  while (end > start) {
    const next = words[end]
    // "sau con bao": after, not six.
    const isAfter = words[end - 1]?.plain === 'sau' && next?.plain === 'con'
    const isYear = next?.plain === 'nam' && isFigure(words[end + 1])
    // "ba cu": an old woman more likely than three million.
    const isElder = next?.plain === 'cu' && spelled.get(next.from) !== 'củ'
    const hasUnit =
      next !== undefined &&
      next.clause === words[start]?.clause &&
      UNITS.has(next.plain) &&
      !isYear &&
      !isAfter &&
      !isElder
    const isNamed = BEFORE_NUMBER.has(words[start - 1]?.plain ?? '') && end === start + 1
    if (!hasUnit && !isNamed) {
      end--
      continue
    }
    const plain = words.slice(start, end).map((word) => word.plain)
    if (!SPOKEN.test(plain.join(' '))) return start
    if (next !== undefined && SCALES.has(next.plain)) return words[end + 1]?.plain === 'ruoi' ? end + 2 : end + 1
    return end
  }
  return start
}

/** `null` for a date, a fraction or a range: nobody can tell which number is meant. */
function readRun(
  run: readonly FactWord[],
  first: FactWord,
  shown: string,
  spelled: ReadonlyMap<number, string>,
): number | null {
  const last = run.at(-1) ?? first
  if (/\d\s*[-–/]\s*$/.test(shown.slice(Math.max(0, first.from - 4), first.from))) return null
  if (isFigure(last) && /^\s*[-–/]\s*\d/.test(shown.slice(last.to, last.to + 4))) return null
  const text = run.map((word) => (isFigure(word) ? word.plain : (spelledWord(word, spelled) ?? word.plain))).join(' ')
  const value = readNumber(text)
  return value === null || !Number.isFinite(value) ? null : value
}

/** Number words keep their marks; "tr" is read as the word it is short for. */
function spelledWord(word: FactWord, spelled: ReadonlyMap<number, string>): string | undefined {
  const typed = spelled.get(word.from)
  return typed !== undefined && fold(typed) === word.plain ? typed : undefined
}
