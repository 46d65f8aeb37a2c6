/**
 * What a list would change in the register of its commune. Pure: the same list, year and register give the same plan, and
 * a list that was taken over gives a plan without changes.
 */
import { addDays } from '../profile/days.ts'
import type { HouseholdStanding, RegisterStatus } from './household.ts'
import type { HouseholdKeys } from './keys.ts'

export interface KnownEntry {
  id: number
  year: number
  status: RegisterStatus
  from: string
  to: string | null
  fingerprint: string
}

export interface KnownHousehold {
  id: string
  origin: string | null
  keys: HouseholdKeys
  /** The oldest first. */
  entries: readonly KnownEntry[]
}

export interface Listed {
  /** Its line in the file. */
  number: number
  keys: HouseholdKeys
  fingerprint: string
  standing: Pick<HouseholdStanding, 'status' | 'escapedOn'>
  decisionDate: string | null
}

/** An entry to be written. `closes`: the one it follows, whose last day becomes the day before. */
interface NewEntry {
  number: number
  from: string
  to: string | null
}

export type Change =
  | ({ kind: 'new'; namesakes: string[] } & NewEntry)
  | { kind: 'unchanged'; number: number; householdId: string; entryId: number }
  /** The same status in the same year, other details. */
  | { kind: 'updated'; number: number; householdId: string; entryId: number }
  /** The same status as in the list before, now in this year's. */
  | ({ kind: 'carried'; householdId: string; closes: number | null } & NewEntry)
  | ({ kind: 'changed'; householdId: string; before: RegisterStatus; closes: number | null } & NewEntry)
  /** Was in the register once, left it, and is back. */
  | ({ kind: 'returned'; householdId: string } & NewEntry)
  | { kind: 'gone'; householdId: string; before: RegisterStatus; entryId: number; to: string }

export const CHANGE_KINDS = ['new', 'changed', 'carried', 'returned', 'updated', 'unchanged', 'gone'] as const

export interface PlanOptions {
  year: number
  /** Of the commune of before; null: a list of the whole commune. */
  origin: string | null
  covers: readonly RegisterStatus[]
  today: string
  /** Names on lines that could not be read: theirs are not taken for gone. */
  held: readonly string[]
  /** Line → household, where the officer said that a namesake is the same household. */
  same: ReadonlyMap<number, string>
}

export function planImport(
  known: readonly KnownHousehold[],
  listed: readonly Listed[],
  options: PlanOptions,
): Change[] {
  const matched = matchAll(known, listed, options)
  const taken = new Set([...matched.values()].map(({ id }) => id))
  const free = Map.groupBy(
    known.filter(({ id }) => !taken.has(id)),
    ({ keys }) => keys.namesake,
  )
  const changes = listed.map((one): Change => {
    const household = matched.get(one.number)
    if (household !== undefined) return changeOf(one, household, options)
    const namesakes = (free.get(one.keys.namesake) ?? []).map(({ id }) => id)
    return { kind: 'new', number: one.number, namesakes, ...freshSpan(one, [], options) }
  })
  const gone = known.filter(({ id }) => !taken.has(id)).flatMap((household) => goneOf(household, options) ?? [])
  return [...changes, ...gone]
}

/**
 * Line → household; no two lines lead to one. First what the officer said and what the register says word for word, then
 * by identity number, certificate, or name and birth; of several the one of the same village. By the name alone nobody
 * is taken for another.
 */
function matchAll(
  known: readonly KnownHousehold[],
  listed: readonly Listed[],
  { year, same }: PlanOptions,
): Map<number, KnownHousehold> {
  const matched = new Map<number, KnownHousehold>()
  const taken = new Set<string>()
  const round = (signs: (household: KnownHousehold) => (string | null)[], find: Finder) => {
    const bySign = new Map<string, KnownHousehold[]>()
    for (const household of known) {
      for (const sign of signs(household)) {
        if (sign === null) continue
        const some = bySign.get(sign)
        if (some === undefined) bySign.set(sign, [household])
        else some.push(household)
      }
    }
    for (const one of listed) {
      if (matched.has(one.number)) continue
      const sign = find.sign(one)
      const free = (sign === null ? [] : (bySign.get(sign) ?? [])).filter(({ id }) => !taken.has(id))
      const household = find.pick(free, one)
      if (household === undefined) continue
      matched.set(one.number, household)
      taken.add(household.id)
    }
  }
  const first = ([household]: readonly KnownHousehold[]) => household
  const print = ({ fingerprint }: Listed) => fingerprint
  const printsOf = (household: KnownHousehold, isMeant: (entry: KnownEntry) => boolean) =>
    household.entries.filter(isMeant).map(({ fingerprint }) => fingerprint)
  round(({ id }) => [id], { sign: ({ number }) => same.get(number) ?? null, pick: first })
  round((one) => printsOf(one, (entry) => entry.year === year), { sign: print, pick: first })
  round((one) => printsOf(one, (entry) => entry === one.entries.at(-1)), { sign: print, pick: first })
  round(({ keys }) => [keys.identity], { sign: ({ keys }) => keys.identity, pick: first })
  round(({ keys }) => [keys.certificate], { sign: ({ keys }) => keys.certificate, pick: onlyOne })
  round(({ keys }) => [keys.who], { sign: ({ keys }) => keys.who, pick: onlyOne })
  return matched
}

