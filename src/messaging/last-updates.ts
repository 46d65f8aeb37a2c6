import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import { CHANNELS } from './channel.ts'

export interface LastUpdatesOptions {
  sql: Sql
  log: Pick<Logger, 'warn'>
  /** What this process knows of it. */
  lastUpdateAt(channel: string): Date | null
  everyMs?: number
}

const EVERY_MS = 10_000

/** Writes down now and then when something last came in, for other processes and for the time after a restart. */
export function keepLastUpdates({ sql, log, lastUpdateAt, everyMs = EVERY_MS }: LastUpdatesOptions): {
  stop(): Promise<void>
} {
  const written = new Map<string, number>()

  async function write(): Promise<void> {
    for (const channel of CHANNELS) {
      const at = lastUpdateAt(channel)
      if (at === null || at.getTime() === written.get(channel)) continue
      try {
        await sql`insert into last_updates (channel, last_at) values (${channel}, ${at})
          on conflict (channel) do update set last_at = greatest(last_updates.last_at, excluded.last_at)`
        written.set(channel, at.getTime())
      } catch (error) {
        log.warn({ err: error, channel }, 'the time of the last update could not be written down')
      }
    }
  }

  let writing = Promise.resolve()
  const timer = setInterval(() => {
    writing = writing.then(write)
  }, everyMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      writing = writing.then(write)
      await writing
    },
  }
}

/** When something last came in, by channel, as the processes wrote down. */
export async function readLastUpdates(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql<{ channel: string; last_at: Date }[]>`select channel, last_at from last_updates`
  return new Map(rows.map((row) => [row.channel, row.last_at]))
}
