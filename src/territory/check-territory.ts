import type { Fault } from '../errors.ts'
import { communesToday } from './communes-today.ts'
import { COMPLAINT_TOPIC, type Route, type RouteRequest, route } from './route.ts'
import { coordinatorOn, isSameLine, ruleOn, successorOf } from './successor.ts'
import { isInForce, placeOn, type Territory, unitsInForce } from './territory.ts'

/** The communes of Resolution 1666/NQ-UBTVQH15; a row lost from `places.csv` would otherwise go unnoticed. */
const COMMUNES_TODAY = 104
const DAY_MS = 86_400_000
const FAR_DAY = '2099-12-31'

/**
 * Proves over every day on which something changes that each topic, commune and complaint leads to exactly one unit in
 * force. Between two such days nothing can change, so the days are all there is to try.
 */
export function checkTerritory(territory: Territory): Fault[] {
  return [
    ...checkPlaces(territory),
    ...checkUnits(territory),
    ...checkIntervals(territory),
    ...boundaryDays(territory).flatMap((day) => [
      ...checkTopics(territory, day),
      ...checkFallback(territory, day),
      ...checkComplaints(territory, day),
    ]),
  ]
}

/** The first and last day of everything dated, and a day far ahead. */
export function boundaryDays(territory: Territory): string[] {
  const { routing } = territory
  const dated = [
    ...territory.places,
    ...territory.units,
    ...routing.coordinator,
    ...routing.complaints,
    ...[...routing.topics.values()].flat(),
  ]
  const days = new Set([routing.begins, FAR_DAY])
  for (const { from, to } of dated) {
    days.add(from)
    if (to !== null) days.add(to).add(dayAfter(to))
  }
  return [...days].filter((day) => day >= routing.begins).sort()
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
}

function checkPlaces(territory: Territory): Fault[] {
  const where = 'flows/places.csv'
  const faults: Fault[] = []
  const today = communesToday(territory)
  if (today.length !== COMMUNES_TODAY) {
    faults.push({
      where,
      what: `${today.length} communes today, there are ${COMMUNES_TODAY}; a row is missing or doubled`,
    })
  }
  const codes = new Set(today.map((place) => place.code))
  for (const place of territory.places) {
    for (const code of place.successors.filter((successor) => !codes.has(successor))) {
      faults.push({ where, what: `${place.key}: the successor ${code} is no commune of today` })
    }
    if (place.to !== null && place.to < place.from) faults.push({ where, what: `${place.key} ends before it begins` })
    const spans = territory.placesByCode.get(place.code) ?? []
    if (spans.some((other) => other !== place && isInForce(other, place.from))) {
      faults.push({ where, what: `${place.key}: another place bears the code on that day` })
    }
  }
  return faults
}

function checkUnits(territory: Territory): Fault[] {
  const faults: Fault[] = []
  for (const unit of territory.units) {
    const where = `flows/units.yaml: ${unit.id}`
    if (unit.to === null) {
      if (unit.successor !== null)
        faults.push({ where, what: 'has a successor but no last day; give it one of the two' })
      continue
    }
    if (unit.to < unit.from) faults.push({ where, what: 'ends before it begins' })
    const seen = new Set([unit.id])
    let next = unit.successor
    while (next !== null && !seen.has(next)) {
      seen.add(next)
      next = territory.unitById.get(next)?.successor ?? null
    }
    if (next !== null) faults.push({ where, what: `its successors lead back to ${next}; break the circle` })
    const heir = unit.successor === null ? undefined : territory.unitById.get(unit.successor)
    if (heir && !isInForce(heir, dayAfter(unit.to))) {
      faults.push({ where, what: `its successor ${heir.id} does not exist on the day after ${unit.to}` })
    }
    if (!isInForce(successorOf(territory, unit.id, FAR_DAY), FAR_DAY)) {
      faults.push({ where, what: 'its open tickets would reach no unit in force' })
    }
  }
  return faults
}

