import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Encryption at rest. Each person (contact) has a random key of their own, kept wrapped by the master key; destroying
 * that one row makes everything sealed with it unreadable. AES-256-GCM; a sealed value is nonce (12) + tag (16) + text.
 */
const NONCE_BYTES = 12
const TAG_BYTES = 16

export type Key = Buffer

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
}

export function createSecrets(masterKey: Uint8Array): Secrets {
  const derive = (purpose: string): Key =>
    Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(), `cau-noi/${purpose}`, 32))
  const wrapping = derive('wrap')
  const hashing = derive('hash')
  const signing = derive('sign')
  const sign = (purpose: string, value: string) =>
    createHmac('sha256', signing).update(`${purpose}\0${value}`).digest('base64url')
  return {
    newPersonKey() {
      const key = randomBytes(32)
      return { key, sealed: seal(wrapping, key) }
    },
    openPersonKey: (sealed) => open(wrapping, sealed),
    keyedHash: (purpose, value) => createHmac('sha256', hashing).update(`${purpose}\0${value}`).digest(),
    sign,
    isSigned: (purpose, value, signature) => isSame(sign(purpose, value), signature),
    transitKey: derive('transit'),
  }
}

export function seal(key: Key, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
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
  const a = createHmac('sha256', 'compare').update(left).digest()
  const b = createHmac('sha256', 'compare').update(right).digest()
  return timingSafeEqual(a, b)
}
