/**
 * Phrases of the definition files found in a text. A phrase is words; `*` stands for up to four others, `^` for the
 * beginning, `$` for the end. A word typed with diacritics must agree with them; one typed without agrees with any.
 */
import { type Word, wordsOfDefinition } from './normalise.ts'

export interface Pattern {
  parts: (Word | '*')[]
  atStart: boolean
  atEnd: boolean
}

const WIDEST_GAP = 4

export function readPattern(phrase: string): Pattern {
  const atStart = phrase.startsWith('^')
  const atEnd = phrase.endsWith('$')
  const parts = phrase
    .slice(atStart ? 1 : 0, atEnd ? -1 : undefined)
    .split('*')
    .flatMap((piece, at): (Word | '*')[] => (at === 0 ? wordsOfDefinition(piece) : ['*', ...wordsOfDefinition(piece)]))
  return { parts, atStart, atEnd }
}

/** The words `[from, to)` that the pattern covers at its first place in the text, or `null`. */
export function findPattern(pattern: Pattern, words: readonly Word[]): { from: number; to: number } | null {
  const starts = pattern.atStart ? Math.min(1, words.length) : words.length
  for (let from = 0; from < starts; from++) {
    const to = matchFrom(pattern, 0, words, from)
    if (to !== null) return { from, to }
  }
  return null
}

function matchFrom(pattern: Pattern, part: number, words: readonly Word[], at: number): number | null {
  const expected = pattern.parts[part]
  if (expected === undefined) return pattern.atEnd && at !== words.length ? null : at
  if (expected === '*') {
    for (let gap = 0; gap <= WIDEST_GAP && at + gap <= words.length; gap++) {
      const to = matchFrom(pattern, part + 1, words, at + gap)
      if (to !== null) return to
    }
    return null
  }
  const word = words[at]
  return word !== undefined && agrees(expected, word) ? matchFrom(pattern, part + 1, words, at + 1) : null
}

export function agrees(expected: Word, typed: Word): boolean {
  return expected.sound === typed.sound && (typed.marks === null || typed.marks === (expected.marks ?? ''))
}

/** Many patterns found in one pass: only those whose first word occurs are tried. */
export interface PatternIndex<Value> {
  byFirstSound: Map<string, { pattern: Pattern; value: Value }[]>
}

export function indexPatterns<Value>(entries: Iterable<readonly [string, Value]>): PatternIndex<Value> {
  const byFirstSound: PatternIndex<Value>['byFirstSound'] = new Map()
  for (const [phrase, value] of entries) {
    const pattern = readPattern(phrase)
    const first = pattern.parts[0]
    if (first === undefined || first === '*') continue
    const found = byFirstSound.get(first.sound) ?? []
    found.push({ pattern, value })
    byFirstSound.set(first.sound, found)
  }
  return { byFirstSound }
}

export function matchingValues<Value>(index: PatternIndex<Value>, words: readonly Word[]): Value[] {
  const values: Value[] = []
  for (const sound of new Set(words.map((word) => word.sound))) {
    for (const { pattern, value } of index.byFirstSound.get(sound) ?? []) {
      if (findPattern(pattern, words)) values.push(value)
    }
  }
  return values
}
