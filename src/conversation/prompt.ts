import type { Question } from '../messaging/question.ts'
import { applyingQuestions } from '../requests/request-type.ts'
import { answerWords } from './answer-words.ts'
import { basisLines, detailLines } from './details.ts'
import type { Effect, Option, Words } from './effects.ts'
import { kinOptions, memberOptions } from './family-options.ts'
import {
  answeredQuestions,
  assumedQuestions,
  circumstances,
  questionById,
  requestTypeOf,
  stepOf,
  themesToOffer,
  waysOf,
} from './form.ts'
import { newsPrompt, tellUnitPrompt } from './news-prompt.ts'
import { MENU, present, questionOptions, SKIP, UNKNOWN } from './options.ts'
import { placeWords } from './place-words.ts'
import { recapPrompt } from './recap.ts'
import { shorten } from './render.ts'
import { resultLines, resultOptions } from './results.ts'
import { ALL_PAPERS, OTHER_PAPER, type Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

export interface Prompt {
  lines: Words[]
  options: Option[]
}

/** What stands before the person now: the question and every way to answer it. Null when the definitions no longer have it. */
export function promptOf(turn: Turn, session: Session): Prompt | null {
  return session.interruption ? interruptionPrompt(turn, session) : plainPrompt(turn, session)
}

function plainPrompt(turn: Turn, session: Session): Prompt | null {
  const { waiting } = session
  switch (waiting.kind) {
    case 'choose': {
      const step = stepOf(turn, session)
      if (!step || !('choose' in step)) return null
      return {
        lines: [flowText(session, step.choose)],
        options: waysOf(turn, session, step).map((option) => ({ value: option.value, label: { key: option.label } })),
      }
    }
    case 'question': {
      const question = questionById(turn, session, waiting.id)
      return question ? { lines: [{ key: `${question.text}.ask` }], options: questionOptions(question) } : null
    }
    case 'summary': {
      const type = requestTypeOf(turn, session)
      if (!type) return null
      const lines: Words[] = applyingQuestions(type, session.answers).map(
        (question) =>
          `• ${wordsOf(turn, session, { key: `${question.text}.label` })}: ${answerWords(turn, session, question)}`,
      )
      return {
        lines: [{ key: 'engine.summary.title' }, lines.map(String).join('\n')],
        options: [
          { value: 'send', label: { key: 'engine.summary.send' } },
          { value: 'edit', label: { key: 'engine.summary.edit' } },
          { value: 'cancel', label: { key: 'engine.summary.cancel' } },
        ],
      }
    }
    case 'results':
      return { lines: [{ key: 'check.afterResults' }], options: resultOptions(turn, session) }
    case 'member':
      return {
        lines: [{ key: session.subject.theme === undefined ? 'check.who.ask' : 'check.who.theme' }],
        options: memberOptions(turn, session),
      }
    case 'newMember':
      return { lines: [{ key: 'check.newMember.ask' }], options: kinOptions() }
    case 'recap':
      return recapPrompt(turn, session, waiting.facts)
    case 'themes': {
      const more = session.subject.themes !== undefined
      return {
        lines: [{ key: more ? 'check.themes.more' : 'check.themes.ask' }],
        options: [
          ...(more ? themesToOffer(turn, session) : circumstances(turn, session)).map((theme) => ({
            value: theme,
            label: { key: `check.themes.of.${theme}` },
          })),
          { value: SKIP, label: { key: more ? 'check.themes.nothingMore' : 'check.themes.nobody' } },
        ],
      }
    }
    case 'consent':
      return {
        lines: [{ key: 'engine.consentNeeded' }],
        options: [
          { value: 'agree', label: { key: 'engine.consentAgree' } },
          { value: 'refuse', label: { key: 'engine.consentRefuse' } },
        ],
      }
    default:
      return waiting satisfies never
  }
}

function interruptionPrompt(turn: Turn, session: Session): Prompt | null {
  const { interruption } = session
  if (!interruption) return null
  const yesNo = (yes: string, no: string): Option[] => [
    { value: 'yes', label: { key: yes } },
    { value: 'no', label: { key: no } },
  ]
  switch (interruption.kind) {
    case 'correct':
      return {
        lines: [{ key: 'engine.correct.ask' }],
        options: [
          ...answeredQuestions(turn, session).map((question) => ({
            value: question.id,
            label: shorten(correctable(turn, session, question, session.answers)),
          })),
          ...assumedQuestions(turn, session).map(({ question, value }) => ({
            value: question.id,
            label: shorten(
              wordsOf(turn, session, {
                key: 'check.assumed',
                values: { answer: correctable(turn, session, question, { [question.id]: value }) },
              }),
            ),
          })),
        ],
      }
    case 'places':
      return {
        lines: [{ key: 'engine.places.ask' }],
        options: [
          ...interruption.codes.map((code) => ({ value: code, label: placeWords(turn, code) })),
          { value: SKIP, label: { key: 'engine.places.none' } },
        ],
      }
    case 'village':
      return {
        lines: [
          {
            key: 'engine.village.ask',
            values: { units: interruption.codes.map((code) => placeWords(turn, code)).join(', ') },
          },
        ],
        options: [{ value: UNKNOWN, label: { key: 'engine.unknown' } }],
      }
    case 'didYouMean':
      return {
        lines: [{ key: 'engine.didYouMean.ask' }],
        options: [
          ...interruption.topics.map((topic) => ({ value: topic, label: { key: `topics.${topic}.name` } })),
          { value: SKIP, label: { key: 'engine.didYouMean.other' } },
          { value: MENU, label: { key: 'engine.menu' } },
        ],
      }
    case 'whichTicket':
      return {
        lines: [{ key: 'engine.whichTicket.ask' }],
        options: interruption.ticketIds.flatMap((id) => {
          const ticket = turn.situation.tickets.find((one) => one.id === id)
          return ticket
            ? [
                {
                  value: String(id),
                  label: shorten(`${ticket.number} ${wordsOf(turn, session, { key: `topics.${ticket.topic}.name` })}`),
                },
              ]
            : []
        }),
      }
    case 'whichPaper':
      return {
        lines: [{ key: 'engine.paper.which' }],
        options: [
          ...interruption.papers.map((paper, index) => ({ value: String(index), label: paper })),
          { value: ALL_PAPERS, label: { key: 'engine.paper.allOfThem' } },
          { value: OTHER_PAPER, label: { key: 'engine.paper.other' } },
        ],
      }
    case 'resume':
      return {
        lines: [{ key: 'engine.resume.ask' }],
        options: yesNo('engine.resume.continue', 'engine.resume.restart'),
      }
    case 'language':
      return {
        lines: [{ key: 'engine.language.ask' }],
        options: [
          { value: 'vi', label: 'Tiếng Việt' },
          { value: 'en', label: 'English' },
        ],
      }
    case 'stopAll':
      return { lines: [{ key: 'engine.stopAll.ask' }], options: yesNo('engine.stopAll.yes', 'engine.stopAll.no') }
    case 'news':
    case 'newsOffer':
    case 'newsConsent':
      return newsPrompt(turn, interruption)
    case 'tellUnit':
      return tellUnitPrompt(interruption)
    case 'erase':
      return { lines: eraseWords(turn), options: yesNo('engine.erase.yes', 'engine.erase.no') }
    default:
      return interruption satisfies never
  }
}

/** Whoever is joined with other chats is told that those are emptied too. */
function eraseWords(turn: Turn): Words[] {
  const channels = [...new Set(turn.situation.joinedChannels ?? [])]
  if (channels.length === 0) return [{ key: 'engine.erase.ask' }]
  const names = channels.map((channel): Words => ({ key: `accounts.channel.${channel}` }))
  return [{ key: 'engine.erase.ask' }, { key: 'accounts.eraseAlso', values: { channels: names } }]
}

/** A text of a flow; it may name the topic that the talk is about. */
export function flowText(session: Session, key: string): Words {
  const topic = session.subject.topic
  return topic === undefined ? { key } : { key, values: { topic: { key: `topics.${topic}.name` } } }
}

/** Says some lines, then asks what is open. */
export function ask(
  turn: Turn,
  session: Session,
  before: Effect[] = [],
  lead: Words[] = [],
): { session: Session; effects: Effect[] } {
  const prompt = promptOf(turn, session)
  if (!prompt) return { session, effects: before }
  const { session: asked, effect } = present(turn, session, [...lead, ...prompt.lines], prompt.options)
  return { session: asked, effects: [...before, asksPhone(turn, session) ? { ...effect, asks: 'phone' } : effect] }
}

function asksPhone(turn: Turn, session: Session): boolean {
  const { waiting, interruption } = session
  if (interruption !== null || waiting.kind !== 'question') return false
  return questionById(turn, session, waiting.id)?.expect.kind === 'phone'
}

/** The results of the screening, one message. */
export function sayResults(turn: Turn, session: Session): Effect {
  return { kind: 'say', lines: resultLines(turn, session), options: [] }
}

/** Everything about one programme; null when it is not among the results. */
export function sayDetail(turn: Turn, session: Session, programme: string): Effect | null {
  const lines = detailLines(turn, session, programme)
  return lines.length === 0 ? null : { kind: 'say', lines, options: [] }
}

/** The documents that the outcome of one programme rests on. */
export function sayBasis(turn: Turn, session: Session, programme: string): Effect {
  return { kind: 'say', lines: basisLines(turn, session, programme), options: [] }
}

/** "tuổi: 76"; of what is sensitive only the name. */
function correctable(turn: Turn, session: Session, question: Question, answers: Session['answers']): string {
  const label = wordsOf(turn, session, { key: `${question.text}.label` })
  const isPrivate = turn.definitions.eligibility.facts.get(question.id)?.sensitive === true
  return isPrivate ? label : `${label}: ${answerWords(turn, session, question, answers)}`
}
