/** The proofs of `npm run check` over the answers: none is missing, none promises a figure of its own. Pure. */
import { dayAfter } from '../eligibility/basis.ts'
import { leavesOf } from '../eligibility/criteria.ts'
import type { Programme } from '../eligibility/programme.ts'
import type { Fault } from '../errors.ts'
import { LANGUAGES, type Language, type Texts } from '../i18n.ts'
import { ANY_TOPIC, ASKED_OF_TOPICS, type Entry, type Knowledge, standsOn, type TopicFile } from './article.ts'
import { type Answer, answerFor, textKey } from './find-answer.ts'
import { unitKey } from './placeholders.ts'
import { wordsOfAnswer } from './words.ts'

/** Longer answers are not read to the end on a phone. */
export const LONGEST_TEXT = 450

/** Figures of money and shares belong to programmes: `2 triệu`, `500.000`, `70%`, `phần trăm`. */
const MONEY =
  /\d{1,3}(?:[.,]\d{3})+|(?<!\d)(?!(?:19|20)\d{2}(?!\d))\d{4,}|\d\s*(?:đ|đồng|nghìn|ngàn|triệu|tỷ|tỉ|vnd|dong|%|phần trăm|per ?cent|million|thousand)(?!\p{L})|(?:mươi|trăm|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)\s+(?:nghìn|ngàn|triệu|tỷ|phần trăm)/iu

export interface CheckedAgainst {
  texts: Texts
  /** The services; each must be answered for. */
  topics: readonly string[]
}

/** Every fault; a review that is overdue is none (`overdueReviews` tells those). */
export function checkKnowledge(knowledge: Knowledge, against: CheckedAgainst, day: string): Fault[] {
  const faults = [...knowledge.topics.values()].flatMap((file) => [
    ...referenceFaults(knowledge, file),
    ...textFaults(file, against.texts),
    ...unknownTopic(file, against.topics),
  ])
  // A hole in the references would only show again in every answer.
  return faults.length > 0 ? faults : answerFaults(knowledge, against, day)
}

/** Answers whose review day has passed: people hear that an officer will confirm. */
export function overdueReviews(knowledge: Knowledge, day: string): Fault[] {
  return [...knowledge.topics.values()].flatMap((file) =>
    file.entries
      .filter((entry) => standsOn(entry, day) && entry.review_by < day)
      .map((entry) => ({
        where: whereOf(file),
        what: `${entry.id}: its review was due on ${entry.review_by}; look at it again and set reviewed and review_by`,
      })),
  )
}

/** Keys that the answers name and a language does not have; part of the quick check at start. */
export function missingKnowledgeTexts(knowledge: Knowledge, texts: Texts): Fault[] {
  return [...knowledge.topics.values()].flatMap((file) => {
    const keys = file.entries.flatMap((entry) => [textKey(file.topic, entry), ...unitsOf(knowledge, entry)])
    return LANGUAGES.flatMap((language) =>
      [...new Set(keys)]
        .filter((key) => !texts.has(language, key))
        .map((key) => ({ where: whereOf(file), what: `text ${key} is missing in locales/${language}` })),
    )
  })
}

const whereOf = (file: TopicFile) => `flows/knowledge/${file.topic}.yaml`

function unitsOf({ eligibility }: Knowledge, entry: Entry): string[] {
  return Object.values(entry.values).flatMap((rule) => {
    if (!('amount' in rule)) return []
    const programme = eligibility.programmes.get(rule.programme)
    return amountRules(programme, rule.amount, rule.benefit).flatMap((amount) => {
      const unit = amount.of === undefined ? amount.unit : programme?.amounts.get(amount.of)?.unit
      return unit === undefined ? [] : [unitKey(unit)]
    })
  })
}

function amountRules(programme: Programme | undefined, name: string, benefit: string | undefined) {
  const benefits = programme?.versions.flatMap((version) => version.benefit) ?? []
  return benefits
    .filter((one) => benefit === undefined || one.key === benefit)
    .flatMap((one) => one.amounts.filter((amount) => amount.name === name))
}

function unknownTopic(file: TopicFile, topics: readonly string[]): Fault[] {
  if (file.topic === ANY_TOPIC || topics.includes(file.topic)) return []
  return [{ where: whereOf(file), what: `topic: there is no service ${file.topic}` }]
}

