import type { Sql, Transaction } from '../db/client.ts'

/** A chat account of an officer, as the officer sees it. */
export interface OfficerAccount {
  contactId: string
  channel: string
  linkedAt: Date
  /** The channel said that nothing reaches it any more. */
  isUnreachable: boolean
}

export async function accountsOfOfficer(sql: Sql | Transaction, officerId: string): Promise<OfficerAccount[]> {
  const rows = await sql<{ contact_id: string; channel: string; linked_at: Date; is_unreachable: boolean }[]>`
    select o.contact_id, c.channel, o.linked_at, c.unreachable_at is not null as is_unreachable
    from officer_contacts o join contacts c on c.id = o.contact_id
    where o.officer_id = ${officerId} and c.erased_at is null order by o.linked_at, o.contact_id`
  return rows.map((row) => ({
    contactId: row.contact_id,
    channel: row.channel,
    linkedAt: row.linked_at,
    isUnreachable: row.is_unreachable,
  }))
}

/** Takes a chat account from an officer; says whether it was theirs. */
export async function unlinkAccount(
  sql: Sql | Transaction,
  account: { contactId: string; officerId?: string },
): Promise<boolean> {
  const rows = await sql`delete from officer_contacts where contact_id = ${account.contactId}
    and officer_id = coalesce(${account.officerId ?? null}::uuid, officer_id) returning 1`
  return rows.length > 0
}
