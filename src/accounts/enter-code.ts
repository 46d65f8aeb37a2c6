import type { Transaction } from '../db/client.ts'
import type { ContactRow } from '../messaging/contact.ts'
import { contactsOfPerson, MoreLocksNeeded } from '../messaging/person.ts'
import type { Secrets } from '../secrets.ts'
import { hashCode } from './codes.ts'
import { joinPeople, wholePerson } from './join.ts'
import { countWrongCode, forgetWrongCodes, lockedUntil } from './wrong-codes.ts'

/** What came of a code that a contact entered. */
export type Entered =
  /** One person now; `host`: the contact that had given the code. */
  | { kind: 'joined'; host: { id: string; channel: string } }
  /** This chat belongs to an officer now. */
  | { kind: 'officer'; name: string }
  /** Entered in the very chat that it was given in: it is for another. */
  | { kind: 'own' }
  /** The two are one person already. */
  | { kind: 'already' }
  | { kind: 'full' }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'locked'; until: Date }

/** More are no person but somebody's collection. */
const MOST_CONTACTS = 6

export interface Entering {
  contact: ContactRow
  /** Other contacts whose rows the transaction holds. */
  held: readonly ContactRow[]
}

/**
 * Takes a code that a contact entered. The caller holds the contact's row and those of its person; for a code of somebody
 * else it throws `MoreLocksNeeded`, to be called again with theirs.
 */
export async function enterCode(
  tx: Transaction,
  secrets: Pick<Secrets, 'keyedHash'>,
  { contact, held }: Entering,
  code: string,
  now: Date,
): Promise<Entered> {
  const until = await lockedUntil(tx, contact, now)
  if (until !== null) return { kind: 'locked', until }
  const hash = hashCode(secrets, code)
  const [found] = await tx<{ contact_id: string | null; officer_id: string | null }[]>`
    select contact_id, officer_id from link_codes where code_hash = ${hash} and expires_at > ${now}`
  if (found?.officer_id) return linkOfficer(tx, contact, hash, found.officer_id, now)
  if (!found?.contact_id) return { kind: 'wrong', triesLeft: await countWrongCode(tx, contact, now) }
  if (found.contact_id === contact.id) return { kind: 'own' }
  const guest = wholePerson(contact, held)
  if (guest.some(({ id }) => id === found.contact_id)) return { kind: 'already' }

  const giver = held.find(({ id }) => id === found.contact_id)
  if (giver === undefined) throw new MoreLocksNeeded([found.contact_id])
  if (giver.personId !== null) {
    const ids = await contactsOfPerson(tx, giver.personId)
    if (ids.some((id) => held.every((other) => other.id !== id))) throw new MoreLocksNeeded(ids)
  }
  const host = wholePerson(giver, held)
  if (host.length + guest.length > MOST_CONTACTS) return { kind: 'full' }
  await joinPeople(tx, [giver, ...host.slice(1)], [contact, ...guest.slice(1)], now)
  await tx`delete from link_codes where code_hash = ${hash}`
  await forgetWrongCodes(tx, contact)
  return { kind: 'joined', host: { id: giver.id, channel: giver.channel } }
}

async function linkOfficer(
  tx: Transaction,
  contact: ContactRow,
  hash: Buffer,
  officerId: string,
  now: Date,
): Promise<Entered> {
  const used = await tx`delete from link_codes where code_hash = ${hash} and officer_id = ${officerId} returning 1`
  const [officer] = await tx<{ name: string }[]>`
    select name from officers where id = ${officerId} and disabled_at is null`
  if (used.length === 0 || officer === undefined) {
    return { kind: 'wrong', triesLeft: await countWrongCode(tx, contact, now) }
  }
  await tx`insert into officer_contacts (contact_id, officer_id, linked_at) values (${contact.id}, ${officerId}, ${now})
    on conflict (contact_id) do update set officer_id = excluded.officer_id, linked_at = excluded.linked_at`
  await forgetWrongCodes(tx, contact)
  return { kind: 'officer', name: officer.name }
}
