/**
 * Which topic a text is about: a linear classifier over words and letters, mixed with the nearest known phrases, then
 * the phrases that settle a topic whatever else is said.
 */
import { featuresOf, indexKeywords, type KeywordIndex, withoutDiacritics } from './features.ts'
import { buildLexicon, type Lexicon, repairBySound } from './lexicon.ts'
import {
  type BlockWeights,
  buildVocabulary,
  type LinearModel,
  probabilities,
  type Teaching,
  teach,
  type Vector,
  type Vocabulary,
  vectorOf,
} from './linear-model.ts'
import { normalise, type Word } from './normalise.ts'
import { indexPatterns, matches, type PatternIndex } from './pattern.ts'
import { closeness, indexPhrases, type Retrieval } from './retrieval.ts'
import { doorOfLabel, type Example, TOPICS, type TopicsFile, topicOfLabel } from './topics-file.ts'

export interface Settings extends Teaching {
  blocks: BlockWeights
  /** Letter runs in fewer phrases than this are left out. */
  fewest: number
  /** Share of the nearest phrases in the score, 0 to 1. */
  retrievalShare: number
  /** How sharply closeness to phrases turns into probability. */
  retrievalSharpness: number
  /** Factor for a topic that a decisive phrase names. */
  decisiveFactor: number
  keywordsAsExamples: boolean
  /** Factor for what is out of scope: above one, a doubtful text is rather sent away than taken for a service. */
  outOfScopeFactor: number
}

/** Chosen by `bench/understanding.ts`. */
export const SETTINGS: Settings = {
  blocks: { w: 1, p: 1, m: 0.7, c: 1, k: 0.5, n: 0.5 },
  fewest: 3,
  rounds: 6,
  rate: 0.7,
  decay: 0.0003,
  retrievalShare: 0.3,
  retrievalSharpness: 22,
  decisiveFactor: 8,
  keywordsAsExamples: false,
  outOfScopeFactor: 1.3,
}

export interface Classified {
  /** All topics, most probable first; the scores sum to one. */
  topics: { id: string; score: number }[]
  /** The likeliest door for what is out of scope. */
  door: string | undefined
}

export interface Classifier {
  /** Words misspelt by ear put right; what `classify` expects. */
  repair(words: readonly Word[]): Word[]
  classify(words: readonly Word[]): Classified
  /** Share of the words that the phrases know; near zero for a run of keys. */
  familiarity(words: readonly Word[]): number
  featureCount: number
  labelCount: number
}

/** What teaching leaves behind: plain data, so that another thread may teach. */
export interface Taught {
  vocabulary: Vocabulary
  linear: LinearModel
  retrieval: Retrieval
  lexicon: Lexicon
}

export function teachTopics(file: TopicsFile, phrases: readonly Example[], settings: Settings = SETTINGS): Taught {
  const keywords = indexKeywords(file)
  const examples = settings.keywordsAsExamples ? [...phrases, ...strongKeywords(file)] : phrases
  const texts = examples.map(({ text }) => normalise(text).words)
  const known = texts.map((words) => featuresOf(words, keywords))
  const vocabulary = buildVocabulary(known, settings.fewest)
  const labels = examples.map(({ label }) => label)
  const vectors = known.map((features) => vectorOf(features, vocabulary, settings.blocks))
  // Half of the people type without diacritics: every phrase is taught both ways.
  const unmarked = known.map((features, at) =>
    vectorOf(withoutDiacritics(features, texts[at] ?? [], keywords), vocabulary, settings.blocks),
  )
  const size = vocabulary.rarity.length
  const variants = vectors.map((vector, at): Vector[] => [vector, unmarked[at] ?? vector])
  return {
    vocabulary,
    linear: teach(variants, labels, size, settings),
    retrieval: indexPhrases(vectors, labels, size),
    lexicon: buildLexicon(texts),
  }
}

