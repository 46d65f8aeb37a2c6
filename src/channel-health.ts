/**
 * How each channel is, told the same by `/health/ready`, `/metrics` and the console's page: the words they share, and
 * what of it a person has to see to.
 */
import type { AccountHealth } from './messaging/account-care.ts'

export interface ChannelState {
  id: string
  on: boolean
  /** Why it is off: names settings, never their values. */
  reason: string | null
}

/** How many messages came to an end in a span of time. */
export interface Outcomes {
  delivered: number
  /** By reason, in few words. */
  refused: Record<string, number>
  uncertain: number
  parked: number
  /** An officer took over, or a person gave it up. */
  dropped: number
}

export interface HourOfOutcomes {
  from: Date
  delivered: number
  /** Everything that did not arrive for certain. */
  others: number
}

export interface Deliveries {
  lastHour: Outcomes
  lastDay: Outcomes
  /** The last 24 hours of the clock, oldest first; the newest is not over yet. */
  byHour: HourOfOutcomes[]
}

export interface WaitingIn {
  waiting: number
  oldestSeconds: number
}

/** What waits to leave; so many or more when it is 10,000 in one lane. */
export interface WaitingOut extends WaitingIn {
  /** Tried, or held up, and to be tried again. */
  retrying: number
  /** By what happened at the last try. */
  retryingFor: Record<string, number>
  /** Until the person writes again. */
  forPerson: number
  /** Age of the oldest that does not wait for its person. */
  oldestDueSeconds: number
}

export interface ChannelAlarm {
  code: string
  /** What the channel said; for administrators, not for the public. */
  detail: string
  count: number
  lastAt: Date
}

export interface ChannelHealth extends ChannelState {
  lastUpdateAt: Date | null
  inbox: WaitingIn
  outbox: WaitingOut
  deliveries: Deliveries
  /** Messages that a person has to look at: parked, or of unknown outcome. */
  setAside: number
  signatureFailedAt: Date | null
  alarms: ChannelAlarm[]
  /** Of a channel that has tokens, windows and quotas. */
  account: AccountHealth | null
}

/** Something to see to, worst first. `key` names words of `channels.worry`. */
export interface Worry {
  tone: 'bad' | 'warn'
  key: string
  at?: Date
  count?: number
  name?: string
}

const HOUR_MS = 3_600_000
/** A token is renewed half a day before: with so little left that has failed again and again. */
const TOKEN_LAPSES_MS = 3 * HOUR_MS
const SIGNATURE_RECENT_MS = 24 * HOUR_MS
const SLOW_SECONDS = 600
const TOKEN_BAD = ['none', 'doubtful', 'last-try', 'refused']

/** What an administrator has to see to at a channel; nothing when all is well, or when it is off. */
export function worriesOf(channel: ChannelHealth, now: Date): Worry[] {
  if (!channel.on) return []
  const { account, alarms, outbox, setAside, signatureFailedAt } = channel
  const worries: Worry[] = []
  if (account !== null && TOKEN_BAD.includes(account.token.state)) {
    worries.push({ tone: 'bad', key: `token.${account.token.state}` })
  }
  const expiresAt = account?.token.expiresAt ?? null
  if (expiresAt !== null && expiresAt.getTime() - now.getTime() < TOKEN_LAPSES_MS) {
    const isOver = expiresAt <= now
    worries.push({ tone: isOver ? 'bad' : 'warn', key: isOver ? 'tokenLapsed' : 'tokenLapses', at: expiresAt })
  }
  if (alarms.length > 0) worries.push({ tone: 'bad', key: 'alarms', count: alarms.length })
  if (setAside > 0) worries.push({ tone: 'warn', key: 'setAside', count: setAside })
  if (outbox.oldestDueSeconds > SLOW_SECONDS) {
    worries.push({ tone: 'warn', key: 'slow', count: Math.round(outbox.oldestDueSeconds / 60) })
  }
  if (signatureFailedAt !== null && now.getTime() - signatureFailedAt.getTime() < SIGNATURE_RECENT_MS) {
    worries.push({ tone: 'warn', key: 'signature', at: signatureFailedAt })
  }
  for (const { name, remaining } of account?.quotas ?? []) {
    if (remaining !== null && remaining <= 0) worries.push({ tone: 'warn', key: 'quota', name })
  }
  return worries.sort((one, other) => (one.tone === other.tone ? 0 : one.tone === 'bad' ? -1 : 1))
}
