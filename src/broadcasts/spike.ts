/** Whether so many of the last attempts failed that something is wrong with a message or its channel. */
import type { Sql } from '../db/client.ts'
import { broadcastStatusAfter } from './broadcast.ts'
import type { BroadcastRules } from './rules.ts'
import { changeBroadcast, lockBroadcast } from './store.ts'

export interface Attempts {
  good: number
  bad: number
  reason: string | null
}

export function isSpike({ share, leastAttempts }: BroadcastRules['errorSpike'], { good, bad }: Attempts): boolean {
  const all = good + bad
  return all >= leastAttempts && bad / all >= share
}

/**
 * Pauses what runs into a wall, with the cause, once: of several processes one gets to do it. Returns what was paused.
 * After somebody lets it go on, counting begins anew.
 */
export async function pauseOnSpike(
  sql: Sql,
  broadcastId: string,
  rules: BroadcastRules['errorSpike'],
  now: Date,
): Promise<(Attempts & { authorId: string }) | null> {
  const since = new Date(now.getTime() - rules.windowMinutes * 60_000)
  const sum = async (): Promise<Attempts> => {
    const [row] = await sql<Attempts[]>`
      select coalesce(sum(good), 0)::int as good, coalesce(sum(bad), 0)::int as bad,
        (array_agg(reason order by counted_from desc) filter (where reason is not null))[1] as reason
      from broadcast_attempts where broadcast_id = ${broadcastId} and counted_from >= ${since}`
    return row ?? { good: 0, bad: 0, reason: null }
  }
  const seen = await sum()
  if (!isSpike(rules, seen)) return null
  return sql.begin(async (tx) => {
    const broadcast = await lockBroadcast(tx, broadcastId)
    const to = broadcast?.status === 'sending' ? broadcastStatusAfter('pause', broadcast.status) : null
    if (broadcast === null || to === null) return null
    const set = { status: to, pausedReason: `errors: ${seen.reason ?? ''}` }
    await changeBroadcast(
      tx,
      broadcast,
      { set, actorId: null, verb: 'pause', facts: { cause: 'errors', ...seen } },
      now,
    )
    await tx`delete from broadcast_attempts where broadcast_id = ${broadcastId}`
    await tx`
      insert into channel_alarms (channel, account, code, detail, count, first_at, last_at)
      select channel, account, 'broadcast-paused', ${`${seen.bad}/${seen.good + seen.bad} ${seen.reason ?? ''}`.slice(0, 200)},
        1, ${now}, ${now}
      from (select distinct channel, account from broadcast_recipients
        where broadcast_id = ${broadcastId} and state in ('waiting', 'sending', 'refused')) lane
      on conflict (channel, account, code) do update
      set detail = excluded.detail, count = channel_alarms.count + 1, last_at = excluded.last_at`
    return { ...seen, authorId: broadcast.authorId }
  })
}
