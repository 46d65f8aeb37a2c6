import { localDay } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { and, asc, drizzleOn, eq, gt, lte, ne, notInArray } from '../db/drizzle.ts'
import { beginAnew } from '../messaging/person.ts'
import { isSameLine, successorOf } from '../territory/successor.ts'
import { unitsInForce } from '../territory/territory.ts'
import { type Change, change } from './activity.ts'
import { type LockedTicket, leaveTalk, lockTicket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
import { noOffer } from './ticket-changes.ts'

/*
 * What time does to tickets by itself. Each function may be called by any process at any moment and as often as one
 * likes: it looks again under the ticket's lock, one transaction per ticket. They return how many tickets changed.
 */

const SILENT_DAYS = 14
const BATCH = 200

/** Closes what was resolved two weeks ago and nobody objected to. */
export function closeSilent(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const before = new Date(now.getTime() - SILENT_DAYS * 86_400_000)
  const isSilent = and(eq(tickets.status, 'resolved'), lte(tickets.resolvedAt, before))
  return eachTicket(sql, services, isSilent, now, async ({ ticket }) =>
    ticket.status === 'resolved' && ticket.resolvedAt !== null && ticket.resolvedAt <= before
      ? { set: { status: 'closed', closedAt: now }, actor: 'system', verb: 'closed-silent' }
      : null,
  )
}

/** Takes back hand-offs that nobody accepted in time; the sender, who answered for the ticket all along, has it as before. */
export function lapseHandOffs(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  return eachTicket(sql, services, lte(tickets.offerLapsesAt, now), now, async ({ ticket }) =>
    ticket.offerLapsesAt !== null && ticket.offerLapsesAt <= now
      ? { set: noOffer, actor: 'system', verb: 'lapsed', facts: { to_unit: ticket.offeredUnitId } }
      : null,
  )
}

/**
 * Moves unfinished tickets of units that ended to those that took over, back into the queue there. A complaint never
 * moves to what became of the unit complained of: it goes to the coordinator's next step up.
 */
export function moveToSuccessors(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  const { territory } = services
  const day = localDay(now)
  const inForce = unitsInForce(territory, day).map((unit) => unit.id)
  const isLeftBehind = and(ne(tickets.status, 'closed'), notInArray(tickets.unitId, inForce))
  return eachTicket(sql, services, isLeftBehind, now, async (locked, tx) => {
    const { ticket } = locked
    if (ticket.status === 'closed' || inForce.includes(ticket.unitId)) return null
    const heir = successorOf(territory, ticket.unitId, day, ticket.topic)
    const about = ticket.complaintAbout === null ? undefined : territory.unitById.get(ticket.complaintAbout)
    const isBarred = about !== undefined && isSameLine(territory, heir, about)
    const unit = isBarred ? successorOf(territory, ticket.escalationUnitId ?? '', day) : heir
    await leaveTalk(tx, locked)
    const status = ticket.status === 'assigned' ? 'open' : ticket.status
    return {
      set: { unitId: unit.id, assigneeId: null, status, ...noOffer },
      actor: 'system',
      verb: 'moved',
      facts: { from_unit: ticket.unitId, to_unit: unit.id },
    }
  })
}

type Decide = (locked: LockedTicket, tx: Parameters<Parameters<Sql['begin']>[1]>[0]) => Promise<Change | null>

async function eachTicket(
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
        if (locked && made) await change(tx, locked.ticket, services.calendar, made, now)
        return made !== null
      })
      if (isChanged) changed++
      after = id
    }
    if (batch.length < BATCH) return changed
  }
}
