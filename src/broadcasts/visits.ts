/**
 * People whom no channel reaches are told in person: each commune has a list, and ticks off who was. Those of whom no
 * commune is known are the sending unit's.
 */
import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { type Officer, visitScope } from '../officers/permissions.ts'
import type { BroadcastServices } from './services.ts'
import { type Broadcast, findBroadcast } from './store.ts'

export interface Visit {
  contactId: string
  communeCode: string | null
  reason: string | null
  visitedAt: Date | null
  visitedBy: string | null
  /** The newest ticket of the person, which says who they are to whoever may read it. */
  ticket: string | null
  /** The household in the register, where an officer has seen the certificate. */
  householdId: string | null
}

export type VisitsOutcome =
  | { kind: 'read'; visits: Visit[]; left: number; nextCursor: string | null }
  | { kind: 'not-found' }
  | { kind: 'forbidden' }

interface VisitServices {
  sql: Sql
  territory: BroadcastServices['territory']
}

/** Statuses in which somebody may go: what is not sent yet may still be edited. */
const OUT = new Set(['sending', 'paused', 'done'])

/** The visits the officer makes, those still to be made first. */
export async function listVisits(
  { sql, territory }: VisitServices,
  officer: Officer,
  broadcastId: string,
  { after, limit, left: onlyLeft }: { after?: string | undefined; limit: number; left: boolean },
): Promise<VisitsOutcome> {
  const broadcast = await findBroadcast(sql, broadcastId)
  if (broadcast === null) return { kind: 'not-found' }
  const mine = placesOfOfficer(sql, territory, officer, broadcast.unitId)
  if (mine === null) return { kind: 'forbidden' }
  if (broadcast.startedAt === null) return { kind: 'read', visits: [], left: 0, nextCursor: null }
  await dropGone(sql, broadcast)
  const states = onlyLeft ? sql`r.state = 'visit'` : sql`r.state in ('visit', 'visited')`
  const rows = await sql<Visit[]>`
    select r.contact_id as "contactId", r.commune_code as "communeCode", r.reason, r.settled_at as "visitedAt",
      o.name as "visitedBy", t.number as ticket, l.household_id as "householdId"
    from broadcast_recipients r join contacts c on c.id = r.contact_id
    left join officers o on o.id = r.visited_by
    left join lateral (
      select number from tickets where contact_id = c.id order by id desc limit 1
    ) t on true
    left join register_links l on l.contact_id = coalesce(c.person_id, c.id) and l.undone_at is null
    where r.broadcast_id = ${broadcastId} and ${states} and ${mine}
      ${after === undefined ? sql`` : sql`and r.contact_id > ${after}`}
    order by r.contact_id limit ${limit + 1}`
  const [counted] = await sql<{ left: number }[]>`
    select count(*)::int as left from broadcast_recipients r
    where r.broadcast_id = ${broadcastId} and r.state = 'visit' and ${mine}`
  const visits = rows
    .slice(0, limit)
    .map((row) => ({ ...row, visitedAt: row.visitedBy === null ? null : row.visitedAt }))
  const nextCursor = rows.length > limit ? (visits.at(-1)?.contactId ?? null) : null
  return { kind: 'read', visits, left: counted?.left ?? 0, nextCursor }
}

/** Nobody goes to whoever was forgotten, or wants to hear nothing more, since the list was made. */
async function dropGone(sql: Sql, { id, kind }: Pick<Broadcast, 'id' | 'kind'>): Promise<void> {
  await sql`
    update broadcast_recipients r set state = 'stopped', settled_at = clock_timestamp(),
      reason = case when c.erased_at is null then 'opted-out' else 'erased' end
    from contacts c
    where r.broadcast_id = ${id} and r.state = 'visit' and c.id = r.contact_id and (c.erased_at is not null
      or c.all_stopped_at is not null or ${kind} = 'information' and c.information_stopped_at is not null)`
}

export type TickOutcome = { kind: 'done' } | { kind: 'not-found' } | { kind: 'forbidden' } | { kind: 'not-out' }

/** Somebody was told in person, or was not after all. The same tick twice is one. */
export async function tickVisit(
  { sql, territory }: VisitServices,
  {
    officer,
    broadcastId,
    contactId,
    done,
  }: { officer: Officer; broadcastId: string; contactId: string; done: boolean },
  now: Date,
): Promise<TickOutcome> {
  const broadcast = await findBroadcast(sql, broadcastId)
  if (broadcast === null) return { kind: 'not-found' }
  return sql.begin(async (tx): Promise<TickOutcome> => {
    const mine = placesOfOfficer(tx, territory, officer, broadcast.unitId)
    if (mine === null) return { kind: 'forbidden' }
    if (!OUT.has(broadcast.status)) return { kind: 'not-out' }
    const [row] = await tx<{ state: string; is_mine: boolean }[]>`
      select state, coalesce(${mine}, false) as is_mine from broadcast_recipients r
      where broadcast_id = ${broadcastId} and contact_id = ${contactId} and state in ('visit', 'visited') for update`
    if (row === undefined) return { kind: 'not-found' }
    if (!row.is_mine) return { kind: 'forbidden' }
    const state = done ? 'visited' : 'visit'
    if (row.state === state) return { kind: 'done' }
    await tx`
      update broadcast_recipients set state = ${state}, visited_by = ${done ? officer.id : null},
        settled_at = ${done ? now : null}
      where broadcast_id = ${broadcastId} and contact_id = ${contactId}`
    const action = done ? 'broadcast-visited' : 'broadcast-visit-undone'
    const about = { subjectKind: 'broadcast', subjectId: broadcastId, facts: { contact: contactId } }
    await recordAudit(tx, { actorId: officer.id, action, ...about }, now)
    return { kind: 'done' }
  })
}

/** A condition on `broadcast_recipients r`; null: no visits are the officer's. */
export function placesOfOfficer(
  sql: Sql | Transaction,
  territory: BroadcastServices['territory'],
  officer: Officer,
  sendingUnitId: string | null,
) {
  const scope = visitScope(officer)
  if (scope === 'none') return null
  if (scope === 'all') return sql`true`
  const code = territory.unitById.get(scope.unitId)?.placeCode ?? null
  const isSender = scope.unitId === sendingUnitId
  if (code === null && !isSender) return null
  return isSender ? sql`(r.commune_code = ${code} or r.commune_code is null)` : sql`r.commune_code = ${code}`
}
