import { inForce } from '../eligibility/basis.ts'
import { LANGUAGES } from '../i18n.ts'
import { ASKED_OF_TOPICS, type Asked, CUED, type Knowledge } from '../knowledge/article.ts'
import { findPlaces } from '../territory/find-places.ts'
import { fullName } from '../territory/territory.ts'
import { normalise } from '../understanding/normalise.ts'
import { indexPatterns, matchingValues, type PatternIndex } from '../understanding/pattern.ts'
import { advance, begin, type StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import { answerLines, answerOf } from './knowledge-lines.ts'
import { remember, type Session, startFlow } from './session.ts'
import type { Turn } from './situation.ts'

/** A name this sure stands in the words; weaker matches are other words that only look like it. */
const NAMES_A_PLACE = 0.8
/** Kinds of programmes that a few questions decide; a referral only leads to an officer. */
const DECIDED: readonly string[] = ['entitlement', 'procedure', 'discretionary']

/**
 * Answers a question about a topic at once, with the ways on after it. Null: the words ask for something else, or a
 * check of a few questions answers better.
 */
export function answerTopic(
  turn: Turn,
  session: Session,
  asking: { topic: string; intent: string; text: string | null },
  before: Effect[],
): StepResult | null {
  const { topic, intent, text } = asking
  const asked = askedBy(turn, topic, intent, text)
  if (asked === null) return null
  const about = text === null ? [] : programmesNamed(turn, topic, text)
  const subject = {
    topic,
    asked,
    ...(about.length === 0 ? {} : { about: about.join(' ') }),
    ...(text === null ? {} : { said: text.slice(0, 1000), ...placeNamed(turn, asked, text) }),
  }
  if (asked === 'office_now') return beginOffice(turn, session, subject, before)
  const told: Session = { ...session, subject }
  const say: Effect = { kind: 'say', lines: answerLines(turn, told), options: [] }
  // Where an officer has to confirm, the request is the first way on.
  const flow = answerOf(turn, told).standing === 'told' ? 'answer' : 'topic'
  return begin(turn, remember(session), flow, subject, [...before, say])
}

/** Where to go now: the place named in the words or known, else it is asked for. */
function beginOffice(turn: Turn, session: Session, subject: Record<string, string>, before: Effect[]): StepResult {
  const named = subject.place !== undefined || subject.among !== undefined
  const flow = turn.definitions.flows.get('office')
  if (!flow) throw new Error('No flow office')
  if (!named) return begin(turn, remember(session), 'office', subject, before)
  const talkFrom = session.talkFrom ?? turn.situation.messageId
  return advance(turn, { ...startFlow(remember(session), flow, subject), step: 'tell', talkFrom }, before)
}

function askedBy(turn: Turn, topic: string, intent: string, text: string | null): Asked | null {
  if (intent === 'eligibility_question') return decidable(turn, topic) ? null : 'eligibility_question'
  if (intent === 'amount') return 'amount'
  if (intent !== 'how_to_apply') return null
  if (text === null) return 'how_to_apply'
  const cues = matchingValues(wordsToFind(turn.definitions.knowledge, turn).cues, normalise(text).words)
  return CUED.find((one) => cues.includes(one)) ?? ASKED_OF_TOPICS[0]
}

function decidable(turn: Turn, topic: string): boolean {
  return [...turn.definitions.eligibility.programmes.values()].some(
    (programme) =>
      programme.topic === topic &&
      DECIDED.includes(programme.kind) &&
      programme.versions.some((version) => inForce(version, turn.situation.today)),
  )
}

/** Programmes of the topic that the words name. */
export function programmesNamed(turn: Turn, topic: string, text: string): string[] {
  const index = wordsToFind(turn.definitions.knowledge, turn).programmes.get(topic)
  if (index === undefined) return []
  return [...new Set(matchingValues(index, normalise(text).words))]
}

/** An old or new commune in the words: `place` (today's code), `formerly` (its old name), `among` (divided between). */
function placeNamed(turn: Turn, asked: Asked, text: string): Record<string, string> {
  if (asked !== 'office_now' && asked !== 'whom_to_see') return {}
  const matches = findPlaces(turn.definitions.territory, text).filter((match) => match.score >= NAMES_A_PLACE)
  const [first] = matches
  if (first === undefined) return {}
  const olds = [...new Map(matches.flatMap(({ via }) => (via === null ? [] : [[via.key, via] as const]))).values()]
  const [old] = olds
  const formerly: Record<string, string> = old === undefined ? {} : { formerly: fullName(old) }
  if (matches.length === 1 && !first.needsVillage) return { place: first.place.code, ...formerly }
  const isDivided = olds.length === 1 && matches.every((match) => match.needsVillage)
  return isDivided ? { among: matches.map((match) => match.place.code).join(' '), ...formerly } : {}
}

interface WordsToFind {
  cues: PatternIndex<(typeof CUED)[number]>
  programmes: ReadonlyMap<string, PatternIndex<string>>
}

const found = new WeakMap<Knowledge, WordsToFind>()

/** The phrases of `flows/knowledge/` and the programmes' own names, made ready once. */
function wordsToFind(knowledge: Knowledge, { definitions }: Turn): WordsToFind {
  const known = found.get(knowledge)
  if (known !== undefined) return known
  const { texts, eligibility } = definitions
  const phrases = new Map<string, [string, string][]>()
  const add = (topic: string, phrase: string, programme: string) =>
    phrases.set(topic, [...(phrases.get(topic) ?? []), [phrase, programme]])
  for (const { id, topic } of eligibility.programmes.values()) {
    for (const language of LANGUAGES) add(topic, texts.text(language, `programmes.${id}.name`), id)
  }
  for (const [topic, file] of knowledge.topics) {
    for (const [programme, named] of Object.entries(file.named)) {
      if (eligibility.programmes.has(programme)) for (const one of named) add(topic, one, programme)
    }
  }
  const ready: WordsToFind = {
    cues: indexPatterns(CUED.flatMap((asked) => knowledge.cues[asked].map((phrase) => [phrase, asked] as const))),
    programmes: new Map([...phrases].map(([topic, pairs]) => [topic, indexPatterns(pairs)])),
  }
  found.set(knowledge, ready)
  return ready
}
