import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { beginAnew } from '../messaging/person.ts'
import { HANDLING_ROLES } from '../notices/notify.ts'
import { type Change, change } from './activity.ts'
import { type Candidate, chooseOfficer } from './choose-officer.ts'
import { type LockedTicket, leaveTalk, lockTicket, type Ticket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { onCallOf } from './unit-settings.ts'
import { allOfUrgent } from './who-is-woken.ts'
import { isWorkingMoment } from './working-time.ts'

/*
 * Work finds its officer by itself where a unit has at least two: when it is filed, when it lies open, and when the one
 * who had it is away. Nobody needs to be present for it. A unit can keep to taking work by hand.
 */

/** They may have work of any unit. */
const OVER_ALL_ROLES = ['administrator', 'supervisor']

/** Assigns a ticket that was just filed, when its unit works that way. Returns it as it is then. */
export async function assignFiled(tx: Transaction, services: DeskServices, ticket: Ticket, now: Date): Promise<Ticket> {
  const chosen = await pickOfficer(tx, services, ticket, [], now)
  return chosen === null ? ticket : change(tx, ticket, services, assigned(chosen), now)
}

/** Assigns what lies open in the units that share work evenly; those who gave a ticket back do not get it again. */
export async function assignOpen(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const rows = await sql<{ id: number }[]>`
    select t.id
    from (
      select o.unit_id from officers o
      where o.disabled_at is null and o.unit_id is not null and o.roles && ${list(sql, [...HANDLING_ROLES])}::text[]
        and not exists (select from unit_settings s where s.unit_id = o.unit_id and s.assignment = 'by_hand')
      group by o.unit_id having count(*) >= 2
    ) u
    cross join lateral (
      select id from tickets
      where unit_id = u.unit_id and status = 'open' and assignee_id is null and offered_unit_id is null
        and coalesce(queue_position, 'infinity') < 'infinity'
      order by coalesce(queue_position, 'infinity'), id limit 50
    ) t`
  return eachOf(sql, services, rows, now, async ({ ticket }, tx) => {
    if (ticket.status !== 'open' || ticket.assigneeId !== null || ticket.offeredUnitId !== null) return null
    const chosen = await pickOfficer(tx, services, ticket, await thoseWhoGaveBack(tx, ticket.id), now)
    return chosen === null ? null : assigned(chosen)
  })
}

/** Takes work from officers who are on leave, left or moved to another unit, and gives it to their colleagues, or back to the queue. */
export async function spreadWorkOfAway(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const day = localDay(now)
  const rows = await sql<{ id: number }[]>`
    select id from (
      select t.id, t.due_at from officers o join tickets t on t.assignee_id = o.id
      where t.status in ('assigned', 'pending') and (o.disabled_at is not null or exists (
        select from officer_leaves l where l.officer_id = o.id and l.from_day <= ${day} and l.to_day >= ${day}))
      union
      select t.id, t.due_at from tickets t join officers o on o.id = t.assignee_id
      where t.status in ('assigned', 'pending') and o.unit_id <> t.unit_id
        and not o.roles && ${list(sql, OVER_ALL_ROLES)}::text[]
    ) as away
    order by due_at, id limit 500`
  return eachOf(sql, services, rows, now, async (locked, tx) => {
    const { ticket } = locked
    if (ticket.assigneeId === null || (ticket.status !== 'assigned' && ticket.status !== 'pending')) return null
    const why = await whyAway(tx, ticket.assigneeId, ticket.unitId, day)
    if (why === null) return null
    const from = ticket.assigneeId
    const chosen = await pickOfficer(tx, services, ticket, [from], now)
    const facts = { from, why, to: chosen }
    if (chosen !== null) {
      const tell = [{ to: { officerIds: [chosen] }, kind: 'assigned' as const }]
      return { set: { assigneeId: chosen }, actor: 'system', verb: 'given-back', facts, tell }
    }
    await leaveTalk(tx, locked)
    const status = ticket.status === 'assigned' ? ('open' as const) : ticket.status
    const tell = ticket.urgent
      ? [{ to: await allOfUrgent(tx, { ...ticket, assigneeId: null }, now), kind: 'urgent' as const }]
      : [{ to: { unitId: ticket.unitId, who: 'handling' as const, day }, kind: 'new_ticket' as const }]
    return { set: { assigneeId: null, status }, actor: 'system', verb: 'given-back', facts, tell }
  })
}

function assigned(officerId: string): Change {
  return {
    set: { status: 'assigned', assigneeId: officerId },
    actor: 'system',
    verb: 'assigned',
    facts: { to: officerId },
    tell: [{ to: { officerIds: [officerId] }, kind: 'assigned' }],
  }
}

/**
 * The officer of the unit whose turn it is; null where work is taken by hand, or nobody is there. While the office sleeps,
 * urgent work goes to nobody but who is on call: it waits open for whoever wakes first.
 */
async function pickOfficer(
  tx: Transaction,
  { calendars }: DeskServices,
  { unitId, urgent }: Ticket,
  except: readonly string[],
  now: Date,
): Promise<string | null> {
  const [unit] = await tx<{ handling: number; assignment: string | null }[]>`
    select count(*) as handling, (select assignment from unit_settings where unit_id = ${unitId}) as assignment
    from officers
    where unit_id = ${unitId} and disabled_at is null and roles && ${list(tx, [...HANDLING_ROLES])}::text[]`
  if (unit === undefined || Number(unit.handling) < 2 || unit.assignment === 'by_hand') return null
  // One at a time in each unit: the next one counts what this one got.
  await tx`select pg_advisory_xact_lock(hashtext('assign'), hashtext(${unitId}))`
  const day = localDay(now)
  const isAsleep = urgent && !isWorkingMoment(calendars.of(unitId), now)
  const awake = isAsleep ? await onCallOf(tx, unitId) : []
  const candidates = await tx<Candidate[]>`
    select o.id, count(t.id)::int as "openWork", min(t.due_at) as "nextDueAt"
    from officers o left join tickets t on t.assignee_id = o.id and t.status in ('assigned', 'pending')
    where o.unit_id = ${unitId} and o.disabled_at is null and o.roles && ${list(tx, [...HANDLING_ROLES])}::text[]
      and not o.id = any (${list(tx, except)}::uuid[])
      and (not ${isAsleep} or o.id = any (${list(tx, awake)}::uuid[]))
      and not exists (select from officer_leaves l
        where l.officer_id = o.id and l.from_day <= ${day} and l.to_day >= ${day})
    group by o.id`
  return chooseOfficer(candidates)?.id ?? null
}

async function thoseWhoGaveBack(tx: Transaction, ticketId: number): Promise<string[]> {
  const rows = await tx<{ officer_id: string }[]>`
    select distinct officer_id from activity
    where ticket_id = ${ticketId} and verb = 'release' and officer_id is not null`
  return rows.map((row) => row.officer_id)
}

async function whyAway(
  tx: Transaction,
  officerId: string,
  unitId: string,
  day: string,
): Promise<'left' | 'moved' | 'leave' | null> {
  const [row] = await tx<{ left: boolean; moved: boolean; leave: boolean }[]>`
    select o.disabled_at is not null as left, 
      coalesce(o.unit_id <> ${unitId}, false) and not o.roles && ${list(tx, OVER_ALL_ROLES)}::text[] as moved,
      exists (select from officer_leaves l
        where l.officer_id = o.id and l.from_day <= ${day} and l.to_day >= ${day}) as leave
    from officers o where o.id = ${officerId}`
  if (row === undefined) return null
  if (row.left) return 'left'
  if (row.moved) return 'moved'
  return row.leave ? 'leave' : null
}

type Decide = (locked: LockedTicket, tx: Transaction) => Promise<Change | null>

async function eachOf(
  sql: Sql,
  services: DeskServices,
  rows: readonly { id: number }[],
  now: Date,
  decide: Decide,
): Promise<number> {
  let changed = 0
  for (const { id } of rows) {
    const isChanged = await beginAnew(sql, async (tx) => {
      const locked = await lockTicket(tx, services.secrets, { id })
      const made = locked ? await decide(locked, tx) : null
      if (locked && made) await change(tx, locked.ticket, services, made, now)
      return made !== null
    })
    if (isChanged) changed++
  }
  return changed
}
