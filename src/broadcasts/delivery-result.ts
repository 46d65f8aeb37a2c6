/** What came of one attempt, as the row of its recipient keeps it. Pure. */
import type { DeliveryOutcome } from '../messaging/channel.ts'
import { settle } from '../outbox/retry-policy.ts'

export interface RecipientResult {
  state: 'waiting' | 'sent' | 'refused' | 'uncertain' | 'visit' | 'expired'
  reason: string | null
  notBefore: Date | null
  externalId: string | null
  /** False: nothing left that we know of, so the row counts for nothing yet. */
  mayHaveLeft: boolean
  /** False: the attempt did not count. */
  counts: boolean
  /** Null: nothing new is known. */
  partsSent: number | null
  /** What it says of the message or its channel; null: nothing, or of this person alone. */
  health: 'good' | 'bad' | null
}

export interface Tried {
  /** This one included. */
  attempts: number
  /** Since when its message is being sent. */
  since: Date
  notAfter: Date | null
}

export function resultOf(outcome: DeliveryOutcome, tried: Tried, now: Date): RecipientResult {
  const settled = settle(outcome, { sendClass: 'bulk', attempts: tried.attempts, createdAt: tried.since }, now)
  const { failure: reason, externalId, counts, partsSent, notBefore } = settled
  const result = { reason, externalId, counts, partsSent, notBefore: null, mayHaveLeft: false }
  switch (settled.state) {
    case 'delivered':
      return { ...result, state: 'sent', mayHaveLeft: true, health: 'good' }
    case 'uncertain':
      return { ...result, state: 'uncertain', mayHaveLeft: true, health: 'bad' }
    case 'parked':
      return { ...result, state: 'refused', health: 'bad' }
    case 'refused':
      return { ...result, ...refusal(outcome) }
    case 'waiting': {
      // Half of it is with the person already: whether the rest follows cannot be left to the next day.
      const isTooLate = tried.notAfter !== null && notBefore !== null && notBefore >= tried.notAfter
      const health = outcome.kind === 'retry' ? 'bad' : null
      if (!isTooLate) return { ...result, state: 'waiting', notBefore, health }
      return (partsSent ?? 0) > 0
        ? { ...result, state: 'uncertain', mayHaveLeft: true, health }
        : { ...result, state: 'expired', health }
    }
    default:
      return settled.state satisfies never
  }
}

/** Whom the channel does not reach is told in person. */
function refusal(outcome: DeliveryOutcome): Pick<RecipientResult, 'state' | 'health'> {
  if (outcome.kind !== 'refused') return { state: 'refused', health: 'bad' }
  switch (outcome.reason) {
    case 'outside-window':
      return { state: 'visit', health: null }
    case 'blocked':
    case 'bad-address':
      return { state: 'visit', health: 'bad' }
    default:
      return { state: 'refused', health: 'bad' }
  }
}
