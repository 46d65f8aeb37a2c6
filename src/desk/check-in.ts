import type { Sql } from '../db/client.ts'
import { lte } from '../db/drizzle.ts'
import { list } from '../db/list.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { mayConfirm } from './citizen-says.ts'
import { reachOf } from './locked-ticket.ts'
import { eachTicket } from './round.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'
import { actionKey, DONE_EFFECTS, offerActions } from './ticket-actions.ts'

/** Nobody is written to unasked before this hour, or from the other one on, in Việt Nam. */
const FROM_HOUR = 7
const TO_HOUR = 21
const HOUR_MS = 3_600_000
const OFFSET_HOURS = 7
/** Ends that leave nothing to ask about. */
const NOTHING_DONE: readonly (string | null)[] = ['withdrawn', 'duplicate']

export function isNight(at: Date): boolean {
  const hour = new Date(at.getTime() + OFFSET_HOURS * HOUR_MS).getUTCHours()
  return hour < FROM_HOUR || hour >= TO_HOUR
}

/**
 * Asks people whose ticket was closed in silence, once, whether the matter was really settled. By day alone; nobody who
 * wants no messages of ours and nobody who cannot be reached. Returns how many were taken off the list.
 */
export async function checkIn(sql: Sql, services: DeskServices, now: Date): Promise<number> {
  if (isNight(now)) return 0
  return eachTicket(sql, services, lte(tickets.checkInAt, now), now, async (locked, tx) => {
    const { ticket, key } = locked
    if (ticket.checkInAt === null || ticket.checkInAt > now) return null
    const done = { set: { checkInAt: null }, actor: 'system' as const }
    const reach = key === null ? null : await reachOf(tx, locked, now)
    if (reach === null || !mayConfirm(ticket) || NOTHING_DONE.includes(ticket.result)) {
      return { ...done, verb: 'not-asked' }
    }
    const ids = list(
      tx,
      locked.people.map(({ id }) => id),
    )
    const [left] = await tx`select 1 from contacts where id = any (${ids}::uuid[]) and all_stopped_at is not null
      or id = ${reach.id} and unreachable_at is not null limit 1`
    if (left !== undefined) return { ...done, verb: 'not-asked' }
    const { texts, territory } = services
    const unit = territory.unitById.get(ticket.unitId)?.name[reach.language] ?? ticket.unitId
    const about = { contactId: reach.id, ticketId: ticket.id, effects: DONE_EFFECTS }
    const offered = await offerActions(tx, about, now)
    const text = texts.text(reach.language, 'desk.checkIn', { number: ticket.number, unit })
    const actions = offered.map(({ id, effect }) => ({ id, label: texts.text(reach.language, actionKey(effect)) }))
    const [message] = await enqueue(tx, {
      contact: reach,
      author: 'bot',
      ticketId: ticket.id,
      messages: [{ text, actions, attachmentId: null }],
      now,
    })
    return { ...done, verb: 'checked-in', facts: { message } }
  })
}