function referenceFaults({ eligibility }: Knowledge, file: TopicFile): Fault[] {
  const faults: Fault[] = []
  const fault = (what: string) => faults.push({ where: whereOf(file), what })
  const expectProgramme = (id: string, place: string) => {
    if (!eligibility.programmes.has(id)) fault(`${place}: there is no programme ${id}`)
  }
  for (const id of Object.keys(file.named)) expectProgramme(id, 'named')
  for (const id of file.usual ?? []) expectProgramme(id, 'usual')
  for (const [key, basis] of Object.entries(file.basis)) {
    if (basis.confidence === 'unverified') fault(`basis ${key} is unverified; an answer needs one that was seen`)
    if (!file.entries.some((entry) => entry.basis.includes(key))) fault(`basis ${key} is cited by no entry`)
  }
  for (const entry of file.entries) {
    if (entry.review_by <= entry.reviewed) fault(`${entry.id}: review_by must be later than reviewed`)
    for (const key of entry.basis) if (!(key in file.basis)) fault(`${entry.id}: there is no basis ${key}`)
    for (const id of entry.programmes ?? []) expectProgramme(id, entry.id)
    for (const [name, rule] of Object.entries(entry.values)) {
      if ('date' in rule) continue
      expectProgramme(rule.programme, `${entry.id}.${name}`)
      const programme = eligibility.programmes.get(rule.programme)
      if (programme === undefined) continue
      const known =
        'amount' in rule
          ? amountRules(programme, rule.amount, rule.benefit).length > 0
          : programme.versions.some((version) => leavesOf(version.rule).some((leaf) => leaf.id === rule.criterion))
      if (!known) fault(`${entry.id}.${name}: ${rule.programme} has nothing of that name`)
    }
    for (const other of file.entries) {
      if (other.id <= entry.id || !samePeople(entry, other)) continue
      const both = entry.intents.filter((intent) => other.intents.includes(intent))
      if (both.length > 0 && overlap(entry, other)) fault(`${entry.id} and ${other.id} both answer ${both.join(', ')}`)
    }
  }
  const ids = file.entries.map((entry) => entry.id)
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) fault(`two entries are called ${id}`)
  return faults
}

function samePeople(one: Entry, other: Entry): boolean {
  return one.programmes?.join() === other.programmes?.join()
}

function overlap(one: Entry, other: Entry): boolean {
  return (one.from ?? '') <= (other.to ?? '9999') && (other.from ?? '') <= (one.to ?? '9999')
}

/** Texts that are missing, hold figures of money, or do not take the values that the entry gives. */
function textFaults(file: TopicFile, texts: Texts): Fault[] {
  return file.entries.flatMap((entry) =>
    LANGUAGES.flatMap((language) => {
      const key = textKey(file.topic, entry)
      const where = `locales/${language}/knowledge.json`
      if (!texts.has(language, key)) return [{ where, what: `text ${key} is missing` }]
      const { raw, taken } = readText(texts, language, key)
      const faults: Fault[] = []
      const money = MONEY.exec(raw)
      if (money) faults.push({ where, what: `${key}: "${money[0]}" is a figure; take it from the programme` })
      const given = Object.keys(entry.values)
      const differing = [
        ...taken.filter((name) => !given.includes(name)),
        ...given.filter((name) => !taken.includes(name)),
      ]
      if (differing.length > 0)
        faults.push({
          where,
          what: `${key}: ${differing.join(', ')} stands either in the text or in ${entry.id}, not in both`,
        })
      return faults
    }),
  )
}

/** The text as it is written, and the values it takes: without values i18next leaves their places standing. */
function readText(texts: Texts, language: Language, key: string): { raw: string; taken: string[] } {
  const raw = texts.text(language, key)
  return { raw, taken: [...new Set([...raw.matchAll(/\{\{\s*(\w+)/g)].flatMap((match) => match[1] ?? []))] }
}

/** On every day from now on at which something changes: an answer for each topic and question, with its basis, short. */
function answerFaults(knowledge: Knowledge, { texts, topics }: CheckedAgainst, day: string): Fault[] {
  const faults: Fault[] = []
  for (const on of daysOfChange(knowledge, day)) {
    for (const topic of topics) {
      for (const intent of ASKED_OF_TOPICS) {
        const where = `flows/knowledge/${topic}.yaml`
        const answer = answerFor(withoutReviews(knowledge), { topic, intent }, on)
        if (answer.standing === 'missing') {
          faults.push({ where, what: `nothing answers ${intent} on ${on}; write an entry with a basis in force then` })
          continue
        }
        faults.push(...LANGUAGES.flatMap((language) => readingFaults(texts, language, answer, { where, intent })))
      }
    }
  }
  return faults
}

/** An answer that cannot be put into words, or is too long. */
function readingFaults(
  texts: Texts,
  language: Language,
  answer: Answer,
  { where, intent }: { where: string; intent: string },
): Fault[] {
  try {
    const length = wordsOfAnswer(texts, language, answer)[0]?.length ?? 0
    if (length <= LONGEST_TEXT) return []
    return [{ where, what: `${intent} has ${length} characters in ${language}; ${LONGEST_TEXT} are the most` }]
  } catch (error) {
    return [
      { where, what: `${intent} cannot be said in ${language}: ${error instanceof Error ? error.message : error}` },
    ]
  }
}

/** Reviews that fall due later must not hide what they will be asked about. */
function withoutReviews(knowledge: Knowledge): Knowledge {
  const topics = [...knowledge.topics].map(([topic, file]): [string, TopicFile] => [
    topic,
    { ...file, entries: file.entries.map((entry) => ({ ...entry, review_by: '9999-12-31' })) },
  ])
  return { ...knowledge, topics: new Map(topics) }
}

function daysOfChange({ topics, eligibility }: Knowledge, day: string): string[] {
  const fromFiles = [...topics.values()].flatMap((file) =>
    file.entries.flatMap((entry) => [entry.from, entry.to === undefined ? undefined : dayAfter(entry.to)]),
  )
  const fromLaw = [...eligibility.programmes.values()].flatMap((programme) =>
    programme.versions.map((version) => version.from),
  )
  const begins = [...fromFiles, ...fromLaw].flatMap((one) => (one !== undefined && one > day ? [one] : []))
  return [...new Set([day, ...begins])].toSorted()
}
