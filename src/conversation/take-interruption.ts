import type { UpdateBody } from '../messaging/update.ts'
import { advance, begin, type StepResult } from './advance.ts'
import { reask, setLanguage } from './commands.ts'
import type { Effect } from './effects.ts'
import { questionById } from './form.ts'
import { goToTopic } from './free-text.ts'
import { MENU, MORE, matchOption, SKIP } from './options.ts'
import { ask, promptOf } from './prompt.ts'
import type { Interruption, Session } from './session.ts'
import type { Turn } from './situation.ts'
import { accept } from './take-answer.ts'

/**
 * The answer to something that came between. Null: the words were no answer to it; what was open before is asked with
 * them.
 */
export function takeInterruption(
  turn: Turn,
  session: Session,
  interruption: Interruption,
  body: UpdateBody,
): StepResult | null {
  const options = promptOf(turn, session)?.options ?? []
  const chosen = matchOption(turn, session, options, body, false)
  const calm: Session = { ...session, interruption: null, page: 0 }
  if (chosen === MORE) return ask(turn, { ...session, page: session.page + 1 })
  if (chosen === MENU) return begin(turn, { ...calm, trail: [] }, 'menu')
  switch (interruption.kind) {
    case 'correct':
      return chosen === null ? null : reask(turn, calm, chosen)
    case 'places': {
      const question = questionById(turn, calm, interruption.question)
      if (chosen === null || !question) return null
      if (chosen === SKIP) return ask(turn, calm, [], [{ key: 'engine.places.again' }])
      return accept(turn, calm, question, chosen)
    }
    case 'village': {
      const village = body.kind === 'text' && chosen === null ? body.text.trim().slice(0, 100) : ''
      if (village === '' && chosen === null) return null
      const asking: Session = { ...calm, subject: village === '' ? calm.subject : { ...calm.subject, village } }
      return ask(turn, {
        ...asking,
        interruption: { kind: 'places', codes: interruption.codes, question: interruption.question },
      })
    }
    case 'didYouMean':
      if (chosen === null) return null
      if (chosen === SKIP) return goToTopic(turn, calm, 'general_support', 'request', interruption.text)
      return goToTopic(
        turn,
        calm,
        chosen,
        turn.definitions.understander.understand(interruption.text).intent,
        interruption.text,
      )
    case 'whichTicket': {
      const { messageId, attachmentIds, now, tickets } = turn.situation
      if (chosen === null) {
        // What is said before the choice goes along with what was said first.
        const messageIds = [...interruption.messageIds, messageId]
        const gathered = {
          ...interruption,
          messageIds,
          attachmentIds: [...interruption.attachmentIds, ...attachmentIds],
        }
        return ask(turn, { ...session, interruption: gathered })
      }
      const ticketId = Number(chosen)
      const said = interruption.messageIds.map(
        (id, index): Effect => ({
          kind: 'sayToTicket',
          ticketId,
          messageId: id,
          attachmentIds: index === 0 ? interruption.attachmentIds : [],
        }),
      )
      const number = tickets.find((ticket) => ticket.id === ticketId)?.number ?? ''
      const told: Effect = { kind: 'say', lines: [{ key: 'engine.whichTicket.done', values: { number } }], options: [] }
      return { session: { ...calm, offered: [], saidToOfficerAt: now.toISOString() }, effects: [...said, told] }
    }
    case 'resume':
      if (chosen === null) return null
      return chosen === 'yes' ? ask(turn, calm) : begin(turn, { ...calm, trail: [] }, 'menu')
    case 'language':
      return chosen === 'vi' || chosen === 'en' ? setLanguage(turn, session, chosen) : null
    case 'stopAll':
      if (chosen === null) return null
      return chosen === 'yes'
        ? ask(turn, calm, [{ kind: 'stopAll' }], [{ key: 'engine.stopAll.done' }])
        : ask(turn, calm)
    case 'erase':
      if (chosen === null) return null
      if (chosen === 'no') return ask(turn, calm)
      return {
        session: advance(turn, calm).session,
        effects: [{ kind: 'say', lines: [{ key: 'engine.erase.done' }], options: [] }, { kind: 'erase' }],
      }
    default:
      return interruption satisfies never
  }
}
