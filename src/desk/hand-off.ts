import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, isNull, or, sql as raw } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { officers } from '../officers/tables.ts'
import { isSameLine } from '../territory/successor.ts'
import { unitsInForce } from '../territory/territory.ts'
import { type ActOutcome, type ActRequest, act, type Step } from './act.ts'
import type { DeskServices } from './services.ts'
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
 * somebody accepts; the offer lapses after the time promised for a first answer.
 */
export function handOff(sql: Sql, services: DeskServices, request: HandOffRequest, now: Date): Promise<ActOutcome> {
  return act(sql, services, 'hand-off', request, now, async (step) => {
    const faults = unitFaults(step, request)
    const officerId = request.toOfficer === null ? null : await officerOf(step.tx, request.toUnit, request.toOfficer)
    if (officerId === undefined) faults.push({ where: 'to_officer', what: `is no officer of ${request.toUnit}` })
    if (officerId === undefined || faults.length > 0) return { faults }
    const message = await keepNote(step, request.reason)
    return {
      set: {
        offeredUnitId: request.toUnit,
        offeredOfficerId: officerId,
        offeredAt: now,
        offerLapsesAt: addWorkingMinutes(services.calendar, now, step.ticket.promises.firstAnswerMinutes),
      },
      facts: { from_unit: step.ticket.unitId, to_unit: request.toUnit, to_officer: officerId, message },
    }
  })
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

async function officerOf(tx: Transaction, unitId: string, named: string): Promise<string | undefined> {
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
