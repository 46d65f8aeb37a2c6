import type { Sql } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { sealJson } from '../secrets.ts'
import { fileTicket, type TicketDraft } from './file-ticket.ts'
import type { DeskServices } from './services.ts'
import { tickets } from './tables.ts'

export interface CounterScreening {
  /** Made with the page, so that the same form sent twice files one ticket. */
  id: string
  day: string
  facts: Readonly<Record<string, unknown>>
  /** With facts, day and rule versions, so that it can be replayed. */
  kept: unknown
}

/**
 * Files a ticket for somebody who stands at the counter, with the screening that was made there. The screening is sealed
 * with the ticket's own key, and nothing of it was stored before. Null when this very form filed one already for another
 * officer.
 */
export async function fileAtCounter(
  sql: Sql,
  services: DeskServices,
  draft: Omit<TicketDraft, 'contact' | 'screeningId' | 'facts' | 'filedBy'> & { filedBy: string },
  screening: CounterScreening,
  now: Date,
): Promise<{ number: string } | null> {
  const { id, day, facts, kept } = screening
  return sql.begin(async (tx) => {
    // Whoever sends the form again waits here for the first one.
    const placed = await tx`
      insert into screenings (id, contact_id, day, sealed_screening, created_at)
      values (${id}, null, ${day}, ${Buffer.alloc(0)}, ${now}) on conflict (id) do nothing returning 1`
    if (placed.length === 0) {
      const [known] = await tx<{ number: string }[]>`
        select number from tickets where screening_id = ${id} and filed_by = ${draft.filedBy}
          and id = (select ticket_id from screenings where id = ${id})`
      return known ?? null
    }
    const filed = await fileTicket(tx, services, { ...draft, contact: null, facts, screeningId: id }, now)
    const [row] = await drizzleOn(tx).select().from(tickets).where(eq(tickets.id, filed.id))
    if (!row?.sealedKey) throw new Error('A ticket without a chat has a key of its own')
    const key = services.secrets.openPersonKey(row.sealedKey)
    const sealed = sealJson(key, kept)
    await tx`update screenings set ticket_id = ${filed.id}, sealed_screening = ${sealed} where id = ${id}`
    return { number: filed.number }
  })
}
