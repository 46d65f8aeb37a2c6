import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, isNull, lt, or } from '../db/drizzle.ts'
import { type Key, open, seal } from '../secrets.ts'
import { officers, recoveryCodes } from './tables.ts'
import { hashRecoveryCode, newRecoveryCodes, newTotpSecret, stepOfCode } from './totp.ts'

/*
 * One-time codes at sign-in, for officers who want them. A new secret counts once a code of it was typed: whoever could not
 * read the picture is not shut out.
 */

interface CodeServices {
  sql: Sql
  secrets: { systemKey: Key }
}

/** Begins anew with a secret that asks for nothing yet. Null when codes are in use already. */
export async function beginTotp({ sql, secrets }: CodeServices, officerId: string): Promise<Buffer | null> {
  const secret = newTotpSecret()
  const changed = await drizzleOn(sql)
    .update(officers)
    .set({ sealedTotp: seal(secrets.systemKey, secret), totpLastStep: null })
    .where(and(eq(officers.id, officerId), isNull(officers.totpConfirmedAt)))
    .returning({ id: officers.id })
  return changed.length > 0 ? secret : null
}

/** The secret that waits for its first code; null when none does. */
export async function waitingSecret({ sql, secrets }: CodeServices, officerId: string): Promise<Buffer | null> {
  const [row] = await drizzleOn(sql)
    .select({ sealed: officers.sealedTotp })
    .from(officers)
    .where(and(eq(officers.id, officerId), isNull(officers.totpConfirmedAt)))
  return row?.sealed ? open(secrets.systemKey, row.sealed) : null
}

/** Turns the codes on with the first right one. Gives the recovery codes, which nobody can be shown again; null: a wrong code. */
export async function confirmTotp(
  { sql, secrets }: CodeServices,
  officerId: string,
  code: string,
  now: Date,
): Promise<string[] | null> {
  return sql.begin(async (tx) => {
    const drizzle = drizzleOn(tx)
    const [row] = await drizzle.select().from(officers).where(eq(officers.id, officerId)).for('update')
    if (!row?.sealedTotp || row.totpConfirmedAt !== null) return null
    const step = stepOfCode(open(secrets.systemKey, row.sealedTotp), code, now)
    if (step === null) return null
    await drizzle.update(officers).set({ totpConfirmedAt: now, totpLastStep: step }).where(eq(officers.id, officerId))
    const codes = newRecoveryCodes()
    await drizzle.delete(recoveryCodes).where(eq(recoveryCodes.officerId, officerId))
    await drizzle
      .insert(recoveryCodes)
      .values(codes.map((one) => ({ codeHash: hashRecoveryCode(officerId, one), officerId })))
    await recordAudit(tx, { actorId: officerId, action: 'codes-on', subjectKind: 'officer', subjectId: officerId }, now)
    return codes
  })
}

/** Turns the codes off. The caller has made sure that the officer, or an administrator, means it, and records it. */
export async function dropTotp(tx: Transaction, officerId: string): Promise<void> {
  const drizzle = drizzleOn(tx)
  await drizzle
    .update(officers)
    .set({ sealedTotp: null, totpConfirmedAt: null, totpLastStep: null })
    .where(eq(officers.id, officerId))
  await drizzle.delete(recoveryCodes).where(eq(recoveryCodes.officerId, officerId))
}

export interface CodeState {
  isOn: boolean
  /** Recovery codes not yet used. */
  recoveryLeft: number
}

export async function codeState(sql: Sql, officerId: string): Promise<CodeState> {
  const [row] = await sql<{ is_on: boolean; left: number }[]>`
    select totp_confirmed_at is not null as is_on,
      (select count(*)::int from recovery_codes where officer_id = o.id and used_at is null) as left
    from officers o where id = ${officerId}`
  return { isOn: row?.is_on ?? false, recoveryLeft: row?.left ?? 0 }
}

/** Uses a code up, whichever kind it is; null when it is wrong or was used before. */
export async function takeCode(
  tx: Transaction,
  key: Key,
  officer: { id: string; sealedTotp: Buffer | null },
  code: string,
  now: Date,
): Promise<'totp' | 'recovery' | null> {
  if (officer.sealedTotp === null) return null
  const drizzle = drizzleOn(tx)
  const step = stepOfCode(open(key, officer.sealedTotp), code, now)
  if (step !== null) {
    const used = await drizzle
      .update(officers)
      .set({ totpLastStep: step })
      .where(and(eq(officers.id, officer.id), or(isNull(officers.totpLastStep), lt(officers.totpLastStep, step))))
      .returning({ id: officers.id })
    return used.length > 0 ? 'totp' : null
  }
  const used = await drizzle
    .update(recoveryCodes)
    .set({ usedAt: now })
    .where(and(eq(recoveryCodes.codeHash, hashRecoveryCode(officer.id, code)), isNull(recoveryCodes.usedAt)))
    .returning({ officerId: recoveryCodes.officerId })
  return used.length > 0 ? 'recovery' : null
}
