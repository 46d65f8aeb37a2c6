import type { Transaction } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { newActionId } from '../ids.ts'
import { ticketActions } from './tables.ts'

/** What a button under words about a ticket may do, however far the talk has moved on meanwhile. */
export const TICKET_EFFECTS = [
  'confirm_resolved',
  'reopen',
  'rate_5',
  'rate_4',
  'rate_3',
  'rate_2',
  'rate_1',
  'why_nothing',
  'why_wrong',
  'why_unclear',
] as const
export type TicketEffect = (typeof TICKET_EFFECTS)[number]

export const RATING_EFFECTS = ['rate_5', 'rate_4', 'rate_3', 'rate_2', 'rate_1'] as const
export const WHY_EFFECTS = ['why_nothing', 'why_wrong', 'why_unclear'] as const
export const DONE_EFFECTS = ['confirm_resolved', 'reopen'] as const

/** Key of the words on the button. */
export function actionKey(effect: TicketEffect): string {
  const names: Partial<Record<TicketEffect, string>> = { confirm_resolved: 'done', reopen: 'notDone' }
  return `desk.action.${names[effect] ?? effect}`
}

/** Makes buttons that one contact may tap about one ticket; their ids, in the order asked for. */
export async function offerActions(
  tx: Transaction,
  { contactId, ticketId, effects }: { contactId: string; ticketId: number; effects: readonly TicketEffect[] },
  now: Date,
): Promise<{ id: string; effect: TicketEffect }[]> {
  const offered = effects.map((effect) => ({ id: newActionId(), effect }))
  await drizzleOn(tx)
    .insert(ticketActions)
    .values(offered.map(({ id, effect }) => ({ id, effect, contactId, ticketId, createdAt: now })))
  return offered
}
