import type { Hearing } from '../broadcasts/tap.ts'
import type { TicketEffect } from '../desk/ticket-actions.ts'
import type { Wish } from '../openings/opening.ts'
import type { Profile } from '../profile/profile.ts'
import type { FileTicketDraft } from '../requests/request-draft.ts'

/** A text to be put into the person's language when the message is queued. */
export interface TextRef {
  key: string
  values?: Record<string, unknown>
}

/** Words of one line: a text, or words that stand as they are (a commune's name, what the person typed). */
export type Words = TextRef | string

export interface Option {
  value: string
  label: Words
}

/** What the engine asks to be done, in order. The engine itself touches nothing. */
export type Effect =
  /** `asks`: what the person's device can give by itself, where the channel has a button for it. */
  | { kind: 'say'; lines: Words[]; options: Option[]; asks?: 'phone' }
  | { kind: 'setLanguage'; language: 'vi' | 'en' }
  | { kind: 'giveConsent' }
  | { kind: 'refuseConsent' }
  | { kind: 'setCommune'; code: string }
  /** Keeps what was said of the household for the next time; only for somebody who consented. */
  | { kind: 'keepProfile'; profile: Profile }
  | { kind: 'stopInformation' }
  | { kind: 'stopAll' }
  /** Takes every stop back. */
  | { kind: 'hearAgain' }
  | { kind: 'subscribe'; topic: string }
  | { kind: 'unsubscribe'; topic: string }
  | { kind: 'noteNewsAsked' }
  /** What the person did with a policy message. */
  | { kind: 'noteHeard'; broadcastId: string; hearing: Hearing }
  /** Brings words about a policy message to the unit that sent it. */
  | { kind: 'replyToBroadcast'; broadcastId: string; words: string; messageIds: number[]; attachmentIds: string[] }
  | { kind: 'markReachable'; reachable: boolean }
  /** Files a ticket and tells the person its number and the promised day. */
  /** `opening`: the vacancy or course for which it is filed. */
  | { kind: 'fileTicket'; draft: FileTicketDraft; opening?: string }
  /** `papersLeft`: awaited papers that are still missing with this. */
  | { kind: 'sayToTicket'; ticketId: number; messageId: number; attachmentIds: string[]; papersLeft?: string[] }
  /** Some of the awaited papers were among those sent before. */
  | { kind: 'papersCame'; ticketId: number; papersLeft: string[] }
  | { kind: 'confirmResolved'; ticketId: number; number: string }
  | { kind: 'reopenTicket'; ticketId: number; number: string }
  | { kind: 'rateTicket'; ticketId: number; number: string; rating: number }
  | { kind: 'explainTicket'; ticketId: number; number: string; why: string }
  /** Says something about a ticket, with buttons that stay good while the talk moves on. */
  | { kind: 'offerOnTicket'; ticketId: number; lines: Words[]; offers: readonly TicketEffect[] }
  /** Shows vacancies or courses that fit; says nothing when there is none, unless `isAsked`. */
  | { kind: 'showOpenings'; topic: string; wish: Wish; page: number; ticketId: number | null; isAsked?: boolean }
  | { kind: 'wantOpening'; ticketId: number; number: string; openingId: string; title: string }
  /** An officer wrote past the desk: the ticket, if there is one, holds the talk, and what the bot had to say is dropped. */
  | { kind: 'officerSpoke'; ticketId: number | null; messageId: number }
  /** The person turned to the bot again; words go to the bot until an officer writes. */
  | { kind: 'releaseTalk' }
  /** Gives a one-time code with which another chat is joined with this one. */
  | { kind: 'giveLinkCode' }
  /** Tells the chat that gave a code who entered it. */
  | { kind: 'tellJoined'; contactId: string }
  /** Ends what joins this chat with others, or with an officer. */
  | { kind: 'part' }
  /** Gives the person a copy of what is kept about them. */
  | { kind: 'exportData' }
  /** Destroys the person's key and everything that hangs on it. */
  | { kind: 'erase' }
