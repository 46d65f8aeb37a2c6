/**
 * Facts taken from a free sentence: "hộ cận nghèo, con 4 tuổi học mẫu giáo". Pure and deterministic. A fact that is
 * denied, asked, wished for or supposed is left out: a wrong fact harms more than a missing one.
 */
import { type FactPhrases, factPhrases } from './fact-phrases.ts'
import { factText } from './fact-words.ts'
import { type Claim, claimsIn, type FactFound, valuesOf } from './find-claims.ts'
import { judge, type Scene, type Verdict } from './judge-claim.ts'
import { type Mention, mentionsIn, subjectOf } from './people.ts'

export type { FactFound } from './find-claims.ts'

export interface MemberFound {
  /** How the family calls them: "mẹ", "con gái", "bà cụ". */
  label: string
  facts: FactFound[]
}

export interface ExtractedFacts {
  /** Of the household, and of the one who writes. */
  facts: FactFound[]
  /** `self`, `household`, or the label of a member of whom the sentence speaks. */
  about: string
  /** Two children are two entries with one label. */
  members: MemberFound[]
  /** What a general question suggests ("hộ nghèo có được vay không") but nobody stated; only good for an offer. */
  hints: FactFound[]
}

/** `today`: the local day, `YYYY-MM-DD`; an age is told from the year of birth by it. */
export function extractFacts(text: string, today: string, phrases: FactPhrases = factPhrases()): ExtractedFacts {
  const read = factText(text, phrases.lexicon)
  const found = claimsIn(read.words, phrases)
  const taken = new Set(found.flatMap((claim) => wordsTakenBy(claim)))
  const mentions = mentionsIn(read.words, phrases, taken)
  const gathered = new Gathered(mentions)
  const denied = new Set<string>()
  let previous: Verdict | undefined
  for (const [at, claim] of found.entries()) {
    const scene = {
      ...claim,
      words: read.words,
      mentions,
      phrases,
      before: found.slice(0, at),
      after: found.slice(at + 1),
      previous,
    }
    const given = valuesOf(claim, today, read, phrases)
    if (given.length === 0) continue
    const verdict = judge(scene, denied)
    previous = verdict
    if (verdict === 'denied') for (const { fact } of given) denied.add(fact)
    else if (verdict === 'stated') gathered.add(scene, given)
    else if (verdict === 'hinted') gathered.hint(given)
  }
  return gathered.result()
}

/** Of "một mình nuôi con" the child is left: somebody of whom more may be said. */
function wordsTakenBy({ phrase, from, to }: Claim): number[] {
  const end = phrase.gives.some(([fact]) => fact === 'single_parent') ? to - 1 : to
  return Array.from({ length: end - from }, (_, offset) => from + offset)
}

const CHILD_FACTS = new Set(['student_level', 'school_stage', 'year_of_study', 'programme_level'])
const YOUNG_LEVELS = new Set<FactFound['value']>(['preschool', 'primary', 'secondary'])
const NAMELESS_CHILD = 'cháu bé'
const YOUNGEST_WRITER = 12
const YOUNGEST_ELDER = 40

/** "tôi nuôi bò 3 tuổi", "anh ấy 40 tuổi": the number beside another word is of something else. */
function isPlausible(age: number, mention: Mention | 'nobody', { words, from, before, phrases }: Scene): boolean {
  const start = mention === 'nobody' ? 0 : mention.to
  const between = words.slice(start, from).filter((word) => word.clause === words[from]?.clause)
  if (mention === 'nobody') {
    const lead = between.at(-1)
    const isLed = lead === undefined || (before.at(-1)?.to ?? -1) === from || phrases.passing.has(lead.plain)
    return isLed || (age < 15 && lead.plain === 'tre')
  }
  if (mention.kind === 'elder' && age < YOUNGEST_ELDER) return false
  if (mention.kind !== 'self') return true
  const isOfAnother = between.some((word) => OF_ANOTHER.has(word.plain)) && !before.some(({ to }) => to > start)
  return age >= YOUNGEST_WRITER && !isOfAnother
}

const OF_ANOTHER = new Set(['co', 'nuoi', 'voi', 'cho', 'cua', 'thang', 'dua', 'nguoi', 'con', 'cung'])

