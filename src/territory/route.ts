/**
 * Where a ticket goes: one unit, the department and the next step up, with the reason in words. Total: whatever topic,
 * commune and day it is asked for, it names units that are in force; what has no place of its own goes to the unit that
 * coordinates poverty reduction.
 */
import { coordinatorOn, coordinatorRuleOn, isSameLine, named, ruleOn, serviceDay, successorOf } from './successor.ts'
import {
  communeOfToday,
  fullName,
  isInForce,
  type Place,
  type Promises,
  placeOn,
  type Territory,
  type TopicRule,
  type Unit,
} from './territory.ts'

export interface RouteRequest {
  topic: string
  /** Code of the commune, as it stood on `day`; null when not known. */
  commune: string | null
  /** `YYYY-MM-DD`. */
  day: string
  /** Makes it a complaint: the unit complained of, or `unknown`. The topic `complaint` alone means `unknown`. */
  complaintAbout?: string | undefined
}

export interface Route {
  unit: Unit
  /** Stands over the unit; the unit itself where the department is the first line. */
  department: Unit
  /** The next step up from the unit, never the unit itself. */
  escalation: Unit
  reason: { key: string; values: Record<string, string> }
  /** Key of a text. */
  basis: string
  promises: Promises
}

type Reason = Route['reason']

export const COMPLAINT_TOPIC = 'complaint'

export function route(territory: Territory, asked: RouteRequest): Route {
  const day = serviceDay(territory, asked.day)
  if (asked.topic === COMPLAINT_TOPIC || asked.complaintAbout !== undefined) {
    return routeComplaint(territory, asked.topic, asked.complaintAbout ?? 'unknown', day)
  }
  const place = asked.commune === null ? undefined : placeOn(territory, asked.commune, day)
  if (place && !territory.deskByPlace.has(place.key)) {
    return toCoordinator(territory, day, reason('otherProvince', { commune: fullName(place) }))
  }
  const rule = ruleOn(territory, asked.topic, day)
  if (!rule) return toCoordinator(territory, day, reason('topicUnknown'))
  if (rule.firstLine !== 'commune') {
    return build(territory, rule, day, inForce(territory, rule.firstLine, day), reason('firstLine'))
  }
  return routeToCommune(territory, rule, day, asked.commune, place)
}

/**
 * As `route`, for what belongs to one unit whoever else would take the topic: an answer to a message that the unit sent.
 * A unit that is not known leaves it to the routing; one that was dissolved, to its successor.
 */
export function routeToUnit(territory: Territory, asked: RouteRequest, unitId: string): Route {
  const byTopic = route(territory, asked)
  if (!territory.unitById.has(unitId)) return byTopic
  const day = serviceDay(territory, asked.day)
  const unit = inForce(territory, unitId, day)
  const department = unit.kind === 'department' ? unit : byTopic.department
  const above = inForce(territory, coordinatorRuleOn(territory, day).above, day)
  const ladder = [byTopic.department, byTopic.escalation, coordinatorOn(territory, day), above]
  const escalation = ladder.find((step) => step.id !== unit.id && isInForce(step, day)) ?? above
  return { ...byTopic, unit, department, escalation, reason: reason('sender') }
}

function routeToCommune(
  territory: Territory,
  rule: TopicRule,
  day: string,
  code: string | null,
  place: Place | undefined,
): Route {
  const toDepartment = (why: Reason) => build(territory, rule, day, inForce(territory, rule.department, day), why)
  if (code === null) return toDepartment(reason('noCommune'))
  if (place) return toDesk(territory, rule, day, place, reason('commune', { commune: fullName(place) }))
  const old = territory.placesByCode.get(code)?.findLast((candidate) => candidate.to !== null && candidate.to < day)
  if (!old) return toDepartment(reason('communeNotFound', { code }))

  const heirs = old.successors.flatMap((successor) => communeOfToday(territory, successor) ?? [])
  const current = heirs.filter((heir) => isInForce(heir, day))
  const [commune] = current
  if (commune && current.length === 1) {
    return toDesk(territory, rule, day, commune, reason('merged', { old: fullName(old), commune: fullName(commune) }))
  }
  if (commune) return toDepartment(reason('split', { old: fullName(old) }))
  const above = districtOn(territory, old, day)
  if (above) return build(territory, rule, day, above, reason('dissolved', { old: fullName(old) }))
  return toDepartment(reason('successorUnknown', { old: fullName(old) }))
}

