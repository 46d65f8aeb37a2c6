/** How far a message is, read from counts that the database keeps: the same effort for a thousand people and a million. */
import type { Sql } from '../db/client.ts'

export interface Progress {
  /** By channel, then by state; beside the states `read`, `tapped`, `replied`, `understood`, and `cost` in đồng. */
  byChannel: Record<string, Record<string, number>>
  total: Record<string, number>
  /** For whom nothing remains to be done by itself, of all. */
  settled: number
  all: number
  /** At the pace of the last minutes; null while nothing moves. */
  secondsLeft: number | null
}

const NO_STATES = ['read', 'tapped', 'replied', 'understood', 'cost']
const PACE_MINUTES = 2

export async function readProgress(sql: Sql, broadcastId: string, now: Date): Promise<Progress> {
  const since = new Date(now.getTime() - PACE_MINUTES * 60_000)
  const [counts, [pace]] = await Promise.all([
    sql<{ channel: string; what: string; count: number }[]>`
      select channel, what, count from broadcast_counts where broadcast_id = ${broadcastId} and count <> 0`,
    sql<{ done: number; seconds: number | null }[]>`
      select coalesce(sum(good + bad), 0)::int as done,
        extract(epoch from ${now}::timestamptz - min(counted_from))::float8 as seconds
      from broadcast_attempts where broadcast_id = ${broadcastId} and counted_from >= ${since}`,
  ])
  const byChannel: Progress['byChannel'] = {}
  const total: Record<string, number> = {}
  for (const { channel, what, count } of counts) {
    byChannel[channel] = { ...byChannel[channel], [what]: count }
    total[what] = (total[what] ?? 0) + count
  }
  const states = Object.entries(total).filter(([what]) => !NO_STATES.includes(what))
  const all = states.reduce((sum, [, count]) => sum + count, 0)
  const left = (total.waiting ?? 0) + (total.sending ?? 0)
  const perSecond = pace?.seconds ? pace.done / Math.max(1, pace.seconds) : 0
  return {
    byChannel,
    total,
    settled: all - left,
    all,
    secondsLeft: left === 0 ? 0 : perSecond > 0 ? Math.ceil(left / perSecond) : null,
  }
}
