import { recordAudit } from '../audit/record.ts'
import type { RegisterServices } from './services.ts'

/**
 * Destroys a household's key and all by which it could be found. What is left says of nobody in particular that some
 * household had a status: past reports stay true.
 */
export async function eraseHousehold(
  { sql }: RegisterServices,
  id: string,
  officerId: string,
  now: Date,
): Promise<boolean> {
  return sql.begin(async (tx) => {
    const erased = await tx`update households set sealed_key = null, search_hashes = '{}', identity_hash = null,
      certificate_hash = null, who_hash = '', village_hash = '', namesake_hash = '', erased_at = ${now}
      where id = ${id} and erased_at is null`
    if (erased.count === 0) return false
    await tx`update register_households set sealed_who = ''::bytea, fingerprint = '' where household_id = ${id}`
    await tx`delete from register_links where household_id = ${id}`
    await recordAudit(
      tx,
      { actorId: officerId, action: 'household-erased', subjectKind: 'household', subjectId: id },
      now,
    )
    return true
  })
}
