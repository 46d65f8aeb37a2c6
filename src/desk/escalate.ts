import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { beginAnew } from '../messaging/person.ts'
import { officersOf, type Told } from '../notices/notify.ts'
import { coordinatorOn, isSameLine, successorOf } from '../territory/successor.ts'
import type { LadderStep } from '../territory/territory.ts'
import { type Change, change } from './activity.ts'
import { isToBeSaid, nextRung } from './ladder.ts'
import { lockTicket, type Ticket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { whoHas } from './who-has.ts'
import { isWorkingMoment } from './working-time.ts'

const BATCH = 200

interface Due {
  id: number
  unit_id: string
  ladder_at: Date
}

/**
 * Warns of deadlines that come near and climbs the ladder of those that passed, in the working time of each unit. Like all
 * rounds it may be called by any process, as often as one likes. Returns how many lines were said.
 */
export async function climbLadders(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  let said = 0
  for (let after: Due | null = null; ; ) {
    const beyond = after === null ? sql`` : sql`and (ladder_at, id) > (${after.ladder_at}, ${after.id})`
    const due: Due[] = await sql<Due[]>`
      select id, unit_id, ladder_at from tickets
      where ladder_at is not null and paused_at is null and ladder_at <= ${now} ${beyond}
      order by ladder_at, id limit ${BATCH}`
    for (const { id, unit_id: unitId } of due) {
      if (!isWorkingMoment(services.calendars.of(unitId), now)) continue
      said += await beginAnew(sql, (tx) => climb(tx, services, id, now))
    }
    const last = due.at(-1)
    if (last === undefined || due.length < BATCH) return said
    after = last
  }
}

async function climb(tx: Transaction, services: DeskServices, id: number, now: Date): Promise<number> {
  const locked = await lockTicket(tx, services.secrets, { id })
  let ticket = locked?.ticket
  let said = 0
  while (ticket !== undefined && ticket.pausedAt === null) {
    const calendar = services.calendars.of(ticket.unitId)
    const rung = nextRung(ticket, services.territory.routing.ladder, calendar)
    if (rung === null || !isToBeSaid(rung.at, now, calendar)) break
    const made = rung.kind === 'warning' ? warning(ticket, now) : await step(tx, services, ticket, rung.to, now)
    ticket = await change(tx, ticket, services, made, now)
    said++
  }
  return said
}

/** A warning that comes after the deadline tells nothing: the first step follows at once. */
function warning(ticket: Ticket, now: Date): Change {
  const isLate = ticket.dueAt !== null && ticket.dueAt <= now
  return {
    set: { warnedAt: now },
    actor: 'system',
    verb: 'escalated',
    facts: { step: 'warning', promise: ticket.promise },
    tell: isLate ? [] : [{ to: whoHas(ticket, now), kind: 'due_soon' }],
  }
}

async function step(
  tx: Transaction,
  services: DeskServices,
  ticket: Ticket,
  to: LadderStep,
  now: Date,
): Promise<Change> {
  const day = localDay(now)
  const unitId = unitOf(services, ticket, to, day)
  const told: Told | null =
    to === 'officer' ? whoHas(ticket, now) : unitId === null ? null : { unitId, who: 'heads', day }
  const count = told === null ? 0 : 'officerIds' in told ? told.officerIds.length : (await officersOf(tx, told)).length
  return {
    set: { escalationLevel: ticket.escalationLevel + 1, ...nowSeenBy(ticket, to, unitId) },
    actor: 'system',
    verb: 'escalated',
    facts: { step: to, unit: unitId, promise: ticket.promise, told: count },
    tell: told === null ? [] : [{ to: told, kind: to === 'officer' ? 'overdue' : 'escalated' }],
  }
}

/** Whoever hears of a ticket can open it, also where another unit took over since it was filed. */
function nowSeenBy(
  ticket: Ticket,
  to: LadderStep,
  unitId: string | null,
): { departmentId?: string; escalationUnitId?: string } {
  const { unitId: own, departmentId, escalationUnitId } = ticket
  if (unitId === null || [own, departmentId, escalationUnitId].includes(unitId)) return {}
  return to === 'department' && departmentId !== null ? { departmentId: unitId } : { escalationUnitId: unitId }
}

/** The unit that hears of a step; null when it is the one complained of, which never does. */
function unitOf({ territory }: DeskServices, ticket: Ticket, to: LadderStep, day: string): string | null {
  if (to === 'officer' || to === 'head') return ticket.unitId
  const unit =
    to === 'coordinator'
      ? coordinatorOn(territory, day)
      : successorOf(territory, ticket.departmentId ?? ticket.escalationUnitId ?? ticket.unitId, day, ticket.topic)
  const about = ticket.complaintAbout === null ? undefined : territory.unitById.get(ticket.complaintAbout)
  return about !== undefined && isSameLine(territory, unit, about) ? null : unit.id
}
