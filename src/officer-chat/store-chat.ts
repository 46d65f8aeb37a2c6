import type { Transaction } from '../db/client.ts'
import type { Officer, Role } from '../officers/permissions.ts'
import { scopeOf } from '../officers/permissions.ts'
import { type Key, openJson, sealJson } from '../secrets.ts'
import { newOfficerSession, type OfficerSession, officerSessionSchema } from './session.ts'

/** Why an officer has no desk in the chat. */
export type Barred = 'disabled' | 'password' | 'noRight'

export interface LinkedOfficer {
  officer: Officer
  barred: Barred | null
}

/** Whose chat it is. Until the transaction ends the chat stays linked: whoever unlinks it waits, and drops what was queued. */
export async function officerOfChat(tx: Transaction, contactId: string): Promise<LinkedOfficer | null> {
  const [row] = await tx<
    {
      id: string
      username: string
      name: string
      roles: string[]
      unit_id: string | null
      must_change_password: boolean
      disabled_at: Date | null
    }[]
  >`select o.id, o.username, o.name, o.roles, o.unit_id, o.must_change_password, o.disabled_at
    from officer_contacts l join officers o on o.id = l.officer_id where l.contact_id = ${contactId} for share of l`
  if (row === undefined) return null
  const { id, username, name, unit_id: unitId } = row
  const officer: Officer = { id, username, name, roles: row.roles as Role[], unitId }
  return { officer, barred: barredBy(officer, row) }
}

export function barredBy(
  officer: Officer,
  { must_change_password, disabled_at }: { must_change_password: boolean; disabled_at: Date | null },
): Barred | null {
  if (disabled_at !== null) return 'disabled'
  if (must_change_password) return 'password'
  const scope = scopeOf(officer)
  return scope.kind === 'nothing' || (scope.kind === 'everything' && !scope.acts) ? 'noRight' : null
}

/** Where the officer stands; at the menu when the chat was another's before. */
export async function loadChat(
  tx: Transaction,
  contact: { id: string; key: Key },
  officerId: string,
  now: Date,
): Promise<OfficerSession> {
  const [row] = await tx<{ officer_id: string; sealed_session: Buffer }[]>`
    select officer_id, sealed_session from officer_chats where contact_id = ${contact.id}`
  if (row === undefined || row.officer_id !== officerId) return newOfficerSession(now)
  return officerSessionSchema.parse(openJson(contact.key, row.sealed_session))
}

/** `isUsed`: the officer said something; else it was the desk that spoke. */
export async function storeChat(
  tx: Transaction,
  contact: { id: string; key: Key },
  officerId: string,
  session: OfficerSession,
  { now, isUsed }: { now: Date; isUsed: boolean },
): Promise<void> {
  const kept = isUsed ? { ...session, updatedAt: now.toISOString() } : session
  await tx`insert into officer_chats (contact_id, officer_id, sealed_session, used_at)
    values (${contact.id}, ${officerId}, ${sealJson(contact.key, kept)}, ${now})
    on conflict (contact_id) do update set officer_id = excluded.officer_id, sealed_session = excluded.sealed_session,
      used_at = case when ${isUsed} then excluded.used_at else officer_chats.used_at end`
}
