import { createHash } from 'node:crypto'
import type { Sql } from '../db/client.ts'
import { and, drizzleOn, eq, gt, type InferSelectModel, isNull, lte, or } from '../db/drizzle.ts'
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

/** Tries under way, by user name: the last in each line. */
const lines = new Map<string, Promise<unknown>>()

/**
 * Signs an officer in. Wrong passwords are counted, and the tenth locks the account; the right one takes the count back.
 * Tries of one name wait for each other, so that of a thousand guesses sent at once no more than ten are looked at, while
 * as many right passwords all get in. Unknown names take as long as known ones.
 */
export async function signIn(
  sql: Sql,
  given: { username: string; password: string },
  now: Date,
): Promise<SignInOutcome> {
  const username = given.username.trim().toLowerCase()
  const before = lines.get(username) ?? Promise.resolve()
  const outcome = before.then(() => tryPassword(sql, username, given.password, now))
  const settled = outcome.catch(() => {})
  lines.set(username, settled)
  try {
    return await outcome
  } finally {
    if (lines.get(username) === settled) lines.delete(username)
  }
}

async function tryPassword(sql: Sql, username: string, password: string, now: Date): Promise<SignInOutcome> {
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.username, username))
  const known = row?.disabledAt === null ? row : undefined
  if (known?.lockedUntil && known.lockedUntil > now) return { kind: 'locked', until: known.lockedUntil }
  const isRight = await isPassword(password, known?.passwordHash ?? NOBODY)
  if (!known) return { kind: 'wrong' }
  if (!isRight) return countWrong(sql, known.id, now)
  const token = newToken()
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000)
  // Another process may have locked it meanwhile.
  const isOpen = await sql.begin(async (tx) => {
    const drizzle = drizzleOn(tx)
    const opened = await drizzle
      .update(officers)
      .set({ wrongPasswords: 0, lockedUntil: null })
      .where(and(eq(officers.id, known.id), isUnlocked(now)))
      .returning({ id: officers.id })
    if (opened.length === 0) return false
    await drizzle
      .delete(officerSessions)
      .where(and(eq(officerSessions.officerId, known.id), lte(officerSessions.expiresAt, now)))
    await drizzle
      .insert(officerSessions)
      .values({ tokenHash: hashToken(token), officerId: known.id, createdAt: now, expiresAt })
    return true
  })
  return isOpen
    ? { kind: 'done', token, expiresAt, officer: toOfficer(known) }
    : { kind: 'locked', until: await lockedUntil(sql, known.id, now) }
}

const isUnlocked = (now: Date) =>
  and(isNull(officers.disabledAt), or(isNull(officers.lockedUntil), lte(officers.lockedUntil, now)))

async function countWrong(sql: Sql, officerId: string, now: Date): Promise<SignInOutcome> {
  const lockUntil = new Date(now.getTime() + LOCK_MINUTES * 60_000)
  const counted = await sql`
    update officers set
      wrong_passwords = case when locked_until is null then wrong_passwords + 1 else 1 end,
      locked_until = case when locked_until is null and wrong_passwords + 1 >= ${TRIES} then ${lockUntil}::timestamptz end
    where id = ${officerId} and (locked_until is null or locked_until <= ${now})`
  return counted.count > 0 ? { kind: 'wrong' } : { kind: 'locked', until: await lockedUntil(sql, officerId, now) }
}

async function lockedUntil(sql: Sql, officerId: string, now: Date): Promise<Date> {
  const [row] = await drizzleOn(sql)
    .select({ until: officers.lockedUntil })
    .from(officers)
    .where(eq(officers.id, officerId))
  return row?.until ?? now
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
