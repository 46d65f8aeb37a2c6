import type { Sql } from '../db/client.ts'
import type { Officer } from '../officers/permissions.ts'
import type { BroadcastServices } from './services.ts'
import { placesOfOfficer } from './visits.ts'

/** A message with people who are told in person, as far as they are the officer's to tell. */
export interface VisitMessage {
  id: string
  beginning: string
  status: string
  startedAt: Date
  left: number
  done: number
}

const MOST = 100
/** Visits that nobody made in so long are no work of today any more. */
const SHOWN_DAYS = 180

/** The newest first; null when no visits are the officer's. */
export async function visitMessages(
  { sql, territory }: { sql: Sql; territory: BroadcastServices['territory'] },
  officer: Officer,
  now: Date,
): Promise<VisitMessage[] | null> {
  if (placesOfOfficer(sql, territory, officer, null) === null) return null
  const since = new Date(now.getTime() - SHOWN_DAYS * 86_400_000)
  const messages = await sql<Omit<VisitMessage, 'left' | 'done'>[] & { unitId: string | null }[]>`
    select b.id, b.unit_id as "unitId", left(b.content #>> '{texts,vi,text}', 160) as beginning, b.status,
      b.started_at as "startedAt"
    from broadcasts b
    where b.started_at > ${since} and exists (
      select from broadcast_counts c where c.broadcast_id = b.id and c.what in ('visit', 'visited') and c.count > 0)
    order by b.started_at desc, b.id limit ${MOST}`
  const shown: VisitMessage[] = []
  for (const { unitId, ...message } of messages) {
    const mine = placesOfOfficer(sql, territory, officer, unitId)
    const [row] = await sql<{ left: number; done: number }[]>`
      select count(*) filter (where r.state = 'visit')::int as left,
        count(*) filter (where r.state = 'visited')::int as done
      from broadcast_recipients r
      where r.broadcast_id = ${message.id} and r.state in ('visit', 'visited') and ${mine ?? sql`false`}`
    if (row !== undefined && row.left + row.done > 0) shown.push({ ...message, left: row.left, done: row.done })
  }
  return shown
}
