import { hasRole, type Officer, scopeOf } from '../officers/permissions.ts'
import { isInForce, type Territory } from '../territory/territory.ts'
import { OPENING_TOPICS } from './wish.ts'

/** Units whose officers list openings: those that answer for work and training on the day, and for work abroad. */
export function listingUnits(territory: Territory, day: string): string[] {
  const rules = OPENING_TOPICS.flatMap((topic) => territory.routing.topics.get(topic) ?? [])
  const units = rules
    .filter((rule) => isInForce(rule, day))
    .flatMap((rule) => [rule.firstLine, rule.department])
    .filter((id) => territory.unitById.has(id))
  return [...new Set(units)]
}

/** Units in whose name the officer may list and change openings; empty: they only look. */
export function unitsKeptBy(officer: Officer, territory: Territory, day: string): string[] {
  const units = listingUnits(territory, day)
  if (hasRole(officer, 'administrator') || hasRole(officer, 'supervisor')) return units
  const scope = scopeOf(officer)
  return scope.kind === 'unit' && units.includes(scope.unitId) ? [scope.unitId] : []
}
