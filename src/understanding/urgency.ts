/**
 * Danger noticed in words. Missing one is worse than a false alarm, so words without diacritics match any; guards name
 * the ordinary phrases that look alike ("xe bị đánh cắp") and are taken out of the text first.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { normalise, type Word } from './normalise.ts'
import { findPattern, type Pattern, readPattern } from './pattern.ts'

export const URGENCIES = ['violence', 'child_at_risk', 'trafficking', 'court_date', 'no_food_or_shelter'] as const
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
  const { words } = normalise(text)
  return kinds
    .filter(({ phrases, unless }) => {
      const rest = without(unless, words)
      return phrases.some((phrase) => findPattern(phrase, rest) !== null)
    })
    .map((entry) => entry.kind)
}

const TAKEN_OUT: Word = { plain: '', sound: '', marks: '' }

function without(guards: readonly Pattern[], words: readonly Word[]): readonly Word[] {
  let rest = words
  for (const guard of guards) {
    for (let found = findPattern(guard, rest); found !== null; found = findPattern(guard, rest)) {
      const { from, to } = found
      rest = rest.map((word, at) => (at >= from && at < to ? TAKEN_OUT : word))
    }
  }
  return rest
}
