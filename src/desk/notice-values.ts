import { isoLocal } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { formatDay } from '../i18n.ts'
import type { Territory } from '../territory/territory.ts'

/**
 * What a notice may say about the ticket of somebody who cannot be written to freely: a number, an office and a day, never
 * what it is about. Null when nobody spoke on any.
 */
export async function noticeValues(
  sql: Sql,
  territory: Territory,
  contactId: string,
): Promise<Record<'ticket' | 'unit' | 'date', string> | null> {
  const [own] = await sql<{ number: string; unit_id: string; spoken_at: Date }[]>`
    select number, unit_id, spoken_at from tickets where contact_id = ${contactId} order by spoken_at desc, id desc limit 1`
  const row = (await newsOfOfficer(sql, contactId)) ?? own
  if (row === undefined) return null
  return {
    ticket: row.number,
    unit: territory.unitById.get(row.unit_id)?.name.vi ?? row.unit_id,
    date: formatDay(isoLocal(row.spoken_at).slice(0, 10)),
  }
}

/** The ticket of the last news that waits to be told to an officer in this chat. */
async function newsOfOfficer(sql: Sql, contactId: string) {
  const [row] = await sql<{ number: string; unit_id: string; spoken_at: Date }[]>`
    select t.number, t.unit_id, n.at as spoken_at
    from officer_contacts l join officer_notices n on n.officer_id = l.officer_id and n.told_at is not null
    join tickets t on t.id = n.ticket_id
    where l.contact_id = ${contactId} and exists (
      select from outbox o where o.contact_id = ${contactId} and o.state = 'waiting' and o.author = 'desk')
    order by n.id desc limit 1`
  return row
}
