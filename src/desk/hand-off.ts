import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, isNull, or, sql as raw } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { officers } from '../officers/tables.ts'
import { coordinatorOn, coordinatorRuleOn, isSameLine, successorOf } from '../territory/successor.ts'
import { unitsInForce } from '../territory/territory.ts'
import { type ActOutcome, type ActRequest, act, type Step } from './act.ts'
import type { DeskServices } from './services.ts'
import { allOfUrgent } from './who-is-woken.ts'
import { keepNote } from './words.ts'
import { addWorkingMinutes } from './working-time.ts'

export interface HandOffRequest extends ActRequest {
  toUnit: string
  /** An officer of that unit, by id or user name; null: whoever of the unit accepts. */
  toOfficer: string | null
  reason: string
}

/**
 * Offers the ticket to another unit or officer. The sender's unit stays accountable, and the clock runs on, until
 * somebody accepts; the offer lapses after the time promised for a first answer. A ticket that was passed on often enough
 * is offered to the coordinator instead of the unit that was asked for.
 */
export function handOff(
  sql: Sql | Transaction,
  services: DeskServices,
  request: HandOffRequest,
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'hand-off', request, now, async (step) => {
    const faults = unitFaults(step, request)
    const asked = request.toOfficer === null ? null : await officerOf(step.tx, request.toUnit, request.toOfficer)
    if (asked === undefined) faults.push({ where: 'to_officer', what: `is no officer of ${request.toUnit}` })
    if (asked === undefined || faults.length > 0) return { faults }
    const toUnit = settlingUnit(step, request.toUnit)
    const officerId = toUnit === request.toUnit ? asked : null
    const message = await keepNote(step, request.reason)
    const facts = { from_unit: step.ticket.unitId, to_unit: toUnit, to_officer: officerId, message }
    const day = localDay(now)
    return {
      set: {
        offeredUnitId: toUnit,
        offeredOfficerId: officerId,
        offeredAt: now,
        offerLapsesAt: addWorkingMinutes(services.calendars.of(toUnit), now, step.ticket.promises.firstAnswerMinutes),
      },
      facts: toUnit === request.toUnit ? facts : { ...facts, asked_unit: request.toUnit },
      tell: [
        {
          to: step.ticket.urgent
            ? await allOfUrgent(step.tx, { unitId: toUnit, assigneeId: officerId }, now)
            : officerId === null
              ? { unitId: toUnit, who: 'handling', day }
              : { officerIds: [officerId] },
          kind: 'offered',
        },
      ],
    }
  })
}

/**
 * Whom the ticket is offered to in truth. Units that pass a ticket on and on do not agree whose it is: the coordinator
 * settles that, and may then hand it to anybody. A complaint about the coordinator goes above it.
 */
function settlingUnit({ ticket, services, now }: Step, asked: string): string {
  const { territory } = services
  const day = localDay(now)
  if (asked === ticket.unitId || ticket.hops < territory.routing.acceptedAtMost) return asked
  const about = ticket.complaintAbout === null ? undefined : territory.unitById.get(ticket.complaintAbout)
  const coordinator = coordinatorOn(territory, day)
  const isBarred = about !== undefined && isSameLine(territory, coordinator, about)
  const settles = isBarred ? successorOf(territory, coordinatorRuleOn(territory, day).above, day) : coordinator
  return settles.id === ticket.unitId ? asked : settles.id
}

function unitFaults(step: Step, request: HandOffRequest): Fault[] {
  const { territory } = step.services
  const unit = unitsInForce(territory, localDay(step.now)).find((candidate) => candidate.id === request.toUnit)
  if (!unit) return [{ where: 'to_unit', what: `there is no unit ${request.toUnit} today` }]
  const about = step.ticket.complaintAbout === null ? undefined : territory.unitById.get(step.ticket.complaintAbout)
  if (about && isSameLine(territory, unit, about)) {
    return [{ where: 'to_unit', what: 'a complaint never goes to the unit complained of' }]
  }
  if (unit.id === step.ticket.unitId && request.toOfficer === null) {
    return [{ where: 'to_unit', what: 'the ticket is with this unit already; name another unit or an officer' }]
  }
  return []
}

/** An enabled officer of a unit, by id or user name. */
export async function officerOf(tx: Transaction, unitId: string, named: string): Promise<string | undefined> {
  const [found] = await drizzleOn(tx)
    .select({ id: officers.id })
    .from(officers)
    .where(
      and(
        or(eq(officers.username, named.toLowerCase()), eq(raw`${officers.id}::text`, named)),
        eq(officers.unitId, unitId),
        isNull(officers.disabledAt),
      ),
    )
  return found?.id
}
