/** What a classifier sees of a text: words, neighbours, letters, sounds, the topics its keywords point to. */
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

const isNumber = (plain: string) => /^\p{N}/u.test(plain)

/** The named features with their raw counts. */
export function featuresOf(words: readonly Word[], keywords: KeywordIndex): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (name: string, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by)
  const plains = words.map((word) => (isNumber(word.plain) ? '#' : word.plain))
  for (const [at, word] of words.entries()) {
    const plain = plains[at] ?? ''
    const next = words[at + 1]
    add(`w:${plain}`)
    add(`s:${isNumber(word.plain) ? '#' : word.sound}`)
    if (word.marks !== null) add(`m:${plain}${word.marks}`)
    if (next) {
      add(`p:${plain} ${plains[at + 1]}`)
      add(`q:${word.sound} ${next.sound}`)
    }
  }
  const letters = `_${plains.join('_')}_`
  for (const size of [3, 4, 5]) {
    for (let at = 0; at + size <= letters.length; at++) add(`c:${letters.slice(at, at + size)}`)
  }
  for (const [topic, weight] of keywordWeights(keywords, words)) add(`k:${topic}`, Math.min(weight, 6) / 2)
  return counts
}
