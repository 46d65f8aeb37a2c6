import type { Place, Territory } from './territory.ts'

/** The communes of today, in the order of `places.csv`: the old province first, then by code. */
export function communesToday(territory: Territory): Place[] {
  return territory.places.filter((place) => place.to === null)
}
