/** What follows from the scores. */
import type { Intent } from './topics-file.ts'

export interface Understanding {
  /** All twenty topics with their scores, which sum to one; best first. */
  topics: { id: string; score: number }[]
  intent: Intent
  /** `accept`: act on the first topic; `ask`: offer the first three services. */
  decision: 'accept' | 'ask' | 'out_of_scope' | 'smalltalk'
  /** For what is out of scope: which door is the right one; its texts are `topics.doors.<door>`. */
  door?: string
}

export interface Thresholds {
  /** A service is acted on from this score, */
  accept: number
  /** and when the next one has at most this share of it. */
  closest: number
  /** and when what is out of scope has at most this share of it. */
  closestOutside: number
  /** Below this the bot asks rather than says that it is out of scope. */
  outOfScope: number
  smalltalk: number
  /** A text of which so little is known is nobody's to send away; one of which less is known is not acted on. */
  familiar: number
  barelyFamiliar: number
}

/** Chosen by `bench/understanding.ts`, where the rates they lead to are printed. */
export const THRESHOLDS: Thresholds = {
  accept: 0.45,
  closest: 0.7,
  closestOutside: 0.4,
  outOfScope: 0.45,
  smalltalk: 0.3,
  familiar: 0.5,
  barelyFamiliar: 0.3,
}

/** `familiarity`: share of the words that are known at all; of a run of keys nothing follows but a question. */
export function decide(
  topics: Understanding['topics'],
  familiarity = 1,
  thresholds: Thresholds = THRESHOLDS,
): Understanding['decision'] {
  const [first, second] = topics
  if (!first) return 'ask'
  const isService = first.id !== 'out_of_scope' && first.id !== 'smalltalk'
  if (familiarity <= (isService ? thresholds.barelyFamiliar : thresholds.familiar)) return 'ask'
  if (first.id === 'out_of_scope') return first.score >= thresholds.outOfScope ? 'out_of_scope' : 'ask'
  if (first.id === 'smalltalk') return first.score >= thresholds.smalltalk ? 'smalltalk' : 'ask'
  if (first.score < thresholds.accept) return 'ask'
  const outside = topics.find(({ id }) => id === 'out_of_scope')?.score ?? 0
  if (outside > thresholds.closestOutside * first.score) return 'ask'
  return (second?.score ?? 0) <= thresholds.closest * first.score ? 'accept' : 'ask'
}
