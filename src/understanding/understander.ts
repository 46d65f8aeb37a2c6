/**
 * Free text understood: topic, intent, what follows, and danger. Taught at start from `flows/topics.yaml`; pure and
 * deterministic afterwards, with no network and no clock. It may be wrong; whoever uses it offers a way on.
 */

import { rememberRecent } from '../recent.ts'
import { type Classifier, createClassifier, type Taught } from './classifier.ts'
import { decide, type Understanding } from './decide.ts'
import { type ExtractedFacts, extractFacts } from './extract-facts.ts'
import type { FactPhrases } from './fact-phrases.ts'
import { type IntentCues, indexIntents, intentOf } from './intent.ts'
import { normalise } from './normalise.ts'
import type { Intent, TopicsFile } from './topics-file.ts'
import { type Urgency, type UrgencyPatterns, urgencyOf } from './urgency.ts'

export type { Understanding } from './decide.ts'
export type { ExtractedFacts } from './extract-facts.ts'

export interface Understander {
  understand(text: string): Understanding
  urgency(text: string): Urgency[]
  /** Facts stated in the text; `today` is the local day, `YYYY-MM-DD`. */
  facts(text: string, today: string): ExtractedFacts
}

/** The topics and what teaching them left behind. */
export interface Lesson {
  file: TopicsFile
  taught: Taught
}

export function buildUnderstander(
  { file, taught }: Lesson,
  urgencies: readonly UrgencyPatterns[],
  phrases: FactPhrases,
): Understander {
  const classifier = createClassifier(file, taught)
  const cues = indexIntents(file)
  return {
    understand: rememberRecent((text) => understand(text, classifier, cues), ifShort),
    urgency: rememberRecent((text) => urgencyOf(text, urgencies), ifShort),
    facts: rememberRecent(
      (text, today) => extractFacts(text, today, phrases),
      (text, today) => ifShort(`${today} ${text}`),
    ),
  }
}

/** Numbers, menu words and button words; longer texts are seldom said twice, and are somebody's own. */
const SHORT = 36
const ifShort = (text: string) => (text.length > SHORT ? null : text)

function understand(text: string, classifier: Classifier, cues: IntentCues): Understanding {
  const words = classifier.repair(normalise(text).words)
  // A picture sign or a lone full stop says nothing about a topic: it is answered like a greeting.
  const classified = words.length === 0 ? nothingSaid(classifier) : classifier.classify(words)
  const { topics, door } = classified
  const decision = decide(topics, words.length === 0 ? 1 : classifier.familiarity(words))
  const intent = refine(intentOf(words, cues), decision)
  return decision === 'out_of_scope' && door !== undefined
    ? { topics, intent, decision, door }
    : { topics, intent, decision }
}

function nothingSaid(classifier: Classifier) {
  const { topics } = classifier.classify([])
  const share = 0.5 / Math.max(1, topics.length - 1)
  const scores = topics.map(({ id }) => ({ id, score: id === 'smalltalk' ? 0.5 : share }))
  return { topics: scores.sort((one, other) => other.score - one.score), door: undefined }
}

const CLEAR_COMPLAINT = 4

/** Small talk and what is out of scope have intents of their own; but a grumble at the bot is a complaint. */
function refine(found: { intent: Intent; weight: number }, decision: Understanding['decision']): Intent {
  if (decision === 'out_of_scope') return 'out_of_scope'
  if (decision !== 'smalltalk') return found.intent
  return found.intent === 'complaint' && found.weight >= CLEAR_COMPLAINT ? 'complaint' : 'smalltalk'
}
