/** What a classifier sees of a text: words, neighbours, letters, the topics its keywords point to, how long it is. */
import type { Word } from './normalise.ts'
import { indexPatterns, matchingValues, type PatternIndex } from './pattern.ts'
import type { TopicsFile } from './topics-file.ts'

export type KeywordIndex = PatternIndex<{ topic: string; weight: number }>

export function indexKeywords(file: TopicsFile): KeywordIndex {
  return indexPatterns(
    file.topics.flatMap((topic) =>
      Object.entries(topic.keywords).map(([word, weight]) => [word, { topic: topic.id, weight }] as const),
    ),
  )
}

/** Sum of the weights of a topic's keywords in the text, by topic. */
export function keywordWeights(index: KeywordIndex, words: readonly Word[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { topic, weight } of matchingValues(index, words)) sums.set(topic, (sums.get(topic) ?? 0) + weight)
  return sums
}

const STRONGEST_KEYWORDS = 8

/**
 * The named features with their counts. The first letter is the block: `w`ord, `p`air of neighbours, `m` a word with its
 * diacritics, `c` letters, `k`eywords of a topic, `n`umber of words.
 */
export function featuresOf(words: readonly Word[], keywords: KeywordIndex): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  const plains = words.map((word) => (isNumber(word) ? '#' : word.plain))
  for (const [at, word] of words.entries()) {
    add(`w${plains[at]}`)
    if (word.marks !== null) add(`m${plains[at]}${word.marks}`)
    if (at + 1 < words.length) add(`p${plains[at]} ${plains[at + 1]}`)
  }
  const letters = `_${plains.join('_')}_`
  for (let size = 3; size <= 4; size++) {
    for (let at = 0; at + size <= letters.length; at++) add(`c${letters.slice(at, at + size)}`)
  }
  counts.set(`n${lengthClass(words.length)}`, 1)
  addKeywords(counts, words, keywords)
  return counts
}

/** The same text as somebody types it who leaves the diacritics out. */
export function withoutDiacritics(
  features: Map<string, number>,
  words: readonly Word[],
  keywords: KeywordIndex,
): Map<string, number> {
  const counts = new Map([...features].filter(([name]) => !name.startsWith('m') && !name.startsWith('k')))
  const unmarked = words.map((word) => ({ ...word, marks: null }))
  addKeywords(counts, unmarked, keywords)
  return counts
}

function addKeywords(counts: Map<string, number>, words: readonly Word[], keywords: KeywordIndex): void {
  const weights = keywordWeights(keywords, words)
  for (const [topic, weight] of weights) counts.set(`k${topic}`, Math.min(weight, STRONGEST_KEYWORDS) / 2)
  if (weights.size === 0) counts.set('knothing', 1)
}

const isNumber = (word: Word) => /^\p{N}/u.test(word.plain)

function lengthClass(count: number): string {
  if (count <= 2) return String(count)
  if (count <= 4) return '3'
  return count <= 8 ? '5' : '9'
}
