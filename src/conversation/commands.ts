import type { Command } from '../understanding/commands.ts'
import { begin, beginRequest, type StepResult } from './advance.ts'
import type { Effect } from './effects.ts'
import { answeredQuestions } from './form.ts'
import { sayStatus } from './free-text.ts'
import { hearAgain, openNews, switchNamed } from './news.ts'
import { ask } from './prompt.ts'
import { remember, type Session } from './session.ts'
import type { Turn } from './situation.ts'

/** What works at every step, in every flow. */
export function takeCommand(turn: Turn, session: Session, command: Command, text = ''): StepResult {
  const turnToBot: Effect[] = turn.situation.talkTicketId === null ? [] : [{ kind: 'releaseTalk' }]
  switch (command) {
    case 'start':
      return begin(turn, { ...session, trail: [] }, 'welcome', {}, turnToBot)
    case 'menu':
      return begin(turn, { ...session, trail: [], held: null }, 'menu', {}, turnToBot)
    case 'back':
      return withEffects(turnToBot, goBack(turn, session))
    case 'cancel':
      return begin(turn, remember(session), 'menu', {}, [
        ...turnToBot,
        { kind: 'say', lines: [{ key: 'engine.cancelled' }], options: [] },
      ])
    case 'correct':
      return withEffects(turnToBot, beginCorrection(turn, session))
    case 'repeat':
      return ask(turn, session, turnToBot)
    case 'help':
      return ask(turn, session, [], [{ key: 'engine.help' }])
    case 'status':
      return sayStatus(turn, session)
    case 'commune':
      return begin(turn, session, 'commune', {}, turnToBot)
    case 'officer':
      return callOfficer(turn, session)
    case 'stop':
      return ask(turn, session, [{ kind: 'stopInformation' }], [{ key: 'engine.stopped' }])
    case 'news':
      return openNews(turn, session)
    case 'news_again':
      return hearAgain(turn, session)
    case 'news_on':
    case 'news_off':
      return switchNamed(turn, session, text, command === 'news_on')
    case 'stop_all':
      return ask(turn, { ...session, interruption: { kind: 'stopAll' } })
    case 'erase':
      return ask(turn, { ...session, interruption: { kind: 'erase' } })
    case 'link':
      return ask(turn, session, [{ kind: 'giveLinkCode' }])
    case 'unlink':
      return ask(turn, session, [{ kind: 'part' }])
    case 'export':
      return ask(turn, session, [{ kind: 'exportData' }])
    case 'language':
      return ask(turn, { ...session, interruption: { kind: 'language' } })
    case 'language_vi':
    case 'language_en':
      return setLanguage(turn, session, command === 'language_vi' ? 'vi' : 'en')
    default:
      return command satisfies never
  }
}

function withEffects(before: Effect[], result: StepResult): StepResult {
  return { ...result, effects: [...before, ...result.effects] }
}

export function setLanguage(turn: Turn, session: Session, language: 'vi' | 'en'): StepResult {
  return ask(
    turn,
    { ...session, language, interruption: null },
    [{ kind: 'setLanguage', language }],
    [{ key: 'engine.language.done' }],
  )
}

/** The last place where the person answered or chose. */
function goBack(turn: Turn, session: Session): StepResult {
  if (session.interruption) return ask(turn, { ...session, interruption: null, page: 0 })
  const place = session.trail.at(-1)
  if (!place) return ask(turn, session, [], [{ key: 'engine.noBack' }])
  return ask(turn, { ...session, ...place, trail: session.trail.slice(0, -1), page: 0, misses: 0 })
}

export function beginCorrection(turn: Turn, session: Session): StepResult {
  if (answeredQuestions(turn, session).length === 0) return goBack(turn, session)
  return ask(turn, { ...session, interruption: { kind: 'correct' }, page: 0 })
}

/** A person asks for a person: to the officer who has their ticket, else a ticket of its own. */
function callOfficer(turn: Turn, session: Session): StepResult {
  const held = turn.situation.tickets.find((ticket) => ticket.status === 'assigned' || ticket.status === 'pending')
  if (held) {
    const lines = [{ key: 'engine.officerHas', values: { number: held.number } }]
    return ask(
      turn,
      session,
      [{ kind: 'sayToTicket', ticketId: held.id, messageId: turn.situation.messageId, attachmentIds: [] }],
      lines,
    )
  }
  return beginRequest(turn, session, 'officer', { topic: session.subject.topic ?? 'general_support' }, null)
}

/** Takes the chosen answer back and asks it again; the others stay. */
export function reask(turn: Turn, session: Session, questionId: string): StepResult {
  const { [questionId]: _, ...answers } = session.answers
  return ask(turn, {
    ...session,
    answers,
    interruption: null,
    page: 0,
    misses: 0,
    waiting: { kind: 'question', id: questionId, again: true },
  })
}
