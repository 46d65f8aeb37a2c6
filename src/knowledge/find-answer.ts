/**
 * The answer to one kind of question about one topic on one day. Total: there is always an answer, if only that an
 * officer will confirm. Pure.
 */
import { inForce } from '../eligibility/basis.ts'
import { ANY_TOPIC, type Asked, type Entry, type Knowledge, standsOn, type TopicFile } from './article.ts'
import { amountsOf, notInForce, stepsOf, type Told, timeLimitsOf } from './from-programmes.ts'
import { type Citation, type Line, type Resolved, resolveValue, versionOn } from './placeholders.ts'

export interface Question {
  topic: string
  intent: Asked
  /** Those the person spoke of by name; left out = all of the topic. */
  programmes?: readonly string[] | undefined
}

export interface Answer {
  /** `<topic>.<entry>`; `null` when nothing is written for the day. */
  entry: string | null
  /** Everything but `told` leaves the figures to an officer. */
  standing: 'told' | 'amount_unverified' | 'overdue' | 'missing'
  /** Paragraphs of lines. */
  blocks: Line[][]
  /** Never empty for what is told. */
  basis: Citation[]
  /** When people looked at it last, and by when they will again. */
  reviewed: { on: string; by: string } | null
  /** The programmes that the answer is about. */
  programmes: string[]
}

const missing = {
  entry: null,
  standing: 'missing',
  blocks: [[{ key: 'knowledge.confirm.missing', values: {} }]],
  basis: [],
  reviewed: null,
} satisfies Omit<Answer, 'programmes'>

export function answerFor(knowledge: Knowledge, question: Question, day: string): Answer {
  const found = entryFor(knowledge, question, day)
  const programmes = programmesOf(knowledge, question, day)
  const ids = programmes.map(({ id }) => id)
  if (found === undefined) return { ...missing, programmes: ids }
  const { file, entry } = found
  const basis = entry.basis.flatMap((key) => citation(file, key, day))
  const answer = {
    programmes: ids,
    entry: `${file.topic}.${entry.id}`,
    reviewed: { on: entry.reviewed, by: entry.review_by },
  }
  if (entry.review_by < day) {
    return { ...answer, standing: 'overdue', blocks: [[{ key: 'knowledge.confirm.overdue', values: {} }]], basis }
  }
  const own = ownText(knowledge, file.topic, entry, day)
  const added = addedTo(entry, programmes, day)
  const over = (question.programmes ?? []).flatMap((id) => {
    const programme = knowledge.eligibility.programmes.get(id)
    return programme === undefined || versionOn(programme, day) !== undefined ? [] : [notInForce(programme, day)]
  })
  const ended = over.flatMap((told) => told.blocks)
  const endedBasis = over.flatMap((told) => told.basis)
  // Only programmes that are over were asked for: that is the whole answer.
  if (ended.length > 0 && programmes.length === 0) {
    return { ...answer, standing: 'told', blocks: ended, basis: withoutRepeats(endedBasis) }
  }
  const all = withoutRepeats([...endedBasis, ...added.basis, ...(own?.basis ?? []), ...basis])
  if (all.length === 0) return { ...missing, programmes: ids }
  if (own === undefined) {
    const office: Line = { key: 'knowledge.confirm.amount', values: {} }
    return { ...answer, standing: 'amount_unverified', blocks: [[office], ...ended], basis: all }
  }
  return { ...answer, standing: 'told', blocks: [...ended, ...own.blocks, ...added.blocks], basis: all }
}

/** The entry for the programmes that were named, else the one for the whole topic, else the one for any topic. */
function entryFor(
  knowledge: Knowledge,
  { topic, intent, programmes = [] }: Question,
  day: string,
): { file: TopicFile; entry: Entry } | undefined {
  for (const id of [topic, ANY_TOPIC]) {
    const file = knowledge.topics.get(id)
    const fitting = file?.entries.filter((entry) => entry.intents.includes(intent) && standsOn(entry, day)) ?? []
    const special = fitting.find(
      (entry) => programmes.length > 0 && programmes.every((programme) => entry.programmes?.includes(programme)),
    )
    const entry = special ?? fitting.find((one) => one.programmes === undefined)
    if (file !== undefined && entry !== undefined) return { file, entry }
  }
  return undefined
}

/** Programmes in force: those that were named, else the usual ones of the topic. A referral only where nothing else helps. */
function programmesOf(knowledge: Knowledge, { topic, programmes = [] }: Question, day: string) {
  const all = [...knowledge.eligibility.programmes.values()].filter((one) => versionOn(one, day) !== undefined)
  const named = all.filter((programme) => programmes.includes(programme.id))
  if (programmes.length > 0) return named
  const usual = knowledge.topics.get(topic)?.usual
  if (usual !== undefined) return usual.flatMap((id) => all.find((programme) => programme.id === id) ?? [])
  const ofTopic = all.filter((programme) => programme.topic === topic)
  const helping = ofTopic.filter((programme) => programme.kind !== 'referral')
  return helping.length > 0 ? helping : ofTopic
}

function ownText(
  knowledge: Knowledge,
  topic: string,
  entry: Entry,
  day: string,
): { blocks: Line[][]; basis: Citation[] } | undefined {
  const values = Object.entries(entry.values).map(
    ([name, rule]) => [name, resolveValue(knowledge.eligibility, rule, day)] as const,
  )
  const known = values.filter((pair): pair is readonly [string, Resolved] => pair[1] !== undefined)
  if (known.length < values.length) return undefined
  const line: Line = {
    key: textKey(topic, entry),
    values: Object.fromEntries(known.map(([name, { value }]) => [name, value])),
  }
  return { blocks: [[line]], basis: known.flatMap(([, resolved]) => resolved.basis) }
}

export function textKey(topic: string, entry: Entry): string {
  return `knowledge.${topic}.${entry.text}`
}

function addedTo(entry: Entry, programmes: ReturnType<typeof programmesOf>, day: string): Told {
  if (entry.adds === undefined) return { blocks: [], basis: [] }
  if (entry.adds === 'steps') return stepsOf(programmes, day)
  if (entry.adds === 'time_limits') return timeLimitsOf(programmes, day)
  const told = amountsOf(programmes, day)
  if (told.blocks.length > 0) return told
  return { blocks: [[{ key: 'knowledge.confirm.amount', values: {} }]], basis: [] }
}

function citation(file: TopicFile, key: string, day: string): Citation[] {
  const basis = file.basis[key]
  if (basis === undefined || !inForce(basis, day)) return []
  const { document, article, from, to, confidence } = basis
  return [{ document, article, from, to, confidence }]
}

function withoutRepeats(basis: readonly Citation[]): Citation[] {
  // What nobody verified supports nothing that is told.
  const seen = basis.filter((one) => one.confidence !== 'unverified')
  return [...new Map(seen.map((one) => [`${one.document}\0${one.article}`, one])).values()]
}
