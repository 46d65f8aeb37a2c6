import { createHash } from 'node:crypto'
import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { and, desc, drizzleOn, eq, gt, type InferSelectModel, isNull, lte, ne } from '../db/drizzle.ts'
import { newToken } from '../ids.ts'
import { type Officer, ROLES, type Role } from './permissions.ts'
import { officerSessions, officers } from './tables.ts'

/** The cookie that carries the token in a browser. */
export const SESSION_COOKIE = 'cau_noi_session'

const SESSION_HOURS = 12
/** How exact "last seen" is: a row is not written for every call. */
const SEEN_EVERY_MS = 5 * 60_000

export interface OpenSession {
  id: string
  /** Kind of browser and system, e.g. `firefox/android`. */
  device: string | null
  createdAt: Date
  lastSeenAt: Date | null
  isOwn: boolean
}

/** Makes a session and takes the officer's outlived ones away. The token is known to the caller alone. */
export async function addSession(
  tx: Transaction,
  officerId: string,
  device: string | null,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken()
  const expiresAt = new Date(now.getTime() + SESSION_HOURS * 3_600_000)
  const drizzle = drizzleOn(tx)
  await drizzle
    .delete(officerSessions)
    .where(and(eq(officerSessions.officerId, officerId), lte(officerSessions.expiresAt, now)))
  await drizzle
    .insert(officerSessions)
    .values({ tokenHash: hashToken(token), officerId, createdAt: now, expiresAt, device })
  return { token, expiresAt }
}

/** Ends a session; an unknown token is no error. */
export async function signOut(sql: Sql, token: string, now: Date): Promise<void> {
  await sql.begin(async (tx) => {
    const [ended] = await drizzleOn(tx)
      .delete(officerSessions)
      .where(eq(officerSessions.tokenHash, hashToken(token)))
      .returning({ officerId: officerSessions.officerId })
    if (ended) await recordAudit(tx, { actorId: ended.officerId, action: 'sign-out' }, now)
  })
}

/** Who holds the token; null when it is unknown, has run out, or its officer was disabled. */
export async function officerOfToken(sql: Sql, token: string, now: Date): Promise<Officer | null> {
  const tokenHash = hashToken(token)
  const drizzle = drizzleOn(sql)
  const [found] = await drizzle
    .select({ officer: officers, lastSeenAt: officerSessions.lastSeenAt })
    .from(officerSessions)
    .innerJoin(officers, eq(officers.id, officerSessions.officerId))
    .where(
      and(eq(officerSessions.tokenHash, tokenHash), gt(officerSessions.expiresAt, now), isNull(officers.disabledAt)),
    )
  if (!found) return null
  if (found.lastSeenAt === null || now.getTime() - found.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await drizzle.update(officerSessions).set({ lastSeenAt: now }).where(eq(officerSessions.tokenHash, tokenHash))
  }
  return toOfficer(found.officer)
}

/** The officer's open sessions, the newest first. `token` tells which of them asks. */
export async function sessionsOf(sql: Sql, officerId: string, token: string, now: Date): Promise<OpenSession[]> {
  const rows = await drizzleOn(sql)
    .select()
    .from(officerSessions)
    .where(and(eq(officerSessions.officerId, officerId), gt(officerSessions.expiresAt, now)))
    .orderBy(desc(officerSessions.createdAt))
    .limit(50)
  const own = hashToken(token)
  return rows.map(({ id, device, createdAt, lastSeenAt, tokenHash }) => ({
    id,
    device,
    createdAt,
    lastSeenAt,
    isOwn: own.equals(tokenHash),
  }))
}

/** Ends one session of the officer's own; false when there is none of that id. */
export async function endSession(sql: Sql, officerId: string, id: string, now: Date): Promise<boolean> {
  return sql.begin(async (tx) => {
    const ended = await drizzleOn(tx)
      .delete(officerSessions)
      .where(and(eq(officerSessions.officerId, officerId), eq(officerSessions.id, id)))
      .returning({ id: officerSessions.id })
    if (ended.length === 0) return false
    await recordAudit(
      tx,
      { actorId: officerId, action: 'session-ended', subjectKind: 'officer', subjectId: officerId },
      now,
    )
    return true
  })
}

/** Ends all sessions of the officer's own but the one that asks. */
export async function endOtherSessions(sql: Sql, officerId: string, token: string, now: Date): Promise<void> {
  await sql.begin(async (tx) => {
    await dropSessions(tx, officerId, token)
    await recordAudit(
      tx,
      { actorId: officerId, action: 'session-ended', subjectKind: 'officer', subjectId: officerId },
      now,
    )
  })
}

/** All sessions of an officer, or all but the one of a token. The caller records it. */
export async function dropSessions(tx: Transaction, officerId: string, exceptToken?: string): Promise<void> {
  const isTheirs = eq(officerSessions.officerId, officerId)
  await drizzleOn(tx)
    .delete(officerSessions)
    .where(exceptToken === undefined ? isTheirs : and(isTheirs, ne(officerSessions.tokenHash, hashToken(exceptToken))))
}

/** Kind of browser and system from a user agent: enough to know one's own devices by, too little to track anybody. */
export function deviceOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent === '') return null
  const find = (kinds: readonly (readonly [string, RegExp])[]) =>
    kinds.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other'
  return `${find(BROWSERS)}/${find(SYSTEMS)}`
}

const BROWSERS = [
  ['coccoc', /coc_coc|coccoc/i],
  ['edge', /\bEdg/],
  ['opera', /\bOPR\//],
  ['samsung', /SamsungBrowser/],
  ['firefox', /Firefox|FxiOS/],
  ['chrome', /Chrome|CriOS|Chromium/],
  ['safari', /Safari/],
] as const
const SYSTEMS = [
  ['android', /Android/],
  ['ios', /iPhone|iPad/],
  ['windows', /Windows/],
  ['mac', /Mac OS X|Macintosh/],
  ['linux', /Linux/],
] as const

/** Only the hash is kept, so that nobody can sign in with what stands in the database. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export function toOfficer(
  row: Pick<InferSelectModel<typeof officers>, 'id' | 'username' | 'name' | 'roles' | 'unitId' | 'mustChangePassword'>,
): Officer {
  const roles = row.roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role))
  const { id, username, name, unitId, mustChangePassword } = row
  return { id, username, name, roles, unitId, ...(mustChangePassword ? { mustChangePassword } : {}) }
}
