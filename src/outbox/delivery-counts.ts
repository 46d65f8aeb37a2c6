/**
 * What came of messages. Millions may leave in a day, so they are counted once, by five minutes, and only what came since
 * is counted when somebody asks.
 */
import type { Deliveries, HourOfOutcomes, Outcomes } from '../channel-health.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { FILE_NOT_CARRIED } from '../messaging/file-limits.ts'

const STEP_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000
const HOURS_SHOWN = 24
const KEPT_MS = 2 * HOURS_SHOWN * HOUR_MS
/** Several processes write, and their clocks differ a little. */
const LATE_MS = 60_000

interface Counted {
  from: Date
  channel: string
  state: string
  reason: string
  count: number
}

/** Counts what settled since the last time. For recurring work, and safe to run twice at once. */
export async function countDeliveries(sql: Sql, now: Date): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`lock table delivery_counts in share row exclusive mode`
    const since = await countedUntil(tx, now)
    const counted = await countSince(tx, since)
    const column = (of: (one: Counted) => string | number | Date) => list(tx, counted.map(of))
    await tx`delete from delivery_counts where counted_from >= ${since}
      or counted_from < ${new Date(now.getTime() - KEPT_MS)}`
    await tx`
      insert into delivery_counts (counted_from, channel, state, reason, count)
      select * from unnest(${column(({ from }) => from)}::timestamptz[], ${column(({ channel }) => channel)}::text[],
        ${column(({ state }) => state)}::text[], ${column(({ reason }) => reason)}::text[],
        ${column(({ count }) => count)}::int[])`
  })
}

/** By channel; a channel on which nothing left has none. */
export async function readDeliveries(sql: Sql, now: Date): Promise<Map<string, Deliveries>> {
  const { stored, fresh } = await sql.begin('isolation level repeatable read read only', async (tx) => {
    const since = await countedUntil(tx, now)
    const stored = await tx<Counted[]>`
      select counted_from as from, channel, state, reason, count from delivery_counts
      where counted_from >= ${firstHour(now)} and counted_from < ${since}`
    return { stored, fresh: await countSince(tx, since) }
  })
  const byChannel = Map.groupBy([...stored, ...fresh], ({ channel }) => channel)
  return new Map([...byChannel].map(([channel, rows]) => [channel, summarise(rows, now)]))
}

/** Where counting goes on: the newest count is made again, since more may have come to it. */
async function countedUntil(tx: Transaction, now: Date): Promise<Date> {
  const [row] = await tx<{ newest: Date | null }[]>`
    select max(counted_from) as newest from delivery_counts where counted_from <= ${now}`
  const newest = row?.newest?.getTime() ?? 0
  const latest = stepOf(now.getTime() - LATE_MS)
  return new Date(Math.max(Math.min(newest, latest), firstHour(now).getTime()))
}

async function countSince(tx: Transaction, since: Date): Promise<Counted[]> {
  const rows = await tx<{ from: Date; channel: string; state: string; failure: string | null; count: number }[]>`
    select date_bin('5 minutes', settled_at, 'epoch'::timestamptz) as from, channel, state, failure, count(*) as count
    from outbox where settled_at >= ${since} group by 1, 2, 3, 4`
  const sums = new Map<string, Counted>()
  for (const { from, channel, state, failure, count } of rows) {
    const reason = state === 'delivered' ? '' : reasonOf(failure)
    const key = [from.getTime(), channel, state, reason].join(' ')
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { from, channel, state, reason, count })
    else sum.count += count
  }
  return [...sums.values()]
}

const PLAIN_REASONS = new Set([
  'blocked',
  'outside-window',
  'bad-address',
  'bad-message',
  'gave-up',
  'sender-died',
  'no outcome in time',
  'broke off',
  'no token',
  'token refused',
  'flood limit',
  'attachment not read',
  FILE_NOT_CARRIED,
])

/** Few words for whatever was written down: reasons become labels of figures, and channels say new things every day. */
export function reasonOf(failure: string | null): string {
  if (failure === null) return ''
  if (PLAIN_REASONS.has(failure)) return failure
  return /^(?:zalo -?\d{1,5}|answer \d{3}|status \d{3})/.exec(failure)?.[0] ?? 'other'
}

function summarise(rows: readonly Counted[], now: Date): Deliveries {
  const since = (ms: number) => stepOf(now.getTime() - ms)
  const within = (ms: number) => outcomesOf(rows.filter(({ from }) => from.getTime() >= since(ms)))
  return { lastHour: within(HOUR_MS), lastDay: within(HOURS_SHOWN * HOUR_MS), byHour: hoursOf(rows, now) }
}

function outcomesOf(rows: readonly Counted[]): Outcomes {
  const outcomes: Outcomes = { delivered: 0, refused: {}, uncertain: 0, parked: 0, dropped: 0 }
  for (const { state, reason, count } of rows) {
    if (state === 'refused') outcomes.refused[reason] = (outcomes.refused[reason] ?? 0) + count
    else if (state === 'delivered' || state === 'uncertain' || state === 'parked' || state === 'dropped') {
      outcomes[state] += count
    }
  }
  return outcomes
}

function hoursOf(rows: readonly Counted[], now: Date): HourOfOutcomes[] {
  const first = firstHour(now).getTime()
  const hours = Array.from({ length: HOURS_SHOWN }, (_, index) => ({
    from: new Date(first + (index + 1) * HOUR_MS),
    delivered: 0,
    others: 0,
  }))
  for (const { from, state, count } of rows) {
    const hour = hours[Math.floor((from.getTime() - first) / HOUR_MS) - 1]
    if (hour !== undefined) hour[state === 'delivered' ? 'delivered' : 'others'] += count
  }
  return hours
}

/** What is shown of a day on which nothing left. */
export function noDeliveries(now: Date): Deliveries {
  return summarise([], now)
}

const stepOf = (ms: number) => Math.floor(ms / STEP_MS) * STEP_MS
/** The hour that lies 24 hours back: the last day begins within it. */
const firstHour = (now: Date) => new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - HOURS_SHOWN * HOUR_MS)
