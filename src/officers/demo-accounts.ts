import { localDay } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { drizzleOn, inArray } from '../db/drizzle.ts'
import { newId } from '../ids.ts'
import { type Territory, type Unit, unitsInForce } from '../territory/territory.ts'
import { hashPassword, isPassword, newPassword } from './password.ts'
import type { Role } from './permissions.ts'
import { officers } from './tables.ts'

interface Account {
  username: string
  name: string
  roles: Role[]
  unitId: string | null
}

/**
 * Makes the demonstration accounts that are missing: one per office of its own, one per unit in force today. With a
 * password given, all of them have it afterwards; without, those that exist keep theirs. Returns the password it made
 * up, to be shown once, or null when it made none.
 *
 * All of them share one salt and hash: they share the password anyway, and a hash of each own would cost a first start
 * some ten seconds.
 */
export async function createDemoAccounts(
  sql: Sql,
  territory: Territory,
  options: { password: string | null },
  now: Date,
): Promise<string | null> {
  const wanted = [...offices, ...unitsInForce(territory, localDay(now)).map(accountOf)]
  const drizzle = drizzleOn(sql)
  const known = await drizzle
    .select({ username: officers.username, passwordHash: officers.passwordHash })
    .from(officers)
    .where(
      inArray(
        officers.username,
        wanted.map((account) => account.username),
      ),
    )
  const names = new Set(known.map((row) => row.username))
  const missing = wanted.filter((account) => !names.has(account.username))
  const outdated = options.password === null ? [] : await notHashesOf(options.password, known)
  if (missing.length === 0 && outdated.length === 0) return null
  const password = options.password ?? newPassword()
  const passwordHash = await hashPassword(password)
  if (outdated.length > 0) {
    await drizzle.update(officers).set({ passwordHash }).where(inArray(officers.passwordHash, outdated))
  }
  if (missing.length === 0) return null
  const made = await drizzle
    .insert(officers)
    .values(missing.map((account) => ({ ...account, id: newId(), passwordHash, createdAt: now })))
    .onConflictDoNothing()
    .returning({ id: officers.id })
  return options.password === null && made.length > 0 ? password : null
}

async function notHashesOf(password: string, known: readonly { passwordHash: string }[]): Promise<string[]> {
  const hashes = [...new Set(known.map((row) => row.passwordHash))]
  const right = await Promise.all(hashes.map((hash) => isPassword(password, hash)))
  return hashes.filter((_, index) => right[index] !== true)
}

const offices: readonly Account[] = [
  { username: 'admin', name: 'Quản trị viên', roles: ['administrator', 'supervisor'], unitId: null },
  { username: 'editor', name: 'Biên tập viên', roles: ['editor'], unitId: null },
  { username: 'approver', name: 'Người duyệt', roles: ['approver'], unitId: null },
  { username: 'auditor', name: 'Kiểm soát viên', roles: ['auditor'], unitId: null },
]

function accountOf(unit: Unit): Account {
  const role: Role = unit.kind === 'commune_desk' ? 'commune_officer' : 'department_officer'
  return { username: unit.id, name: `Cán bộ ${unit.name.vi}`, roles: [role], unitId: unit.id }
}
