import type { Sql, Transaction } from '../db/client.ts'

/** Whether the officer wants the digest of what waits. */
export async function setDigest(sql: Sql | Transaction, officerId: string, isOn: boolean, now: Date): Promise<void> {
  const offAt = isOn ? null : now
  await sql`insert into officer_chat_choices (officer_id, digest_off_at) values (${officerId}, ${offAt})
    on conflict (officer_id) do update set digest_off_at = excluded.digest_off_at`
}
