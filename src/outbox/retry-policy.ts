import type { DeliveryOutcome } from '../messaging/channel.ts'

/** What is written down after one attempt. `waiting`: it is tried again from `notBefore` on. */
export interface Settlement {
  state: 'waiting' | 'delivered' | 'refused' | 'parked' | 'uncertain'
  notBefore: Date | null
  failure: string | null
  externalId: string | null
  /** False: the attempt did not count, the message was not at fault. */
  counts: boolean
  /** It is known not to have left, so it may be dropped when an officer took the talk over meanwhile. */
  isUnsent: boolean
  /** Parts that left; null when there is nothing new to say of that. */
  partsSent: number | null
}

export interface Attempt {
  sendClass: string
  /** This one included. */
  attempts: number
  createdAt: Date
}

const ATTEMPTS_AT_LEAST = 8
/** A channel that is away for a while must not cost a person their answer. */
const TRY_FOR_MS = 3_600_000
const PAUSE_MAX_MS = 300_000
/** After that the matter has been settled in another way. */
const WAIT_FOR_MS = 30 * 86_400_000

/** What the outcome of an attempt means for the message. */
export function settle(outcome: DeliveryOutcome, attempt: Attempt, now: Date): Settlement {
  const partsSent = 'partsSent' in outcome ? (outcome.partsSent ?? null) : null
  const settled = { notBefore: null, failure: null, externalId: null, counts: true, isUnsent: false, partsSent }
  const unsent = { ...settled, isUnsent: true }
  switch (outcome.kind) {
    case 'delivered':
      return { ...settled, state: 'delivered', externalId: outcome.externalId }
    case 'refused':
      return {
        ...settled,
        state: outcome.reason === 'parked' ? 'parked' : 'refused',
        failure: outcome.detail ?? outcome.reason,
      }
    case 'wait':
      if (now.getTime() - attempt.createdAt.getTime() >= WAIT_FOR_MS) {
        return { ...settled, state: 'refused', failure: outcome.reason }
      }
      return { ...unsent, state: 'waiting', notBefore: outcome.until, failure: outcome.reason, counts: false }
    case 'hold':
      return { ...unsent, state: 'waiting', notBefore: outcome.until, failure: outcome.reason, counts: false }
    case 'retry':
      return { ...unsent, ...tryAgain(attempt, outcome.notBefore, outcome.reason, now, outcome.parksAtLast) }
    case 'uncertain':
      if (attempt.sendClass === 'bulk') return { ...settled, state: 'uncertain', failure: outcome.reason }
      return { ...settled, ...tryAgain(attempt, now, outcome.reason, now) }
    default:
      return outcome satisfies never
  }
}

function tryAgain({ attempts, createdAt }: Attempt, asked: Date, reason: string, now: Date, parksAtLast = false) {
  if (attempts >= ATTEMPTS_AT_LEAST && now.getTime() - createdAt.getTime() >= TRY_FOR_MS) {
    if (parksAtLast) return { state: 'parked' as const, notBefore: null, failure: reason }
    return { state: 'refused' as const, notBefore: null, failure: 'gave-up' }
  }
  const pauseMs = Math.min(1_000 * 2 ** (attempts - 1), PAUSE_MAX_MS)
  const notBefore = new Date(Math.max(asked.getTime(), now.getTime() + pauseMs))
  return { state: 'waiting' as const, notBefore, failure: reason }
}
