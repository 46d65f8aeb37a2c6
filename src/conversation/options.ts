import type { Question } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { fold } from '../understanding/normalise.ts'
import type { Effect, Option, Words } from './effects.ts'
import type { Offered, Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** Actions that fit under one message on every channel. */
const ACTIONS_PER_MESSAGE = 5

/** Values of the engine's own options. */
export const MORE = '~more'
export const UNKNOWN = '~unknown'
export const SKIP = '~skip'
export const MENU = '~menu'

/** The closed answers of a question, the main one first. Option labels stand under `<text>.options` or, for facts, `.values`. */
export function questionOptions(question: Question): Option[] {
  const { expect } = question
  const options: Option[] = []
  if (expect.kind === 'option') {
    const group = question.text.startsWith('facts.') ? 'values' : 'options'
    options.push(...expect.options.map((value) => ({ value, label: { key: `${question.text}.${group}.${value}` } })))
  }
  if (expect.kind === 'yesNo')
    options.push({ value: 'true', label: { key: 'engine.yes' } }, { value: 'false', label: { key: 'engine.no' } })
  if (expect.kind === 'papers') options.push({ value: 'done', label: { key: 'engine.papersDone' } })
  if (question.unknown) options.push({ value: UNKNOWN, label: { key: 'engine.unknown' } })
  if (question.skip) options.push({ value: SKIP, label: { key: 'engine.skip' } })
  return options
}

/** Puts a prompt before the person: one page of its options, each with an opaque id that only this session knows. */
export function present(
  turn: Turn,
  session: Session,
  lines: Words[],
  options: Option[],
): { session: Session; effect: Effect } {
  const fits = options.length <= ACTIONS_PER_MESSAGE
  const page = fits ? 0 : session.page % options.length
  const shown = fits ? options : options.slice(page, page + ACTIONS_PER_MESSAGE - 1)
  const all = fits ? shown : [...shown, { value: MORE, label: { key: 'engine.more' } }]
  const offered: Offered[] = all.map((option) => ({
    value: option.value,
    id: turn.situation.newActionId(),
    words: wordsOf(turn, session, option.label),
  }))
  return { session: { ...session, page, offered }, effect: { kind: 'say', lines, options: all } }
}

/** The next page of a long list, the first one after the last. */
export function turnPage(session: Session, options: readonly Option[]): Session {
  const page = session.page + ACTIONS_PER_MESSAGE - 1
  return { ...session, page: page >= options.length ? 0 : page }
}

/** Which option was meant: by button, by its number on the screen, or by its words (on any page). */
export function matchOption(
  turn: Turn,
  session: Session,
  options: readonly Option[],
  body: UpdateBody,
  numbersAreAnswers: boolean,
): string | null {
  if (body.kind === 'action') return session.offered.find((offered) => offered.id === body.actionId)?.value ?? null
  if (body.kind !== 'text') return null
  const typed = fold(body.text)
    .trim()
    .replace(/[.)!]+$/, '')
  if (typed === '') return null
  if (!numbersAreAnswers && /^\d{1,2}$/.test(typed)) return session.offered[Number(typed) - 1]?.value ?? null
  const named = options.map((option) => ({
    value: option.value,
    words: fold(wordsOf(turn, session, option.label)).trim(),
  }))
  const exact = named.find((option) => option.words === typed)
  if (exact) return exact.value
  if (typed.length < 3) return null
  const part = named.filter(
    (option) => option.words.startsWith(typed) || option.words.split(/[,(]/, 1)[0]?.trim() === typed,
  )
  return part.length === 1 ? (part[0]?.value ?? null) : null
}
