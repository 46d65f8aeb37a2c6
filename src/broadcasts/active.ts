import type { Sql } from '../db/client.ts'
import { type BroadcastContent, type BroadcastKind, contentSchema } from './broadcast.ts'

/** A message that is being sent. */
export interface ActiveBroadcast {
  id: string
  kind: BroadcastKind
  content: BroadcastContent
  startedAt: Date
  notAfter: Date | null
}

interface Row {
  id: string
  kind: BroadcastKind
  content: unknown
  started_at: Date | null
  not_after: Date | null
  updated_at: Date
}

/** Whoever looks after messages does so every second or two. */
const WATCHED_MS = 60_000

/**
 * Messages that are being sent, those that the law obliges to first. One that must not leave late waits until somebody
 * has looked whether it is.
 */
export async function readActive(sql: Sql, now: Date): Promise<ActiveBroadcast[]> {
  const watchedSince = new Date(now.getTime() - WATCHED_MS)
  const rows = await sql<Row[]>`
    select id, kind, content, started_at, not_after, updated_at from broadcasts b where status = 'sending'
      and (content ->> 'catch_up' <> 'skip' or exists (
        select from broadcast_watch w where w.broadcast_id = b.id and w.watched_at > ${watchedSince}))
    order by kind = 'duty' desc, started_at, id`
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    content: contentSchema.parse(row.content),
    startedAt: row.started_at ?? row.updated_at,
    notAfter: row.not_after,
  }))
}
