import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { officersOf } from '../notices/notify.ts'
import { onCallOf } from './unit-settings.ts'

interface Urgent {
  unitId: string
  assigneeId: string | null
}

/** Whom an urgent ticket reaches at any hour: who is on call, the head of the unit, and the officer who has it. */
export async function whoIsWoken(
  tx: Transaction,
  { unitId, assigneeId }: Urgent,
  now: Date,
): Promise<{ officerIds: string[] }> {
  const onCall = await onCallOf(tx, unitId)
  const heads = await officersOf(tx, { unitId, who: 'heads', day: localDay(now) })
  return { officerIds: [...onCall, ...heads, ...(assigneeId === null ? [] : [assigneeId])] }
}

/** The same, and all who handle the work of the unit while nobody has the ticket. */
export async function allOfUrgent(tx: Transaction, ticket: Urgent, now: Date): Promise<{ officerIds: string[] }> {
  const { officerIds } = await whoIsWoken(tx, ticket, now)
  if (ticket.assigneeId !== null) return { officerIds }
  const handling = await officersOf(tx, { unitId: ticket.unitId, who: 'handling', day: localDay(now) })
  return { officerIds: [...officerIds, ...handling] }
}
