/** Whether a phrase of a fact in a text states it, only suggests it, or takes it back. */
import type { FactPhrases, Stop } from './fact-phrases.ts'
import { type FactWord, isMeant } from './fact-words.ts'
import { agrees, type Claim } from './find-claims.ts'
import type { Word } from './normalise.ts'
import type { Mention } from './people.ts'

export interface Scene extends Claim {
  words: readonly FactWord[]
  mentions: readonly Mention[]
  phrases: FactPhrases
  before: readonly Claim[]
  after: readonly Claim[]
  /** What was found of the claim before. */
  previous: Verdict | undefined
}

/** `hinted`: a general question suggests it, nobody states it. `denied`: also taken back from what it is joined to. */
export type Verdict = 'stated' | 'hinted' | 'denied' | 'left'

const STATUS = new Set(['household_status', 'previous_status'])
const isStatus = ({ phrase }: Claim) => phrase.gives.some(([fact]) => STATUS.has(fact))
const saysSomething = ({ phrase }: Claim) => phrase.gives.length > 0

export function judge(scene: Scene, denied: ReadonlySet<string>): Verdict {
  const { phrase, words, to, phrases } = scene
  const facts = phrase.gives.map(([fact]) => fact)
  if (subjectIsOther(scene)) return 'left'
  if (phrases.stops.some((stop) => stopsHere(stop, scene, facts))) return 'denied'
  if (facts.some((fact) => denied.has(fact)) && isContinued(scene)) return 'denied'
  if (isAsked(scene)) return 'denied'
  const isTakenBack = phrases.after.some(
    (entry) =>
      (entry.facts === null || facts.some((fact) => entry.facts?.has(fact))) &&
      entry.words.some((expected) => wordsAt(expected, words, to)),
  )
  if (isTakenBack) return 'denied'
  if (isStatus(scene)) return judgeStatus(scene)
  const isHousehold = facts.every((fact) => phrases.definitions.get(fact)?.subject === 'h')
  if (isHousehold || phrase.certain === 'always') return 'stated'
  if (phrase.certain === 'led') return isLed(scene) || personsBefore(scene).length > 0 ? 'stated' : 'hinted'
  return judgePersonal(scene)
}

/** The household's certificate: people name it as much when they ask what such households may have. */
function judgeStatus(scene: Scene): Verdict {
  const { words, from, to } = scene
  const clause = words[from]?.clause
  const numbersNear = others(scene).filter(({ phrase }) => phrase.hasNumber)
  const afterNumber = numbersNear.some((other) => other.to <= from && words[other.from]?.clause === clause)
  // "tiền điện hộ nghèo" is the name of a thing.
  if (!isLed(scene) && !afterNumber) return 'left'
  // "con hộ nghèo được miễn học phí không": any child of such a household.
  const beside = scene.mentions.find((mention) => mention.to === from)
  if (beside !== undefined && YOUNG.has(beside.label) && beside.to - beside.from === 1) return 'hinted'
  const isAlone = words.every((other, at) => other.clause !== clause || (at >= from && at < to))
  if (isAlone || personsBefore(scene).length > 0 || beside?.kind === 'household' || numbersNear.length > 0)
    return 'stated'
  return asksGenerally(scene) && personsAfter(scene).length === 0 ? 'hinted' : 'stated'
}

const YOUNG = new Set(['con', 'cháu'])

function judgePersonal(scene: Scene): Verdict {
  const { words, from, mentions } = scene
  const before = words[from - 1]
  const isDescribed =
    words[from - 2]?.plain === 'la' || mentions.some((mention) => mention.to >= from - 1 && mention.to <= from)
  // "trợ cấp cho người khuyết tật nặng": of nobody in particular.
  if (before?.plain === 'nguoi' && before.clause === words[from]?.clause && !isDescribed) return 'hinted'
  if (personsBefore(scene).length > 0) return 'stated'
  // What is joined to something said of nobody in particular is too.
  if (scene.previous === 'hinted' && scene.before.at(-1)?.to === from) return 'hinted'
  if (!isLed(scene)) return 'hinted'
  if (scene.phrase.gives.some(([fact]) => fact === 'age')) {
    const isDescription = others(scene).length > 0 || personsAfter(scene).length > 0
    return asksGenerally(scene) && !isDescription ? 'hinted' : 'stated'
  }
  const isNumbered = others(scene).some(({ phrase }) => phrase.hasNumber)
  return (asksGenerally(scene) && !isNumbered) || personsAfter(scene).length > 0 ? 'hinted' : 'stated'
}

/** What else is said in the same sentence. */
function others({ before, after, words, from }: Scene): Claim[] {
  return [...before, ...after].filter(
    (other) => saysSomething(other) && words[other.from]?.sentence === words[from]?.sentence,
  )
}

const OF_THE_FAMILY = new Set(['self', 'elder', 'child', 'adult', 'group'])

