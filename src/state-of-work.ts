import type { Sql } from './db/client.ts'
import { pendingMigrations } from './db/migrate.ts'
import type { Backlog, HealthChecks } from './http/health.ts'
import type { MeasuredState } from './http/metrics.ts'

/** What waits in the inbox and the outbox. Reads the partial indexes of waiting rows only. */
async function backlogs(sql: Sql): Promise<{ inbox: Backlog; outbox: Backlog }> {
  const [[inbox], [outbox]] = await Promise.all([
    sql<
      { waiting: number; oldest: number }[]
    >`select count(*) as waiting, coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as oldest
      from inbox where handled_at is null and failed_at is null`,
    sql<
      { waiting: number; oldest: number }[]
    >`select count(*) as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest
      from outbox where state = 'waiting'`,
  ])
  const backlogOf = (row: { waiting: number; oldest: number } | undefined): Backlog => ({
    waiting: row?.waiting ?? 0,
    oldestSeconds: Math.max(0, row?.oldest ?? 0),
  })
  return { inbox: backlogOf(inbox), outbox: backlogOf(outbox) }
}

export function healthChecks(sql: Sql, rest: Pick<HealthChecks, 'channels'> & { isStopping(): boolean }): HealthChecks {
  return {
    ...rest,
    database: () => sql`select 1`,
    pendingMigrations: () => pendingMigrations(sql),
    backlogs: () => backlogs(sql),
  }
}

export function measuredState(sql: Sql): MeasuredState {
  return {
    backlogs: () => backlogs(sql),
    ticketsByStatus: async () => {
      const rows = await sql<
        { status: string; count: number }[]
      >`select status, count(*) as count from tickets group by status`
      return Object.fromEntries(rows.map((row) => [row.status, row.count]))
    },
  }
}
