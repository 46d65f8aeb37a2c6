/** What is kept of the tokens of one account, but for the tokens. */
export interface TokenRecord {
  obtainedAt: Date
  /** Null while there is a refresh token alone. */
  expiresAt: Date | null
  /** Seconds since somebody began to use the refresh token, by the database's clock; null when nobody does. */
  rotationSeconds: number | null
  refusal: string | null
}

/**
 * - `none`: nothing was ever put in.
 * - `fresh`: nothing to do.
 * - `due`: the next pair is to be fetched.
 * - `rotating`: somebody is just fetching it.
 * - `doubtful`: whoever fetched it died, or got no answer: the refresh token may be used up. The access token serves on.
 * - `last-try`: doubtful, and the access token is as good as gone: nothing is lost by trying the refresh token again.
 * - `refused`: Zalo does not take the refresh token: an administrator has to consent again.
 */
export type TokenState = 'none' | 'fresh' | 'due' | 'rotating' | 'doubtful' | 'last-try' | 'refused'

/** A call that takes longer was given up before. */
export const ROTATION_PATIENCE_SECONDS = 15
/** So much of the access token's life has to be left before a used refresh token is tried once more. */
const LAST_TRY_MS = 30 * 60_000

export function tokenState(record: TokenRecord | null, now: Date): TokenState {
  if (record === null) return 'none'
  if (record.refusal !== null) return 'refused'
  const leftMs = record.expiresAt === null ? 0 : record.expiresAt.getTime() - now.getTime()
  if (record.rotationSeconds !== null) {
    if (record.rotationSeconds < ROTATION_PATIENCE_SECONDS) return 'rotating'
    return leftMs > LAST_TRY_MS ? 'doubtful' : 'last-try'
  }
  // Half of its life is well ahead: Zalo gives 25 hours.
  const lifeMs = record.expiresAt === null ? 0 : record.expiresAt.getTime() - record.obtainedAt.getTime()
  return leftMs > lifeMs / 2 ? 'fresh' : 'due'
}
