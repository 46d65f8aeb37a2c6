import type { DeliveryOutcome } from '../../messaging/channel.ts'
import type { BotAnswer } from './bot-api.ts'

type Failure = Extract<BotAnswer, { kind: 'error' }>
type Waiting = (failure: Failure, now: Date) => DeliveryOutcome

interface ErrorClass {
  name: string
  applies(failure: Failure): boolean
  outcome: Waiting
}

const SERVER_PAUSE_SECONDS = 2
const NETWORK_PAUSE_SECONDS = 2
/** When Telegram says "slow down" and not for how long. */
const FLOOD_PAUSE_SECONDS = 5
/** A refused token is mended by a person. */
const TOKEN_PAUSE_SECONDS = 60

const hold =
  (seconds: number, reason: string): Waiting =>
  (failure, now) => ({ kind: 'hold', until: after(now, failure.retryAfterSeconds ?? seconds), reason })
const refuse =
  (reason: 'blocked' | 'bad-address' | 'bad-message'): Waiting =>
  () => ({ kind: 'refused', reason })

/** What each answer of Telegram means for the message; the first that applies. */
const ERROR_CLASSES: readonly ErrorClass[] = [
  // A flood limit counts over the whole bot, and calls made meanwhile lengthen it.
  { name: 'flood', applies: ({ code }) => code === 429, outcome: hold(FLOOD_PAUSE_SECONDS, 'flood limit') },
  {
    name: 'token',
    applies: ({ code }) => code === 401 || code === 404,
    outcome: hold(TOKEN_PAUSE_SECONDS, 'token refused'),
  },
  { name: 'blocked', applies: ({ code }) => code === 403, outcome: refuse('blocked') },
  {
    name: 'address',
    applies: ({ code, description }) =>
      code === 400 && /chat not found|user not found|peer_id_invalid|chat_id is empty|upgraded to a/i.test(description),
    outcome: refuse('bad-address'),
  },
  { name: 'message', applies: ({ code }) => code >= 400 && code < 500, outcome: refuse('bad-message') },
  {
    name: 'server',
    applies: () => true,
    outcome: ({ code }, now) => ({
      kind: 'retry',
      notBefore: after(now, SERVER_PAUSE_SECONDS),
      reason: `answer ${code}`,
    }),
  },
]

/** What a failed call means for the message that it carried. */
export function outcomeOf(answer: Exclude<BotAnswer, { kind: 'ok' }>, now: Date): DeliveryOutcome {
  switch (answer.kind) {
    case 'not-sent':
      return { kind: 'retry', notBefore: after(now, NETWORK_PAUSE_SECONDS), reason: answer.reason }
    case 'broken':
      return { kind: 'uncertain', reason: answer.reason }
    case 'error': {
      const found = ERROR_CLASSES.find(({ applies }) => applies(answer))
      return found?.outcome(answer, now) ?? { kind: 'uncertain', reason: `answer ${answer.code}` }
    }
    default:
      return answer satisfies never
  }
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000)
}
