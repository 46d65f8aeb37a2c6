import { localDay } from '../clock.ts'
import type { Told } from '../notices/notify.ts'

/** Whom news of a ticket concerns: the officer who has it, or else all who handle the work of its unit. */
export function whoHas(ticket: { assigneeId: string | null; unitId: string }, now: Date): Told {
  if (ticket.assigneeId !== null) return { officerIds: [ticket.assigneeId] }
  return { unitId: ticket.unitId, who: 'handling', day: localDay(now) }
}
