/**
 * Contacts that were joined are one person. A contact's row is the lock of its talk; whoever touches what the person has
 * in common (profile, tickets, who holds the talk) holds the rows of all contacts of the person. They are taken in order
 * of their ids, in one go: a transaction that finds itself short of one gives up and is begun anew with all of them, so
 * that no two ever wait for each other.
 */
import type { Sql, Transaction } from '../db/client.ts'
import { lockContactRows, type StoredContact } from './contact.ts'

/** What was begun concerns these contacts too, and does not hold their rows. Nothing of it may be kept. */
export class MoreLocksNeeded extends Error {
  readonly contactIds: readonly string[]

  constructor(contactIds: readonly string[]) {
    super('This concerns contacts that are not held')
    this.name = 'MoreLocksNeeded'
    this.contactIds = contactIds
  }
}

/** As often as others can join and part in the middle of our work before we take it for a fault. */
const TRIES = 5

export async function contactsOfPerson(sql: Sql | Transaction, personId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from contacts where person_id = ${personId} order by id`
  return rows.map(({ id }) => id)
}

/** Makes sure that rows which the caller holds are all of a person. */
export async function holdsWholePerson(tx: Transaction, personId: string, held: readonly string[]): Promise<void> {
  const ids = await contactsOfPerson(tx, personId)
  if (ids.some((id) => !held.includes(id))) throw new MoreLocksNeeded(ids)
}

/** Locks a contact and all that are joined with it. To be called inside `beginAnew`, or by who holds them already. */
export async function lockPerson(tx: Transaction, contactId: string): Promise<readonly StoredContact[]> {
  const [known] = await tx<{ person_id: string | null }[]>`select person_id from contacts where id = ${contactId}`
  const personId = known?.person_id ?? null
  const ids = personId === null ? [contactId] : await contactsOfPerson(tx, personId)
  const rows = await lockContactRows(tx, ids.includes(contactId) ? ids : [contactId, ...ids], { skipBusy: false })
  const own = rows.find(({ id }) => id === contactId)
  if (own === undefined) return []
  // Joined, or parted, while we waited.
  if (own.person_id !== personId) throw new MoreLocksNeeded([contactId])
  if (personId !== null) {
    await holdsWholePerson(
      tx,
      personId,
      rows.map(({ id }) => id),
    )
  }
  return rows
}

/**
 * A transaction that is begun anew when the person whom it concerns was joined with others meanwhile. Inside one that
 * holds more already, whoever began that one begins it anew.
 */
export async function beginAnew<Result>(
  sql: Sql | Transaction,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  if ('savepoint' in sql) return (await sql.savepoint(work)) as Result
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin(work)) as Result
    } catch (error) {
      if (!(error instanceof MoreLocksNeeded) || attempt >= TRIES) throw error
    }
  }
}
