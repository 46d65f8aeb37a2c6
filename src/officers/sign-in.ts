import { createHash } from 'node:crypto'
import type { Sql } from '../db/client.ts'
import { and, drizzleOn, eq, gt, type InferSelectModel, isNull, lte } from '../db/drizzle.ts'
import { newToken } from '../ids.ts'
import { isPassword, NOBODY } from './password.ts'
import { type Officer, ROLES, type Role } from './permissions.ts'
import { officerSessions, officers } from './tables.ts'

export type SignInOutcome =
  | { kind: 'done'; token: string; expiresAt: Date; officer: Officer }
  | { kind: 'wrong' }
  | { kind: 'locked'; until: Date }

/** The cookie that carries the token in a browser. */
export const SESSION_COOKIE = 'cau_noi_session'

const TRIES = 10
const LOCK_MINUTES = 15
const SESSION_HOURS = 12

/**
 * Signs an officer in. A try is counted before the password is looked at, so that a thousand tries at once get no more
 * than ten; the right password takes the count back. Unknown names take as long as known ones.
 */
export async function signIn(
  sql: Sql,
  given: { username: string; password: string },
  now: Date,
): Promise<SignInOutcome> {
  const username = given.username.trim().toLowerCase()
  const lockUntil = new Date(now.getTime() + LOCK_MINUTES * 60_000)
  const [tried] = await sql<{ id: string }[]>`
    update officers set
      wrong_passwords = case when locked_until is null then wrong_passwords + 1 else 1 end,
      locked_until = case when locked_until is null and wrong_passwords + 1 >= ${TRIES} then ${lockUntil}::timestamptz end
    where username = ${username} and disabled_at is null and (locked_until is null or locked_until <= ${now})
    returning id`
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.username, username))
  if (!tried && row && row.disabledAt === null && row.lockedUntil !== null)
    return { kind: 'locked', until: row.lockedUntil }
  const isRight = await isPassword(given.password, tried && row ? row.passwordHash : NOBODY)
  if (!isRight || !tried || !row) return { kind: 'wrong' }
  const token = newToken()
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000)
  await sql.begin(async (tx) => {
    const drizzle = drizzleOn(tx)
    await drizzle.update(officers).set({ wrongPasswords: 0, lockedUntil: null }).where(eq(officers.id, row.id))
    await drizzle
      .delete(officerSessions)
      .where(and(eq(officerSessions.officerId, row.id), lte(officerSessions.expiresAt, now)))
    await drizzle
      .insert(officerSessions)
      .values({ tokenHash: hashToken(token), officerId: row.id, createdAt: now, expiresAt })
  })
  return { kind: 'done', token, expiresAt, officer: toOfficer(row) }
}

/** Ends a session; an unknown token is no error. */
export async function signOut(sql: Sql, token: string): Promise<void> {
  await drizzleOn(sql)
    .delete(officerSessions)
    .where(eq(officerSessions.tokenHash, hashToken(token)))
}

/** Who holds the token; null when it is unknown, has run out, or its officer was disabled. */
export async function officerOfToken(sql: Sql, token: string, now: Date): Promise<Officer | null> {
  const [found] = await drizzleOn(sql)
    .select({ officer: officers })
    .from(officerSessions)
    .innerJoin(officers, eq(officers.id, officerSessions.officerId))
    .where(
      and(
        eq(officerSessions.tokenHash, hashToken(token)),
        gt(officerSessions.expiresAt, now),
        isNull(officers.disabledAt),
      ),
    )
  return found ? toOfficer(found.officer) : null
}

/** Only the hash is kept, so that nobody can sign in with what stands in the database. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function toOfficer(row: InferSelectModel<typeof officers>): Officer {
  const roles = row.roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role))
  return { id: row.id, username: row.username, name: row.name, roles, unitId: row.unitId }
}