function toDesk(territory: Territory, rule: TopicRule, day: string, place: Place, why: Reason): Route {
  const desk = territory.deskByPlace.get(place.key) ?? coordinatorOn(territory, day)
  return build(territory, rule, day, desk, why, districtOn(territory, place, day))
}

function build(
  territory: Territory,
  rule: TopicRule,
  day: string,
  unit: Unit,
  why: Reason,
  district: Unit | undefined = undefined,
): Route {
  const department = inForce(territory, rule.department, day)
  const steps = {
    district: district ?? department,
    department,
    coordinator: coordinatorOn(territory, day),
    above: inForce(territory, coordinatorRuleOn(territory, day).above, day),
  }
  const wanted = new Map(Object.entries(steps)).get(rule.escalation) ?? inForce(territory, rule.escalation, day)
  const ladder = [wanted, steps.department, steps.coordinator, steps.above]
  const escalation = ladder.find((step) => step.id !== unit.id && isInForce(step, day)) ?? steps.above
  return { unit, department, escalation, reason: why, basis: rule.basis, promises: rule.promises }
}

function toCoordinator(territory: Territory, day: string, why: Reason): Route {
  const rule = coordinatorRuleOn(territory, day)
  const unit = coordinatorOn(territory, day)
  return {
    unit,
    department: unit,
    escalation: inForce(territory, rule.above, day),
    reason: why,
    basis: rule.basis,
    promises: territory.routing.promises,
  }
}

function routeComplaint(territory: Territory, topic: string, aboutId: string, day: string): Route {
  const about = territory.unitById.get(aboutId)
  const rules = territory.routing.complaints
  const rule = rules.find((candidate) => isInForce(candidate, day)) ?? rules.at(-1)
  if (!rule) throw new Error('routing.yaml has no rule for complaints')
  const listed = rule.about[about?.kind ?? 'unknown'].flatMap((word) => candidate(territory, word, topic, day))
  // Whatever the list says, two others are always left among the province's departments.
  const others = territory.units.filter((unit) => unit.kind === 'department' && isInForce(unit, day))
  const fit = [...listed, ...others].filter((unit) => about === undefined || !isSameLine(territory, unit, about))
  const unit = fit[0] ?? coordinatorOn(territory, day)
  const escalation = fit.find((other) => other.id !== unit.id) ?? unit
  return {
    unit,
    department: unit,
    escalation,
    reason: reason(about ? 'complaint' : 'complaintUnknown'),
    basis: rule.basis,
    promises: territory.routing.promises,
  }
}

function candidate(territory: Territory, word: string, topic: string, day: string): Unit[] {
  if (word === 'coordinator') return [coordinatorOn(territory, day)]
  if (word !== 'department') return [inForce(territory, word, day)]
  const rule = ruleOn(territory, topic, day)
  const department = rule ? inForce(territory, rule.department, day) : undefined
  return department?.kind === 'department' ? [department] : []
}

function districtOn(territory: Territory, place: Place, day: string): Unit | undefined {
  const district = place.district === null ? undefined : territory.districtByName.get(place.district)
  return district && isInForce(district, day) ? district : undefined
}

function inForce(territory: Territory, id: string, day: string): Unit {
  const unit = named(territory, id)
  return isInForce(unit, day) ? unit : successorOf(territory, id, day)
}

function reason(name: string, values: Record<string, string> = {}): Reason {
  return { key: `routing.reason.${name}`, values }
}
