/**
 * A softmax classifier over sparse features, taught at start. Everything is in a fixed order and nothing is drawn by
 * chance, so the same definitions give the same answers on every machine.
 */

export type Vector = { ids: Int32Array; values: Float32Array }

/** Features known from teaching, with the weight that their rarity gives them. */
export interface Vocabulary {
  ids: Map<string, number>
  rarity: Float32Array
}

/** Weight of each block of features (its first letter) against the others; a block has length one before it. */
export type BlockWeights = Readonly<Record<string, number>>

/** Blocks whose values are taken as they are: keyword weights and the length of the text. */
const isPlain = (kind: string) => kind === 'k' || kind === 'n'

export function buildVocabulary(texts: readonly Map<string, number>[], fewest: number): Vocabulary {
  const seen = new Map<string, number>()
  for (const text of texts) for (const name of text.keys()) seen.set(name, (seen.get(name) ?? 0) + 1)
  const ids = new Map<string, number>()
  const rarity: number[] = []
  for (const [name, count] of seen) {
    if (count < fewest && name.startsWith('c')) continue
    ids.set(name, rarity.length)
    rarity.push(isPlain(name.charAt(0)) ? 1 : Math.log((1 + texts.length) / (1 + count)) + 1)
  }
  return { ids, rarity: Float32Array.from(rarity) }
}

export function vectorOf(features: Map<string, number>, vocabulary: Vocabulary, blocks: BlockWeights): Vector {
  const ids: number[] = []
  const values: number[] = []
  const kinds: string[] = []
  const squares: Record<string, number> = {}
  for (const [name, count] of features) {
    const kind = name.charAt(0)
    const id = vocabulary.ids.get(name)
    // Unknown features count in the length too: a text full of unknown words speaks more softly.
    const rarity = id === undefined ? 4 : (vocabulary.rarity[id] ?? 1)
    const value = isPlain(kind) ? count : (1 + Math.log(count)) * rarity
    if (blocks[kind] === undefined) continue
    squares[kind] = (squares[kind] ?? 0) + value * value
    if (id === undefined) continue
    ids.push(id)
    values.push(value)
    kinds.push(kind)
  }
  for (const [at, kind] of kinds.entries()) {
    const length = isPlain(kind) ? Math.max(1, Math.sqrt(squares[kind] ?? 1)) : Math.sqrt(squares[kind] ?? 1)
    values[at] = ((values[at] ?? 0) / length) * (blocks[kind] ?? 0)
  }
  return { ids: Int32Array.from(ids), values: Float32Array.from(values) }
}

export interface LinearModel {
  labels: string[]
  /** `labels.length` weights per feature, feature after feature. */
  weights: Float32Array
  bias: Float32Array
}

export interface Teaching {
  rounds: number
  rate: number
  /** Pulls weights to zero; higher is smoother. */
  decay: number
}

/** Each example is a list of variants, shown in turn from round to round. */
export function teach(
  variants: readonly (readonly Vector[])[],
  labels: readonly string[],
  featureCount: number,
  { rounds, rate, decay }: Teaching,
): LinearModel {
  const names = [...new Set(labels)]
  const width = names.length
  const indexOf = new Map(names.map((name, at) => [name, at]))
  const targets = labels.map((label) => indexOf.get(label) ?? 0)
  const sizes = new Float32Array(width)
  for (const target of targets) sizes[target] = (sizes[target] ?? 0) + 1
  const mean = labels.length / width
  const importance = sizes.map((size) => Math.sqrt(mean / size))
  const weights = new Float32Array(featureCount * width)
  const bias = new Float32Array(width)
  const steps = new Float32Array(featureCount).fill(1e-2)
  const scores = new Float32Array(width)
  const order = Array.from(variants.keys())
  let state = 20220601
  for (let round = 0; round < rounds; round++) {
    for (let at = order.length - 1; at > 0; at--) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      const other = state % (at + 1)
      const kept = order[at] ?? 0
      order[at] = order[other] ?? 0
      order[other] = kept
    }
    for (const example of order) {
      const shown = variants[example]
      const vector = shown?.[round % shown.length]
      const target = targets[example] ?? 0
      if (!vector) continue
      score(vector, weights, bias, scores)
      softmax(scores)
      scores[target] = (scores[target] ?? 0) - 1
      const weight = importance[target] ?? 1
      for (let label = 0; label < width; label++) {
        bias[label] = (bias[label] ?? 0) - 0.02 * rate * weight * (scores[label] ?? 0)
      }
      for (let at = 0; at < vector.ids.length; at++) {
        const id = vector.ids[at] ?? 0
        const value = (vector.values[at] ?? 0) * weight
        steps[id] = (steps[id] ?? 0) + value * value
        const step = rate / Math.sqrt(steps[id] ?? 1)
        const shrink = 1 - step * decay
        const base = id * width
        for (let label = 0; label < width; label++) {
          weights[base + label] = (weights[base + label] ?? 0) * shrink - step * value * (scores[label] ?? 0)
        }
      }
    }
  }
  return { labels: names, weights, bias }
}

/** How probable each label is; sums to one. */
export function probabilities(model: LinearModel, vector: Vector): Float32Array {
  const scores = new Float32Array(model.labels.length)
  score(vector, model.weights, model.bias, scores)
  softmax(scores)
  return scores
}

function score(vector: Vector, weights: Float32Array, bias: Float32Array, into: Float32Array): void {
  into.set(bias)
  const width = into.length
  for (let at = 0; at < vector.ids.length; at++) {
    const base = (vector.ids[at] ?? 0) * width
    const value = vector.values[at] ?? 0
    for (let label = 0; label < width; label++) into[label] = (into[label] ?? 0) + (weights[base + label] ?? 0) * value
  }
}

function softmax(scores: Float32Array): void {
  let highest = Number.NEGATIVE_INFINITY
  for (const value of scores) if (value > highest) highest = value
  let sum = 0
  for (let at = 0; at < scores.length; at++) {
    const value = Math.exp((scores[at] ?? 0) - highest)
    scores[at] = value
    sum += value
  }
  for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] ?? 0) / sum
}
