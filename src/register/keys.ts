/**
 * Households can be found, and found again by the next list, without being readable: keyed hashes of folded names, births
 * and numbers stand beside what is sealed.
 */

import { foldWords } from '../desk/search-terms.ts'
import type { Secrets } from '../secrets.ts'
import type { HouseholdIdentity, ListedHousehold } from './household.ts'

export interface HouseholdKeys {
  identity: string | null
  certificate: string | null
  /** Name of the head, and birth as far as it is known. */
  who: string
  village: string
  /** Name of the head alone. */
  namesake: string
}

const FEWEST_DIGITS = 8

function hash(secrets: Secrets, purpose: string, value: string): string {
  return secrets.keyedHash(`register-${purpose}`, value).toString('base64url', 0, 16)
}

const nameOf = (name: string) => foldWords(name).join(' ')
const numberOf = (number: string) => foldWords(number).join('')

export function keysOf(secrets: Secrets, who: HouseholdIdentity): HouseholdKeys {
  const name = nameOf(who.name)
  return {
    identity: who.identity === '' ? null : hash(secrets, 'identity', who.identity),
    // Numbers begin anew with each print: with the name they tell.
    certificate: who.certificate === '' ? null : hash(secrets, 'certificate', `${numberOf(who.certificate)}|${name}`),
    who: hash(secrets, 'who', `${name}|${who.birth}`),
    village: hash(secrets, 'village', foldWords(who.village).join(' ')),
    namesake: namesakeOf(secrets, who.name),
  }
}

export function namesakeOf(secrets: Secrets, name: string): string {
  return hash(secrets, 'namesake', nameOf(name))
}

/** Says whether a list says the same as before; the line in the file does not count. */
export function fingerprintOf(secrets: Secrets, { who, standing }: ListedHousehold): string {
  return hash(secrets, 'fingerprint', JSON.stringify([who, standing]))
}

/** Words and numbers by which a household is found: names of all its members, village, identity and certificate number. */
export function searchHashesOf(secrets: Secrets, who: HouseholdIdentity): string[] {
  const words = [who.name, who.village, who.certificate, ...who.members.map(({ name }) => name)].flatMap(foldWords)
  const numbers = [who.identity, numberOf(who.certificate)].filter((number) => number !== '')
  return [...new Set([...words, ...numbers])].map((term) => hash(secrets, 'search', term))
}

/** What a household must carry, all of it, to be found by these words. */
export function hashesOfWords(secrets: Secrets, query: string): string[] {
  const digits = query.replace(/\D/g, '')
  const isNumber = /^[\d\s.-]+$/.test(query) && digits.length >= FEWEST_DIGITS
  return [...new Set(isNumber ? [digits] : foldWords(query))].map((term) => hash(secrets, 'search', term))
}
