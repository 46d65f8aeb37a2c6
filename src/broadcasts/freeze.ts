/**
 * Freezing: an audience becomes one row a person. People are read in the order of their ids and judged outside of any
 * transaction; rows, counts and how far it came are then written together, so that whoever goes on after a kill begins
 * where the last batch was committed, and nobody is there twice. Two that freeze at once: the later batch is dropped.
 */
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { broadcastStatusAfter } from './broadcast.ts'
import type { Verdict } from './classify.ts'
import { needsSealedFacts } from './match.ts'
import {
  type Judged,
  judgeCorrected,
  judgePeople,
  type PersonRow,
  peopleAfter,
  recentBroadcasts,
  recipientsAfter,
} from './people.ts'
import { placesOf } from './places.ts'
import type { BroadcastServices } from './services.ts'
import { type Broadcast, changeBroadcast, findBroadcast, lockBroadcast, unfreeze } from './store.ts'

export type FreezeOutcome =
  | { kind: 'frozen'; broadcast: Broadcast }
  /** More people concerned than one approval is enough for; it waits for another. */
  | { kind: 'needs-second-approval'; broadcast: Broadcast }
  /** Paused, cancelled, taken over by another process, or told to stop: nothing is lost. */
  | { kind: 'stopped' }

export interface FreezeOptions {
  now: () => Date
  /** People in one transaction. */
  batch?: number
  signal?: AbortSignal
}

const BATCH_IN_CLEAR = 5_000
const BATCH_SEALED = 1_000

/** Freezes a message in status `freezing` to the end, from where it stands. */
export async function freezeBroadcast(
  services: BroadcastServices,
  id: string,
  { now, batch, signal }: FreezeOptions,
): Promise<FreezeOutcome> {
  const { sql, territory } = services
  const broadcast = await findBroadcast(sql, id)
  if (broadcast?.status !== 'freezing') return { kind: 'stopped' }
  const { content, corrects } = broadcast
  const limit = batch ?? (needsSealedFacts(content.audience) ? BATCH_SEALED : BATCH_IN_CLEAR)
  const at = now()
  const recent = await recentBroadcasts(sql, { kind: content.kind, except: id, now: at })
  const judging = { content, places: placesOf(territory, content.audience), now: at, recentBroadcasts: recent }

  const read = async (after: string | null): Promise<{ rows: PersonRow[]; judge: () => Promise<Judged[]> }> => {
    if (corrects !== null) {
      const got = await recipientsAfter(sql, { original: corrects, after, limit })
      return { rows: got, judge: () => judgeCorrected(services, got, judging) }
    }
    const people = await peopleAfter(sql, { after, limit, places: null })
    return { rows: people, judge: () => judgePeople(services, people, judging) }
  }
  let upTo = broadcast.frozenUpTo
  let next = read(upTo)
  for (;;) {
    if (signal?.aborted) {
      await next
      return { kind: 'stopped' }
    }
    const { rows, judge } = await next
    const judged = await judge()
    const last = rows.at(-1)?.id ?? upTo
    const isLast = rows.length < limit
    const from = upTo
    // The next ones are read while these are written.
    next = isLast ? Promise.resolve({ rows: [], judge: async () => [] }) : read(last)
    const [outcome] = await Promise.all([
      sql.begin((tx) => keepBatch(tx, services, { id, from, upTo: last, judged, isLast, at: now() })),
      next,
    ])
    if (outcome !== 'more') return outcome
    upTo = last
  }
}