function checkIntervals(territory: Territory): Fault[] {
  const { routing } = territory
  const lists: [string, readonly { from: string; to: string | null }[]][] = [
    ['coordinator', routing.coordinator],
    ['complaints', routing.complaints],
    ...routing.topics,
  ]
  return lists.flatMap(([name, intervals]) => {
    const where = `flows/routing.yaml: ${name}`
    const faults: Fault[] = []
    let expected: string | null = routing.begins
    for (const { from, to } of intervals) {
      if (from !== expected)
        faults.push({ where, what: `an interval begins on ${from}, it should on ${expected ?? 'no day'}` })
      expected = to === null ? null : dayAfter(to)
    }
    if (expected !== null)
      faults.push({ where, what: `nothing is said from ${expected} on; let the last interval end with null` })
    return faults
  })
}

function checkTopics(territory: Territory, day: string): Fault[] {
  const codes = [null, ...territory.placesByCode.keys()]
  return [...territory.routing.topics.keys()].flatMap((topic) => {
    const rules = (territory.routing.topics.get(topic) ?? []).filter((rule) => isInForce(rule, day))
    const isCommuneMatter = ruleOn(territory, topic, day)?.firstLine === 'commune'
    if (rules.length !== 1)
      return [{ where: `flows/routing.yaml: ${topic} × ${day}`, what: `${rules.length} rules, one is needed` }]
    return codes.flatMap((commune) => {
      const asked = { topic, commune, day }
      const routed = route(territory, asked)
      const faults = routeFaults(routed, asked)
      const place = commune === null ? undefined : placeOn(territory, commune, day)
      const desk = place && territory.deskByPlace.get(place.key)
      if (isCommuneMatter && desk && routed.unit !== desk) {
        faults.push({ where: named(asked), what: `should go to ${desk.id}, goes to ${routed.unit.id}` })
      }
      return faults
    })
  })
}

/** What has no place of its own goes to the unit that coordinates poverty reduction, and says so. */
function checkFallback(territory: Territory, day: string): Fault[] {
  const asked = { topic: 'a topic that nobody knows', commune: null, day }
  const routed = route(territory, asked)
  const faults = routeFaults(routed, asked)
  const fallback = coordinatorOn(territory, day)
  if (routed.unit !== fallback || routed.reason.key !== 'routing.reason.topicUnknown') {
    faults.push({ where: named(asked), what: `should go to ${fallback.id} as the fallback, goes to ${routed.unit.id}` })
  }
  return faults
}

function checkComplaints(territory: Territory, day: string): Fault[] {
  const topics = [COMPLAINT_TOPIC, ...territory.routing.topics.keys()]
  const listed = unitsInForce(territory, day).filter((unit) => unit.kind !== 'commune_desk')
  const desk = unitsInForce(territory, day).find((unit) => unit.kind === 'commune_desk')
  return [...listed, ...(desk ? [desk] : [])].flatMap((about) =>
    topics.flatMap((topic) => {
      const asked = { topic, commune: null, day, complaintAbout: about.id }
      const routed = route(territory, asked)
      const faults = routeFaults(routed, asked)
      for (const step of [routed.unit, routed.department, routed.escalation]) {
        if (isSameLine(territory, step, about)) {
          faults.push({ where: named(asked), what: `a complaint about ${about.id} reaches ${step.id}` })
        }
      }
      return faults
    }),
  )
}

function routeFaults(routed: Route, asked: RouteRequest): Fault[] {
  const faults: Fault[] = []
  for (const step of ['unit', 'department', 'escalation'] as const) {
    if (!isInForce(routed[step], asked.day)) {
      faults.push({ where: named(asked), what: `${step} ${routed[step].id} does not exist on that day` })
    }
  }
  if (routed.unit === routed.escalation) {
    faults.push({ where: named(asked), what: `${routed.unit.id} is its own next step up; name another escalation` })
  }
  return faults
}

function named(asked: RouteRequest): string {
  return `flows/routing.yaml: ${asked.topic} × ${asked.commune ?? 'no commune'} × ${asked.day}`
}
