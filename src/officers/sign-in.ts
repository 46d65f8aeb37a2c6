import { recordAudit } from '../audit/record.ts'
import type { Sql } from '../db/client.ts'
import { and, drizzleOn, eq, type InferSelectModel, isNull } from '../db/drizzle.ts'
import type { Secrets } from '../secrets.ts'
import { isPassword, NOBODY } from './password.ts'
import type { Officer } from './permissions.ts'
import { takeCode } from './second-step.ts'
import { addSession, toOfficer } from './sessions.ts'
import { officers } from './tables.ts'
import { countWrong, lockedUntil, takeBack } from './wrong-passwords.ts'

export type SignInOutcome =
  | { kind: 'done'; token: string; expiresAt: Date; officer: Officer }
  | { kind: 'wrong' }
  /** The password is right and the officer has one-time codes; `challenge` stands for the password for some minutes. */
  | { kind: 'code-needed'; challenge: string }
  | { kind: 'wrong-code'; challenge: string }
  | { kind: 'locked'; until: Date }

export interface SignInServices {
  sql: Sql
  secrets: Pick<Secrets, 'keyedHash' | 'sign' | 'isSigned' | 'systemKey'>
}

/** What is known of a try beside the password. */
export interface Attempt {
  /** One-time code, or one of the recovery codes. */
  totp?: string | undefined
  /** As `deviceOf` gives it. */
  device?: string | null
}

type Row = InferSelectModel<typeof officers>

const CHALLENGE = 'sign-in-code'
const CHALLENGE_MS = 10 * 60_000

/** Tries under way, by user name: the last in each line. */
const lines = new Map<string, Promise<unknown>>()

/**
 * Signs an officer in. Wrong passwords and wrong codes are counted, and the tenth locks the name; only when both are right
 * the count is taken back. Tries of one name wait for each other, so that of a thousand guesses sent at once no more than
 * ten are looked at, while as many right passwords all get in. A name that nobody bears is counted and locked like any
 * other and takes as long, so that guessing does not tell which names there are.
 */
export function signIn(
  services: SignInServices,
  given: { username: string; password: string } & Attempt,
  now: Date,
): Promise<SignInOutcome> {
  const username = given.username.trim().toLowerCase()
  return inLine(username, () => tryPassword(services, username, given, now))
}

/** The second step on a page: the challenge of the first, and the code. `wrong` when the challenge is none or too old. */
export async function signInWithCode(
  services: SignInServices,
  given: { challenge: string; code: string; device?: string | null },
  now: Date,
): Promise<SignInOutcome> {
  const [id = '', until = ''] = given.challenge.split('.')
  if (!/^[0-9a-f-]{36}$/.test(id) || !(Number(until) > now.getTime())) return { kind: 'wrong' }
  const [row] = await drizzleOn(services.sql).select().from(officers).where(eq(officers.id, id))
  if (!row || !isChallenge(services, row, given.challenge)) return { kind: 'wrong' }
  return inLine(row.username, async () => {
    const name = services.secrets.keyedHash('sign-in', row.username)
    const lock = await lockedUntil(services.sql, name, now)
    if (lock !== null) return { kind: 'locked', until: lock }
    return openSession(services, name, row, { totp: given.code, device: given.device ?? null }, now)
  })
}

async function tryPassword(
  services: SignInServices,
  username: string,
  given: { password: string } & Attempt,
  now: Date,
): Promise<SignInOutcome> {
  const { sql, secrets } = services
  const name = secrets.keyedHash('sign-in', username)
  const until = await lockedUntil(sql, name, now)
  if (until !== null) return { kind: 'locked', until }
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.username, username))
  const known = row?.disabledAt === null ? row : undefined
  const isRight = await isPassword(given.password, known?.passwordHash ?? NOBODY)
  if (!known || !isRight) return (await wrongTry(sql, name, known?.id ?? null, now)) ?? { kind: 'wrong' }
  if (known.totpConfirmedAt !== null && (given.totp ?? '') === '') {
    return { kind: 'code-needed', challenge: challengeOf(services, known, now) }
  }
  return openSession(services, name, known, given, now)
}

/** Another process may have locked the name, or disabled the officer, while the password was looked at. */
async function openSession(
  services: SignInServices,
  name: Buffer,
  row: Row,
  { totp = '', device = null }: Attempt,
  now: Date,
): Promise<SignInOutcome> {
  const { sql, secrets } = services
  const outcome = await sql
    .begin(async (tx): Promise<SignInOutcome | { kind: 'bad-code' }> => {
      const drizzle = drizzleOn(tx)
      const [still] = await drizzle
        .select()
        .from(officers)
        .where(and(eq(officers.id, row.id), isNull(officers.disabledAt)))
        .for('update')
      // With a new password since, the old one is wrong.
      if (!still || still.passwordHash !== row.passwordHash) return { kind: 'wrong' }
      const used = still.totpConfirmedAt === null ? 'none' : await takeCode(tx, secrets.systemKey, still, totp, now)
      if (used === null) return { kind: 'bad-code' }
      const until = await takeBack(tx, name, now)
      if (until !== null) throw new LockedMeanwhile(until)
      const { token, expiresAt } = await addSession(tx, row.id, device, now)
      await recordAudit(tx, { actorId: row.id, action: 'sign-in', facts: { device, code: used } }, now)
      return { kind: 'done', token, expiresAt, officer: toOfficer(still) }
    })
    .catch((error: unknown): SignInOutcome => {
      if (error instanceof LockedMeanwhile) return { kind: 'locked', until: error.until }
      throw error
    })
  if (outcome.kind !== 'bad-code') return outcome
  const locked = await wrongTry(sql, name, row.id, now)
  return locked ?? { kind: 'wrong-code', challenge: challengeOf(services, row, now) }
}

/** Takes the used code back together with everything else. */
class LockedMeanwhile extends Error {
  readonly until: Date

  constructor(until: Date) {
    super('The name was locked meanwhile')
    this.name = 'LockedMeanwhile'
    this.until = until
  }
}

/** Counts; an outcome when the name was locked already. The try that locks a name is recorded, whether anybody bears it or not. */
async function wrongTry(sql: Sql, name: Buffer, officerId: string | null, now: Date) {
  const outcome = await countWrong(sql, name, now)
  if (outcome === null && (await lockedUntil(sql, name, now)) !== null) {
    const subject = officerId === null ? {} : { subjectKind: 'officer', subjectId: officerId }
    await recordAudit(sql, { actorId: null, action: 'sign-in-locked', ...subject }, now)
  }
  return outcome
}

/** Good only as long as the password and the codes are the same. */
function challengeOf({ secrets }: SignInServices, row: Row, now: Date): string {
  const open = `${row.id}.${now.getTime() + CHALLENGE_MS}`
  return `${open}.${secrets.sign(CHALLENGE, `${open}.${row.passwordHash}`)}`
}

function isChallenge({ secrets }: SignInServices, row: Row, challenge: string): boolean {
  const [id = '', until = '', signature = ''] = challenge.split('.')
  return secrets.isSigned(CHALLENGE, `${id}.${until}.${row.passwordHash}`, signature)
}

async function inLine(username: string, work: () => Promise<SignInOutcome>): Promise<SignInOutcome> {
  const before = lines.get(username) ?? Promise.resolve()
  const outcome = before.then(work)
  const settled = outcome.catch(() => {})
  lines.set(username, settled)
  try {
    return await outcome
  } finally {
    if (lines.get(username) === settled) lines.delete(username)
  }
}
