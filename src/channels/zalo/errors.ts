import { localDay } from '../../clock.ts'
import type { DeliveryOutcome } from '../../messaging/channel.ts'
import type { Failure, Family } from './zalo-api.ts'

/**
 * What to do about an answer of Zalo:
 * - `retry`: the same call, later; put aside for a person when it never goes through.
 * - `hold`: everything waits (`account`), or this person's messages (`person`).
 * - `refresh`: the access token is not taken; once with a new one.
 * - `route`: another way: an approved template, the template by phone, a new upload, plain text without buttons.
 * - `unreachable`: this person cannot be written to.
 * - `declined`: the person, or Zalo for them, does not take this kind of message.
 * - `fault`: our mistake; the same call will never do.
 * - `alarm`: an administrator has to mend something; meanwhile everything waits (`account`) or this message is parked.
 * - `unknown`: not in the table: parked and shown, never tried again by itself.
 */
export type ErrorClass =
  | { kind: 'retry' }
  | { kind: 'hold'; scope: 'account' | 'person'; until: 'soon' | 'morning' | 'tomorrow'; alarm: boolean }
  | { kind: 'refresh' }
  | { kind: 'route'; to: 'template' | 'phone' | 'upload' | 'plain-text' }
  | { kind: 'unreachable' }
  | { kind: 'declined' }
  | { kind: 'fault' }
  | { kind: 'alarm'; scope: 'account' | 'message' }
  | { kind: 'unknown' }

interface Row {
  codes: readonly number[]
  /** Both families unless told. */
  family?: Family
  /** Zalo uses some numbers twice; its words tell which it is. */
  says?: RegExp
  class: ErrorClass
}

const range = (from: number, to: number) => Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => from - step)

const ALARM: ErrorClass = { kind: 'alarm', scope: 'account' }
const ALARM_FOR_MESSAGE: ErrorClass = { kind: 'alarm', scope: 'message' }
const NIGHT: ErrorClass = { kind: 'hold', scope: 'person', until: 'morning', alarm: false }
const USED_UP: ErrorClass = { kind: 'hold', scope: 'person', until: 'tomorrow', alarm: true }
const PERSON_USED_UP: ErrorClass = { kind: 'hold', scope: 'person', until: 'tomorrow', alarm: false }

/** All that is known of Zalo's codes, in one place; the first row that applies counts. */
const ROWS: readonly Row[] = [
  { codes: [-32], class: { kind: 'hold', scope: 'account', until: 'soon', alarm: false } },
  { codes: [-200], class: { kind: 'retry' } },
  { codes: [-100], family: 'template', class: { kind: 'retry' } },
  { codes: [-100], family: 'account', class: { kind: 'route', to: 'upload' } },

  { codes: [-216, -220], class: { kind: 'refresh' } },
  // The words decide: one report has this number for a person who cannot be reached.
  { codes: [-124], says: /token/i, class: { kind: 'refresh' } },
  { codes: [-124], says: /user|recipient|reach/i, class: { kind: 'unreachable' } },
  { codes: [-124], class: { kind: 'refresh' } },

  { codes: [-230, -232], class: { kind: 'route', to: 'template' } },
  { codes: [-249], class: { kind: 'route', to: 'phone' } },
  { codes: [-224], class: { kind: 'route', to: 'plain-text' } },

  { codes: [-234, -133], class: NIGHT },
  { codes: [-211, -115, -144], class: USED_UP },
  { codes: [-147], class: USED_UP },
  { codes: [-218, -1441, -1471, -1472], class: PERSON_USED_UP },
  { codes: [-223], says: /quota/i, class: USED_UP },

  { codes: [-213, -217, -227], class: { kind: 'unreachable' } },
  { codes: [-108, -110, -114, -118, -119], family: 'template', class: { kind: 'unreachable' } },
  { codes: [-244, -139, -140, -141], class: { kind: 'declined' } },

  { codes: [-201, -210, -233, -240], class: { kind: 'fault' } },
  { codes: [-109, -111, -112, -113, -116, -121, -122, -123], family: 'template', class: { kind: 'fault' } },
  { codes: range(-1121, -1124), family: 'template', class: { kind: 'fault' } },

  { codes: [-204, -205, -209, -212, -219, -221, -223, -235, -242], class: ALARM },
  { codes: [-237, -248], class: ALARM_FOR_MESSAGE },
  {
    codes: [-117, -120, -125, -126, -127, -131, -135, -136, -137, -146, -320, -321, -1351],
    class: ALARM_FOR_MESSAGE,
  },
]

