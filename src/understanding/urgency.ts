/**
 * Danger noticed in words. Missing one is worse than a false alarm, so words without diacritics match any; guards name
 * the ordinary phrases that look alike ("xe bị đánh cắp") and are taken out of the text first. The words are read put
 * right and as typed: to put right "food" or "hits" makes other words of them.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { LONGEST_TEXT, normalise, type Word, wordsAsTyped } from './normalise.ts'
import { agreesInLetters, findPattern, type Pattern, readPattern } from './pattern.ts'

export const URGENCIES = [
  'violence',
  'child_at_risk',
  'trafficking',
  'self_harm',
  'court_date',
  'no_food_or_shelter',
] as const
export type Urgency = (typeof URGENCIES)[number]

const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)
const kind = z.strictObject({
  phrases: lines.refine((found) => found.length > 0, 'needs at least one phrase'),
  unless: lines.optional(),
})
const urgencySchema = z.strictObject({
  violence: kind,
  child_at_risk: kind,
  trafficking: kind,
  self_harm: kind,
  court_date: kind,
  no_food_or_shelter: kind,
})

export interface UrgencyPatterns {
  kind: Urgency
  phrases: Pattern[]
  unless: Pattern[]
}

export function readUrgency(flowsDirectory: string): { value: UrgencyPatterns[] } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, 'urgency.yaml'), urgencySchema)
  if ('faults' in read) return read
  return {
    value: URGENCIES.map((name) => ({
      kind: name,
      phrases: read.value[name].phrases.map(readPattern),
      unless: (read.value[name].unless ?? []).map(readPattern),
    })),
  }
}

export function urgencyOf(text: string, kinds: readonly UrgencyPatterns[]): Urgency[] {
  const pieces = piecesOf(text)
  const readings = [
    pieces.flatMap((piece) => normalise(piece).words),
    pieces.flatMap((piece) => wordsAsTyped(piece)),
  ].filter((words) => words.length > 0)
  return kinds
    .filter(({ phrases, unless }) =>
      readings.some((words) => {
        const rest = without(unless, words)
        return phrases.some((phrase) => findPattern(phrase, rest) !== null)
      }),
    )
    .map((entry) => entry.kind)
}

/** So much of either end of a text is read: a cry for help often stands at the end of a long story. */
const LONGEST_END = 5 * LONGEST_TEXT

/** The text in pieces that the reader takes whole, cut between words where there is a space. */
function piecesOf(text: string): string[] {
  const ends =
    text.length <= 2 * LONGEST_END ? [text] : [text.slice(0, LONGEST_END), text.slice(text.length - LONGEST_END)]
  return ends.flatMap((end) => {
    const pieces: string[] = []
    for (let from = 0; from < end.length; ) {
      const space = end.lastIndexOf(' ', from + LONGEST_TEXT - 1)
      const to = from + LONGEST_TEXT >= end.length ? end.length : space > from ? space + 1 : from + LONGEST_TEXT
      pieces.push(end.slice(from, to))
      from = to
    }
    return pieces
  })
}

const TAKEN_OUT: Word = { plain: '', sound: '', marks: '' }

/** Guards hold by letters only: what merely sounds like an ordinary phrase may still be a cry for help. */
function without(guards: readonly Pattern[], words: readonly Word[]): readonly Word[] {
  const rest = [...words]
  for (const guard of guards) {
    let found = findPattern(guard, rest, agreesInLetters)
    while (found !== null) {
      rest.fill(TAKEN_OUT, found.from, found.to)
      found = findPattern(guard, rest, agreesInLetters, found.to)
    }
  }
  return rest
}
