import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import { randomPart } from './ids.ts'

/**
 * Encryption at rest. Each person (contact) has a random key of their own, kept wrapped by the master key; destroying
 * that one row makes everything sealed with it unreadable. AES-256-GCM; a sealed value is nonce (12) + tag (16) + text.
 */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key object, not its bytes: Node prepares bytes anew for every call, which takes longer than the sealing itself. */
export type Key = KeyObject

export interface Secrets {
  /** Makes a person's key; `sealed` goes to the database. */
  newPersonKey(): { key: Key; sealed: Buffer }
  openPersonKey(sealed: Uint8Array): Key
  /** Keyed hash of an address, phone or other value that must be found again without being readable. */
  keyedHash(purpose: string, value: string): Buffer
  /** Signature of a cookie or link value, base64url. */
  sign(purpose: string, value: string): string
  isSigned(purpose: string, value: string, signature: string): boolean
  /** For updates that wait before their person's key is known; emptied as soon as they are handled. */
  transitKey: Key
  /** For secrets of the service itself that outlive every person: those of officers' one-time codes. */
  systemKey: Key
}

export function createSecrets(masterKey: Uint8Array): Secrets {
  const derive = (purpose: string): Key =>
    createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(), `cau-noi/${purpose}`, 32)))
  const wrapping = derive('wrap')
  const hashing = derive('hash')
  const signing = derive('sign')
  const sign = (purpose: string, value: string) =>
    createHmac('sha256', signing).update(`${purpose}\0${value}`).digest('base64url')
  return {
    newPersonKey() {
      const bytes = randomPart(32)
      const made = { key: createSecretKey(bytes), sealed: seal(wrapping, bytes) }
      bytes.fill(0)
      return made
    },
    openPersonKey: (sealed) => createSecretKey(open(wrapping, sealed)),
    keyedHash: (purpose, value) => createHmac('sha256', hashing).update(`${purpose}\0${value}`).digest(),
    sign,
    isSigned: (purpose, value, signature) => isSame(sign(purpose, value), signature),
    transitKey: derive('transit'),
    systemKey: derive('system'),
  }
}

export function seal(key: Key, plain: Uint8Array): Buffer {
  const nonce = randomPart(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Throws when the value was changed or sealed with another key. */
export function open(key: Key, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
}

export function sealJson(key: Key, value: unknown): Buffer {
  return seal(key, Buffer.from(JSON.stringify(value)))
}

/** The caller parses the result with its schema. */
export function openJson(key: Key, sealed: Uint8Array): unknown {
  return JSON.parse(open(key, sealed).toString())
}

/** Constant-time comparison of two secrets of any length. */
export function isSame(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'))
}
