/*
 * Who may see and do what. Pure: an officer's roles and unit against the units that a piece of work belongs to.
 */

export const ROLES = [
  'commune_officer',
  'department_officer',
  'administrator',
  'supervisor',
  'editor',
  'approver',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

/** A signed-in member of staff. */
export interface Officer {
  id: string
  username: string
  name: string
  roles: readonly Role[]
  unitId: string | null
}

/** Which tickets an officer reaches at all. */
export type Scope =
  | { kind: 'everything'; acts: boolean }
  | { kind: 'unit'; unitId: string; escalations: boolean }
  | { kind: 'nothing' }

export function scopeOf(officer: Officer): Scope {
  if (hasRole(officer, 'administrator') || hasRole(officer, 'supervisor')) return { kind: 'everything', acts: true }
  const handles = hasRole(officer, 'department_officer') || hasRole(officer, 'commune_officer')
  if (handles && officer.unitId !== null) {
    return { kind: 'unit', unitId: officer.unitId, escalations: hasRole(officer, 'department_officer') }
  }
  if (hasRole(officer, 'auditor')) return { kind: 'everything', acts: false }
  return { kind: 'nothing' }
}

/** What decides whether a piece of work is an officer's. */
export interface Belonging {
  unitId: string
  offeredUnitId: string | null
  departmentId: string | null
  escalationUnitId: string | null
  /** The unit complained of: its officers never see the complaint. */
  complaintAbout: string | null
  isOverdue: boolean
}

/** What binds the officer to the work; null: nothing, they may not even see it. */
export function standingOf(
  officer: Officer,
  work: Belonging,
): 'accountable' | 'offered' | 'escalated' | 'over-all' | 'reads-only' | null {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return null
  if (scope.kind === 'everything') return scope.acts ? 'over-all' : 'reads-only'
  if (work.complaintAbout === scope.unitId) return null
  if (work.unitId === scope.unitId) return 'accountable'
  if (work.offeredUnitId === scope.unitId) return 'offered'
  const isInLadder = work.departmentId === scope.unitId || work.escalationUnitId === scope.unitId
  return scope.escalations && isInLadder && work.isOverdue ? 'escalated' : null
}

/** Whether the officer may file a ticket for somebody who is present. */
export function mayFile(officer: Officer): boolean {
  const scope = scopeOf(officer)
  return scope.kind === 'unit' || (scope.kind === 'everything' && scope.acts)
}

export function hasRole(officer: Officer, role: Role): boolean {
  return officer.roles.includes(role)
}
