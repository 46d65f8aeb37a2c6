import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { foldName } from './fold-name.ts'
import type { Place, Unit } from './territory.ts'

const day = z.iso.date('write the day as YYYY-MM-DD')
const names = z.strictObject({ vi: z.string().min(1), en: z.string().min(1) })
const confidence = z.enum(['high', 'medium', 'low'])

const unit = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/, 'use lower-case Latin letters, digits and _'),
  kind: z.enum(['department', 'district', 'centre', 'bank', 'front']),
  district: z.string().nullable().default(null),
  name: names,
  from: day,
  to: day.nullable(),
  successor: z.string().nullable(),
  phone: z.string().nullable().default(null),
  address: z.string().nullable().default(null),
  source: z.string().min(1),
  confidence,
})

const file = z.strictObject({
  commune_desks: z.strictObject({
    name: names,
    types: z.strictObject({ xã: names, phường: names, 'thị trấn': names }),
    source: z.string().min(1),
    confidence,
  }),
  units: z.array(unit).min(1),
})

type DeskRule = z.output<typeof file>['commune_desks']

/** Units and, by place key, the desks of the communes. */
export interface ReadUnits {
  units: Unit[]
  deskByPlace: Map<string, Unit>
}

/**
 * Reads `units.yaml` and adds a desk for every commune that lay in the province on its days: those of today, and those
 * of the districts that `units.yaml` names.
 */
export function readUnits(path: string, places: readonly Place[]): { value: ReadUnits } | { faults: Fault[] } {
  const read = readYaml(path, file)
  if ('faults' in read) return read
  const listed = read.value.units.map((entry): Unit => ({ ...entry, placeCode: null }))
  const districts = new Set(listed.flatMap((entry) => (entry.kind === 'district' ? [entry.district] : [])))
  const lastOldDay = places.reduce((last, place) => (place.to !== null && place.to > last ? place.to : last), '')
  const deskByPlace = new Map<string, Unit>()
  for (const place of places) {
    if (place.to === null || districts.has(place.district)) {
      deskByPlace.set(place.key, desk(place, read.value.commune_desks, deskId(place, lastOldDay), places, lastOldDay))
    }
  }
  return { value: { units: [...listed, ...deskByPlace.values()], deskByPlace } }
}

function desk(place: Place, rule: DeskRule, id: string, places: readonly Place[], lastOldDay: string): Unit {
  const fill = (language: 'vi' | 'en') =>
    rule.name[language].replace('{type}', rule.types[place.type][language]).replace('{name}', place.name)
  return {
    id,
    kind: 'commune_desk',
    name: { vi: fill('vi'), en: fill('en') },
    from: place.from,
    to: place.to,
    successor: successorDesk(place, places, lastOldDay),
    placeCode: place.code,
    district: place.to === null ? null : place.district,
    phone: null,
    address: null,
    source: rule.source,
    confidence: rule.confidence,
  }
}

/** `xa_11953` today, `xa_11953_cu` until the districts ended, `xa_11953_cu_2024` for a name that ended in 2024. */
function deskId(place: Place, lastOldDay: string): string {
  if (place.to === null) return `xa_${place.code}`
  return place.to === lastOldDay ? `xa_${place.code}_cu` : `xa_${place.code}_cu_${place.to.slice(0, 4)}`
}

/** The desk that took over: of the same code under its next name, else of the only commune of today. */
function successorDesk(place: Place, places: readonly Place[], lastOldDay: string): string | null {
  if (place.to === null) return null
  if (place.to < lastOldDay) {
    const renamed = places.find((other) => other.code === place.code && other.to === lastOldDay)
    if (renamed) return deskId(renamed, lastOldDay)
    return sameNameNearby(place, places, lastOldDay)
  }
  return place.successors.length === 1 ? `xa_${place.successors[0]}` : null
}

/** A commune that ended while its name went on in the same district became part of the one that bears the name. */
function sameNameNearby(place: Place, places: readonly Place[], lastOldDay: string): string | null {
  const heir = places.find(
    (other) =>
      other.to === lastOldDay &&
      other.from > place.from &&
      other.district === place.district &&
      foldName(other.name) === foldName(place.name),
  )
  return heir ? deskId(heir, lastOldDay) : null
}
