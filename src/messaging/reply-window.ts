/*
 * Some channels let us write to a person only for a while after the person did something, and charge for the later part
 * of it. Pure: what a message sent at a moment would meet.
 */

export interface WindowRules {
  /** Talk costs nothing for so long. */
  freeHours: number
  /** Talk is counted or billed until then; afterwards only an approved template gets through. */
  talkHours: number
  /** An approved template gets through until then. */
  templateDays: number
}

/** What is known of one person's window. */
export interface Interaction {
  lastAt: Date
  /** Counted messages left, as the channel last said; null when it never did. */
  paidRemaining: number | null
}

/** What will happen to talk that is sent now. */
export type ReplyStanding =
  | { kind: 'free'; until: Date }
  | { kind: 'paid'; until: Date; remaining: number | null }
  /** Only an approved template gets through; talk waits until the person writes. */
  | { kind: 'template'; until: Date }
  /** Nothing gets through until the person writes. */
  | { kind: 'closed' }
  /** The channel was never told of: it is tried, and the channel will say. */
  | { kind: 'unknown' }

/** A standing as an officer sees it before writing. */
export type TalkStanding = ReplyStanding & {
  /** When the person last looked at our messages. */
  seenAt: Date | null
  /** Messages that wait for the person to write. */
  waiting: number
}

const HOUR_MS = 3_600_000

export function standingAt(rules: WindowRules, interaction: Interaction | null, now: Date): ReplyStanding {
  if (interaction === null) return { kind: 'unknown' }
  const end = (hours: number) => new Date(interaction.lastAt.getTime() + hours * HOUR_MS)
  const freeUntil = end(rules.freeHours)
  if (now < freeUntil) return { kind: 'free', until: freeUntil }
  const talkUntil = end(rules.talkHours)
  if (now < talkUntil) return { kind: 'paid', until: talkUntil, remaining: interaction.paidRemaining }
  const templateUntil = end(rules.templateDays * 24)
  return now < templateUntil ? { kind: 'template', until: templateUntil } : { kind: 'closed' }
}

/** Hours before the end of free talk in which the person is told of it. */
const LEAD_HOURS = 4
const QUIET_FROM_HOUR = 21
const QUIET_TO_HOUR = 7
const EVENING_HOUR = 20
const OFFSET_MS = 7 * HOUR_MS

/** When to say that free talk ends: some hours before, and in the evening before when that would be at night. */
export function remindAt(rules: WindowRules, lastAt: Date): Date {
  const wanted = lastAt.getTime() + (rules.freeHours - LEAD_HOURS) * HOUR_MS
  const local = new Date(wanted + OFFSET_MS)
  const hour = local.getUTCHours()
  if (hour >= QUIET_TO_HOUR && hour < QUIET_FROM_HOUR) return new Date(wanted)
  const evening = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), EVENING_HOUR)
  const daysBack = hour < QUIET_TO_HOUR ? 1 : 0
  return new Date(evening - daysBack * 24 * HOUR_MS - OFFSET_MS)
}
