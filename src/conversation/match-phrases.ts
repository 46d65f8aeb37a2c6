import { rememberRecent } from '../recent.ts'
import { fold, normalise } from '../understanding/normalise.ts'

/** One option with the phrases that mean it: its label, the parts of its label, its synonyms. */
export interface Named {
  value: string
  phrases: readonly string[]
}

interface Found {
  value: string
  start: number
  end: number
}

/** Longer texts tell something of their own. */
const LONGEST_CHOICE = 14
const SHORTEST_PART = 3
const NEGATIONS = new Set(['khong', 'chua', 'chang', 'not', 'never', 'isnt', 'dont'])
/** After these a denial is over: "không phải hộ nghèo mà là hộ cận nghèo". */
const TURNS = new Set(['ma', 'nhung', 'but'])

/** The labels of a prompt are read again for each answer to it. */
const LONGEST_LABEL = 60
export const wordsIn = rememberRecent(
  (text: string): readonly string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [],
  (text) => (text.length > LONGEST_LABEL ? null : text),
)

/** The phrases in a label: the whole, what stands in brackets and around them, and parts of two words or more. */
export function phrasesOfLabel(label: string): string[] {
  const bracketed = [...label.matchAll(/\(([^)]*)\)/g)].map((found) => found[1] ?? '')
  const plain = label.replace(/\([^)]*\)/g, ' ')
  const parts = [...plain.split(','), ...bracketed].filter((part) => wordsIn(part).length > 1)
  return [label, plain, ...parts]
}

/**
 * The one option that the words name, whole words only. A longer name wins over a shorter one inside it; a name that
 * is denied does not count; when two remain it is nobody's to guess.
 */
export function matchPhrases(options: readonly Named[], text: string): string | null {
  const forms = [wordsIn(text), normalise(text).plain.split(' ')].filter((words) => words.length <= LONGEST_CHOICE)
  for (const typed of forms) {
    const found = namedIn(options, typed) ?? namesPartOf(options, typed)
    if (found !== null) return found
  }
  return null
}

function namedIn(options: readonly Named[], typed: readonly string[]): string | null {
  const all = options.flatMap(({ value, phrases }) =>
    phrases.flatMap((phrase) => positions(typed, wordsIn(phrase)).map((span): Found => ({ value, ...span }))),
  )
  const widest = all.filter((one) => !all.some((other) => isInside(one, other)))
  const meant = new Set(widest.filter((one) => !isDenied(typed, one)).map((one) => one.value))
  return meant.size === 1 ? ([...meant][0] ?? null) : null
}

/** A part of one option's words alone: "cận nghèo" for "Hộ cận nghèo". */
function namesPartOf(options: readonly Named[], typed: readonly string[]): string | null {
  const isTelling =
    typed.length > 1 || (typed[0]?.length ?? 0) > SHORTEST_PART || /^\p{L}+\p{N}+$/u.test(typed[0] ?? '')
  if (!isTelling || typed.every((word) => NEGATIONS.has(word))) return null
  const holding = options.filter((option) =>
    option.phrases.some((phrase) => {
      const words = wordsIn(phrase)
      return positions(words, typed).some((span) => !isDenied(words, span))
    }),
  )
  const values = new Set(holding.map((option) => option.value))
  return values.size === 1 ? ([...values][0] ?? null) : null
}

function positions(words: readonly string[], wanted: readonly string[]): { start: number; end: number }[] {
  if (wanted.length === 0) return []
  return words.flatMap((_, start) =>
    wanted.every((word, at) => words[start + at] === word) ? [{ start, end: start + wanted.length }] : [],
  )
}

function isInside(one: Found, other: Found): boolean {
  return other.start <= one.start && one.end <= other.end && other.end - other.start > one.end - one.start
}

/** Something before it in the same breath says no, or "không" after it makes it a question back. */
function isDenied(words: readonly string[], { start, end }: { start: number; end: number }): boolean {
  const before = words.slice(0, start)
  const since = before.findLastIndex((word) => TURNS.has(word))
  if (before.slice(since + 1).some((word) => NEGATIONS.has(word))) return true
  return end < words.length && ['khong', 'chua'].includes(words.at(-1) ?? '')
}
