import { recordAudit } from '../audit/record.ts'
import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq } from '../db/drizzle.ts'
import { hashPassword, isPassword } from './password.ts'
import { dropTotp, takeCode } from './second-step.ts'
import { dropSessions } from './sessions.ts'
import type { SignInServices } from './sign-in.ts'
import { officers } from './tables.ts'
import { countWrong, lockedUntil } from './wrong-passwords.ts'

/** Long ones are better than odd ones; what is refused beyond that is a password that is the name. */
export const SHORTEST_PASSWORD = 10
export const LONGEST_PASSWORD = 200

export type PasswordFault = 'too-short' | 'too-long' | 'is-the-name' | 'same'
export type ChangeOutcome =
  | { kind: 'done' }
  | { kind: 'wrong' }
  | { kind: 'locked'; until: Date }
  | { kind: 'refused'; why: PasswordFault }

/** What speaks against a new password; null: nothing. */
export function passwordFault(password: string, username: string): PasswordFault | null {
  if ([...password.normalize('NFC')].length < SHORTEST_PASSWORD) return 'too-short'
  if (password.length > LONGEST_PASSWORD) return 'too-long'
  return password.toLowerCase().includes(username.toLowerCase()) && password.length < username.length + 6
    ? 'is-the-name'
    : null
}

/** Changes the officer's own password and ends all other sessions. Wrong old ones count like wrong ones at sign-in. */
export async function changeOwnPassword(
  services: SignInServices,
  who: { officerId: string; token: string },
  given: { old: string; fresh: string },
  now: Date,
): Promise<ChangeOutcome> {
  const known = await checkPassword(services, who.officerId, given.old, now)
  if (known.kind !== 'right') return known
  if (given.fresh === given.old) return { kind: 'refused', why: 'same' }
  const why = passwordFault(given.fresh, known.username)
  if (why !== null) return { kind: 'refused', why }
  const passwordHash = await hashPassword(given.fresh)
  return services.sql.begin(async (tx): Promise<ChangeOutcome> => {
    const changed = await drizzleOn(tx)
      .update(officers)
      .set({ passwordHash, mustChangePassword: false })
      .where(and(eq(officers.id, who.officerId), eq(officers.passwordHash, known.passwordHash)))
      .returning({ id: officers.id })
    if (changed.length === 0) return { kind: 'wrong' }
    await dropSessions(tx, who.officerId, who.token)
    await recordOwn(tx, who.officerId, 'password-changed', now)
    return { kind: 'done' }
  })
}

/** Turns the officer's own one-time codes off, for the password and a code: a telephone left lying is not enough. */
export async function removeOwnTotp(
  services: SignInServices,
  officerId: string,
  given: { password: string; code: string },
  now: Date,
): Promise<{ kind: 'done' } | { kind: 'wrong' } | { kind: 'locked'; until: Date }> {
  const { sql, secrets } = services
  const known = await checkPassword(services, officerId, given.password, now)
  if (known.kind !== 'right') return known
  const isDone = await sql.begin(async (tx) => {
    const [row] = await drizzleOn(tx).select().from(officers).where(eq(officers.id, officerId)).for('update')
    if (!row || (await takeCode(tx, secrets.systemKey, row, given.code, now)) === null) return false
    await dropTotp(tx, officerId)
    await recordOwn(tx, officerId, 'codes-off', now)
    return true
  })
  if (isDone) return { kind: 'done' }
  return (await countWrong(sql, secrets.keyedHash('sign-in', known.username), now)) ?? { kind: 'wrong' }
}

async function checkPassword({ sql, secrets }: SignInServices, officerId: string, password: string, now: Date) {
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.id, officerId))
  if (!row) return { kind: 'wrong' as const }
  const name = secrets.keyedHash('sign-in', row.username)
  const until = await lockedUntil(sql, name, now)
  if (until !== null) return { kind: 'locked' as const, until }
  if (!(await isPassword(password, row.passwordHash))) {
    return (await countWrong(sql, name, now)) ?? { kind: 'wrong' as const }
  }
  return { kind: 'right' as const, username: row.username, passwordHash: row.passwordHash }
}

function recordOwn(tx: Transaction, officerId: string, action: string, now: Date): Promise<void> {
  return recordAudit(tx, { actorId: officerId, action, subjectKind: 'officer', subjectId: officerId }, now)
}
