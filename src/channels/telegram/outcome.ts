import type { DeliveryOutcome } from '../../messaging/channel.ts'
import type { BotAnswer } from './bot-api.ts'

type Failure = Extract<BotAnswer, { kind: 'error' }>

/**
 * What to do about an answer of Telegram:
 * - `retry`: the same call, later.
 * - `hold`: everything waits, for as long as Telegram says.
 * - `unreachable`: this person cannot be written to.
 * - `fault`: our mistake; the same call will never do.
 * - `alarm`: an administrator has to mend something; meanwhile everything waits.
 * - `unknown`: not in the table: parked and shown, never tried again by itself.
 * Telegram has no token to refresh and no other route.
 */
export type ErrorClass =
  | { kind: 'retry' }
  | { kind: 'hold' }
  | { kind: 'unreachable'; reason: 'blocked' | 'bad-address' }
  | { kind: 'fault' }
  | { kind: 'alarm'; code: string }
  | { kind: 'unknown' }

interface Row {
  codes: readonly number[]
  /** Telegram has few numbers and many words. */
  says?: RegExp
  class: ErrorClass
}

const NO_CHAT =
  /chat not found|user not found|peer_id_invalid|chat_id is empty|chat_id_invalid|upgraded to a|group chat was/i
const NO_RIGHT = /user_is_blocked|chat_write_forbidden|have no rights to send|not enough rights to send/i
const OURS =
  /message is too long|text is empty|caption is too long|media_caption_too_long|button|keyboard|reply markup|parse entities|parse .*json|photo_|image_process|wrong (?:file|remote|type)|file (?:is too big|must be)|must be non-empty|wrong padding|http url|message to (?:edit|be replied|delete)/i

/** All that is known of Telegram's answers, in one place; the first row that applies counts. */
const ROWS: readonly Row[] = [
  // Of one chat or of the whole bot, which Telegram does not say; calls made meanwhile lengthen it.
  { codes: [429, 420], class: { kind: 'hold' } },
  { codes: [401, 404], class: { kind: 'alarm', code: 'token' } },
  { codes: [403], class: { kind: 'unreachable', reason: 'blocked' } },
  { codes: [400], says: NO_CHAT, class: { kind: 'unreachable', reason: 'bad-address' } },
  { codes: [400], says: NO_RIGHT, class: { kind: 'unreachable', reason: 'blocked' } },
  { codes: [400], says: OURS, class: { kind: 'fault' } },
  { codes: [413], class: { kind: 'fault' } },
  // Another program fetches the updates of this bot; no send is answered so.
  { codes: [409], class: { kind: 'alarm', code: 'conflict' } },
  { codes: [408], class: { kind: 'retry' } },
]

export function classOf({ code, description }: Failure): ErrorClass {
  if (code >= 500) return { kind: 'retry' }
  // Telegram always says why. A page without words comes from something in between, and says nothing about a person.
  if (description === '' && code !== 429) return { kind: 'alarm', code: 'in-between' }
  return (
    ROWS.find((row) => row.codes.includes(code) && (row.says?.test(description) ?? true))?.class ?? { kind: 'unknown' }
  )
}

export const FLOOD_LIMIT = 'flood limit'
const SERVER_PAUSE_SECONDS = 2
const NETWORK_PAUSE_SECONDS = 2
/** When Telegram says "slow down" and not for how long. */
const FLOOD_PAUSE_SECONDS = 5
/** What is mended by a person takes a while. */
const ALARM_PAUSE_SECONDS = 60
const DETAIL_MAX = 120

/** What a failed call means for the message that it carried. */
export function outcomeOf(answer: Exclude<BotAnswer, { kind: 'ok' }>, now: Date): DeliveryOutcome {
  switch (answer.kind) {
    case 'not-sent':
      return { kind: 'retry', notBefore: after(now, NETWORK_PAUSE_SECONDS), reason: answer.reason }
    case 'broken':
      return { kind: 'uncertain', reason: answer.reason }
    case 'error':
      return outcomeOfError(answer, now)
    default:
      return answer satisfies never
  }
}

function outcomeOfError(failure: Failure, now: Date): DeliveryOutcome {
  const judged = classOf(failure)
  switch (judged.kind) {
    case 'retry': {
      const seconds = failure.retryAfterSeconds ?? SERVER_PAUSE_SECONDS
      return { kind: 'retry', notBefore: after(now, seconds), reason: `answer ${failure.code}` }
    }
    case 'hold': {
      const seconds = failure.retryAfterSeconds ?? FLOOD_PAUSE_SECONDS
      return { kind: 'hold', until: after(now, seconds), reason: FLOOD_LIMIT }
    }
    case 'alarm':
      return { kind: 'hold', until: after(now, ALARM_PAUSE_SECONDS), reason: alarmWords(judged.code) }
    case 'unreachable':
      return { kind: 'refused', reason: judged.reason }
    case 'fault':
      return { kind: 'refused', reason: 'bad-message' }
    case 'unknown':
      return { kind: 'refused', reason: 'parked', detail: detailOf(failure) }
    default:
      return judged satisfies never
  }
}

const ALARM_WORDS: Record<string, string> = {
  token: 'token refused',
  conflict: 'another program fetches the updates of this bot',
  'in-between': 'something in between answers instead of Telegram',
}

export function alarmWords(code: string): string {
  return ALARM_WORDS[code] ?? code
}

/** What Telegram said, for a person to look up; its words name the fault, never what a message said. */
function detailOf({ code, description }: Failure): string {
  return `answer ${code}: ${description}`.slice(0, DETAIL_MAX)
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000)
}
