/*
 * Who may see and do what. Pure: an officer's roles and unit against the units that a piece of work belongs to.
 */

export const ROLES = [
  'commune_officer',
  'department_officer',
  'head_of_unit',
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
  /** The password was given by somebody else: nothing but changing it is open to them. */
  mustChangePassword?: boolean
}

/** Which tickets an officer reaches at all. */
export type Scope =
  | { kind: 'everything'; acts: boolean }
  | { kind: 'unit'; unitId: string; escalations: boolean }
  | { kind: 'nothing' }

export function scopeOf(officer: Officer): Scope {
  if (hasRole(officer, 'administrator') || hasRole(officer, 'supervisor')) return { kind: 'everything', acts: true }
  // A head of unit sees what may escalate to the unit: nothing does to the desk of a commune.
  const escalations = hasRole(officer, 'department_officer') || hasRole(officer, 'head_of_unit')
  if ((escalations || hasRole(officer, 'commune_officer')) && officer.unitId !== null) {
    return { kind: 'unit', unitId: officer.unitId, escalations }
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

/** Whether the officer sees how the channels are, and settles what was put aside there. */
export function looksAfterChannels(officer: Officer): boolean {
  return hasRole(officer, 'administrator') || hasRole(officer, 'supervisor')
}

export function hasRole(officer: Officer, role: Role): boolean {
  return officer.roles.includes(role)
}

/** Whether the officer leads the unit: its leave, its on-call list and how its work is given out. */
export function isHeadOf(officer: Officer, unitId: string): boolean {
  return hasRole(officer, 'head_of_unit') && officer.unitId === unitId
}

/** Accounts, units and calendars of everybody. */
export function isAdministrator(officer: Officer): boolean {
  return hasRole(officer, 'administrator')
}

/** Whether the officer may read who read and did what. */
export function mayAudit(officer: Officer): boolean {
  return hasRole(officer, 'auditor') || hasRole(officer, 'administrator')
}

/** Whether tickets can be the officer's own: then there is a page of what waits for them. */
export function hasOwnWork(officer: Officer): boolean {
  return mayFile(officer)
}

/** Whether the officer asks somebody at the counter what they may be entitled to, and files what comes of it. */
export function mayScreenAtCounter(officer: Officer): boolean {
  return mayFile(officer)
}

/** Whether the officer writes policy messages; what is written is theirs until it is submitted. */
export function mayWriteBroadcasts(officer: Officer): boolean {
  return hasRole(officer, 'editor')
}

export function mayApproveBroadcasts(officer: Officer): boolean {
  return hasRole(officer, 'approver')
}

/** Whether the officer may stop a policy message that leaves, and let it go on, whoever wrote it. */
export function mayHaltBroadcasts(officer: Officer): boolean {
  return looksAfterChannels(officer) || hasRole(officer, 'approver')
}

/** Which policy messages the officer reads: all, those of a unit, or none. */
export function broadcastScope(officer: Officer): 'all' | { unitId: string } | 'none' {
  const readsAll: readonly Role[] = ['editor', 'approver', 'administrator', 'supervisor', 'auditor']
  if (readsAll.some((role) => hasRole(officer, role))) return 'all'
  return hasRole(officer, 'head_of_unit') && officer.unitId !== null ? { unitId: officer.unitId } : 'none'
}

/** Whose visits the officer makes and ticks off: everybody's, or those in the commune of the unit's own desk. */
export function visitScope(officer: Officer): 'all' | { unitId: string } | 'none' {
  if (looksAfterChannels(officer)) return 'all'
  const isOfUnit = hasRole(officer, 'commune_officer') || hasRole(officer, 'head_of_unit')
  return isOfUnit && officer.unitId !== null ? { unitId: officer.unitId } : 'none'
}
