/** Communes as editors type them: old or new names, with or without diacritics. Pure. */
import { findPlaces, type PlaceMatch } from '../territory/find-places.ts'
import type { Territory } from '../territory/territory.ts'

/** A field and the text key under `broadcasts.fault`, with values. */
export interface FormFault {
  field: string
  code: string
  values?: Record<string, string | number>
}

/** Places that a typed name may mean, when it is not clear which. */
export interface PlaceOffer {
  words: string
  places: { code: string; via: string | null }[]
}

const MOST_NAMES = 300
/** Matches this close to the best one are offered beside it. */
const CLOSE = 0.08

/** One name a line, or several with commas between. */
export function readCommunes(words: string, territory: Territory) {
  const codes: string[] = []
  const left: string[] = []
  const offers: PlaceOffer[] = []
  const faults: FormFault[] = []
  const names = words
    .split(/[\n,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
  for (const name of names.slice(0, MOST_NAMES)) {
    const matches = findPlaces(territory, name, 8)
    const clear = clearPlaces(matches)
    if (clear.length > 0) {
      codes.push(...clear.map(({ place }) => place.code))
      continue
    }
    left.push(name)
    if (matches.length === 0) faults.push({ field: 'commune_words', code: 'communeUnknown', values: { words: name } })
    else {
      offers.push({
        words: name,
        places: matches.map(({ place, via }) => ({ code: place.code, via: via?.key ?? null })),
      })
      faults.push({ field: 'commune_words', code: 'communeUnclear', values: { words: name } })
    }
  }
  return { codes, left, offers, faults }
}

/** One commune, or all that one old commune became part of; none when it is not clear which is meant. */
function clearPlaces(matches: readonly PlaceMatch[]): readonly PlaceMatch[] {
  const [best] = matches
  if (best === undefined || best.score < 0.75) return []
  const close = matches.filter(({ score }) => best.score - score < CLOSE)
  if (close.length === 1) return close
  const isOneOldPlace = best.via !== null && close.every(({ via }) => via?.key === best.via?.key)
  return isOneOldPlace ? close : []
}
