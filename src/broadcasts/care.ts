/**
 * What keeps messages true while they are sent, whoever sends them: rows of a process that died are given up for
 * uncertain, lines whose time is over are closed, an outage is noticed, errors pause a message, and one that has nobody
 * left in line is done. For recurring work; every step may run twice.
 */
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import { broadcastStatusAfter } from './broadcast.ts'
import { isQuiet, nextDecentMoment } from './quiet-hours.ts'
import { applyReceipts } from './receipts.ts'
import type { BroadcastRules } from './rules.ts'
import { pauseOnSpike } from './spike.ts'
import { type Broadcast, changeBroadcast, findBroadcast, lockBroadcast, recordLine } from './store.ts'

export interface CareOptions {
  sql: Sql
  rules: BroadcastRules
  log: Pick<Logger, 'info' | 'warn'>
}

const AT_ONCE = 5_000
const MINUTE_MS = 60_000
const LONGEST_OUTAGE_MINUTES = 14 * 24 * 60
/** Counts of attempts are for the watch over errors alone. */
const ATTEMPTS_KEPT_MS = 86_400_000

export async function careForBroadcasts(options: CareOptions, now: Date): Promise<void> {
  const { sql, rules, log } = options
  await giveUpDead(sql, now)
  await applyReceipts(sql)
  const rows = await sql<{ id: string }[]>`select id from broadcasts where status = 'sending' order by id`
  for (const { id } of rows) {
    const broadcast = await findBroadcast(sql, id)
    if (broadcast?.status !== 'sending') continue
    if (await noticeOutage(options, broadcast, now)) continue
    if (broadcast.notAfter !== null && broadcast.notAfter <= now) await expire(sql, id, 'too-late', now)
    const paused = await pauseOnSpike(sql, id, rules.errorSpike, now)
    if (paused !== null) log.warn({ broadcast: id, ...paused }, 'sending paused: too many attempts fail')
    if (paused === null && (await finish(sql, id, now))) log.info({ broadcast: id }, 'a policy message is sent')
  }
  // Whoever was paused was not held up by an outage.
  await sql`
    insert into broadcast_watch (broadcast_id, watched_at)
    select id, ${now}::timestamptz from broadcasts where status in ('sending', 'paused')
    on conflict (broadcast_id) do update set watched_at = excluded.watched_at`
  await sql`delete from broadcast_attempts where counted_from < ${new Date(now.getTime() - ATTEMPTS_KEPT_MS)}`
}

/** What a dead process had in hand may have left, or not. */
export async function giveUpDead(sql: Sql, now: Date): Promise<number> {
  const rows = await sql`
    with dead as (
      select broadcast_id, contact_id from broadcast_recipients
      where state = 'sending' and lease_until < clock_timestamp()
      order by contact_id limit ${AT_ONCE} for update skip locked
    )
    update broadcast_recipients r set state = 'uncertain', reason = 'sender-died', lease_until = null, settled_at = ${now}
    from dead where r.broadcast_id = dead.broadcast_id and r.contact_id = dead.contact_id`
  return rows.count
}

async function expire(sql: Sql, id: string, reason: string, now: Date): Promise<number> {
  let expired = 0
  for (;;) {
    const rows = await sql`
      with late as (
        select broadcast_id, contact_id from broadcast_recipients
        where broadcast_id = ${id} and state = 'waiting' limit ${AT_ONCE} for update skip locked
      )
      update broadcast_recipients r set state = 'expired', reason = ${reason}, settled_at = ${now}
      from late where r.broadcast_id = late.broadcast_id and r.contact_id = late.contact_id`
    expired += rows.count
    if (rows.count < AT_ONCE) return expired
  }
}

/** Minutes between two moments in which messages might have left. */
export function decentMinutes(quiet: BroadcastRules['quietHours'], from: Date, to: Date): number {
  const minutes = Math.floor((to.getTime() - from.getTime()) / MINUTE_MS)
  let decent = 0
  for (let minute = 0; minute < Math.min(minutes, LONGEST_OUTAGE_MINUTES); minute++) {
    if (!isQuiet(quiet, new Date(to.getTime() - minute * MINUTE_MS))) decent += 1
  }
  return decent
}

/** True when the message's author wants nothing of it to leave late, and it is late. */
async function noticeOutage({ sql, rules, log }: CareOptions, broadcast: Broadcast, now: Date): Promise<boolean> {
  const [row] = await sql<{ since: Date | null }[]>`
    select coalesce(
      (select watched_at from broadcast_watch where broadcast_id = ${broadcast.id}),
      (select greatest(max(at), ${broadcast.scheduleAt}::timestamptz) from broadcast_activity
        where broadcast_id = ${broadcast.id} and verb in ('schedule', 'resume', 'approve', 'frozen'))) as since`
  const since = row?.since ?? null
  const minutes = since === null ? 0 : decentMinutes(rules.quietHours, nextDecentMoment(rules.quietHours, since), now)
  if (minutes < rules.outageMinutes) return false
  const catchUp = broadcast.content.catch_up
  const isNews = await sql.begin(async (tx) => {
    const current = await lockBroadcast(tx, broadcast.id)
    if (current?.status !== 'sending') return false
    const seq = current.lastSeq + 1
    await tx`update broadcasts set last_seq = ${seq} where id = ${broadcast.id}`
    const facts = { minutes, catch_up: catchUp }
    await recordLine(tx, { broadcastId: broadcast.id, seq, actorId: null, verb: 'outage', facts }, now)
    await tx`insert into broadcast_watch (broadcast_id, watched_at) values (${broadcast.id}, ${now})
      on conflict (broadcast_id) do update set watched_at = excluded.watched_at`
    return true
  })
  if (isNews) log.warn({ broadcast: broadcast.id, minutes, catchUp }, 'nothing could be sent for a while')
  if (catchUp === 'send') return false
  await expire(sql, broadcast.id, 'outage', now)
  return true
}

/** Done once nobody is in line or in hand. Rows of unknown outcome do not hold it up. */
async function finish(sql: Sql, id: string, now: Date): Promise<boolean> {
  const isOver = async (on: Sql | Parameters<typeof lockBroadcast>[0]) => {
    const [row] = await on<{ is_over: boolean }[]>`
      select not exists (select from broadcast_recipients where broadcast_id = ${id} and state = 'waiting')
        and not exists (select from broadcast_recipients where broadcast_id = ${id} and state = 'sending') as is_over`
    return row?.is_over === true
  }
  await dropGone(sql, id, now)
  if (!(await isOver(sql))) return false
  return sql.begin(async (tx) => {
    const broadcast = await lockBroadcast(tx, id)
    const to = broadcast && broadcastStatusAfter('finish', broadcast.status)
    if (!broadcast || !to || !(await isOver(tx))) return false
    await changeBroadcast(tx, broadcast, { set: { status: to, endedAt: now }, actorId: null, verb: 'finish' }, now)
    return true
  })
}

/** Whoever was forgotten altogether is in nobody's line. Looked for among those who stand first. */
async function dropGone(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`
    update broadcast_recipients r set state = 'stopped', reason = 'erased', settled_at = ${now}
    from (
      select w.contact_id from (
        select contact_id from broadcast_recipients
        where broadcast_id = ${id} and state = 'waiting' order by not_before, contact_id limit 100
      ) w where not exists (select from contacts c where c.id = w.contact_id)
    ) gone where r.broadcast_id = ${id} and r.contact_id = gone.contact_id and r.state = 'waiting'`
}
