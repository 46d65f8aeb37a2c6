import { join } from 'node:path'
import type { Fault } from '../errors.ts'
import { readHotlines } from './read-hotlines.ts'
import { readPlaces } from './read-places.ts'
import { readRouting } from './read-routing.ts'
import { type ReadUnits, readUnits } from './read-units.ts'
import type { Place, Routing, Territory, Unit } from './territory.ts'

/** Words that may stand in `routing.yaml` where a unit is named. */
const FIRST_LINE_WORDS = ['commune']
const ESCALATION_WORDS = ['district', 'department', 'coordinator', 'above']
const COMPLAINT_WORDS = ['department', 'coordinator']

/**
 * Builds the territory from `places.csv`, `units.yaml`, `routing.yaml` and `hotlines.yaml`. All faults come back at
 * once; a value has no reference that leads nowhere, so the rules never meet one.
 */
export function readTerritory(flowsDirectory: string): { value: Territory } | { faults: Fault[] } {
  const places = readPlaces(join(flowsDirectory, 'places.csv'))
  const routing = readRouting(join(flowsDirectory, 'routing.yaml'))
  const hotlines = readHotlines(join(flowsDirectory, 'hotlines.yaml'))
  const units: { value: ReadUnits } | { faults: Fault[] } = readUnits(
    join(flowsDirectory, 'units.yaml'),
    'value' in places ? places.value : [],
  )
  const faults = [places, routing, hotlines, units].flatMap((read) => ('faults' in read ? read.faults : []))
  if (!('value' in places && 'value' in routing && 'value' in hotlines && 'value' in units)) return { faults }

  const unitById = new Map(units.value.units.map((unit) => [unit.id, unit]))
  faults.push(
    ...repeatedPlaces(places.value),
    ...repeatedUnits(units.value.units),
    ...unknownUnits(routing.value, units.value.units, unitById),
  )
  if (faults.length > 0) return { faults }
  return {
    value: {
      places: places.value,
      placesByCode: groupByCode(places.value),
      units: units.value.units,
      unitById,
      deskByPlace: units.value.deskByPlace,
      districtByName: new Map(
        units.value.units.flatMap((unit) => (unit.kind === 'district' && unit.district ? [[unit.district, unit]] : [])),
      ),
      routing: routing.value,
      hotlines: hotlines.value,
    },
  }
}

function groupByCode(places: readonly Place[]): Map<string, Place[]> {
  const groups = new Map<string, Place[]>()
  for (const place of [...places].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const group = groups.get(place.code)
    if (group) group.push(place)
    else groups.set(place.code, [place])
  }
  return groups
}

function repeatedPlaces(places: readonly Place[]): Fault[] {
  return repeated(places.map((place) => place.key)).map((key) => ({
    where: 'flows/places.csv',
    what: `${key} stands there twice; a code may appear once per first day`,
  }))
}

function repeatedUnits(units: readonly Unit[]): Fault[] {
  return repeated(units.map((unit) => unit.id)).map((id) => ({
    where: 'flows/units.yaml',
    what: `the id ${id} is used twice; give one of them another`,
  }))
}

function repeated(words: string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index)
}

function unknownUnits(routing: Routing, units: readonly Unit[], known: ReadonlyMap<string, Unit>): Fault[] {
  const faults: Fault[] = []
  const expect = (id: string | null, where: string, words: string[] = []) => {
    if (id !== null && !known.has(id) && !words.includes(id)) {
      faults.push({ where, what: `there is no unit ${id} in flows/units.yaml; add it or name another` })
    }
  }
  for (const unit of units) {
    // A desk follows from places.csv, where `checkTerritory` names the successor that is missing.
    if (unit.kind !== 'commune_desk') expect(unit.successor, `flows/units.yaml: ${unit.id}.successor`)
  }
  for (const rule of routing.coordinator) {
    expect(rule.unit, 'flows/routing.yaml: coordinator')
    expect(rule.above, 'flows/routing.yaml: coordinator.above')
  }
  for (const rule of routing.complaints) {
    for (const [kind, list] of Object.entries(rule.about)) {
      for (const id of list) expect(id, `flows/routing.yaml: complaints.about.${kind}`, COMPLAINT_WORDS)
    }
  }
  for (const [topic, rules] of routing.topics) {
    for (const rule of rules) {
      expect(rule.firstLine, `flows/routing.yaml: ${topic}.first_line`, FIRST_LINE_WORDS)
      expect(rule.department, `flows/routing.yaml: ${topic}.department`)
      expect(rule.escalation, `flows/routing.yaml: ${topic}.escalation`, ESCALATION_WORDS)
    }
  }
  return faults
}
