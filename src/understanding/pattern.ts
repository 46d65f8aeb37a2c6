/**
 * Phrases of the definition files found in a text. A phrase is words; `*` stands for up to six others, `#` for a
 * number, `^` for the beginning, `$` for the end. A word typed with diacritics must agree with them; one typed without
 * agrees with any, unless the phrase begins with `!`: then it holds only as it is written ("tự vẫn" is no "tu van").
 */
import { type Word, wordsOfDefinition } from './normalise.ts'

export interface Pattern {
  parts: (Word | '*' | '#')[]
  atStart: boolean
  atEnd: boolean
  asWritten: boolean
}

const WIDEST_GAP = 6

export function readPattern(phrase: string): Pattern {
  const asWritten = phrase.startsWith('!')
  const rest = asWritten ? phrase.slice(1) : phrase
  const atStart = rest.startsWith('^')
  const atEnd = rest.endsWith('$')
  const pieces = rest.slice(atStart ? 1 : 0, atEnd ? -1 : undefined).match(/[*#]|[^*#]+/g) ?? []
  const parts = pieces.flatMap((piece): Pattern['parts'] =>
    piece === '*' || piece === '#' ? [piece] : wordsOfDefinition(piece),
  )
  return { parts, atStart, atEnd, asWritten }
}

/** Whether a word of a phrase and a word of a text are the same. */
export type Agreement = (expected: Word, typed: Word) => boolean

/** Same letters, or letters that Northern speakers mix up. For texts whose words nobody has put right before. */
export const agreesInSound: Agreement = (expected, typed) =>
  expected.sound === typed.sound && marksAgree(expected, typed)

/** Same letters. For texts whose slips of the ear are repaired. */
export const agreesInLetters: Agreement = (expected, typed) =>
  expected.plain === typed.plain && marksAgree(expected, typed)

const marksAgree: Agreement = (expected, typed) => typed.marks === null || typed.marks === (expected.marks ?? '')

const agreesAsWritten: Agreement = (expected, typed) =>
  expected.plain === typed.plain && (typed.marks ?? '') === (expected.marks ?? '')

/** The words `[from, to)` that the pattern covers at its first place in the text at or after `begin`, or `null`. */
export function findPattern(
  pattern: Pattern,
  words: readonly Word[],
  agree: Agreement = agreesInSound,
  begin = 0,
): { from: number; to: number } | null {
  const starts = pattern.atStart ? Math.min(1, words.length) : words.length
  const agreement = pattern.asWritten ? agreesAsWritten : agree
  for (let from = begin; from < starts; from++) {
    const to = matchFrom(pattern, 0, words, from, agreement)
    if (to !== null) return { from, to }
  }
  return null
}

function matchFrom(
  pattern: Pattern,
  part: number,
  words: readonly Word[],
  at: number,
  agree: Agreement,
): number | null {
  const expected = pattern.parts[part]
  if (expected === undefined) return pattern.atEnd && at !== words.length ? null : at
  if (expected === '*') {
    for (let gap = 0; gap <= WIDEST_GAP && at + gap <= words.length; gap++) {
      const to = matchFrom(pattern, part + 1, words, at + gap, agree)
      if (to !== null) return to
    }
    return null
  }
  const word = words[at]
  if (word === undefined) return null
  const agrees = expected === '#' ? /^\p{N}/u.test(word.plain) : agree(expected, word)
  return agrees ? matchFrom(pattern, part + 1, words, at + 1, agree) : null
}

/** Many patterns found in one pass, by their letters: only those whose first word occurs are tried. */
export interface PatternIndex<Value> {
  byFirstWord: Map<string, { pattern: Pattern; value: Value }[]>
}

export function indexPatterns<Value>(entries: Iterable<readonly [string, Value]>): PatternIndex<Value> {
  const byFirstWord: PatternIndex<Value>['byFirstWord'] = new Map()
  for (const [phrase, value] of entries) {
    const pattern = readPattern(phrase)
    const first = pattern.parts[0]
    if (first === undefined || first === '*' || first === '#') continue
    const found = byFirstWord.get(first.plain) ?? []
    found.push({ pattern, value })
    byFirstWord.set(first.plain, found)
  }
  return { byFirstWord }
}

export function matchingValues<Value>(index: PatternIndex<Value>, words: readonly Word[]): Value[] {
  return matches(index, words).map(({ value }) => value)
}

/** Every pattern of the index that is in the text, with the word after its first place. */
export function matches<Value>(
  index: PatternIndex<Value>,
  words: readonly Word[],
): { pattern: Pattern; value: Value; to: number }[] {
  const found: { pattern: Pattern; value: Value; to: number }[] = []
  for (const first of new Set(words.map((word) => word.plain))) {
    for (const entry of index.byFirstWord.get(first) ?? []) {
      const place = findPattern(entry.pattern, words, agreesInLetters)
      if (place) found.push({ ...entry, to: place.to })
    }
  }
  return found
}
