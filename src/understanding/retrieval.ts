/** The nearest known phrases: each label scores by how close its best few phrases are to the text. */
import type { Vector } from './linear-model.ts'

export interface Retrieval {
  labels: string[]
  labelOf: Int32Array
  /** The phrases that have feature `f`, and how strongly, stand from `starts[f]` up to `starts[f + 1]`. */
  starts: Int32Array
  phrases: Int32Array
  values: Float64Array
}

const NEAREST = 3

export function indexPhrases(vectors: readonly Vector[], labels: readonly string[], featureCount: number): Retrieval {
  const names = [...new Set(labels)]
  const starts = new Int32Array(featureCount + 1)
  for (const { ids } of vectors) for (const id of ids) starts[id + 1] = (starts[id + 1] ?? 0) + 1
  for (let id = 0; id < featureCount; id++) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0)
  const next = starts.slice()
  const phrases = new Int32Array(starts[featureCount] ?? 0)
  const values = new Float64Array(phrases.length)
  for (const [phrase, vector] of vectors.entries()) {
    const length = Math.sqrt(vector.values.reduce((sum, value) => sum + value * value, 0)) || 1
    for (const [at, id] of vector.ids.entries()) {
      const place = next[id] ?? 0
      phrases[place] = phrase
      values[place] = (vector.values[at] ?? 0) / length
      next[id] = place + 1
    }
  }
  return { labels: names, labelOf: Int32Array.from(labels, (label) => names.indexOf(label)), starts, phrases, values }
}

/** Closeness per label, 0 to 1, in the order of `labels`. */
export function closeness(index: Retrieval, vector: Vector): Float32Array {
  const { labels, labelOf, starts, phrases, values } = index
  const length = Math.sqrt(vector.values.reduce((sum, value) => sum + value * value, 0)) || 1
  const scores = new Float32Array(labelOf.length)
  for (const [at, id] of vector.ids.entries()) {
    const value = (vector.values[at] ?? 0) / length
    const end = starts[id + 1] ?? 0
    for (let place = starts[id] ?? 0; place < end; place++) {
      const phrase = phrases[place] ?? 0
      scores[phrase] = (scores[phrase] ?? 0) + value * (values[place] ?? 0)
    }
  }
  const best = Array.from(labels, () => new Float32Array(NEAREST))
  for (const [phrase, label] of labelOf.entries()) insert(best[label], scores[phrase] ?? 0)
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
