import { randomInt } from 'node:crypto'
import type { Sql, Transaction } from '../db/client.ts'
import type { Secrets } from '../secrets.ts'

/** Whose code it is: a contact that wants to be joined with another, or an officer who wants a chat account. */
export type CodeOwner = { contactId: string } | { officerId: string }

export interface IssuedCode {
  code: string
  expiresAt: Date
}

export const CODE_DIGITS = 8
export const CODE_GOOD_FOR_MS = 10 * 60_000
/** Hardly ever is a code taken; a second draw is free. */
const DRAWS = 5

export function hashCode(secrets: Pick<Secrets, 'keyedHash'>, code: string): Buffer {
  return secrets.keyedHash('link-code', code)
}

/** Gives a new code, good once and for ten minutes. The owner's code of before is good no longer. */
export async function issueCode(
  sql: Sql | Transaction,
  secrets: Pick<Secrets, 'keyedHash'>,
  owner: CodeOwner,
  now: Date,
): Promise<IssuedCode> {
  const contactId = 'contactId' in owner ? owner.contactId : null
  const officerId = 'officerId' in owner ? owner.officerId : null
  const expiresAt = new Date(now.getTime() + CODE_GOOD_FOR_MS)
  for (let draw = 0; draw < DRAWS; draw++) {
    const code = randomInt(10 ** CODE_DIGITS)
      .toString()
      .padStart(CODE_DIGITS, '0')
    const hash = hashCode(secrets, code)
    await sql`delete from link_codes where contact_id = ${contactId} or officer_id = ${officerId}
      or (code_hash = ${hash} and expires_at <= ${now})`
    // Taken by somebody else, or by the same owner who asked twice at once.
    const taken = await sql`
      insert into link_codes (code_hash, contact_id, officer_id, created_at, expires_at)
      values (${hash}, ${contactId}, ${officerId}, ${now}, ${expiresAt}) on conflict do nothing returning 1`
    if (taken.length > 0) return { code, expiresAt }
  }
  throw new Error('No free code was found')
}

/** "1234 5678": read more easily from one screen and typed on another. */
export function spellCode(code: string): string {
  return code.replace(/(\d{4})(?=\d)/g, '$1 ')
}

/** The code that a text is, whatever stands between its digits; null when it is none. */
export function readCode(text: string): string | null {
  const digits = text.trim().replace(/[\s.-]/g, '')
  return new RegExp(`^\\d{${CODE_DIGITS}}$`).test(digits) ? digits : null
}
