/** The phrases of facts in a text, and the values they give. */
import { type FactPhrases, isAllowed } from './fact-phrases.ts'
import type { FactText, FactWord } from './fact-words.ts'
import type { Word } from './normalise.ts'
import { agreesInLetters } from './pattern.ts'
import type { FactPhrase, PhraseNode } from './phrase-tree.ts'

export interface FactFound {
  fact: string
  value: boolean | number | string
  /** As the person wrote it, to be shown back. */
  words: string
}

export interface Claim {
  phrase: FactPhrase
  from: number
  to: number
  /** The value of the `#` in it. */
  number: FactWord | undefined
}

/** The phrases in the text; of those that overlap the longest. */
export function claimsIn(words: readonly FactWord[], phrases: FactPhrases): Claim[] {
  const all = words.flatMap((_, from) => claimsFrom(words, from, phrases))
  all.sort(
    (one, other) =>
      other.phrase.size - one.phrase.size ||
      other.phrase.gives.length - one.phrase.gives.length ||
      one.to - one.from - (other.to - other.from) ||
      one.from - other.from,
  )
  const kept: Claim[] = []
  const taken = new Set<number>()
  for (const claim of all) {
    const places = Array.from({ length: claim.to - claim.from }, (_, offset) => claim.from + offset)
    if (places.some((place) => taken.has(place))) continue
    for (const place of places) taken.add(place)
    kept.push(claim)
  }
  return kept.sort((one, other) => one.from - other.from)
}

const MOST_PASSING = 3

function claimsFrom(words: readonly FactWord[], from: number, phrases: FactPhrases): Claim[] {
  const claims: Claim[] = []
  const clause = words[from]?.clause
  const follow = (node: PhraseNode, at: number, skipped: number, asWritten: boolean, number: FactWord | undefined) => {
    const word = words[at]?.clause === clause ? words[at] : undefined
    for (const phrase of node.ends) {
      const fits =
        (!phrase.atEnd || word === undefined) && (!phrase.asWritten || asWritten) && !(phrase.tight && skipped > 0)
      if (fits) claims.push({ phrase, from, to: at, number })
    }
    if (word === undefined) return
    for (const step of stepsOf(node, word)) {
      const isExact = step.word === '#' || step.word.marks === (word.marks ?? (word.bare ? '' : null))
      follow(step.node, at + 1, skipped, asWritten && isExact, step.word === '#' ? word : number)
    }
    if (at > from && skipped < MOST_PASSING && phrases.passing.has(word.plain)) {
      const rest = at + 1
      if (words[rest]?.clause === clause && node.next.size > 0)
        follow(withoutEnds(node), rest, skipped + 1, asWritten, number)
    }
  }
  follow(phrases.phrases, from, 0, true, undefined)
  return claims
}

/** After a passing word a phrase goes on; it does not end there. */
const withoutEnds = (node: PhraseNode): PhraseNode => ({ next: node.next, ends: [] })

function stepsOf(node: PhraseNode, word: FactWord): { word: Word | '#'; node: PhraseNode }[] {
  const spelled = (node.next.get(word.plain) ?? []).filter(
    (step) => step.word !== '#' && agreesInLetters(step.word, word),
  )
  if (word.value === null) return spelled
  // "một tháng" is a number and a word.
  const figures = node.next.get(String(word.value)) ?? []
  return [...(node.next.get('#') ?? []), ...spelled, ...figures.filter((step) => !spelled.includes(step))]
}

export function agrees(part: Word, word: FactWord): boolean {
  if (/^\d+$/.test(part.plain)) return word.value === Number(part.plain)
  return word.value === null && agreesInLetters(part, word)
}

export function valuesOf(claim: Claim, today: string, { shown, words }: FactText, phrases: FactPhrases): FactFound[] {
  const first = words[claim.from]
  const last = words[claim.to - 1]
  if (first === undefined || last === undefined) return []
  const said = shown.slice(first.from, last.to).slice(0, 200)
  const given: FactFound[] = []
  for (const [fact, form] of claim.phrase.gives) {
    const value = typeof form === 'string' && form.startsWith('#') ? fromNumber(form, claim, today) : form
    const definition = phrases.definitions.get(fact)
    if (value === null || definition === undefined || !isAllowed(definition, value)) return []
    given.push({ fact, value, words: said })
  }
  return given
}

function fromNumber(form: string, { phrase, number }: Claim, today: string): number | string | null {
  const value = number?.value ?? null
  if (value === null) return null
  if (form === '#birth') {
    const age = ageOfBirthYear(value, Number(today.slice(0, 4)))
    // Born on a day that is still to come this year.
    return age !== null && (number?.day ?? '') > today.slice(5) ? age - 1 : age
  }
  if (value < phrase.from || value > phrase.to) return null
  if (form === '#grade') return Number.isInteger(value) ? gradeLevel(value) : null
  if (form === '#months') return Math.floor(value / 12)
  return Math.round(value * phrase.times)
}

const gradeLevel = (grade: number) => (grade <= 5 ? 'primary' : grade <= 9 ? 'secondary' : 'high')

/** "sinh năm 50" is 1950 to somebody who lives now. */
function ageOfBirthYear(typed: number, year: number): number | null {
  if (!Number.isInteger(typed)) return null
  const full = typed >= 1900 ? typed : typed >= 10 && typed < 100 ? (typed > year % 100 ? 1900 : 2000) + typed : null
  return full === null || full > year || year - full > 120 ? null : year - full
}
