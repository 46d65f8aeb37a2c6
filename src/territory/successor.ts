import { type CoordinatorRule, isInForce, type Territory, type TopicRule, type Unit } from './territory.ts'

/** The day itself, or the first day of the service for anything earlier. */
export function serviceDay(territory: Territory, day: string): string {
  return day < territory.routing.begins ? territory.routing.begins : day
}

/** The topic's rule on a day; undefined for a topic that `routing.yaml` does not name. */
export function ruleOn(territory: Territory, topic: string, day: string): TopicRule | undefined {
  const on = serviceDay(territory, day)
  return territory.routing.topics.get(topic)?.find((rule) => isInForce(rule, on))
}

export function coordinatorRuleOn(territory: Territory, day: string): CoordinatorRule {
  const on = serviceDay(territory, day)
  const rules = territory.routing.coordinator
  const rule = rules.find((candidate) => isInForce(candidate, on)) ?? rules.at(-1)
  if (!rule) throw new Error('routing.yaml names no coordinator')
  return rule
}

/** The unit that coordinates poverty reduction on a day: the place of everything that has no other. */
export function coordinatorOn(territory: Territory, day: string): Unit {
  return named(territory, coordinatorRuleOn(territory, day).unit)
}

/** A unit that `routing.yaml` or `units.yaml` names; the reader has made sure that it exists. */
export function named(territory: Territory, id: string): Unit {
  const unit = territory.unitById.get(id)
  if (!unit) throw new Error(`No unit ${id}`)
  return unit
}

/**
 * Who answers on a day for what a unit had taken. A department whose topics went to several others passes each on by
 * `topic`. Where nobody is named: the district until the districts ended, then the coordinator.
 */
export function successorOf(territory: Territory, unitId: string, day: string, topic?: string): Unit {
  const on = serviceDay(territory, day)
  const seen = new Set<string>()
  let unit = territory.unitById.get(unitId)
  while (unit && !isInForce(unit, on) && !seen.has(unit.id)) {
    seen.add(unit.id)
    unit = next(territory, unit, on, topic)
  }
  return unit && isInForce(unit, on) ? unit : coordinatorOn(territory, on)
}

function next(territory: Territory, unit: Unit, day: string, topic: string | undefined): Unit | undefined {
  if (unit.to === null || day < unit.from) return undefined
  const handedOn = topic === undefined ? undefined : handedOnBy(territory, unit, unit.to, topic, day)
  if (handedOn) return handedOn
  if (unit.successor !== null) return territory.unitById.get(unit.successor)
  return unit.kind === 'commune_desk' && unit.district !== null
    ? territory.districtByName.get(unit.district)
    : undefined
}

/** The unit that took the topic over from this one. */
function handedOnBy(territory: Territory, unit: Unit, lastDay: string, topic: string, day: string): Unit | undefined {
  const then = ruleOn(territory, topic, lastDay)
  const now = ruleOn(territory, topic, day)
  return then?.department === unit.id && now ? named(territory, now.department) : undefined
}

/** Whether two units are the same body under two names: one became the other. */
export function isSameLine(territory: Territory, one: Unit, other: Unit): boolean {
  return line(territory, one).has(other.id) || line(territory, other).has(one.id)
}

function line(territory: Territory, unit: Unit): Set<string> {
  const ids = new Set<string>()
  let next: Unit | undefined = unit
  while (next && !ids.has(next.id)) {
    ids.add(next.id)
    next = next.successor === null ? undefined : territory.unitById.get(next.successor)
  }
  return ids
}
