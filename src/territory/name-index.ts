import { foldName, foldWord, spellingOf, wordsOf } from './fold-name.ts'
import type { Place, Territory } from './territory.ts'

/** One spelling of one place, cut into words ready for matching. */
export interface PlaceName {
  place: Place
  folded: string[]
  spelled: string[]
  /** Without blanks, for typing errors. */
  joined: string
  /** Folded names of its districts, without `huyện`, `thị xã`, `thành phố`. */
  districts: string[][]
}

export interface NameIndex {
  names: PlaceName[]
  /** All districts, folded. */
  districts: string[][]
  /** Folded names of the provinces, and the words in them. */
  provinces: ReadonlySet<string>
  provinceWords: ReadonlySet<string>
}

const indexes = new WeakMap<Territory, NameIndex>()

/** Made at the first question about a territory and kept as long as the territory. */
export function nameIndexOf(territory: Territory): NameIndex {
  const known = indexes.get(territory)
  if (known) return known
  const names = territory.places.flatMap((place) =>
    [place.name, ...place.also].map((spelling): PlaceName => {
      const words = wordsOf(spelling)
      return {
        place,
        folded: words.map(foldWord),
        spelled: words.map(spellingOf),
        joined: words.map(foldWord).join(''),
        districts: districtsOf(place),
      }
    }),
  )
  const distinct = new Map(names.flatMap((name) => name.districts.map((district) => [district.join(' '), district])))
  const provinces = new Set(territory.places.map((place) => foldName(place.formerProvince)))
  const provinceWords = new Set([...provinces].flatMap((province) => province.split(' ')))
  const index = { names, districts: [...distinct.values()], provinces, provinceWords }
  indexes.set(territory, index)
  return index
}

export function districtsOf(place: Place): string[][] {
  return (place.district ?? '')
    .split(';')
    .map((district) => foldName(district).replace(/^(huyen|thi xa|thanh pho) /, ''))
    .filter((district) => district !== '')
    .map((district) => district.split(' '))
}
