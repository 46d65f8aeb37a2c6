import { randomBytes, randomUUID } from 'node:crypto'

/** A random id for a row. */
export function newId(): string {
  return randomUUID()
}

/** A short opaque id for a button: 10 characters, 60 random bits, safe in every channel's payload. */
export function newActionId(): string {
  return randomBytes(8).toString('base64url').slice(0, 10)
}

/** A token for a signed-in officer: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}