/** Somebody of the family, or "nhà tôi"; a mere "nhà" may be anybody's. */
const isOfFamily = ({ kind, label, from, to }: Mention) =>
  (OF_THE_FAMILY.has(kind) && label !== 'người nhà') || (kind === 'household' && to - from > 1)

function personsBefore({ mentions, words, from }: Scene): Mention[] {
  return mentions.filter(
    (mention) => mention.to <= from && isOfFamily(mention) && words[mention.from]?.sentence === words[from]?.sentence,
  )
}

function personsAfter({ mentions, words, from }: Scene): Mention[] {
  return mentions.filter(
    (mention) => mention.from > from && isOfFamily(mention) && words[mention.from]?.sentence === words[from]?.sentence,
  )
}

/** Before it stands nothing, a person, or something else that was said of them. */
function isLed({ words, from, mentions, before, phrases }: Scene): boolean {
  const clause = words[from]?.clause
  let at = from - 1
  while (words[at]?.clause === clause && at >= 0) {
    const isMention = mentions.some((mention) => mention.from <= at && at < mention.to)
    if (isMention || before.some((claim) => saysSomething(claim) && claim.from <= at && at < claim.to)) return true
    if (!phrases.leading.has(words[at]?.plain ?? '')) return false
    at--
  }
  return true
}

function subjectIsOther({ mentions, words, from }: Scene): boolean {
  const inSentence = mentions.filter(
    (mention) => mention.to <= from && words[mention.from]?.sentence === words[from]?.sentence,
  )
  return inSentence.at(-1)?.kind === 'other' || inSentence.at(-1)?.kind === 'generic'
}

/** A word before the phrase takes it back, unless one after that word gives it again. */
function stopsHere(stop: Stop, { words, from, before, mentions }: Scene, facts: readonly string[]): boolean {
  if (stop.facts !== null && !facts.some((fact) => stop.facts?.has(fact))) return false
  if (facts.every((fact) => stop.except.has(fact))) return false
  const lastClaim = before.at(-1)
  let start = from
  const edge = stop.within === 'sentence' ? 'sentence' : 'clause'
  const most = typeof stop.within === 'number' ? stop.within : Infinity
  while (start > 0 && from - start < most && words[start - 1]?.[edge] === words[from]?.[edge]) {
    if (typeof stop.within === 'number' && lastClaim !== undefined && start <= lastClaim.to) break
    start--
  }
  for (let at = start; at < from; at++) {
    // "gia dinh" is no "định", "chong toi" no "chống".
    if (mentions.some((mention) => mention.from <= at && at < mention.to)) continue
    const hit = stop.words.find((expected) => at + expected.length <= from && wordsAt(expected, words, at))
    if (hit === undefined) continue
    const rest = at + hit.length
    const lifted = stop.until.some((expected) => {
      for (let place = rest; place + expected.length <= from + 1; place++) {
        if (wordsAt(expected, words, place)) return true
      }
      return false
    })
    if (!lifted) return true
  }
  return false
}

function wordsAt(expected: readonly Word[], words: readonly FactWord[], at: number): boolean {
  return (
    expected.length > 0 &&
    expected.every((part, offset) => {
      const typed = words[at + offset]
      return typed !== undefined && typed.clause === words[at]?.clause && agrees(part, typed) && isMeant(part, typed)
    })
  )
}

const JOINING = new Set(['hay', 'hoac', 'va', 'cung', 'khong', 'lan', 'voi', 'la', 'ca', 'chua', 'thuoc', 'phai'])

/** "không phải hộ nghèo, cận nghèo": what is denied goes on over the comma. */
function isContinued({ words, from, before }: Scene): boolean {
  const last = before.at(-1)
  if (last === undefined) return false
  return words.slice(last.to, from).every((word) => JOINING.has(word.plain))
}

/** Nothing follows in the clause but "không", "chưa", "phải không", or a question mark at once. */
function isAsked({ words, from, to, phrases, phrase }: Scene): boolean {
  const last = words[to - 1]
  const rest = words.slice(to).filter((word) => word.clause === last?.clause)
  const isNumber = phrase.hasNumber
  if (rest.length === 0) return last?.asks === true && !isNumber
  if (rest.length > 4 || !rest.every((word) => phrases.particles.has(word.plain))) return false
  const asks = rest.some((word) => phrases.asking.has(word.plain))
  // "có nhà vệ sinh chưa" asks; "76 tuổi chưa" too.
  return asks && words[from] !== undefined
}

function asksGenerally({ words, from, to, phrases }: Scene): boolean {
  const sentence = words.filter((word, at) => word.sentence === words[from]?.sentence && !(at >= from && at < to))
  if (sentence.some((word) => word.asks)) return true
  if (['khong', 'chua'].includes(sentence.at(-1)?.plain ?? '')) return true
  return sentence.some((_, at) => phrases.questions.some((expected) => wordsAt(expected, sentence, at)))
}
