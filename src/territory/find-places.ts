/**
 * Finds communes of today from what people type: old or new names, with or without diacritics, with `xã`, `tt`, with
 * the old district after it, with a slip of the finger. Never decides between equals: the caller offers them.
 */

import { communesToday } from './communes-today.ts'
import { foldName, foldWord, spellingOf, wordsOf } from './fold-name.ts'
import { districtsOf, type NameIndex, nameIndexOf, type PlaceName } from './name-index.ts'
import { communeOfToday, type Place, type Territory } from './territory.ts'

export interface PlaceMatch {
  /** The commune of today. */
  place: Place
  /** The old unit that led here; null when the name is the one of today. */
  via: Place | null
  /** 0 to 1; matches that are clearly worse than the best one are left out. */
  score: number
  /** The old unit went to several communes, or nobody knows to which: only the village tells. */
  needsVillage: boolean
}

interface Query {
  folded: string[]
  spelled: string[]
  joined: string
}

interface Hit {
  name: PlaceName
  score: number
  start: number
  end: number
}

/** A match this much worse than the best is no alternative to it. */
const CLEAR_LEAD = 0.12
const LONGEST_QUERY_WORDS = 24

/** Words before a commune's name that say what it is. */
const COMMUNE_WORDS: Record<string, Place['type'] | ''> = {
  xa: 'xã',
  x: 'xã',
  phuong: 'phường',
  p: 'phường',
  tran: 'thị trấn',
  tt: 'thị trấn',
  ubnd: '',
}
/** Words before a name that make it the name of something larger. */
const LARGER_WORDS = ['huyen', 'h', 'tinh', 'tp', 'tx', 'pho']
/** Words after a name that change nothing, besides the names of the provinces. */
const FILLER = new Set(['thi', 'tran', 'thanh', 'xa', 'cu', ...LARGER_WORDS])

export function findPlaces(territory: Territory, words: string, limit = 5): PlaceMatch[] {
  const typed = wordsOf(words.slice(0, 400)).slice(0, LONGEST_QUERY_WORDS)
  if (typed.length === 0) return []
  const folded = typed.map(foldWord)
  const query: Query = { folded, spelled: typed.map(spellingOf), joined: withoutKind(folded).join('') }
  const index = nameIndexOf(territory)
  let hits = longest(index.names.flatMap((name) => mentions(name, query, index)))
  if (hits.length === 0) hits = index.names.flatMap((name) => resembles(name, query))
  const matches = hits.length > 0 ? toToday(territory, hits) : inDistrict(territory, query)
  const best = Math.max(...matches.map((match) => match.score))
  return matches
    .filter((match) => match.score > best - CLEAR_LEAD)
    .sort((a, b) => b.score - a.score || (a.place.code < b.place.code ? -1 : 1))
    .slice(0, limit)
}

/** Where the whole name stands in the words, and how well the rest agrees with it. */
function mentions(name: PlaceName, query: Query, index: NameIndex): Hit[] {
  const start = position(query.folded, name.folded)
  if (start < 0) return []
  const end = start + name.folded.length
  const before = query.folded[start - 1] ?? ''
  const isThiXa = before === 'xa' && query.folded[start - 2] === 'thi'
  if (LARGER_WORDS.includes(before) || isThiXa) return []
  const kind = COMMUNE_WORDS[before]
  const lead = query.folded.slice(0, start)
  const rest = query.folded.slice(end)
  const around = [...lead, '|', ...rest]
  const agrees = name.districts.some((district) => namesDistrict(around, district, index))
  const contradicts = !agrees && index.districts.some((district) => namesDistrict(rest, district, index))
  const isFiller = (word: string) => FILLER.has(word) || index.provinceWords.has(word)
  const isWhole = onlyKind(lead) && (agrees || rest.every(isFiller))
  const score =
    (isWhole ? 0.93 : 0.8) -
    (contradicts ? 0.15 : 0) +
    spelling(name, query, start) +
    (kind === name.place.type ? 0.005 : 0) +
    (name.place.to === null ? 0.005 : 0)
  return [{ name, score, start, end }]
}

/** A city that bears the name of its province is meant only when it is called a city. */
function namesDistrict(words: string[], district: string[], index: NameIndex): boolean {
  const start = position(words, district)
  if (start < 0) return false
  return !index.provinces.has(district.join(' ')) || ['tp', 'pho'].includes(words[start - 1] ?? '')
}

