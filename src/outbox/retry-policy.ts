import type { DeliveryOutcome } from '../messaging/channel.ts'

/** What is written down after one attempt. `waiting`: it is tried again from `notBefore` on. */
export interface Settlement {
  state: 'waiting' | 'delivered' | 'refused' | 'uncertain'
  notBefore: Date | null
  failure: string | null
  externalId: string | null
  /** False: the attempt did not count, the message was not at fault. */
  counts: boolean
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

/** What the outcome of an attempt means for the message. */
export function settle(outcome: DeliveryOutcome, attempt: Attempt, now: Date): Settlement {
  const settled = { notBefore: null, failure: null, externalId: null, counts: true }
  switch (outcome.kind) {
    case 'delivered':
      return { ...settled, state: 'delivered', externalId: outcome.externalId }
    case 'refused':
      return { ...settled, state: 'refused', failure: outcome.reason }
    case 'hold':
      return { ...settled, state: 'waiting', notBefore: outcome.until, failure: outcome.reason, counts: false }
    case 'retry':
      return tryAgain(attempt, outcome.notBefore, outcome.reason, now)
    case 'uncertain':
      if (attempt.sendClass === 'bulk') return { ...settled, state: 'uncertain', failure: outcome.reason }
      return tryAgain(attempt, now, outcome.reason, now)
    default:
      return outcome satisfies never
  }
}

function tryAgain({ attempts, createdAt }: Attempt, asked: Date, reason: string, now: Date): Settlement {
  const settled = { externalId: null, counts: true }
  if (attempts >= ATTEMPTS_AT_LEAST && now.getTime() - createdAt.getTime() >= TRY_FOR_MS) {
    return { ...settled, state: 'refused', notBefore: null, failure: 'gave-up' }
  }
  const pauseMs = Math.min(1_000 * 2 ** (attempts - 1), PAUSE_MAX_MS)
  const notBefore = new Date(Math.max(asked.getTime(), now.getTime() + pauseMs))
  return { ...settled, state: 'waiting', notBefore, failure: reason }
}
