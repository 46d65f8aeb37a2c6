/**
 * What moves messages on without an officer: a message in line is frozen, and starts at its time. Several processes may
 * run this; freezing that another one is at is left alone until that one has been silent.
 */

import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { RecurringWork } from '../recurring.ts'
import { broadcastStatusAfter } from './broadcast.ts'
import { freezeBroadcast, isAnythingUnderWay } from './freeze.ts'
import type { BroadcastServices } from './services.ts'
import { changeBroadcast, findBroadcast, lockBroadcast } from './store.ts'

/** Every batch shows that somebody is at it; sealed ones take a fraction of a second. */
const SILENT_MS = 3_000
const CANCELLED_AT_ONCE = 5_000

/** Begins to freeze what stands in line. */
export async function beginFreezing({ sql }: Pick<BroadcastServices, 'sql'>, now: Date): Promise<string[]> {
  const rows = await sql<{ id: string; corrects: string | null }[]>`
    select id, corrects from broadcasts where status = 'scheduled' and frozen_at is null order by schedule_at`
  const begun: string[] = []
  for (const { id, corrects } of rows) {
    // Who got the wrong text is known once nothing of it is on its way.
    if (corrects !== null && (await isAnythingUnderWay(sql, corrects))) continue
    if (await moveOn(sql, id, 'freeze', now)) begun.push(id)
  }
  return begun
}

/** Starts what is frozen and whose time has come. */
export async function startDue({ sql }: Pick<BroadcastServices, 'sql'>, now: Date): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from broadcasts where status = 'scheduled' and frozen_at is not null and schedule_at <= ${now}`
  const started: string[] = []
  for (const { id } of rows) if (await moveOn(sql, id, 'send', now)) started.push(id)
  return started
}

async function moveOn(sql: Sql, id: string, verb: 'freeze' | 'send', now: Date): Promise<boolean> {
  return sql.begin(async (tx) => {
    const broadcast = await lockBroadcast(tx, id)
    const to = broadcast && broadcastStatusAfter(verb, broadcast.status)
    if (!broadcast || !to || (broadcast.frozenAt === null) !== (verb === 'freeze')) return false
    const startedAt = verb === 'send' ? { startedAt: now } : {}
    await changeBroadcast(tx, broadcast, { set: { status: to, ...startedAt }, actorId: null, verb }, now)
    return true
  })
}

/** Rows of cancelled messages that will not leave any more say so; some at a time. */
export async function settleCancelled({ sql }: Pick<BroadcastServices, 'sql'>, now: Date): Promise<number> {
  const rows = await sql`
    update broadcast_recipients r set state = 'cancelled', settled_at = ${now}
    from (
      select w.broadcast_id, w.contact_id from broadcasts b
      cross join lateral (
        select broadcast_id, contact_id from broadcast_recipients
        where broadcast_id = b.id and state = 'waiting' limit ${CANCELLED_AT_ONCE}
      ) w where b.status = 'cancelled' and b.frozen_up_to is not null and b.ended_at > ${new Date(now.getTime() - 86_400_000)}
      limit ${CANCELLED_AT_ONCE}
    ) due where r.broadcast_id = due.broadcast_id and r.contact_id = due.contact_id and r.state = 'waiting'`
  return rows.count
}

export interface BroadcastWorks {
  works: RecurringWork[]
  /** Waits for the batch in hand. */
  stop(): Promise<void>
}

export function createBroadcastWorks(
  services: BroadcastServices,
  { clock, log }: { clock: Clock; log: Logger },
): BroadcastWorks {
  const stopping = new AbortController()
  let freezing: Promise<void> | null = null

  async function freezeAll(): Promise<void> {
    for (;;) {
      const silentSince = new Date(clock.now().getTime() - SILENT_MS)
      const begun = await beginFreezing(services, clock.now())
      const left = await services.sql<{ id: string }[]>`
        select id from broadcasts where status = 'freezing' and updated_at <= ${silentSince}`
      const [next] = [...begun, ...left.map(({ id }) => id)]
      if (next === undefined || stopping.signal.aborted) return
      const outcome = await freezeBroadcast(services, next, { now: () => clock.now(), signal: stopping.signal })
      if (outcome.kind === 'stopped' && (await findBroadcast(services.sql, next))?.status === 'freezing') return
      if (outcome.kind !== 'stopped') log.info({ broadcast: next, outcome: outcome.kind }, 'audience frozen')
    }
  }

  return {
    works: [
      {
        name: 'broadcasts',
        everyMs: 1_000,
        run: async (now) => {
          // Takes long with many people: other recurring work must not wait for it.
          freezing ??= freezeAll()
            .catch((error: unknown) => log.error({ err: error }, 'an audience could not be frozen'))
            .finally(() => {
              freezing = null
            })
          await startDue(services, now)
          await settleCancelled(services, now)
        },
      },
    ],
    stop: async () => {
      stopping.abort()
      await freezing
    },
  }
}
