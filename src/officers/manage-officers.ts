import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { drizzleOn, eq, type InferSelectModel, sql as raw } from '../db/drizzle.ts'
import { newId } from '../ids.ts'
import { type PasswordFault, passwordFault } from './change-password.ts'
import { hashPassword, newPassword } from './password.ts'
import type { Role } from './permissions.ts'
import { dropTotp } from './second-step.ts'
import { dropSessions } from './sessions.ts'
import { officers } from './tables.ts'

/* What an administrator does to accounts. Each is one transaction with its line in the audit log; none ever removes an account. */

/** An account as an administrator fills it in. */
export interface OfficerDraft {
  username: string
  name: string
  roles: readonly Role[]
  unitId: string | null
}

export type ManageFault =
  | 'not-found'
  | 'username-bad'
  | 'username-taken'
  | 'name-missing'
  | 'roles-missing'
  | 'unit-missing'
  | 'unit-unknown'
  | 'last-administrator'
  | 'own-account'
  | PasswordFault

export type Managed<Value = object> = ({ kind: 'done' } & Value) | { kind: 'refused'; why: ManageFault }

/** Who does it, when, and which units there are. */
export interface Managing {
  sql: Sql
  actorId: string
  isUnit: (id: string) => boolean
  now: Date
}

const UNIT_ROLES: readonly Role[] = ['commune_officer', 'department_officer', 'head_of_unit']

/** A new account. Without a password one is made up; either way the officer chooses their own at the first sign-in. */
export async function addOfficer(
  managing: Managing,
  draft: OfficerDraft,
  password: string | null,
): Promise<Managed<{ id: string; password: string }>> {
  const username = draft.username.trim().toLowerCase()
  const fault = /^[a-z0-9][a-z0-9._-]{1,39}$/.test(username)
    ? (draftFault(managing, draft) ?? (password === null ? null : passwordFault(password, username)))
    : 'username-bad'
  if (fault !== null) return { kind: 'refused', why: fault }
  const given = password ?? newPassword()
  const id = newId()
  const passwordHash = await hashPassword(given)
  const { sql, actorId, now } = managing
  return sql.begin(async (tx): Promise<Managed<{ id: string; password: string }>> => {
    const made = await drizzleOn(tx)
      .insert(officers)
      .values({
        id,
        username,
        name: draft.name.trim(),
        roles: [...draft.roles],
        unitId: draft.unitId,
        passwordHash,
        mustChangePassword: true,
        createdAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: officers.id })
    if (made.length === 0) return { kind: 'refused', why: 'username-taken' }
    const facts = { roles: [...draft.roles], unit: draft.unitId }
    await recordAudit(tx, { actorId, action: 'officer-added', subjectKind: 'officer', subjectId: id, facts }, now)
    return { kind: 'done', id, password: given }
  })
}

/** New name, roles or unit; the user name stays, since others know the officer by it. */
export function changeOfficer(managing: Managing, id: string, draft: Omit<OfficerDraft, 'username'>): Promise<Managed> {
  return onOfficer(managing, id, async (tx, row) => {
    const fault = draftFault(managing, draft)
    if (fault !== null) return fault
    if (!draft.roles.includes('administrator') && (await isLastAdministrator(tx, row))) return 'last-administrator'
    await drizzleOn(tx)
      .update(officers)
      .set({ name: draft.name.trim(), roles: [...draft.roles], unitId: draft.unitId })
      .where(eq(officers.id, id))
    return {
      action: 'officer-changed',
      facts: { from: { roles: row.roles, unit: row.unitId }, to: { roles: [...draft.roles], unit: draft.unitId } },
    }
  })
}

/** Shuts an account and ends its sessions; nothing of what the officer did goes away. Twice does no more than once. */
export function disableOfficer(managing: Managing, id: string): Promise<Managed> {
  return onOfficer(managing, id, async (tx, row) => {
    if (row.disabledAt !== null) return null
    if (await isLastAdministrator(tx, row)) return 'last-administrator'
    if (id === managing.actorId) return 'own-account'
    await drizzleOn(tx).update(officers).set({ disabledAt: managing.now }).where(eq(officers.id, id))
    await dropSessions(tx, id)
    return { action: 'officer-disabled', facts: {} }
  })
}

export function enableOfficer(managing: Managing, id: string): Promise<Managed> {
  return onOfficer(managing, id, async (tx, row) => {
    if (row.disabledAt === null) return null
    await drizzleOn(tx).update(officers).set({ disabledAt: null }).where(eq(officers.id, id))
    return { action: 'officer-enabled', facts: {} }
  })
}

/** A password made up, to be told to the officer; all their sessions end. */
export async function resetPassword(managing: Managing, id: string): Promise<Managed<{ password: string }>> {
  const password = newPassword()
  const passwordHash = await hashPassword(password)
  const done = await onOfficer(managing, id, async (tx) => {
    if (id === managing.actorId) return 'own-account'
    await drizzleOn(tx).update(officers).set({ passwordHash, mustChangePassword: true }).where(eq(officers.id, id))
    await dropSessions(tx, id)
    return { action: 'password-reset', facts: {} }
  })
  return done.kind === 'done' ? { kind: 'done', password } : done
}

/** For somebody whose telephone and recovery codes are gone. All their sessions end. */
export function resetTotp(managing: Managing, id: string): Promise<Managed> {
  return onOfficer(managing, id, async (tx) => {
    if (id === managing.actorId) return 'own-account'
    await dropTotp(tx, id)
    await dropSessions(tx, id)
    return { action: 'codes-reset', facts: {} }
  })
}

type Row = InferSelectModel<typeof officers>
type Done = { action: string; facts: Record<string, unknown> }

/** Under the row's lock: a fault changes nothing, null is no change and no line. */
async function onOfficer(
  { sql, actorId, now }: Managing,
  id: string,
  work: (tx: Transaction, row: Row) => Promise<Done | ManageFault | null>,
): Promise<Managed> {
  return sql.begin(async (tx): Promise<Managed> => {
    // One administrator at a time: two who take each other's role away must not leave none.
    await tx`select pg_advisory_xact_lock(hashtext('officers'))`
    const [row] = await drizzleOn(tx).select().from(officers).where(eq(officers.id, id)).for('update')
    if (!row) return { kind: 'refused', why: 'not-found' }
    const done = await work(tx, row)
    if (typeof done === 'string') return { kind: 'refused', why: done }
    if (done !== null) await recordAudit(tx, { actorId, subjectKind: 'officer', subjectId: id, ...done }, now)
    return { kind: 'done' }
  })
}

async function isLastAdministrator(tx: Transaction, row: Row): Promise<boolean> {
  if (row.disabledAt !== null || !row.roles.includes('administrator')) return false
  const others = await drizzleOn(tx)
    .select({ id: officers.id })
    .from(officers)
    .where(raw`'administrator' = any(roles) and disabled_at is null and id <> ${row.id}`)
    .limit(1)
  return others.length === 0
}

function draftFault({ isUnit }: Managing, draft: Omit<OfficerDraft, 'username'>): ManageFault | null {
  if (draft.name.trim() === '' || draft.name.length > 100) return 'name-missing'
  if (draft.roles.length === 0) return 'roles-missing'
  if (draft.unitId === null && draft.roles.some((role) => UNIT_ROLES.includes(role))) return 'unit-missing'
  return draft.unitId === null || isUnit(draft.unitId) ? null : 'unit-unknown'
}