export function createClassifier(file: TopicsFile, taught: Taught, settings: Settings = SETTINGS): Classifier {
  const decisive = indexPatterns(
    file.topics.flatMap((topic) => (topic.decisive ?? []).map((phrase) => [phrase, topic.id] as const)),
  )
  const parts = { ...taught, keywords: indexKeywords(file), decisive, settings }
  return {
    repair: (words) => repairBySound(words, taught.lexicon),
    classify: (words) => classify(words, parts),
    familiarity: (words) => familiarity(words, taught.lexicon),
    featureCount: taught.vocabulary.rarity.length,
    labelCount: taught.linear.labels.length,
  }
}

/** A number alone says nothing; beside words it belongs to them. */
function familiarity(words: readonly Word[], lexicon: Lexicon): number {
  const spoken = words.filter((word) => !/^\p{N}/u.test(word.plain))
  return spoken.length === 0 ? 0 : spoken.filter((word) => lexicon.known.has(word.plain)).length / spoken.length
}

interface Parts extends Taught {
  keywords: KeywordIndex
  decisive: PatternIndex<string>
  settings: Settings
}

function classify(words: readonly Word[], parts: Parts): Classified {
  const { settings, linear, retrieval } = parts
  const vector = vectorOf(featuresOf(words, parts.keywords), parts.vocabulary, settings.blocks)
  const byLabel = new Map<string, number>()
  for (const [at, probability] of probabilities(linear, vector).entries()) {
    byLabel.set(linear.labels[at] ?? '', (1 - settings.retrievalShare) * probability)
  }
  if (settings.retrievalShare > 0) {
    const near = closeness(retrieval, vector).map((value) => Math.exp(value * settings.retrievalSharpness))
    const sum = near.reduce((total, value) => total + value, 0)
    for (const [at, value] of near.entries()) {
      const label = retrieval.labels[at] ?? ''
      byLabel.set(label, (byLabel.get(label) ?? 0) + (settings.retrievalShare * value) / sum)
    }
  }
  const scores = new Map<string, number>(TOPICS.map((topic) => [topic, 0]))
  let door: { name: string | undefined; score: number } = { name: undefined, score: 0 }
  for (const [label, score] of byLabel) {
    const topic = topicOfLabel(label)
    scores.set(topic, (scores.get(topic) ?? 0) + score)
    const name = doorOfLabel(label)
    if (name !== undefined && score > door.score) door = { name, score }
  }
  const settled = settledTopic(parts.decisive, words)
  if (settled !== undefined) scores.set(settled, (scores.get(settled) ?? 0) * settings.decisiveFactor)
  scores.set('out_of_scope', (scores.get('out_of_scope') ?? 0) * settings.outOfScopeFactor)
  const sum = [...scores.values()].reduce((total, score) => total + score, 0) || 1
  const topics = [...scores].map(([id, score]) => ({ id, score: score / sum }))
  return { topics: topics.sort((one, other) => other.score - one.score), door: door.name }
}

/**
 * The topic of the decisive phrase that ends last, the longest of those: people say who they are before they say what
 * they want ("đang hưởng trợ cấp …, có được … không").
 */
function settledTopic(decisive: PatternIndex<string>, words: readonly Word[]): string | undefined {
  let last = { end: 0, length: 0, topic: undefined as string | undefined }
  for (const { pattern, value, to } of matches(decisive, words)) {
    const length = pattern.parts.filter((part) => part !== '*').length
    if (to > last.end || (to === last.end && length > last.length)) last = { end: to, length, topic: value }
  }
  return last.topic
}

const STRONG = 3

function strongKeywords(file: TopicsFile): Example[] {
  return file.topics.flatMap((topic) =>
    topic.phrases === undefined
      ? []
      : Object.entries(topic.keywords)
          .filter(([, weight]) => weight >= STRONG)
          .map(([text]) => ({ text, label: topic.id })),
  )
}
