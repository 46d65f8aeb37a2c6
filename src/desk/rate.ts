import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, min } from '../db/drizzle.ts'
import { change } from './activity.ts'
import { lockTicket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { activity } from './tables.ts'
import { whoHas } from './who-has.ts'

/** `too-late`: it was rated more than a day ago. `not-finished`: nobody has said that the matter is settled. */
export type Rated = 'rated' | 'changed' | 'too-late' | 'not-finished'

const CHANGEABLE_MS = 24 * 3_600_000

/** The citizen says how good the help was, 1 to 5; they may think better of it within a day. The caller holds the contact's lock. */
export async function rateByCitizen(
  tx: Transaction,
  services: DeskServices,
  { ticketId, rating }: { ticketId: number; rating: number },
  now: Date,
): Promise<Rated> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (locked?.ticket.status !== 'closed' || locked.ticket.confirmedAt === null) return 'not-finished'
  const { ticket } = locked
  const isNew = ticket.rating === null
  if (ticket.rating === rating) return 'changed'
  if (!isNew && (await hasSettled(tx, ticketId, now))) return 'too-late'
  const tell = [{ to: whoHas(ticket, now), kind: 'rated' as const }]
  await change(
    tx,
    ticket,
    services,
    { set: { rating }, actor: 'citizen', verb: 'rated', facts: { rating }, ...(isNew && { tell }) },
    now,
  )
  return isNew ? 'rated' : 'changed'
}

async function hasSettled(tx: Transaction, ticketId: number, now: Date): Promise<boolean> {
  const [row] = await drizzleOn(tx)
    .select({ at: min(activity.at) })
    .from(activity)
    .where(and(eq(activity.ticketId, ticketId), eq(activity.verb, 'rated')))
  return row?.at != null && now.getTime() - row.at.getTime() > CHANGEABLE_MS
}

/** The citizen says why it is not settled, by a button. Words of their own stand in the talk. */
export async function explainByCitizen(
  tx: Transaction,
  services: DeskServices,
  { ticketId, why }: { ticketId: number; why: string },
  now: Date,
): Promise<void> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (!locked || locked.ticket.status === 'closed') return
  const tell = [{ to: whoHas(locked.ticket, now), kind: 'citizen_wrote' as const }]
  const made = { set: { spokenAt: now }, actor: 'citizen' as const, verb: 'explained', facts: { why }, tell }
  await change(tx, locked.ticket, services, made, now)
}
