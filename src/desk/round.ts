import { localDay } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { and, asc, drizzleOn, eq, gt, inArray, lte, or } from '../db/drizzle.ts'
import { beginAnew } from '../messaging/person.ts'
import { isInForce } from '../territory/territory.ts'
import { type Change, change } from './activity.ts'
import { answeringUnit } from './heir.ts'
import { type LockedTicket, leaveTalk, lockTicket, type Ticket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
import { STATUSES } from './ticket.ts'
import { noOffer } from './ticket-changes.ts'
import { whoHas } from './who-has.ts'
import { allOfUrgent } from './who-is-woken.ts'

/*
 * What time does to tickets by itself. Each function may be called by any process at any moment and as often as one
 * likes: it looks again under the ticket's lock, one transaction per ticket. They return how many tickets changed.
 */

const SILENT_DAYS = 14
const BATCH = 200

/** Closes what was resolved two weeks ago and nobody objected to; the person is asked once whether it was really done. */
export function closeSilent(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const before = new Date(now.getTime() - SILENT_DAYS * 86_400_000)
  const isSilent = and(eq(tickets.status, 'resolved'), lte(tickets.resolvedAt, before))
  return eachTicket(sql, services, isSilent, now, async ({ ticket }) =>
    ticket.status === 'resolved' && ticket.resolvedAt !== null && ticket.resolvedAt <= before
      ? { set: { status: 'closed', closedAt: now, checkInAt: now }, actor: 'system', verb: 'closed-silent' }
      : null,
  )
}

/** Takes back hand-offs that nobody accepted in time; the sender, who answered for the ticket all along, has it as before. */
export function lapseHandOffs(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  return eachTicket(sql, services, lte(tickets.offerLapsesAt, now), now, async ({ ticket }) =>
    ticket.offerLapsesAt !== null && ticket.offerLapsesAt <= now ? lapse(ticket, now) : null,
  )
}

function lapse(ticket: Ticket, now: Date): Change {
  return {
    set: noOffer,
    actor: 'system',
    verb: 'lapsed',
    facts: { to_unit: ticket.offeredUnitId },
    tell: [{ to: whoHas(ticket, now), kind: 'lapsed' }],
  }
}

/**
 * Moves unfinished tickets of units that ended to those that took over, back into the queue there. A complaint never
 * moves to what became of the unit complained of: it goes to the coordinator's next step up. What was only offered to a
 * unit that ended stays with who answers for it.
 */
export function moveToSuccessors(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const { territory } = services
  const day = localDay(now)
  // The units that are no more are named, so that their tickets are found by an index.
  const ended = territory.units.filter((unit) => !isInForce(unit, day)).map((unit) => unit.id)
  const isLeftBehind = or(
    and(
      inArray(
        tickets.status,
        STATUSES.filter((status) => status !== 'closed'),
      ),
      inArray(tickets.unitId, ended),
    ),
    inArray(tickets.offeredUnitId, ended),
  )
  return eachTicket(sql, services, isLeftBehind, now, async (locked, tx) => {
    const { ticket } = locked
    if (ticket.offeredUnitId !== null && ended.includes(ticket.offeredUnitId) && !ended.includes(ticket.unitId)) {
      return lapse(ticket, now)
    }
    if (ticket.status === 'closed' || !ended.includes(ticket.unitId)) return null
    const unitId = answeringUnit(territory, ticket, day)
    await leaveTalk(tx, locked)
    const status = ticket.status === 'assigned' ? 'open' : ticket.status
    return {
      set: { unitId, assigneeId: null, status, ...noOffer },
      actor: 'system',
      verb: 'moved',
      facts: { from_unit: ticket.unitId, to_unit: unitId },
      tell: ticket.urgent
        ? [{ to: await allOfUrgent(tx, { unitId, assigneeId: null }, now), kind: 'urgent' }]
        : [{ to: { unitId, who: 'handling', day }, kind: 'new_ticket' }],
    }
  })
}

type Decide = (locked: LockedTicket, tx: Parameters<Parameters<Sql['begin']>[1]>[0]) => Promise<Change | null>

/** Decides on each ticket under its lock. */
export async function eachTicket(
  sql: Sql,
  services: DeskServices,
  condition: ReturnType<typeof and>,
  now: Date,
  decide: Decide,
): Promise<number> {
  let changed = 0
  for (let after = 0; ; ) {
    const batch = await drizzleOn(sql)
      .select({ id: tickets.id })
      .from(tickets)
      .where(and(condition, gt(tickets.id, after)))
      .orderBy(asc(tickets.id))
      .limit(BATCH)
    for (const { id } of batch) {
      const isChanged = await beginAnew(sql, async (tx) => {
        const locked = await lockTicket(tx, services.secrets, { id })
        const made = locked ? await decide(locked, tx) : null
        if (locked && made) await change(tx, locked.ticket, services, made, now)
        return made !== null
      })
      if (isChanged) changed++
      after = id
    }
    if (batch.length < BATCH) return changed
  }
}
