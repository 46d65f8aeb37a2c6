import type { Entered } from '../accounts/enter-code.ts'
import type { HeardBroadcast } from '../broadcasts/replies.ts'
import type { NewsChoice } from '../broadcasts/subscriptions.ts'
import type { BroadcastTap } from '../broadcasts/tap.ts'
import type { Resolution } from '../desk/services.ts'
import type { TakenAction } from '../desk/tickets-of-contact.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Texts } from '../i18n.ts'
import type { Knowledge } from '../knowledge/article.ts'
import type { OpeningTap } from '../openings/offers.ts'
import type { Profile } from '../profile/profile.ts'
import type { VerifiedFacts } from '../profile/verified.ts'
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
  /** For how long after a policy message words may be an answer to it. */
  repliesWithinHours: number
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
  /** Asked for by an officer and not yet sent here. */
  missingPapers: string[]
  unitId?: string
  /** When the person said that it is settled; null: not yet. */
  confirmedAt?: Date | null
  /** What came of it. */
  outcome?(): (Resolution & { result: string }) | null
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
  ticketAction: TakenAction | null
  /** A button under vacancies or courses that was tapped, or words that mean one. */
  openingTap?: OpeningTap | null
  /** A button under a policy message that was tapped, or typed words that mean one. */
  broadcastTap?: BroadcastTap | null | undefined
  /** The policy message that the words may be about: quoted, or the newest of the last days. */
  broadcast?: (HeardBroadcast & { isQuoted: boolean }) | null | undefined
  /** What the person chose to hear of; left out where nobody is asked for it. */
  news?: NewsChoice
  /** The stored message that holds what the person just said. */
  messageId: number
  /** Attachments made of what the person just sent. */
  attachmentIds: string[]
  /** What was kept of the household with consent, under what is verified; opened only when it is needed. */
  profile(): Profile | null
  /** What the commune's register says of the household, once an officer has seen the certificate. */
  verified?: VerifiedFacts | null
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
