import type { WaitingOut } from '../channel-health.ts'
import type { Sql } from '../db/client.ts'
import { reasonOf } from './delivery-counts.ts'
import { OUTSIDE_WINDOW } from './release-waiting.ts'

/** More is not counted out, in any one lane. */
const COUNT_AT_MOST = 10_000

/**
 * What waits to leave, by channel. Lanes (account and priority) are found by leaps through the index, and of each no more
 * than its first rows are read; told `=`, the planner would go by the ids, through all that ever left. Behind a message
 * that waits for its person, the person's other messages wait too.
 */
export async function readWaitingOut(sql: Sql, now: Date, most = COUNT_AT_MOST): Promise<Map<string, WaitingOut>> {
  const rows = await sql<
    { channel: string; failure: string | null; for_person: boolean; count: number; oldest: Date }[]
  >`
    with recursive lane as (
      (select channel, account, priority from outbox where state = 'waiting'
        order by channel, account, priority limit 1)
      union all
      select next.* from lane cross join lateral (
        select channel, account, priority from outbox
        where state = 'waiting' and (channel, account, priority) > (lane.channel, lane.account, lane.priority)
        order by channel, account, priority limit 1
      ) as next
    ), first as (
      select lane.channel, o.failure, o.created_at,
        bool_or(o.failure = ${OUTSIDE_WINDOW}) over (partition by o.contact_id) as for_person
      from lane cross join lateral (
        select contact_id, failure, created_at from outbox
        where state = 'waiting' and (channel, account, priority) >= (lane.channel, lane.account, lane.priority)
          and (channel, account, priority) <= (lane.channel, lane.account, lane.priority)
        order by channel, account, priority, id limit ${most}
      ) as o
    )
    select channel, failure, coalesce(for_person, false) as for_person, count(*) as count, min(created_at) as oldest
    from first group by 1, 2, 3`
  const found = new Map<string, WaitingOut>()
  for (const { channel, failure, for_person: isForPerson, count, oldest } of rows) {
    const waiting = found.get(channel) ?? nothingWaits()
    found.set(channel, waiting)
    const seconds = Math.max(0, Math.round((now.getTime() - oldest.getTime()) / 1_000))
    waiting.waiting += count
    waiting.oldestSeconds = Math.max(waiting.oldestSeconds, seconds)
    if (isForPerson) {
      waiting.forPerson += count
      continue
    }
    waiting.oldestDueSeconds = Math.max(waiting.oldestDueSeconds, seconds)
    if (failure === null) continue
    const reason = reasonOf(failure)
    waiting.retrying += count
    waiting.retryingFor[reason] = (waiting.retryingFor[reason] ?? 0) + count
  }
  return found
}

export function nothingWaits(): WaitingOut {
  return { waiting: 0, oldestSeconds: 0, retrying: 0, retryingFor: {}, forPerson: 0, oldestDueSeconds: 0 }
}
