import type { Sql } from './db/client.ts'
import { pendingMigrations } from './db/migrate.ts'
import type { Backlog, HealthChecks } from './http/health.ts'
import type { MeasuredState } from './http/metrics.ts'
import { rememberFor } from './remember.ts'

/** What is asked of the database for `/health/ready` and `/metrics`, by anybody and as often as they like. */
export type StateOfWork = Pick<HealthChecks, 'database' | 'pendingMigrations'> & MeasuredState

export interface StateOptions {
  /** Larger numbers are not counted out: of what waits it is "so many or more", of tickets the planner's estimate. */
  countAtMost?: number
  /** For how long an answer is good. */
  rememberMs?: number
  clockMs?: () => number
}

const COUNT_AT_MOST = 10_000
const REMEMBER_MS = 1_000

export function createStateOfWork(sql: Sql, options: StateOptions = {}): StateOfWork {
  const { countAtMost = COUNT_AT_MOST, rememberMs = REMEMBER_MS, clockMs = () => performance.now() } = options
  const remembered = <Answer>(ask: () => Promise<Answer>, ms = rememberMs) => rememberFor(ask, ms, clockMs)
  return {
    // Only shared by those who ask at the same time: a database that went away is told of at once.
    database: remembered(async () => sql`select 1`, 0),
    pendingMigrations: remembered(() => pendingMigrations(sql)),
    backlogs: remembered(async () => {
      const [inbox, outbox] = await Promise.all([inboxBacklog(sql, countAtMost), outboxBacklog(sql, countAtMost)])
      return { inbox, outbox }
    }),
    ticketsByStatus: remembered(() => ticketsByStatus(sql, countAtMost)),
  }
}

interface Waiting {
  waiting: number
  oldest: Date | null
  now: Date
}

const toBacklog = (row: Waiting | undefined): Backlog => ({
  waiting: row?.waiting ?? 0,
  oldestSeconds: row?.oldest ? Math.max(0, (row.now.getTime() - row.oldest.getTime()) / 1_000) : 0,
})

async function inboxBacklog(sql: Sql, most: number): Promise<Backlog> {
  const [row] = await sql<Waiting[]>`
    select now() as now, (
      select count(*) from (select id from inbox where handled_at is null and failed_at is null order by id limit ${most}) i
    ) as waiting, (
      select received_at from inbox where handled_at is null and failed_at is null order by id limit 1
    ) as oldest`
  return toBacklog(row)
}

/** The oldest of each lane stands first in the index, so lanes are leapt through and nothing is sorted. */
async function outboxBacklog(sql: Sql, most: number): Promise<Backlog> {
  const [row] = await sql<Waiting[]>`
    with recursive lane as (
      (select channel, account, priority, id from outbox where state = 'waiting'
        order by channel, account, priority, id limit 1)
      union all
      select next.* from lane cross join lateral (
        select channel, account, priority, id from outbox
        where state = 'waiting' and (channel, account, priority) > (lane.channel, lane.account, lane.priority)
        order by channel, account, priority, id limit 1
      ) as next
    )
    select now() as now, (
      select count(*) from (
        select id from outbox where state = 'waiting' order by channel, account, priority, id limit ${most}) o
    ) as waiting, (
      select min(o.created_at) from lane join outbox o on o.id = lane.id
    ) as oldest`
  return toBacklog(row)
}

/**
 * Statuses are found by leaps through the index too; those with more tickets than are counted are estimated. An order
 * is asked for so that the index is read and not the table, which the planner thinks is quicker when it sees `=` alone.
 */
async function ticketsByStatus(sql: Sql, most: number): Promise<Record<string, number>> {
  const rows = await sql<{ status: string; counted: number; estimated: number | null }[]>`
    with recursive known as (
      (select status from tickets order by status limit 1)
      union all
      select next.status from known cross join lateral (
        select status from tickets where status > known.status order by status limit 1
      ) as next
    ), common as (
      select part.status, part.share from pg_stats,
        unnest(most_common_vals::text::text[], most_common_freqs) as part(status, share)
      where schemaname = current_schema() and tablename = 'tickets' and attname = 'status'
    )
    select known.status, (
      select count(*) from (
        select from tickets where status between known.status and known.status order by status limit ${most}) t
    ) as counted, (
      select round(c.reltuples * common.share)::bigint from pg_class c, common
      where c.oid = 'tickets'::regclass and c.reltuples > 0 and common.status = known.status
    ) as estimated from known`
  return Object.fromEntries(
    rows.map(({ status, counted, estimated }) => [
      status,
      counted < most ? counted : Math.max(counted, estimated ?? counted),
    ]),
  )
}
