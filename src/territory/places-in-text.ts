/**
 * Communes named inside a sentence: "tôi ở xã Trung Nghĩa cũ muốn vay vốn". Many names are everyday words too ("hòa
 * bình", "tân tiến"), so a name counts only after a word that says where, before "cũ", or written like a name.
 */
import { findPlaces, type PlaceMatch } from './find-places.ts'
import { foldWord } from './fold-name.ts'
import { nameIndexOf, type PlaceName } from './name-index.ts'
import type { Territory } from './territory.ts'

export interface PlaceInText {
  /** The name as it was typed, with the word before it that says what it is. */
  words: string
  /** The communes of today it may lead to, best first; more than one are offered to the person. */
  matches: PlaceMatch[]
}

const KINDS = new Set(['xa', 'x', 'phuong', 'p', 'tran', 'tt', 'ubnd'])
const LARGER = new Set(['huyen', 'h', 'tinh', 'tp', 'tx', 'pho', 'quan'])
/** Before a name without its kind; the name must then have two words. */
const WHERE = new Set(['o', 'tai', 'que', 've', 'tu'])
const WORD = /[\p{L}\p{M}\p{N}]+/gu
const LONGEST_TEXT = 2_000
/** Words after the name that may hold the district. */
const WORDS_AROUND = 5

export function placesInText(territory: Territory, text: string): PlaceInText[] {
  const typed = text.slice(0, LONGEST_TEXT).toWellFormed().normalize('NFC').match(WORD) ?? []
  const folded = typed.map((word) => foldWord(word.toLowerCase()))
  const { names } = nameIndexOf(territory)
  const found: PlaceInText[] = []
  for (let at = 0; at < folded.length; ) {
    const name = longestAt(names, folded, at)
    if (name === undefined || !isNamed(typed, folded, at, name)) {
      at++
      continue
    }
    const end = at + name.folded.length
    const begin = KINDS.has(folded[at - 1] ?? '') ? at - 1 : at
    const matches = findPlaces(territory, typed.slice(begin, end + WORDS_AROUND).join(' '))
    const ofName = matches.filter(({ place, via }) => isCalled(names, (via ?? place).key, name))
    if (ofName.length > 0) found.push({ words: typed.slice(begin, end).join(' '), matches: ofName })
    at = end
  }
  return found
}

function longestAt(names: readonly PlaceName[], folded: readonly string[], at: number): PlaceName | undefined {
  let longest: PlaceName | undefined
  for (const name of names) {
    if (name.folded.length <= (longest?.folded.length ?? 0)) continue
    if (name.folded.every((word, offset) => folded[at + offset] === word)) longest = name
  }
  return longest
}

function isNamed(typed: readonly string[], folded: readonly string[], at: number, name: PlaceName): boolean {
  const before = folded[at - 1] ?? ''
  if (KINDS.has(before)) return true
  if (LARGER.has(before)) return false
  if (name.folded.length < 2) return false
  const end = at + name.folded.length
  if (WHERE.has(before) || folded[end] === 'cu') return true
  // "hộ nghèo Tân Tiến": written like a name in a text that is not all capitals.
  const isName = typed.slice(at, end).every((word) => /^\p{Lu}\p{Ll}/u.test(word))
  return isName && typed.some((word) => /^\p{Ll}/u.test(word))
}

function isCalled(names: readonly PlaceName[], key: string, name: PlaceName): boolean {
  const wanted = name.folded.join(' ')
  return names.some((other) => other.place.key === key && other.folded.join(' ') === wanted)
}
