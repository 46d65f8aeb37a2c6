/**
 * What becomes of one person when an audience is counted or frozen: a row with the chat to write to, a row for a visit,
 * or no row and a reason. Pure.
 */
import type { ChannelId } from '../messaging/channel.ts'
import { pickWay, type Way } from '../messaging/reach.ts'
import { type Interaction, standingAt } from '../messaging/reply-window.ts'
import type { BroadcastContent } from './broadcast.ts'
import type { Match } from './match.ts'
import type { Tariff } from './rules.ts'
import type { BroadcastLane } from './services.ts'

export const EXCLUSIONS = ['no-consent', 'no-match', 'unknown', 'stopped', 'not-subscribed', 'weekly-limit'] as const
export type Exclusion = (typeof EXCLUSIONS)[number]

export const VISIT_REASONS = ['unreachable', 'page-left', 'outside-window', 'channel-off', 'told-in-person'] as const
export type VisitReason = (typeof VISIT_REASONS)[number]

/** A chat of the person, with where it belongs. */
export interface Chat extends Way {
  account: string
  /** Null: the channel was never told of, or counts no window. */
  interaction: Interaction | null
}

/** What is known without opening anything. */
export interface Standing {
  consented: boolean
  informationStopped: boolean
  allStopped: boolean
  /** To the message's own topic. */
  subscribed: boolean
  /** Messages of this kind in the last seven days, those that wait to leave included. */
  recent: number
}

export type Verdict =
  | { kind: 'excluded'; reason: Exclusion }
  | { kind: 'reached'; chat: Chat; tariff: Tariff }
  | { kind: 'visit'; chat: Chat; reason: VisitReason }

type About = Pick<BroadcastContent, 'kind' | 'zalo_template'>

/**
 * Why somebody gets nothing, as far as the clear facts tell; null: nothing speaks against it. Asked before anything is
 * opened, so that nobody's sealed facts are read for a message they would not get.
 */
export function excludedInClear(
  { kind }: About,
  standing: Standing,
  inClear: Match,
  options: { weeklyLimit: number; includeUnknown: boolean },
): Exclusion | null {
  if (inClear === 'no') return 'no-match'
  if (!standing.consented) return 'no-consent'
  if (inClear === 'unknown' && !options.includeUnknown) return 'unknown'
  if (standing.allStopped || (kind === 'information' && standing.informationStopped)) return 'stopped'
  if (kind === 'information' && !standing.subscribed) return 'not-subscribed'
  return standing.recent >= options.weeklyLimit ? 'weekly-limit' : null
}

/** By which chat the person hears of it, or why somebody has to go and tell them. */
export function reachOf(
  about: About,
  chats: readonly Chat[],
  own: string,
  lanes: readonly BroadcastLane[],
  now: Date,
): Exclude<Verdict, { kind: 'excluded' }> | null {
  const verdicts = chats.map((chat) => reachByChat(about, chat, lanes, now))
  const reached = verdicts.filter(({ kind }) => kind === 'reached')
  // A chat that leads nowhere is no choice while another leads to the person.
  const open = reached.length > 0 ? reached : verdicts
  const picked = pickWay(
    open.map(({ chat }) => chat),
    own,
    now,
  )
  return open.find(({ chat }) => chat.id === picked) ?? open[0] ?? null
}

const HOUR_MS = 3_600_000

function reachByChat(
  about: About,
  chat: Chat,
  lanes: readonly BroadcastLane[],
  now: Date,
): Exclude<Verdict, { kind: 'excluded' }> {
  const visit = (reason: VisitReason) => ({ kind: 'visit', chat, reason }) as const
  if (chat.isUnreachable) return visit('unreachable')
  const lane = lanes.find(({ channel, account }) => channel === (chat.channel as ChannelId) && account === chat.account)
  if (lane === undefined) return visit('channel-off')
  // A page calls nobody: whoever left it is told in person.
  if (chat.channel === 'web' && (chat.usedAt === null || now.getTime() - chat.usedAt.getTime() > HOUR_MS)) {
    return visit('page-left')
  }
  if (lane.window === null) return { kind: 'reached', chat, tariff: 'free' }
  const { kind } = standingAt(lane.window, chat.interaction, now)
  if (kind === 'template' && about.zalo_template !== null) return { kind: 'reached', chat, tariff: 'template' }
  if (kind === 'template' || kind === 'closed') return visit('outside-window')
  return { kind: 'reached', chat, tariff: kind === 'paid' ? 'paid' : 'free' }
}
