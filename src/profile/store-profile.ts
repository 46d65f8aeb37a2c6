import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { type Key, openJson, sealJson } from '../secrets.ts'
import { keptUntil } from './keep.ts'
import { type Profile, profileSchema } from './profile.ts'

/** The sealed profiles of these people, by contact; most steps of a talk need none and leave them sealed. */
export async function loadProfiles(tx: Transaction, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const rows = await tx<{ contact_id: string; sealed_profile: Buffer }[]>`
    select contact_id, sealed_profile from profiles where contact_id = any (${list(tx, [...ids])}::uuid[])`
  return new Map(rows.map((row) => [row.contact_id, row.sealed_profile]))
}

export function openProfile(key: Key, sealed: Uint8Array): Profile {
  return profileSchema.parse(openJson(key, sealed))
}

/** Keeps a profile in place of the one before. The caller made sure that the person consented. */
export async function storeProfile(
  tx: Transaction,
  contact: { id: string; key: Key },
  profile: Profile,
  now: Date,
): Promise<void> {
  const until = keptUntil(profile)
  if (until === null) return forgetProfile(tx, contact.id)
  await tx`insert into profiles (contact_id, sealed_profile, kept_until, updated_at)
    values (${contact.id}, ${sealJson(contact.key, profile)}, ${until}, ${now})
    on conflict (contact_id) do update set sealed_profile = excluded.sealed_profile, kept_until = excluded.kept_until,
      updated_at = excluded.updated_at`
}

export async function forgetProfile(tx: Transaction, contactId: string): Promise<void> {
  await tx`delete from profiles where contact_id = ${contactId}`
}
