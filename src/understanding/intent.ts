/** What a person wants of a topic, from cues in the words: "đến đâu rồi" asks how far it is, "thủ tục" how to apply. */
import type { Word } from './normalise.ts'
import { indexPatterns, matchingValues, type PatternIndex } from './pattern.ts'
import { INTENTS, type Intent, type TopicsFile } from './topics-file.ts'

export type IntentCues = PatternIndex<{ intent: Intent; weight: number }>

/** A bare name of a topic ("tiền điện") asks whether one may have it. */
const DEFAULT_INTENT: Intent = 'eligibility_question'

export function indexIntents(file: TopicsFile): IntentCues {
  return indexPatterns(
    INTENTS.flatMap((intent) =>
      Object.entries(file.intents[intent] ?? {}).map(([cue, weight]) => [cue, { intent, weight }] as const),
    ),
  )
}

export function intentOf(words: readonly Word[], cues: IntentCues): { intent: Intent; weight: number } {
  const sums = new Map<Intent, number>()
  for (const { intent, weight } of matchingValues(cues, words)) sums.set(intent, (sums.get(intent) ?? 0) + weight)
  let best: { intent: Intent; weight: number } = { intent: DEFAULT_INTENT, weight: 0 }
  for (const intent of INTENTS) {
    const weight = sums.get(intent) ?? 0
    if (weight > best.weight) best = { intent, weight }
  }
  return best
}
