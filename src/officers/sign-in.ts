import { createHash } from 'node:crypto'
import type { Sql } from '../db/client.ts'
import { and, drizzleOn, eq, gt, type InferSelectModel, isNull, lte } from '../db/drizzle.ts'
import { newToken } from '../ids.ts'
import type { Secrets } from '../secrets.ts'
import { isPassword, NOBODY } from './password.ts'
import { type Officer, ROLES, type Role } from './permissions.ts'
import { officerSessions, officers } from './tables.ts'
import { countWrong, lockedUntil, takeBack } from './wrong-passwords.ts'

export type SignInOutcome =
  | { kind: 'done'; token: string; expiresAt: Date; officer: Officer }
  | { kind: 'wrong' }
  | { kind: 'locked'; until: Date }

/** The cookie that carries the token in a browser. */
export const SESSION_COOKIE = 'cau_noi_session'

const SESSION_HOURS = 12

/** Tries under way, by user name: the last in each line. */
const lines = new Map<string, Promise<unknown>>()

interface SignInServices {
  sql: Sql
  secrets: Pick<Secrets, 'keyedHash'>
}

/**
 * Signs an officer in. Wrong passwords are counted, and the tenth locks the name; the right one takes the count back.
 * Tries of one name wait for each other, so that of a thousand guesses sent at once no more than ten are looked at, while
 * as many right passwords all get in. A name that nobody bears is counted and locked like any other and takes as long, so
 * that guessing does not tell which names there are.
 */
export async function signIn(
  services: SignInServices,
  given: { username: string; password: string },
  now: Date,
): Promise<SignInOutcome> {
  const username = given.username.trim().toLowerCase()
  const before = lines.get(username) ?? Promise.resolve()
  const outcome = before.then(() => tryPassword(services, username, given.password, now))
  const settled = outcome.catch(() => {})
  lines.set(username, settled)
  try {
    return await outcome
  } finally {
    if (lines.get(username) === settled) lines.delete(username)
  }
}

async function tryPassword(
  { sql, secrets }: SignInServices,
  username: string,
  password: string,
  now: Date,
): Promise<SignInOutcome> {
  const name = secrets.keyedHash('sign-in', username)
  const until = await lockedUntil(sql, name, now)
  if (until !== null) return { kind: 'locked', until }
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.username, username))
  const known = row?.disabledAt === null ? row : undefined
  const isRight = await isPassword(password, known?.passwordHash ?? NOBODY)
  if (!known || !isRight) return (await countWrong(sql, name, now)) ?? { kind: 'wrong' }
  return openSession(sql, name, toOfficer(known), now)
}

/** Another process may have locked the name, or disabled the officer, while the password was looked at. */
async function openSession(sql: Sql, name: Buffer, officer: Officer, now: Date): Promise<SignInOutcome> {
  const token = newToken()
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000)
  return sql.begin(async (tx): Promise<SignInOutcome> => {
    const until = await takeBack(tx, name, now)
    if (until !== null) return { kind: 'locked', until }
    const drizzle = drizzleOn(tx)
    const [still] = await drizzle
      .select({ id: officers.id })
      .from(officers)
      .where(and(eq(officers.id, officer.id), isNull(officers.disabledAt)))
    if (!still) return { kind: 'wrong' }
    await drizzle
      .delete(officerSessions)
      .where(and(eq(officerSessions.officerId, officer.id), lte(officerSessions.expiresAt, now)))
    await drizzle
      .insert(officerSessions)
      .values({ tokenHash: hashToken(token), officerId: officer.id, createdAt: now, expiresAt })
    return { kind: 'done', token, expiresAt, officer }
  })
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