export function classOf({ family, code, message }: Extract<Failure, { kind: 'error' }>): ErrorClass {
  const row = ROWS.find(
    (one) =>
      one.codes.includes(code) &&
      (one.family === undefined || one.family === family) &&
      (one.says === undefined || one.says.test(message)),
  )
  return row?.class ?? { kind: 'unknown' }
}

const NETWORK_PAUSE_SECONDS = 2
const FLOOD_PAUSE_SECONDS = 10
/** What is mended by a person takes a while; asked more often it would only fill the log. */
const ALARM_PAUSE_SECONDS = 300
/** A new token comes by a rotation or a consent, often within the minute: what waits for it leaves soon after. */
const TOKEN_PAUSE_SECONDS = 30
const MORNING_HOUR = 6
const OFFSET_HOURS = 7

/** The outcome, and what an administrator has to be told. */
export interface Judged {
  outcome: DeliveryOutcome
  alarm: { code: string; detail: string } | null
}

/** What a failed call means for the message that it carried, where no other way is left. */
export function judge(failure: Failure, now: Date): Judged {
  switch (failure.kind) {
    case 'not-sent':
      return quiet({ kind: 'retry', notBefore: after(now, NETWORK_PAUSE_SECONDS), reason: failure.reason })
    case 'broken':
      return quiet({ kind: 'uncertain', reason: failure.reason })
    case 'status': {
      const seconds = failure.retryAfterSeconds
      const reason = `status ${failure.status}`
      if (failure.status === 429) {
        return quiet({ kind: 'hold', until: after(now, seconds ?? FLOOD_PAUSE_SECONDS), reason: 'flood limit' })
      }
      if (failure.status >= 500 || failure.status === 408) {
        return quiet({ kind: 'retry', notBefore: after(now, seconds ?? NETWORK_PAUSE_SECONDS), reason })
      }
      return parked(reason, true)
    }
    case 'error':
      return judgeError(failure, now)
    default:
      return failure satisfies never
  }
}

function judgeError(failure: Extract<Failure, { kind: 'error' }>, now: Date): Judged {
  const found = classOf(failure)
  const reason = `zalo ${failure.code}`
  const alarm = { code: reason, detail: failure.message }
  switch (found.kind) {
    case 'retry':
      return quiet({ kind: 'retry', notBefore: after(now, NETWORK_PAUSE_SECONDS), reason, parksAtLast: true })
    case 'hold': {
      const until = momentOf(found.until, failure.retryAfterSeconds, now)
      const kind = found.scope === 'account' ? 'hold' : 'wait'
      return { outcome: { kind, until, reason }, alarm: found.alarm ? alarm : null }
    }
    case 'refresh':
      // A new token was tried already.
      return holdWithAlarm(alarm, now, TOKEN_PAUSE_SECONDS)
    case 'route':
      if (found.to === 'template') return quiet({ kind: 'refused', reason: 'outside-window' })
      // Plain text is not allowed either: the account's package is too small for any of it.
      if (found.to === 'plain-text') return holdWithAlarm(alarm, now)
      return parked(reason, true, alarm.detail)
    case 'unreachable':
      return quiet({ kind: 'refused', reason: 'blocked' })
    case 'declined':
      return parked(reason, false)
    case 'fault':
      return { outcome: { kind: 'refused', reason: 'bad-message', detail: reason }, alarm }
    case 'alarm':
      if (found.scope === 'message') return parked(reason, true, alarm.detail)
      return holdWithAlarm(alarm, now)
    case 'unknown':
      return parked(reason, true, alarm.detail)
    default:
      return found satisfies never
  }
}

function holdWithAlarm(alarm: NonNullable<Judged['alarm']>, now: Date, seconds = ALARM_PAUSE_SECONDS): Judged {
  return { outcome: { kind: 'hold', until: after(now, seconds), reason: alarm.code }, alarm }
}

function quiet(outcome: DeliveryOutcome): Judged {
  return { outcome, alarm: null }
}

function parked(detail: string, isAlarming: boolean, said = ''): Judged {
  return {
    outcome: { kind: 'refused', reason: 'parked', detail },
    alarm: isAlarming ? { code: detail, detail: said } : null,
  }
}

/** Zalo does not say when a quota begins anew or in which zone night is: taken as in Việt Nam. */
function momentOf(until: 'soon' | 'morning' | 'tomorrow', asked: number | null, now: Date): Date {
  if (until === 'soon') return after(now, asked ?? FLOOD_PAUSE_SECONDS)
  const midnight = Date.parse(`${localDay(now)}T00:00:00Z`) - OFFSET_HOURS * 3_600_000
  const morning = midnight + MORNING_HOUR * 3_600_000
  if (until === 'morning') return new Date(morning > now.getTime() ? morning : morning + 86_400_000)
  return new Date(midnight + 86_400_000 + 5 * 60_000)
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000)
}
