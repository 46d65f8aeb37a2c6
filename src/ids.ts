import { randomBytes, randomUUID } from 'node:crypto'

const POOL_BYTES = 4_096
let pool = Buffer.alloc(0)
let used = 0

/** Random bytes of the system, drawn in bulk: a call for each few costs more than what they are for. Each is given out once. */
export function randomPart(size: number): Buffer {
  if (used + size > pool.length) {
    pool = randomBytes(Math.max(POOL_BYTES, size))
    used = 0
  }
  used += size
  return pool.subarray(used - size, used)
}

/** A random id for a row. */
export function newId(): string {
  return randomUUID()
}

/** A short opaque id for a button: 10 characters, 60 random bits, safe in every channel's payload. */
export function newActionId(): string {
  return randomPart(8).toString('base64url').slice(0, 10)
}

/** A token for a signed-in officer: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}
