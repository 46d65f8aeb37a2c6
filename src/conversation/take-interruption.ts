import type { Question } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { findPlaces } from '../territory/find-places.ts'
import { wordsOf } from '../territory/fold-name.ts'
import { readYesNo } from '../understanding/yes-no.ts'
import { advance, begin, type StepResult } from './advance.ts'
import { takeTellUnit } from './answer-broadcast.ts'
import { reask, setLanguage } from './commands.ts'
import type { Effect } from './effects.ts'
import { questionById } from './form.ts'
import { goToTopic } from './free-text.ts'
import { takeNews, topicNamed } from './news.ts'
import { MENU, MORE, matchOption, SKIP } from './options.ts'
import { ask, promptOf } from './prompt.ts'
import type { Interruption, Session } from './session.ts'
import type { Turn } from './situation.ts'
import { accept } from './take-answer.ts'
import { takeNamedPaper, thankFor } from './take-paper.ts'

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
      const place = chosen ?? placeByYesNo(turn, interruption.codes, body)
      if (place === null || !question) return null
      if (place === SKIP) return ask(turn, calm, [], [{ key: 'engine.places.again' }])
      return accept(turn, calm, question, place)
    }
    case 'village': {
      const named = chosen === null && body.kind === 'text' ? communesNamed(turn, body.text) : []
      const question: Question | undefined = questionById(turn, calm, interruption.question)
      const offered = named.filter((code) => interruption.codes.includes(code))
      const [only] = offered
      if (offered.length === 1 && only !== undefined && question) return accept(turn, calm, question, only)
      if (offered.length > 1)
        return ask(turn, { ...calm, interruption: { kind: 'places', codes: offered, question: interruption.question } })
      // Another commune, called one: the question about the commune takes it.
      if (named.length > 0 && body.kind === 'text' && CALLED_COMMUNE.test(body.text.trim())) return null
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
      const ticket = tickets.find((one) => one.id === ticketId)
      const number = ticket?.number ?? ''
      const told: Effect = { kind: 'say', lines: [{ key: 'engine.whichTicket.done', values: { number } }], options: [] }
      const settled: Session = { ...calm, offered: [], saidToOfficerAt: now.toISOString() }
      if (ticket && ticket.missingPapers.length > 0 && interruption.attachmentIds.length > 0)
        return thankFor(turn, settled, ticket, said)
      return { session: settled, effects: [...said, told] }
    }
    case 'whichPaper':
      return chosen === null ? null : takeNamedPaper(turn, session, interruption, chosen)
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
    case 'news':
    case 'newsOffer':
    case 'newsConsent':
      return takeNews(turn, session, interruption, chosen ?? topicNamed(turn, session, interruption, body))
    case 'tellUnit':
      return takeTellUnit(turn, session, interruption, chosen, body)
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

const CALLED_COMMUNE = /^(?:xã|phường|thị trấn|xa|phuong|thi tran|x\.|p\.|tt\s)/iu
const CALLED_VILLAGE = /^(?:thôn|xóm|làng|khu|tổ|ấp|đội|thon|xom|lang|to|ap|doi)\s/iu
/** Words that are a commune's whole name score at least this. */
const NAMES_IT = 0.9
/** A no of more words may hold the right place. */
const LONGEST_NO = 4

function placeByYesNo(turn: Turn, codes: readonly string[], body: UpdateBody): string | null {
  if (body.kind !== 'text') return null
  const answer = readYesNo(body.text)
  if (answer === 'yes' && codes.length === 1) return codes[0] ?? null
  if (answer !== 'no') return null
  const isShort = wordsOf(body.text).length <= LONGEST_NO
  return isShort && communesNamed(turn, body.text).length === 0 ? SKIP : null
}

/** Communes of today that the words name outright; a village's name is none. */
function communesNamed(turn: Turn, text: string): string[] {
  if (CALLED_VILLAGE.test(text.trim())) return []
  const matches = findPlaces(turn.definitions.territory, text).filter((match) => match.score >= NAMES_IT)
  return [...new Set(matches.map((match) => match.place.code))]
}
