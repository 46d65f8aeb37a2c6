/**
 * The words of the definitions. A typed word that is none of them but sounds like one (`núa` for `lúa`, `khi lào`) is
 * taken for it; a word that is known as it stands is never touched.
 */
import type { Word } from './normalise.ts'

export interface Lexicon {
  /** Every word, by its letters and by its letters with diacritics. */
  known: ReadonlySet<string>
  /** The most frequent word of each sound. */
  bySound: ReadonlyMap<string, Word>
}

export function buildLexicon(texts: Iterable<readonly Word[]>): Lexicon {
  const counts = new Map<string, { word: Word; count: number }>()
  for (const words of texts) {
    for (const word of words) {
      const key = spelled(word)
      const entry = counts.get(key)
      if (entry) entry.count++
      else counts.set(key, { word, count: 1 })
    }
  }
  const known = new Set<string>()
  const best = new Map<string, { word: Word; count: number }>()
  const offer = (key: string, entry: { word: Word; count: number }) => {
    if ((best.get(key)?.count ?? 0) < entry.count) best.set(key, entry)
  }
  for (const entry of counts.values()) {
    known.add(spelled(entry.word)).add(entry.word.plain)
    offer(entry.word.sound, entry)
    offer(heard(entry.word), entry)
  }
  return { known, bySound: new Map([...best].map(([key, { word }]) => [key, word])) }
}

export function repairBySound(words: readonly Word[], lexicon: Lexicon): Word[] {
  return words.map((word) => {
    if (word.marks === null ? lexicon.known.has(word.plain) : lexicon.known.has(spelled(word))) return word
    const meant = lexicon.bySound.get(word.marks === null ? word.sound : heard(word))
    if (meant === undefined) return word
    return { ...meant, marks: word.marks === null ? null : meant.marks }
  })
}

const spelled = (word: Word) => `${word.plain} ${word.marks ?? ''}`

/** `đ` is a letter of its own to everybody; the marks of the vowels must agree. */
const heard = (word: Word) => `${word.sound} ${word.marks ?? ''}`
