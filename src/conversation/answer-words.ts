import { formatDay, formatNumber } from '../i18n.ts'
import type { AnswerValue, Question } from '../messaging/question.ts'
import { placeWords } from './place-words.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** An answer as the person reads it in a summary. */
export function answerWords(
  turn: Turn,
  session: Session,
  question: Question,
  answers: Readonly<Record<string, AnswerValue>> = session.answers,
): string {
  const value = answers[question.id]
  const say = (key: string, values?: Record<string, unknown>) =>
    wordsOf(turn, session, values ? { key, values } : { key })
  if (value === undefined || value === null) return say('engine.notSaid')
  const { expect } = question
  if (Array.isArray(value)) return say('engine.papersCount', { count: value.length })
  if (typeof value === 'boolean') return say(value ? 'engine.yes' : 'engine.no')
  if (typeof value === 'number') return formatNumber(value)
  if (expect.kind === 'option')
    return say(`${question.text}.${question.text.startsWith('facts.') ? 'values' : 'options'}.${value}`)
  if (expect.kind === 'date') return formatDay(value)
  if (expect.kind === 'commune') return placeWords(turn, value)
  return value
}