interface Held {
  label: string | null
  mention: Mention | undefined
  facts: Map<string, FactFound | null>
}

/** Facts by whom they belong to. Two values for one fact: for an age another person, else nobody knows. */
class Gathered {
  readonly #mentions: readonly Mention[]
  readonly #household = new Map<string, FactFound | null>()
  readonly #held: Held[] = []
  readonly #hints: FactFound[] = []

  constructor(mentions: readonly Mention[]) {
    this.#mentions = mentions
  }

  add(scene: Scene, given: readonly FactFound[]): void {
    const isPersonal = given.some(({ fact }) => scene.phrases.definitions.get(fact)?.subject === 'p')
    const subject = isPersonal ? this.#subject(scene, given) : null
    for (const found of given) {
      if (scene.phrases.definitions.get(found.fact)?.subject === 'h') keep(this.#household, found)
      else if (subject !== null) keep(subject.facts, found)
    }
  }

  hint(given: readonly FactFound[]): void {
    this.#hints.push(...given)
  }

  #subject(scene: Scene, given: readonly FactFound[]): Held | null {
    const isSchool = given.some(({ fact }) => CHILD_FACTS.has(fact))
    const age = given.find(({ fact }) => fact === 'age')
    const mention = subjectOf(this.#mentions, scene.words, scene.from, {
      forChild: isSchool,
      lookAhead: age !== undefined,
    })
    if (mention === null || (age !== undefined && !isPlausible(Number(age.value), mention, scene))) return null
    if (mention === 'nobody') {
      const young = given.some(({ fact, value }) => fact === 'student_level' && YOUNG_LEVELS.has(value))
      const isChild = (age !== undefined && Number(age.value) < 15) || (young && isSchool)
      return this.#of(isChild ? NAMELESS_CHILD : null, undefined, age)
    }
    if (mention.kind === 'self') return this.#of(null, mention, age)
    if (mention.kind === 'group')
      return mention.label === 'nhóm' || age === undefined ? null : this.#of(mention.label, mention, age)
    if (mention.kind === 'generic' || mention.kind === 'other' || mention.kind === 'household') return null
    return this.#of(mention.label, mention, age)
  }

  #of(label: string | null, mention: Mention | undefined, age: FactFound | undefined): Held {
    const same = this.#held.filter((held) => held.label === label)
    const last = same.find((held) => held.mention === mention) ?? same.at(-1)
    const isAnother = age !== undefined && label !== null && last?.facts.get('age') != null
    const isSecondMention = last !== undefined && mention !== undefined && last.mention !== mention && isAnother
    if (last !== undefined && !isAnother && !isSecondMention) {
      last.mention = mention ?? last.mention
      return last
    }
    const held: Held = { label, mention, facts: new Map() }
    this.#held.push(held)
    return held
  }

  result(): ExtractedFacts {
    const known = (facts: Map<string, FactFound | null>) => [...facts.values()].filter((found) => found !== null)
    const own = this.#held.filter(({ label }) => label === null).flatMap(({ facts }) => known(facts))
    const members = this.#held
      .flatMap(({ label, facts }) => (label === null ? [] : [{ label, facts: known(facts) }]))
      .filter(({ facts }) => facts.length > 0)
    const facts = [...known(this.#household), ...own]
    return { facts, about: this.#about(own, members), members, hints: this.#hints }
  }

  #about(own: readonly FactFound[], members: readonly MemberFound[]): string {
    if (own.length > 0) return 'self'
    const [first] = members
    if (first !== undefined) return first.label
    const named = this.#mentions.filter(({ kind }) => kind === 'elder' || kind === 'child' || kind === 'adult')
    const labels = new Set(named.map(({ label }) => label))
    if (labels.size === 1) return [...labels][0] ?? 'self'
    if (this.#mentions.some(({ kind }) => kind === 'self')) return 'self'
    return this.#household.size > 0 ? 'household' : 'self'
  }
}

function keep(facts: Map<string, FactFound | null>, found: FactFound): void {
  const before = facts.get(found.fact)
  if (before === undefined) facts.set(found.fact, found)
  else if (before !== null && before.value !== found.value) facts.set(found.fact, null)
}
