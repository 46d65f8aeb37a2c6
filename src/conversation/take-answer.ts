import type { AnswerValue, Question } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { advance, begin, beginRequest, continueForm, fileRequest, requestTypeFor, type StepResult } from './advance.ts'
import { answerTopic } from './answer-topic.ts'
import { beginCorrection } from './commands.ts'
import type { Effect, Words } from './effects.ts'
import { questionById, stepOf, withoutDependents } from './form.ts'
import { goToTopic } from './free-text.ts'
import { MENU, MORE, matchOption, SKIP, UNKNOWN } from './options.ts'
import { ask, promptOf } from './prompt.ts'
import { readAnswer } from './read-answer.ts'
import { remember, type Session } from './session.ts'
import type { Turn } from './situation.ts'
import {
  takeMember,
  takeNewMember,
  takeOtherWords,
  takeRecap,
  takeResultChoice,
  takeSentence,
  takeThemes,
} from './take-screening.ts'

/** Unreadable answers in a row after which an officer is offered. */
const MISSES_BEFORE_HELP = 2
/** Words in an unreadable answer from which it may be a wish of its own. */
const WORDS_OF_A_WISH = 3
const TOPIC = '~topic:'

/** What the person said, as the answer to what is open. */
export function takeAnswer(turn: Turn, session: Session, body: UpdateBody): StepResult {
  const prompt = promptOf(turn, session)
  if (!prompt)
    return begin(turn, session, 'menu', {}, [{ kind: 'say', lines: [{ key: 'engine.flowChanged' }], options: [] }])
  const { waiting } = session
  const question = waiting.kind === 'question' ? questionById(turn, session, waiting.id) : undefined
  const typed = question !== undefined && !['option', 'yesNo', 'papers'].includes(question.expect.kind)
  const chosen = matchOption(turn, session, prompt.options, body, typed)
  if (chosen === MORE) return ask(turn, { ...session, page: session.page + 1 })
  if (chosen === MENU) return begin(turn, { ...session, trail: [] }, 'menu')
  if (chosen?.startsWith(TOPIC)) return goToTopic(turn, session, chosen.slice(TOPIC.length), 'request', null)
  switch (waiting.kind) {
    case 'choose':
      return chosen === null ? takeOtherWords(turn, session, body) : choose(turn, session, chosen)
    case 'question':
      return question ? answerQuestion(turn, session, question, body, chosen) : advance(turn, session)
    case 'summary':
      if (chosen === 'send')
        return turn.situation.consented
          ? fileRequest(turn, session)
          : ask(turn, { ...session, waiting: { kind: 'consent' } })
      if (chosen === 'edit') return beginCorrection(turn, session)
      if (chosen === 'cancel')
        return begin(turn, { ...session, trail: [] }, 'menu', {}, [
          { kind: 'say', lines: [{ key: 'engine.cancelled' }], options: [] },
        ])
      return ask(turn, session, [], [{ key: 'engine.again.option' }])
    case 'results':
      return chosen === null ? takeOtherWords(turn, session, body) : takeResultChoice(turn, session, chosen)
    case 'member':
      return takeMember(turn, session, body, chosen)
    case 'newMember':
      return takeNewMember(turn, session, body, chosen)
    case 'recap':
      return takeRecap(turn, session, waiting.facts, body, chosen)
    case 'themes':
      return takeThemes(turn, session, body, chosen)
    case 'consent':
      if (chosen === 'agree') return fileRequest(turn, session, [{ kind: 'giveConsent' }])
      if (chosen === 'refuse') {
        return begin(turn, session, 'menu', {}, [
          { kind: 'refuseConsent' },
          { kind: 'say', lines: [{ key: 'engine.notFiledWithoutConsent' }], options: [] },
        ])
      }
      return ask(turn, session, [], [{ key: 'engine.again.option' }])
    default:
      return waiting satisfies never
  }
}

function choose(turn: Turn, session: Session, value: string): StepResult {
  const step = stepOf(turn, session)
  const option = step && 'options' in step ? step.options.find((one) => one.value === value) : undefined
  if (!option) return ask(turn, session)
  const from = remember(session)
  if (option.next !== undefined) return advance(turn, { ...from, step: option.next })
  const { start } = option
  if (start === undefined) return ask(turn, session)
  const topic = start.topic ?? session.subject.topic
  const { said, about } = session.subject
  const subject = {
    ...(topic === undefined ? {} : { topic }),
    ...(said === undefined ? {} : { said }),
    ...(about === undefined ? {} : { about }),
  }
  if (start.flow === 'answer' && topic !== undefined) {
    const told = answerTopic(turn, session, { topic, intent: 'how_to_apply', text: null }, [])
    if (told !== null) return told
  }
  if (start.flow !== 'request') return begin(turn, from, start.flow, subject)
  const type = start.request ?? requestTypeFor(topic ?? 'general_support')
  return beginRequest(turn, session, type, { topic: topic ?? 'general_support' }, session.subject.said ?? null)
}

