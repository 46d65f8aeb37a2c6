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
  | { kind: 'say'; lines: Words[]; options: Option[] }
  | { kind: 'setLanguage'; language: 'vi' | 'en' }
  | { kind: 'giveConsent' }
  | { kind: 'refuseConsent' }
  | { kind: 'setCommune'; code: string }
  /** Keeps what was said of the household for the next time; only for somebody who consented. */
  | { kind: 'keepProfile'; profile: Profile }
  | { kind: 'stopInformation' }
  | { kind: 'stopAll' }
  | { kind: 'markReachable'; reachable: boolean }
  /** Files a ticket and tells the person its number and the promised day. */
  | { kind: 'fileTicket'; draft: FileTicketDraft }
  | { kind: 'sayToTicket'; ticketId: number; messageId: number; attachmentIds: string[] }
  | { kind: 'confirmResolved'; ticketId: number; number: string }
  | { kind: 'reopenTicket'; ticketId: number; number: string }
  /** The person turned to the bot again; words go to the bot until an officer writes. */
  | { kind: 'releaseTalk' }
  /** Destroys the person's key and everything that hangs on it. */
  | { kind: 'erase' }
