/** The nearest known phrases: each label scores by how close its best few phrases are to the text. */
import type { Vector } from './linear-model.ts'

export interface Retrieval {
  labels: string[]
  labelOf: Int32Array
  /** For each feature, the phrases that have it and how strongly. */
  postings: { phrases: number[]; values: number[] }[]
}

const NEAREST = 3

export function indexPhrases(vectors: readonly Vector[], labels: readonly string[], featureCount: number): Retrieval {
  const names = [...new Set(labels)]
  const postings: Retrieval['postings'] = Array.from({ length: featureCount }, () => ({ phrases: [], values: [] }))
  for (const [phrase, vector] of vectors.entries()) {
    const length = Math.sqrt(vector.values.reduce((sum, value) => sum + value * value, 0)) || 1
    for (const [at, id] of vector.ids.entries()) {
      postings[id]?.phrases.push(phrase)
      postings[id]?.values.push((vector.values[at] ?? 0) / length)
    }
  }
  return { labels: names, labelOf: Int32Array.from(labels, (label) => names.indexOf(label)), postings }
}

/** Closeness per label, 0 to 1, in the order of `labels`. */
export function closeness(index: Retrieval, vector: Vector): Float32Array {
  const length = Math.sqrt(vector.values.reduce((sum, value) => sum + value * value, 0)) || 1
  const scores = new Float32Array(index.labelOf.length)
  for (const [at, id] of vector.ids.entries()) {
    const value = (vector.values[at] ?? 0) / length
    const posting = index.postings[id]
    if (!posting) continue
    for (let place = 0; place < posting.phrases.length; place++) {
      const phrase = posting.phrases[place] ?? 0
      scores[phrase] = (scores[phrase] ?? 0) + value * (posting.values[place] ?? 0)
    }
  }
  const best = Array.from(index.labels, () => new Float32Array(NEAREST))
  for (const [phrase, label] of index.labelOf.entries()) insert(best[label], scores[phrase] ?? 0)
  return Float32Array.from(best, (nearest) => (2 * (nearest[0] ?? 0) + (nearest[1] ?? 0) + (nearest[2] ?? 0)) / 4)
}

function insert(nearest: Float32Array | undefined, value: number): void {
  if (!nearest) return
  for (let place = 0; place < nearest.length; place++) {
    const held = nearest[place] ?? 0
    if (value <= held) continue
    nearest.copyWithin(place + 1, place)
    nearest[place] = value
    return
  }
}
