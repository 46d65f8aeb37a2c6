import type { Clock } from './clock.ts'
import type { Sql } from './db/client.ts'
import type { Logger } from './log.ts'

/** Work that comes again and again; each piece runs in one process at a time. */
export interface RecurringWork {
  name: string
  everyMs: number
  run(now: Date): Promise<unknown>
}

const LOOK_EVERY_MS = 1_000

/**
 * Runs due work until stopped. Which process does it is settled by one row of `recurring` per piece: whoever moves
 * `next_run_at` on has it. A piece that fails is logged and comes again at its next time.
 */
export function startRecurring(
  sql: Sql,
  clock: Clock,
  log: Logger,
  works: readonly RecurringWork[],
): { stop(): Promise<void> } {
  let isStopping = false
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> = Promise.resolve()

  const runDue = async (): Promise<void> => {
    for (const work of works) {
      if (isStopping) return
      try {
        if (await isOurs(sql, work, clock.now())) await work.run(clock.now())
      } catch (error) {
        log.error({ err: error, work: work.name }, 'recurring work failed')
      }
    }
  }
  const loop = (): void => {
    if (isStopping) return
    timer = setTimeout(() => {
      current = runDue().finally(loop)
    }, LOOK_EVERY_MS)
    timer.unref()
  }
  loop()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await current
    },
  }
}

async function isOurs(sql: Sql, work: RecurringWork, now: Date): Promise<boolean> {
  const next = new Date(now.getTime() + work.everyMs)
  const rows = await sql`insert into recurring (name, next_run_at) values (${work.name}, ${next})
    on conflict (name) do update set next_run_at = excluded.next_run_at where recurring.next_run_at <= ${now} returning name`
  return rows.length > 0
}
