import type { Transaction } from '../db/client.ts'
import { dropBotMessages } from '../outbox/enqueue.ts'
import { change } from './activity.ts'
import { lockTicket, takeTalk } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'

/**
 * Somebody of the office wrote to the citizen in a channel's own inbox. Who it was is not known here, so the ticket keeps
 * its assignee; the talk is the officers' from now on. The caller holds the contact's lock.
 */
export async function officerSaysElsewhere(
  tx: Transaction,
  services: DeskServices,
  { contactId, ticketId, messageId }: { contactId: string; ticketId: number | null; messageId: number },
  now: Date,
): Promise<void> {
  await dropBotMessages(tx, contactId, now)
  if (ticketId === null) return
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (!locked) return
  await tx`update messages set ticket_id = ${ticketId} where id = ${messageId} and contact_id = ${contactId}`
  await takeTalk(tx, locked)
  const set = { spokenAt: now, firstAnsweredAt: locked.ticket.firstAnsweredAt ?? now }
  const said = { set, actor: 'officer' as const, verb: 'said-elsewhere', facts: { message: messageId } }
  await change(tx, locked.ticket, services, said, now)
}
