import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { and, asc, drizzleOn, eq, gt, type InferSelectModel } from '../db/drizzle.ts'
import { officers } from '../officers/tables.ts'
import { type BroadcastContent, type BroadcastKind, type BroadcastStatus, contentSchema } from './broadcast.ts'
import { type AudiencePreview, previewSchema } from './preview.ts'
import { broadcastActivity, broadcasts } from './tables.ts'

type Row = InferSelectModel<typeof broadcasts>

/** A policy message as it stands in the database. */
export interface Broadcast extends Omit<Row, 'status' | 'kind' | 'content' | 'preview'> {
  status: BroadcastStatus
  kind: BroadcastKind
  content: BroadcastContent
  preview: AudiencePreview | null
}

/** One line of who did what with a message. */
export interface BroadcastLine {
  seq: number
  at: Date
  verb: string
  actor: { id: string; name: string } | null
  facts: Record<string, unknown>
}

export function readBroadcastRow(row: Row): Broadcast {
  return {
    ...row,
    status: row.status as BroadcastStatus,
    kind: row.kind as BroadcastKind,
    content: contentSchema.parse(row.content),
    preview: row.preview === null ? null : previewSchema.parse(row.preview),
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export async function findBroadcast(sql: Sql | Transaction, id: string): Promise<Broadcast | null> {
  if (!UUID.test(id)) return null
  const [row] = await drizzleOn(sql).select().from(broadcasts).where(eq(broadcasts.id, id))
  return row === undefined ? null : readBroadcastRow(row)
}

/** The row is the lock of everything that is decided on a message. */
export async function lockBroadcast(tx: Transaction, id: string): Promise<Broadcast | null> {
  if (!UUID.test(id)) return null
  const [row] = await drizzleOn(tx).select().from(broadcasts).where(eq(broadcasts.id, id)).for('update')
  return row === undefined ? null : readBroadcastRow(row)
}

export interface BroadcastChange {
  set: Partial<Omit<Row, 'id' | 'lastSeq' | 'updatedAt'>>
  /** Null: the product by itself. */
  actorId: string | null
  verb: string
  /** Ids, codes, counts and officers' reasons; no personal data. */
  facts?: Record<string, unknown>
}

/**
 * The only way in which a message changes: row, one line of activity and, when somebody did it, one of the audit,
 * together. The caller holds the row's lock.
 */
export async function changeBroadcast(
  tx: Transaction,
  broadcast: Broadcast,
  { set, actorId, verb, facts = {} }: BroadcastChange,
  now: Date,
): Promise<Broadcast> {
  const columns = { ...set, lastSeq: broadcast.lastSeq + 1, updatedAt: now }
  const drizzle = drizzleOn(tx)
  const [row] = await drizzle.update(broadcasts).set(columns).where(eq(broadcasts.id, broadcast.id)).returning()
  await recordLine(tx, { broadcastId: broadcast.id, seq: columns.lastSeq, actorId, verb, facts }, now)
  return row === undefined ? broadcast : readBroadcastRow(row)
}

export async function recordLine(
  tx: Transaction,
  line: { broadcastId: string; seq: number; actorId: string | null; verb: string; facts: Record<string, unknown> },
  now: Date,
): Promise<void> {
  await drizzleOn(tx)
    .insert(broadcastActivity)
    .values({ ...line, at: now })
  if (line.actorId === null) return
  const { actorId, verb, facts, broadcastId } = line
  const { reason: _, ...codes } = facts
  await recordAudit(
    tx,
    { actorId, action: `broadcast-${verb}`, subjectKind: 'broadcast', subjectId: broadcastId, facts: codes },
    now,
  )
}

/** Activity after `seen`, oldest first; 0 for all. */
export async function broadcastActivitySince(
  sql: Sql | Transaction,
  broadcastId: string,
  seen: number,
): Promise<BroadcastLine[]> {
  const rows = await drizzleOn(sql)
    .select({
      seq: broadcastActivity.seq,
      at: broadcastActivity.at,
      verb: broadcastActivity.verb,
      facts: broadcastActivity.facts,
      actorId: broadcastActivity.actorId,
      name: officers.name,
    })
    .from(broadcastActivity)
    .leftJoin(officers, eq(officers.id, broadcastActivity.actorId))
    .where(and(eq(broadcastActivity.broadcastId, broadcastId), gt(broadcastActivity.seq, seen)))
    .orderBy(asc(broadcastActivity.seq))
  return rows.map(({ actorId, name, facts, ...row }) => ({
    ...row,
    facts: facts as Record<string, unknown>,
    actor: actorId === null ? null : { id: actorId, name: name ?? '' },
  }))
}

/** What was frozen is not any more: the rows go, and so do the counts of those left out. Nothing of it may have left. */
export async function unfreeze(tx: Transaction, broadcast: Broadcast): Promise<void> {
  if (broadcast.frozenUpTo === null && broadcast.frozenAt === null) return
  await tx`delete from broadcast_recipients where broadcast_id = ${broadcast.id}`
  await tx`delete from broadcast_exclusions where broadcast_id = ${broadcast.id}`
}
