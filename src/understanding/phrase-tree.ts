/** The phrases of facts as a tree of words, and the shorthand in which `flows/fact-phrases.yaml` writes many at once. */
import { type Word, wordsOfDefinition } from './normalise.ts'

export interface FactPhrase {
  gives: readonly (readonly [string, boolean | number | string])[]
  /** How many words it has. */
  size: number
  hasNumber: boolean
  atEnd: boolean
  asWritten: boolean
  from: number
  to: number
  times: number
  certain: 'no' | 'led' | 'always'
  tight: boolean
}

/** The phrases as a tree of words: thousands of ways to say a thing share their beginnings. */
export interface PhraseNode {
  /** By the letters of the next word; `#` for a number. */
  next: Map<string, { word: Word | '#'; node: PhraseNode }[]>
  ends: FactPhrase[]
}

/** The place of these words in the tree, made when it is not there. */
export function placeOf(root: PhraseNode, parts: readonly (Word | '#')[]): PhraseNode {
  let node = root
  for (const word of parts) {
    const key = word === '#' ? word : word.plain
    const steps = node.next.get(key) ?? []
    let step = steps.find(
      (known) => known.word === word || (known.word !== '#' && word !== '#' && known.word.marks === word.marks),
    )
    if (step === undefined) {
      step = { word, node: { next: new Map(), ends: [] } }
      steps.push(step)
      node.next.set(key, steps)
    }
    node = step.node
  }
  return node
}

const piecesRead = new Map<string, Word[]>()

/** The same few hundred words make thousands of phrases. */
export function wordsOfPiece(piece: string): Word[] {
  const known = piecesRead.get(piece)
  if (known) return known
  const words = wordsOfDefinition(piece)
  piecesRead.set(piece, words)
  return words
}

/** `nhà (dột|thủng) [nát]` → "nhà dột", "nhà dột nát", "nhà thủng", "nhà thủng nát". */
export function variantsOf(phrase: string): string[] {
  const group = /\(([^()[\]]*)\)|\[([^()[\]]*)\]/.exec(phrase)
  if (!group) return [phrase.replace(/\s+/g, ' ').trim()]
  const choices = group[1] === undefined ? ['', ...(group[2] ?? '').split('|')] : group[1].split('|')
  const before = phrase.slice(0, group.index)
  const rest = phrase.slice(group.index + group[0].length)
  return choices.flatMap((choice) => variantsOf(`${before}${choice}${rest}`))
}