/** Typed with marks: the right ones count for a name, others against it. Typed without: neither. */
function spelling(name: PlaceName, query: Query, start: number): number {
  const typed = query.spelled.slice(start, start + name.spelled.length)
  if (typed.every((word, at) => word === name.folded[at])) return 0
  return typed.every((word, at) => word === name.spelled[at]) ? 0.02 : -0.13
}

/** Not the name itself, but close: the beginning of it, or a slip or two. */
function resembles(name: PlaceName, query: Query): Hit[] {
  const { joined } = query
  const hit = (score: number): Hit[] => [{ name, score, start: 0, end: query.folded.length }]
  if (joined === name.joined) return hit(0.9)
  if (joined.length >= 2 && name.joined.startsWith(joined)) {
    return hit(0.6 + (0.2 * joined.length) / name.joined.length + (name.place.to === null ? 0.1 : 0))
  }
  const allowed = name.joined.length >= 8 ? 2 : name.joined.length >= 5 ? 1 : 0
  const slips = slipsBetween(joined, name.joined, allowed)
  return slips <= allowed ? hit(0.8 - 0.08 * slips) : []
}

/** `Tiên Hưng` inside `Bắc Tiên Hưng` is not meant. */
function longest(hits: Hit[]): Hit[] {
  return hits.filter(
    (hit) =>
      !hits.some(
        (other) => other.start <= hit.start && hit.end <= other.end && other.end - other.start > hit.end - hit.start,
      ),
  )
}

/** Follows every old name to the communes of today; one match per commune, the best. */
function toToday(territory: Territory, hits: Hit[]): PlaceMatch[] {
  const matches = new Map<string, PlaceMatch>()
  const add = (match: PlaceMatch) => {
    const known = matches.get(match.place.key)
    const better = !known || match.score > known.score ? match : known
    const asksVillage = match.needsVillage || known?.needsVillage === true
    matches.set(match.place.key, asksVillage && !better.needsVillage ? { ...better, needsVillage: true } : better)
  }
  for (const { name, score } of hits) {
    const { place } = name
    if (place.to === null) {
      add({ place, via: null, score, needsVillage: false })
      continue
    }
    const heirs = place.successors.flatMap((code) => communeOfToday(territory, code) ?? [])
    for (const heir of heirs) add({ place: heir, via: place, score, needsVillage: heirs.length > 1 })
    if (heirs.length > 0 || goesOnInName(hits, place)) continue
    for (const neighbour of successorsIn(territory, place.district)) {
      add({ place: neighbour, via: place, score: score - 0.02, needsVillage: true })
    }
  }
  return [...matches.values()]
}

/** A commune without a known successor whose name and district another one took over: that one is meant. */
function goesOnInName(hits: Hit[], place: Place): boolean {
  return hits.some(
    ({ name }) =>
      name.place.successors.length > 0 &&
      name.folded.join(' ') === foldName(place.name) &&
      name.place.district === place.district &&
      name.place.from > place.from,
  )
}

/** The communes of today that hold some part of a former district. */
function successorsIn(territory: Territory, district: string | null): Place[] {
  const codes = new Set(
    territory.places.filter((place) => place.district === district).flatMap((old) => old.successors),
  )
  return communesToday(territory).filter((place) => codes.has(place.code))
}

/** Only a district was named: the communes that came from it. */
function inDistrict(territory: Territory, query: Query): PlaceMatch[] {
  return communesToday(territory)
    .filter((place) => districtsOf(place).some((district) => position(query.folded, district) >= 0))
    .map((place) => ({ place, via: null, score: 0.5, needsVillage: true }))
}

function position(words: string[], wanted: string[]): number {
  for (let start = 0; start + wanted.length <= words.length; start++) {
    if (wanted.every((word, at) => words[start + at] === word)) return start
  }
  return -1
}

function onlyKind(lead: string[]): boolean {
  return lead.every((word) => word in COMMUNE_WORDS || word === 'thi')
}

function withoutKind(folded: string[]): string[] {
  const kinds = folded.findIndex((word) => !onlyKind([word]))
  return kinds > 0 ? folded.slice(kinds) : folded
}

/** Letters inserted, left out, replaced or swapped with their neighbour; stops counting beyond `most`. */
function slipsBetween(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (isSwap) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    if (Math.min(...row) > most) return most + 1
    beforeLast = last
    last = row
  }
  return last[other.length] ?? most + 1
}
