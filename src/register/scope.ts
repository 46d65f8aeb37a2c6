/** Whose register an officer sees and keeps. Pure. */
import { hasRole, type Officer } from '../officers/permissions.ts'
import { communesToday } from '../territory/communes-today.ts'
import { coordinatorOn } from '../territory/successor.ts'
import { communeOfToday, type Place, type Territory } from '../territory/territory.ts'

export interface RegisterScope {
  /** Codes of communes of today; null: all of them. */
  communes: readonly string[] | null
  /** Whether lists may be imported and households linked. */
  keeps: boolean
}

const ABOVE_ALL = ['supervisor', 'administrator'] as const
const HANDLING: readonly string[] = ['commune_officer', 'department_officer', 'head_of_unit']

/** Null: the register is none of the officer's business. */
export function registerScope(territory: Territory, officer: Officer, today: string): RegisterScope | null {
  if (ABOVE_ALL.some((role) => hasRole(officer, role))) return { communes: null, keeps: true }
  const unit = officer.unitId === null ? undefined : territory.unitById.get(officer.unitId)
  if (unit !== undefined && officer.roles.some((role) => HANDLING.includes(role))) {
    if (unit.id === coordinatorOn(territory, today).id) return { communes: null, keeps: true }
    const communes = unit.kind === 'commune_desk' ? communesOf(territory, unit.placeCode) : []
    if (communes.length > 0) return { communes, keeps: true }
  }
  return hasRole(officer, 'auditor') ? { communes: null, keeps: false } : null
}

/** The communes of today that a code stands for, or that took its commune over. */
function communesOf(territory: Territory, code: string | null): string[] {
  if (code === null) return []
  if (communeOfToday(territory, code) !== undefined) return [code]
  return (territory.placesByCode.get(code)?.at(-1)?.successors ?? []).filter((one) => communeOfToday(territory, one))
}

export function isWithin(scope: RegisterScope, communeCode: string): boolean {
  return scope.communes === null || scope.communes.includes(communeCode)
}

/** The communes whose register the officer may open, by name. */
export function communesWithin(territory: Territory, scope: RegisterScope): Place[] {
  const order = new Intl.Collator('vi')
  return communesToday(territory)
    .filter((place) => territory.deskByPlace.has(place.key) && isWithin(scope, place.code))
    .sort((one, other) => order.compare(one.name, other.name))
}

/** Former communes that became part of this one, the latest first. */
export function originsOf(territory: Territory, communeCode: string): Place[] {
  return territory.places.filter((place) => place.to !== null && place.successors.includes(communeCode)).reverse()
}

/** Names under which a list may speak of the commune: its own, and those of the communes that it was made of. */
export function namesOf(territory: Territory, communeCode: string, origin: string | null): string[] {
  const own = communeOfToday(territory, communeCode)
  const before = originsOf(territory, communeCode).filter(({ key }) => origin === null || key === origin)
  return [...(own === undefined ? [] : [own]), ...before].flatMap((place) => [place.name, ...place.also])
}
