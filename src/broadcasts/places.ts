/** The communes of today that an audience names. Pure. */
import type { Place, Territory } from '../territory/territory.ts'
import type { Audience } from './broadcast.ts'

/**
 * Codes of today: of a code of today, of an old one (all communes that its place became part of), or of a place by its
 * key (`code@from`), since codes were used again. Null when nobody knows the name.
 */
export function communesOf(territory: Territory, named: string): readonly string[] | null {
  const [code = '', from] = named.split('@')
  const spans = territory.placesByCode.get(code) ?? []
  const place = from === undefined ? (spans.find((one) => one.to === null) ?? spans.at(-1)) : placeFrom(spans, from)
  if (place === undefined) return null
  return place.to === null ? [place.code] : place.successors
}

function placeFrom(spans: readonly Place[], from: string): Place | undefined {
  return spans.find((one) => one.from === from)
}

/** Where somebody must live to be concerned; null: anywhere. */
export function placesOf(territory: Territory, { communes, areas }: Audience): ReadonlySet<string> | null {
  if (communes === undefined && areas === undefined) return null
  const named = communes?.flatMap((code) => communesOf(territory, code) ?? [])
  const today = territory.places.filter((place) => place.to === null)
  const ofArea = areas && new Set(today.filter((place) => areas.includes(areaOf(place))).map(({ code }) => code))
  if (named === undefined) return ofArea ?? null
  return new Set(named.filter((code) => ofArea === undefined || ofArea.has(code)))
}

export function areaOf(place: Place): 'urban' | 'rural' {
  return place.type === 'phường' ? 'urban' : 'rural'
}
