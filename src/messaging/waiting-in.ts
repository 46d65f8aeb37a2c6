import type { WaitingIn } from '../channel-health.ts'
import type { Sql } from '../db/client.ts'

const COUNT_AT_MOST = 10_000

/** Updates that are not handled yet, by channel; of those that came first, so many or more. */
export async function readWaitingIn(sql: Sql, now: Date, most = COUNT_AT_MOST): Promise<Map<string, WaitingIn>> {
  const rows = await sql<{ channel: string; count: number; oldest: Date }[]>`
    select channel, count(*) as count, min(received_at) as oldest from (
      select channel, received_at from inbox where handled_at is null and failed_at is null order by id limit ${most}
    ) i group by channel`
  return new Map(
    rows.map(({ channel, count, oldest }) => [
      channel,
      { waiting: count, oldestSeconds: Math.max(0, Math.round((now.getTime() - oldest.getTime()) / 1_000)) },
    ]),
  )
}
