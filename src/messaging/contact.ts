import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { newId } from '../ids.ts'
import { type Key, open, type Secrets, seal } from '../secrets.ts'

/** Where a person is reached. */
export interface Address {
  channel: string
  account: string
  address: string
}

/** A contact whose row is locked by the transaction that read it. */
export interface ContactRow {
  id: string
  channel: string
  account: string
  key: Key
  address: string
  language: string
  communeCode: string | null
  consentAt: Date | null
  talkTicketId: number | null
  /** The contact whose key seals what joined contacts have in common; null when it is joined with none. */
  personId: string | null
  /** The channel said that nothing reaches them any more. */
  isUnreachable: boolean
  /** An officer's chat: their desk may be meant rather than the bot. */
  isOfficers: boolean
}

/** Finds a contact again without keeping a readable address. */
export function hashAddress(secrets: Secrets, { channel, account, address }: Address): Buffer {
  return secrets.keyedHash('address', `${channel}\0${account}\0${address}`)
}

/** A row for a person never seen before, with a key of their own. */
export function newContact(secrets: Secrets, address: Address) {
  const { key, sealed } = secrets.newPersonKey()
  return {
    id: newId(),
    addressHash: hashAddress(secrets, address),
    sealedAddress: seal(key, Buffer.from(address.address)),
    sealedKey: sealed,
  }
}

/** A row that was locked, not opened yet. */
export interface StoredContact {
  id: string
  channel: string
  account: string
  sealed_key: Buffer | null
  sealed_address: Buffer
  language: string
  commune_code: string | null
  consent_at: Date | null
  talk_ticket_id: number | null
  person_id: string | null
  is_unreachable: boolean
  is_officers: boolean
}

/**
 * Takes the locks of people's talks until the transaction ends. Joined with nothing: a row that was waited for is read
 * anew, what is joined to it would not be. `skipBusy`: those that somebody else has are left out; without it they are
 * waited for, in order of their ids: whoever holds one and wants more lets go of it first.
 */
export function lockContactRows(tx: Transaction, ids: readonly string[], { skipBusy }: { skipBusy: boolean }) {
  return tx<StoredContact[]>`
    select id, channel, account, sealed_key, sealed_address, language, commune_code, consent_at, talk_ticket_id,
      person_id, unreachable_at is not null as is_unreachable,
      exists (select from officer_contacts o where o.contact_id = contacts.id) as is_officers
    from contacts where id = any (${list(tx, ids)}::uuid[]) order by id for no key update ${skipBusy ? tx`skip locked` : tx``}`
}

/** Null once the person was erased: nothing of them can be read any more. */
export function openContact(secrets: Secrets, row: StoredContact): ContactRow | null {
  if (row.sealed_key === null) return null
  const key = secrets.openPersonKey(row.sealed_key)
  return {
    id: row.id,
    channel: row.channel,
    account: row.account,
    key,
    address: open(key, row.sealed_address).toString(),
    language: row.language,
    communeCode: row.commune_code,
    consentAt: row.consent_at,
    talkTicketId: row.talk_ticket_id,
    personId: row.person_id,
    isUnreachable: row.is_unreachable,
    isOfficers: row.is_officers,
  }
}