function answerQuestion(
  turn: Turn,
  session: Session,
  question: Question,
  body: UpdateBody,
  chosen: string | null,
): StepResult {
  if (chosen !== null) return accept(turn, session, question, chosenValue(session, question, chosen))
  const isVoice = body.kind === 'file' && body.file.media === 'voice'
  if (question.expect.kind === 'papers' && turn.situation.attachmentIds.length > 0 && !isVoice)
    return takePaper(turn, session, question, question.expect.max)
  const reading = readAnswer(question.expect, body, turn.definitions.territory, turn.situation.today)
  if (reading.kind === 'answer')
    return accept(turn, session, question, reading.value, reading.note ? [reading.note] : [])
  if (reading.kind === 'places') return choosePlace(turn, session, question, reading.matches)
  const told = body.kind === 'text' ? takeSentence(turn, session, body.text) : null
  if (told) return told
  return askAgain(turn, session, body, { key: reading.key, ...(reading.values ? { values: reading.values } : {}) })
}

function chosenValue(session: Session, question: Question, chosen: string): AnswerValue {
  if (chosen === UNKNOWN || chosen === SKIP) return null
  if (question.expect.kind === 'yesNo') return chosen === 'true'
  if (question.expect.kind === 'papers') return papersSoFar(session, question)
  return chosen
}

/** Keeps the answer and goes on. */
export function accept(
  turn: Turn,
  session: Session,
  question: Question,
  value: AnswerValue,
  lead: Words[] = [],
): StepResult {
  const { waiting } = session
  const isCorrected = waiting.kind === 'question' && waiting.again === true
  const answers = { ...session.answers, [question.id]: value }
  const answered: Session = {
    ...remember(session),
    answers: isCorrected ? withoutDependents(turn, answers, question.id) : answers,
    interruption: null,
  }
  const effects: Effect[] =
    question.expect.kind === 'commune' && typeof value === 'string' ? [{ kind: 'setCommune', code: value }] : []
  const step = stepOf(turn, session)
  if (step && 'ask' in step) return advance(turn, { ...answered, step: step.next }, effects)
  return continueForm(turn, answered, effects, lead)
}

/** Papers wait under a name of their own until the person says that these are all. */
function papersSoFar(session: Session, question: Question): string[] {
  const papers = session.answers[`${question.id}~`]
  return Array.isArray(papers) ? papers : []
}

function takePaper(turn: Turn, session: Session, question: Question, most: number): StepResult {
  const papers = [...papersSoFar(session, question), ...turn.situation.attachmentIds]
  if (papers.length >= most) return accept(turn, session, question, papers.slice(0, most))
  const kept: Session = { ...session, answers: { ...session.answers, [`${question.id}~`]: papers } }
  return ask(turn, kept, [], [{ key: 'engine.papersReceived', values: { count: papers.length } }])
}

/** Several places fit, or an old name leads to a place of today: the person taps the right one. */
function choosePlace(
  turn: Turn,
  session: Session,
  question: Question,
  matches: readonly { place: { code: string }; needsVillage: boolean; via: { name: string } | null }[],
): StepResult {
  const codes = [...new Set(matches.map((match) => match.place.code))]
  const [first] = matches
  const split = matches.length > 1 && matches.every((match) => match.needsVillage)
  if (split) return ask(turn, { ...session, interruption: { kind: 'village', codes, question: question.id }, page: 0 })
  const lead: Words[] = first?.via ? [{ key: 'engine.places.old', values: { name: first.via.name } }] : []
  return ask(turn, { ...session, interruption: { kind: 'places', codes, question: question.id }, page: 0 }, [], lead)
}

/** Says kindly what would be readable; after some misses with a way to an officer; with a way to what was perhaps meant. */
function askAgain(turn: Turn, session: Session, body: UpdateBody, why: Words): StepResult {
  const misses = session.misses + 1
  const lead: Words[] = misses > MISSES_BEFORE_HELP ? [why, { key: 'engine.offerOfficer' }] : [why]
  const result = ask(turn, { ...session, misses }, [], lead)
  if (body.kind !== 'text' || body.text.trim().split(/\s+/).length < WORDS_OF_A_WISH) return result
  const understood = turn.definitions.understander.understand(body.text)
  const [topic] = understood.topics
  const [say] = result.effects
  if (understood.decision !== 'accept' || !topic || say?.kind !== 'say' || say.options.length >= 5) return result
  const value = `${TOPIC}${topic.id}`
  const label: Words = { key: 'engine.goToTopic', values: { topic: { key: `topics.${topic.id}.name` } } }
  return {
    session: {
      ...result.session,
      offered: [...result.session.offered, { value, id: turn.situation.newActionId(), words: value }],
    },
    effects: [{ ...say, options: [...say.options, { value, label }] }],
  }
}
