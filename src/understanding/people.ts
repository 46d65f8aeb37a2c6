/** Whom a text speaks of: the mentions of people in it, and to which of them a fact belongs. */
import type { FactPhrases, Kind, Person } from './fact-phrases.ts'
import { type FactWord, isMeant } from './fact-words.ts'
import { agreesInLetters } from './pattern.ts'

export interface Mention {
  label: string
  kind: Kind
  from: number
  to: number
  /** Spoken of in passing ("tôi nuôi cháu 5 tuổi"): the next clause is about somebody else again. */
  asObject: boolean
}

/** `taken`: the words that belong to a phrase of facts already. */
export function mentionsIn(words: readonly FactWord[], phrases: FactPhrases, taken: ReadonlySet<number>): Mention[] {
  const mentions: Mention[] = []
  const speaker = speakerOf(words)
  for (let at = 0; at < words.length; at++) {
    const person = taken.has(at) ? undefined : personAt(words, at, phrases, taken)
    if (person === undefined) continue
    const end = endOfMention(words, at + person.words.length, phrases, person, taken)
    const self = person.label === speaker && end === at + person.words.length && !isObject(words, at, phrases)
    const count = words[at - 1]?.value ?? 1
    const kind = self ? 'self' : person.kind === 'child' && count > 1 ? 'group' : person.kind
    mentions.push({
      label: kind === 'self' ? 'tôi' : person.label,
      kind,
      from: at,
      to: end,
      asObject: isObject(words, at, phrases),
    })
    at = end - 1
  }
  return mentions
}

function personAt(
  words: readonly FactWord[],
  at: number,
  phrases: FactPhrases,
  taken: ReadonlySet<number>,
): Person | undefined {
  const word = words[at]
  if (word === undefined || word.value !== null) return undefined
  return phrases.people.get(word.plain)?.find((person) => {
    // "tôi là người cao tuổi" says who somebody is.
    if (person.kind === 'generic' && words[at - 1]?.plain === 'la') return false
    const fits = person.words.every((expected, offset) => {
      const typed = words[at + offset]
      return (
        typed !== undefined &&
        !taken.has(at + offset) &&
        agreesInLetters(expected, typed) &&
        isMeant(expected, typed) &&
        typed.value === null
      )
    })
    const isSure = person.shaky === 'never' || (person.shaky === 'unmarked' && word.marks !== null)
    return fits && (isSure || isTelling(words, at + person.words.length, phrases))
  })
}

function isTelling(words: readonly FactWord[], at: number, phrases: FactPhrases): boolean {
  const next = words[at]
  if (next === undefined || next.clause !== words[at - 1]?.clause) return false
  return next.value !== null || phrases.telling.has(next.plain)
}

/** "mẹ tôi", "con gái của em": whose it is belongs to the mention. */
function endOfMention(
  words: readonly FactWord[],
  start: number,
  phrases: FactPhrases,
  person: Person,
  taken: ReadonlySet<number>,
): number {
  if (person.kind === 'self') return start
  let end = start
  while (end - start < 3) {
    const word = words[end]
    if (word === undefined || taken.has(end) || word.clause !== words[start - 1]?.clause) break
    if (!phrases.possessives.has(word.plain)) break
    end++
  }
  return end
}

function isObject(words: readonly FactWord[], at: number, phrases: FactPhrases): boolean {
  const clause = words[at]?.clause
  let before = at - 1
  while (words[before]?.value != null && words[before]?.clause === clause) before--
  return phrases.objects.some((object) =>
    object.every((expected, offset) => {
      const typed = words[before - object.length + 1 + offset]
      return typed !== undefined && typed.clause === clause && agreesInLetters(expected, typed)
    }),
  )
}

/** "cháu muốn học nghề", "con chào cô": the young speak of themselves so. */
function speakerOf(words: readonly FactWord[]): string | null {
  for (const [at, word] of words.entries()) {
    if (word.plain !== 'chau' && word.plain !== 'con') continue
    const next = words[at + 1]?.plain ?? ''
    const before = words[at - 1]?.plain ?? ''
    const asks = ['muon', 'xin', 'hoi', 'chao', 'ten', 'can'].includes(next)
    if ((asks && before !== 'cho') || (before === 'cho' && next === 'hoi'))
      return word.plain === 'chau' ? 'cháu' : 'con'
  }
  return null
}

/**
 * Whose fact the words from `from` on are; `null` when nobody can tell. `forChild`: a fact of school, which is the
 * child's wherever one is spoken of.
 */
export function subjectOf(
  mentions: readonly Mention[],
  words: readonly FactWord[],
  from: number,
  { forChild, lookAhead }: { forChild: boolean; lookAhead: boolean },
): Mention | 'nobody' | null {
  const word = words[from]
  const near = mentions.filter((mention) => mention.kind !== 'household')
  const before = near.filter((mention) => mention.from <= from)
  const inSentence = before.filter((mention) => words[mention.from]?.sentence === word?.sentence)
  const last = inSentence.at(-1)
  if (last === undefined) {
    const carried = before.filter((mention) => mention.kind !== 'generic' && mention.kind !== 'other').at(-1)
    if (carried !== undefined) return carried
    const after = !lookAhead ? undefined : near.find((mention) => words[mention.from]?.clause === word?.clause)
    return after !== undefined && after.kind !== 'self' ? after : 'nobody'
  }
  if (!last.asObject || words[last.from]?.clause === word?.clause) return last
  if (forChild) return last.kind === 'child' ? last : null
  // "tôi nuôi cháu 5 tuổi, bị bệnh": who is ill is anybody's guess.
  const isAlone = inSentence.every((mention) => mention.label === last.label)
  return isAlone ? last : null
}