async function keepBatch(
  tx: Transaction,
  { broadcasting }: BroadcastServices,
  done: { id: string; from: string | null; upTo: string | null; judged: Judged[]; isLast: boolean; at: Date },
): Promise<FreezeOutcome | 'more'> {
  const broadcast = await lockBroadcast(tx, done.id)
  if (broadcast?.status !== 'freezing' || broadcast.frozenUpTo !== done.from) return { kind: 'stopped' }
  await insertRows(tx, done.id, done.judged)
  await addExclusions(tx, done.id, done.judged)
  if (!done.isLast) {
    await tx`update broadcasts set frozen_up_to = ${done.upTo}, updated_at = ${done.at} where id = ${done.id}`
    return 'more'
  }
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from broadcast_recipients where broadcast_id = ${done.id}`
  const people = row?.count ?? 0
  const { kind, secondApproverId } = broadcast
  if (kind === 'duty' && people > broadcasting.rules.secondApprovalAbove && secondApproverId === null) {
    await unfreeze(tx, { ...broadcast, frozenUpTo: done.upTo, frozenAt: done.at })
    const set = { status: 'submitted', households: people, frozenUpTo: null, scheduleAt: null, approvedAt: null }
    const change = { set, actorId: null, verb: 'second-approval-needed', facts: { people } }
    return { kind: 'needs-second-approval', broadcast: await changeBroadcast(tx, broadcast, change, done.at) }
  }
  const status = broadcastStatusAfter('frozen', 'freezing') ?? 'scheduled'
  const set = { status, frozenUpTo: done.upTo, frozenAt: done.at, households: people }
  const change = { set, actorId: null, verb: 'frozen', facts: { people } }
  return { kind: 'frozen', broadcast: await changeBroadcast(tx, broadcast, change, done.at) }
}

type Kept = Exclude<Verdict, { kind: 'excluded' }>

async function insertRows(tx: Transaction, id: string, judged: readonly Judged[]): Promise<void> {
  const rows = judged.flatMap(({ person, verdict }) =>
    verdict.kind === 'excluded' ? [] : [{ person, verdict: verdict satisfies Kept }],
  )
  if (rows.length === 0) return
  const column = (pick: (row: (typeof rows)[number]) => string | null) => list(tx, rows.map(pick))
  const joined = rows.filter(({ person }) => person.is_joined).map(({ person }) => person.id)
  // Whoever was joined with somebody while the audience was frozen has a row already, by another chat.
  const there =
    joined.length === 0
      ? []
      : await tx<{ person_id: string }[]>`
          select c.person_id from contacts c join broadcast_recipients r on r.contact_id = c.id
          where r.broadcast_id = ${id} and c.person_id = any (${list(tx, joined)}::uuid[])`
  const taken = new Set(there.map((row) => row.person_id))
  const fresh = rows.filter(({ person }) => !taken.has(person.id))
  if (fresh.length < rows.length) return insertRows(tx, id, fresh)
  await tx`
    insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state, reason, commune_code)
    select ${id}::uuid, * from unnest(
      ${column(({ verdict }) => verdict.chat.id)}::uuid[], ${column(({ verdict }) => verdict.chat.channel)}::text[],
      ${column(({ verdict }) => verdict.chat.account)}::text[],
      ${column(({ verdict }) => (verdict.kind === 'visit' ? 'visit' : 'waiting'))}::text[],
      ${column(({ verdict }) => (verdict.kind === 'visit' ? verdict.reason : null))}::text[],
      ${column(({ person }) => person.commune_code)}::text[])
    on conflict do nothing`
}

async function addExclusions(tx: Transaction, id: string, judged: readonly Judged[]): Promise<void> {
  const counts = new Map<string, number>()
  for (const { verdict } of judged) {
    if (verdict.kind === 'excluded') counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + 1)
  }
  if (counts.size === 0) return
  await tx`
    insert into broadcast_exclusions (broadcast_id, reason, count)
    select ${id}::uuid, * from unnest(${list(tx, [...counts.keys()])}::text[], ${list(tx, [...counts.values()])}::int[])
    on conflict (broadcast_id, reason) do update set count = broadcast_exclusions.count + excluded.count`
}

/** Whether something of a message is on its way this moment: then nobody knows yet who got it. */
export async function isAnythingUnderWay(sql: Sql | Transaction, id: string): Promise<boolean> {
  const rows = await sql`
    select from broadcast_recipients where broadcast_id = ${id} and state = 'sending' limit 1`
  return rows.length > 0
}
