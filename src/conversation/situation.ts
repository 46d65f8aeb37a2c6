import type { Entered } from '../accounts/enter-code.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Texts } from '../i18n.ts'
import type { Knowledge } from '../knowledge/article.ts'
import type { Profile } from '../profile/profile.ts'
import type { RequestType } from '../requests/request-type.ts'
import type { Territory } from '../territory/territory.ts'
import type { Understander } from '../understanding/understander.ts'
import type { Words } from './effects.ts'
import type { Flow } from './flow.ts'
import type { Session } from './session.ts'

/** Everything the engine knows by heart; the same for every contact. */
export interface Definitions {
  flows: ReadonlyMap<string, Flow>
  requests: ReadonlyMap<string, RequestType>
  eligibility: EligibilityDefinitions
  territory: Territory
  understander: Understander
  knowledge: Knowledge
  texts: Texts
}

export interface KnownTicket {
  id: number
  number: string
  topic: string
  status: string
  officerSpoke: boolean
  spokenAt: Date
  dueAt: Date | null
  missingPapers: string[]
}

/** Earlier words that an update corrects. */
export interface Correction {
  /** The ticket that they lie on. */
  ticketId: number | null
  /** Nothing was said after them. */
  isLast: boolean
}

/** What is known of the contact when an update is handled. */
export interface Situation {
  consented: boolean
  communeCode: string | null
  /** Newest spoken about first. */
  tickets: readonly KnownTicket[]
  /** The ticket whose officer holds the talk. */
  talkTicketId: number | null
  quotedTicketId: number | null
  /** A button under a ticket's message that was tapped. */
  ticketAction: { effect: 'confirm_resolved' | 'reopen'; ticketId: number; number: string } | null
  /** The stored message that holds what the person just said. */
  messageId: number
  /** Attachments made of what the person just sent. */
  attachmentIds: string[]
  /** What was kept of the household with consent; opened only when it is needed. */
  profile(): Profile | null
  /** What came of a one-time code that was entered with this update. */
  entered?: Entered | null
  /** Of an update that corrects earlier words. */
  correction?: Correction | null
  /** Channels of the other contacts that are joined with this one. */
  joinedChannels?: readonly string[]
  now: Date
  /** Local day of `now`. */
  today: string
  newActionId(): string
}

/** One update being handled. */
export interface Turn {
  definitions: Definitions
  situation: Situation
}

/** The words of a line in the session's language. */
export function wordsOf(turn: Turn, session: Session, words: Words): string {
  if (typeof words === 'string') return words
  const values = words.values && resolveValues(turn, session, words.values)
  return turn.definitions.texts.text(session.language, words.key, values)
}

/** Values that are texts themselves (`{ key }`, or lists of words) are put into words first. */
function resolveValues(turn: Turn, session: Session, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((one) => wordsOf(turn, session, one as Words)).join(', ')]
      if (value !== null && typeof value === 'object' && 'key' in value)
        return [name, wordsOf(turn, session, value as Words)]
      return [name, value]
    }),
  )
}