interface Finder {
  sign(one: Listed): string | null
  pick(found: readonly KnownHousehold[], one: Listed): KnownHousehold | undefined
}

function onlyOne(found: readonly KnownHousehold[], { keys }: Listed): KnownHousehold | undefined {
  const fits = found.filter((one) => !isSomebodyElse(keys, one.keys))
  const some = fits.length === 1 ? fits : fits.filter((one) => one.keys.village === keys.village)
  return some.length === 1 ? some[0] : undefined
}

function isSomebodyElse(one: HouseholdKeys, other: HouseholdKeys): boolean {
  return one.identity !== null && other.identity !== null && one.identity !== other.identity
}

function changeOf(one: Listed, household: KnownHousehold, options: PlanOptions): Change {
  const { year } = options
  const { number } = one
  const { status } = one.standing
  const base = { number, householdId: household.id }
  const ofYear = household.entries.findLast((entry) => entry.year === year)
  const before = household.entries.findLast((entry) => entry.year < year)
  const last = ofYear ?? before
  if (last === undefined) return { kind: 'returned', ...base, ...freshSpan(one, household.entries, options) }
  const span = freshSpan(one, household.entries, options)
  if (ofYear !== undefined && isOpenUntil(ofYear, span.to)) {
    if (ofYear.status === status) {
      const kind = ofYear.fingerprint === one.fingerprint ? 'unchanged' : 'updated'
      return { kind, ...base, entryId: ofYear.id }
    }
    return { kind: 'changed', ...base, before: ofYear.status, closes: ofYear.id, ...span }
  }
  const isInForce = last.to === null || last.to >= addDays(span.from, -1)
  if (!isInForce) return { kind: 'returned', ...base, ...span }
  const closes = last.to === null || last.to >= span.from ? last.id : null
  return last.status === status
    ? { kind: 'carried', ...base, closes, ...span }
    : { kind: 'changed', ...base, before: last.status, closes, ...span }
}

/** Whether the entry runs on until the next year's list, or without end. */
function isOpenUntil(entry: KnownEntry, to: string | null): boolean {
  return entry.to === null || (to !== null && entry.to >= to)
}

/** The days that an entry of this list holds. */
function freshSpan(
  { standing, decisionDate }: Listed,
  entries: readonly KnownEntry[],
  { year, today }: PlanOptions,
): { from: string; to: string | null } {
  const first = `${year}-01-01`
  const end = `${year}-12-31`
  const ofYear = entries.findLast((entry) => entry.year === year)
  const later = entries.find((entry) => entry.year > year)
  const to = later === undefined ? null : addDays(later.from, -1)
  const escapedOn = standing.status === 'escaped_poverty' ? standing.escapedOn : null
  const said = [escapedOn, decisionDate].filter((day) => day !== null && day >= first && day <= end)
  if (ofYear === undefined) return { from: said[0] ?? first, to }
  // Within the year a change begins when it was decided, else when it is entered; never before the entry that it follows.
  const after = (day: string | null | undefined) => day !== null && day !== undefined && day > lastDay(ofYear)
  const from =
    [...said, today <= end ? today : null].find(after) ?? addDays(lastDay(ofYear), ofYear.to === null ? 0 : 1)
  return { from, to }
}

function lastDay({ from, to }: KnownEntry): string {
  return to !== null && to > from ? to : from
}

function goneOf(household: KnownHousehold, options: PlanOptions): Change | null {
  const { year, origin, covers, today, held } = options
  if (origin !== null && household.origin !== origin) return null
  if (held.includes(household.keys.namesake)) return null
  const last = household.entries.at(-1)
  if (last === undefined || last.year > year || last.to !== null || !covers.includes(last.status)) return null
  const end = `${year}-12-31`
  const to = last.year < year ? `${year - 1}-12-31` : addDays(today <= end ? today : end, -1)
  const earliest = addDays(last.from, -1)
  return {
    kind: 'gone',
    householdId: household.id,
    before: last.status,
    entryId: last.id,
    to: to < earliest ? earliest : to,
  }
}
