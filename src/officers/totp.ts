/* One-time codes by the clock (RFC 6238), as every authenticator app makes them: SHA-1, six digits, half a minute. */
import { createHash, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

const PERIOD_SECONDS = 30
/** Clocks of telephones go wrong by some seconds, and typing takes some. */
const STEPS_ASIDE = 1
const SECRET_BYTES = 20
const RECOVERY_CODES = 10
/** No letters that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789x'

export function newTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES)
}

/** What the app reads from the picture. */
export function totpAddress(secret: Uint8Array, username: string): string {
  return totpOf(secret, username).toString()
}

/** The secret in letters, in groups of four, for who cannot scan the picture. */
export function spellSecret(secret: Uint8Array): string {
  return (new Secret({ buffer: toBuffer(secret) }).base32.match(/.{1,4}/g) ?? []).join(' ')
}

/** The half minute that the code belongs to; null when it is wrong. Each half minute counts once: the caller sees to that. */
export function stepOfCode(secret: Uint8Array, code: string, now: Date): number | null {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const timestamp = now.getTime()
  const aside = totpOf(secret, '').validate({ token, timestamp, window: STEPS_ASIDE })
  return aside === null ? null : Math.floor(timestamp / 1_000 / PERIOD_SECONDS) + aside
}

/** The code of a moment, for trials and tests. */
export function codeAt(secret: Uint8Array, now: Date): string {
  return totpOf(secret, '').generate({ timestamp: now.getTime() })
}

/** Codes to print and keep: 50 random bits each. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = [...randomBytes(10)].map((byte) => LETTERS[byte % LETTERS.length])
    return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
  })
}

/** Random as they are, they need no slow hash: nobody can try so many. */
export function hashRecoveryCode(officerId: string, code: string): Buffer {
  return createHash('sha256')
    .update(`${officerId}\0${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
    .digest()
}

function totpOf(secret: Uint8Array, label: string): TOTP {
  return new TOTP({
    issuer: 'Cầu Nối',
    label,
    secret: new Secret({ buffer: toBuffer(secret) }),
    period: PERIOD_SECONDS,
  })
}

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
