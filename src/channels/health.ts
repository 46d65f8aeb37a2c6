import type { ChannelAlarm, ChannelHealth, ChannelState } from '../channel-health.ts'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { AccountCare, AccountHealth } from '../messaging/account-care.ts'
import { readLastUpdates } from '../messaging/last-updates.ts'
import { readWaitingIn } from '../messaging/waiting-in.ts'
import { noDeliveries, readDeliveries } from '../outbox/delivery-counts.ts'
import { countSetAside } from '../outbox/set-aside.ts'
import { nothingWaits, readWaitingOut } from '../outbox/waiting-out.ts'

export interface ChannelHealthOptions {
  sql: Sql
  clock: Clock
  channels: readonly ChannelState[]
  /** What this process saw last. */
  lastUpdateAt(channel: string): Date | null
  /** By channel: of those that have an account with tokens. */
  cares: Readonly<Record<string, AccountCare | undefined>>
}

const ALARMS_SHOWN = 50
const NOTHING_IN = { waiting: 0, oldestSeconds: 0 }

/** Everything there is to say of every channel, as it is now. All of it is read by indexes or counted up to a bound. */
export function createChannelHealth(options: ChannelHealthOptions): () => Promise<ChannelHealth[]> {
  const { sql, clock, channels, lastUpdateAt, cares } = options
  return async () => {
    const now = clock.now()
    const [written, waitingIn, waitingOut, deliveries, setAside, failures, alarms, accounts] = await Promise.all([
      readLastUpdates(sql),
      readWaitingIn(sql, now),
      readWaitingOut(sql, now),
      readDeliveries(sql, now),
      countSetAside(sql),
      signatureFailures(sql),
      openAlarms(sql),
      accountsOf(channels, cares, now),
    ])
    return channels.map((channel) => ({
      ...channel,
      lastUpdateAt: latest(written.get(channel.id) ?? null, lastUpdateAt(channel.id)),
      inbox: waitingIn.get(channel.id) ?? NOTHING_IN,
      outbox: waitingOut.get(channel.id) ?? nothingWaits(),
      deliveries: deliveries.get(channel.id) ?? noDeliveries(now),
      setAside: setAside.get(channel.id) ?? 0,
      signatureFailedAt: failures.get(channel.id) ?? null,
      alarms: alarms.get(channel.id) ?? [],
      account: accounts.get(channel.id) ?? null,
    }))
  }
}

async function accountsOf(
  channels: readonly ChannelState[],
  cares: ChannelHealthOptions['cares'],
  now: Date,
): Promise<Map<string, AccountHealth>> {
  const known = await Promise.all(
    channels.flatMap(({ id }) => {
      const care = cares[id]
      return care === undefined ? [] : [care.health(now).then((health) => [id, health] as const)]
    }),
  )
  return new Map(known)
}

async function signatureFailures(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql<{ channel: string; last_at: Date }[]>`
    select channel, max(last_at) as last_at from signature_failures group by channel`
  return new Map(rows.map((row) => [row.channel, row.last_at]))
}

async function openAlarms(sql: Sql): Promise<Map<string, ChannelAlarm[]>> {
  const rows = await sql<(ChannelAlarm & { channel: string })[]>`
    select channel, code, detail, count, last_at as "lastAt" from channel_alarms
    order by last_at desc limit ${ALARMS_SHOWN}`
  const byChannel = Map.groupBy(rows, ({ channel }) => channel)
  return new Map([...byChannel].map(([channel, of]) => [channel, of.map(({ channel: _, ...alarm }) => alarm)]))
}

function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}
