/** What an officer sees of the register. Who a household is comes out of its seal here alone; the caller records the read. */
import { openJson, type Secrets } from '../secrets.ts'
import { type HouseholdIdentity, identitySchema, type PriorityGroup, type RegisterStatus } from './household.ts'
import { hashesOfWords } from './keys.ts'
import type { Dimension } from './lacks.ts'
import type { RegisterServices } from './services.ts'

export interface HouseholdEntry {
  id: number
  year: number
  status: RegisterStatus
  statusFrom: string
  /** Null: until another list says otherwise. */
  statusTo: string | null
  escapedOn: string | null
  previousStatus: 'poor' | 'near_poor' | null
  priorityGroups: PriorityGroup[]
  deprivations: Dimension[] | null
  indicators: string[] | null
  deprivationCount: number | null
  members: number | null
  women: number | null
  children: number | null
  elderly: number | null
  recordedAt: Date
  /** Null once the household was erased. */
  who: HouseholdIdentity | null
}

export interface FoundHousehold {
  id: string
  communeCode: string
  /** The last of its entries. */
  entry: HouseholdEntry
}

interface EntryRow {
  entry_id: number
  year: number
  status: string
  status_from: string
  status_to: string | null
  escaped_on: string | null
  previous_status: string | null
  priority_groups: string[]
  deprivations: string[] | null
  deprivation_indicators: string[] | null
  deprivation_count: number | null
  members: number | null
  women: number | null
  children: number | null
  elderly: number | null
  recorded_at: Date
  sealed_who: Buffer
  sealed_key: Buffer | null
}

const HOUSEHOLDS_A_PAGE = 30

export interface HouseholdQuery {
  /** Null: of all communes. */
  communes: readonly string[] | null
  words: string
  status: RegisterStatus | null
  /** The last household of the page before. */
  after: string | null
}

export async function findHouseholds(
  { sql, secrets }: RegisterServices,
  { communes, words, status, after }: HouseholdQuery,
): Promise<{ items: FoundHousehold[]; next: string | null }> {
  const hashes = hashesOfWords(secrets, words)
  if (words.trim() !== '' && hashes.length === 0) return { items: [], next: null }
  const rows = await sql<(EntryRow & { household_id: string; commune_code: string })[]>`
    select e.*, e.id as entry_id, h.sealed_key
    from households h cross join lateral (
      select * from register_households where household_id = h.id order by status_from desc, id desc limit 1) e
    where h.erased_at is null
      and ${communes === null ? sql`true` : sql`h.commune_code = any (${[...communes]}::text[])`}
      and ${hashes.length === 0 ? sql`true` : sql`h.search_hashes @> ${hashes}::text[]`}
      and ${status === null ? sql`true` : sql`e.status = ${status} and e.status_to is null`}
      and ${after === null ? sql`true` : sql`h.id > ${after}`}
    order by h.id limit ${HOUSEHOLDS_A_PAGE + 1}`
  const items = rows
    .slice(0, HOUSEHOLDS_A_PAGE)
    .map((row) => ({ id: row.household_id, communeCode: row.commune_code, entry: entryOf(secrets, row) }))
  return { items, next: rows.length > HOUSEHOLDS_A_PAGE ? (items.at(-1)?.id ?? null) : null }
}

export interface Household {
  id: string
  communeCode: string
  origin: string | null
  erasedAt: Date | null
  /** The newest first. */
  entries: HouseholdEntry[]
}

export async function openHousehold({ sql, secrets }: RegisterServices, id: string): Promise<Household | null> {
  const [found] = await sql<
    { id: string; commune_code: string; origin: string | null; erased_at: Date | null; sealed_key: Buffer | null }[]
  >`select id, commune_code, origin, erased_at, sealed_key from households where id = ${id}`
  if (found === undefined) return null
  const rows = await sql<EntryRow[]>`
    select e.*, e.id as entry_id, ${found.sealed_key}::bytea as sealed_key from register_households e
    where e.household_id = ${id} order by e.status_from desc, e.id desc`
  return {
    id: found.id,
    communeCode: found.commune_code,
    origin: found.origin,
    erasedAt: found.erased_at,
    entries: rows.map((row) => entryOf(secrets, row)),
  }
}

function entryOf(secrets: Secrets, row: EntryRow): HouseholdEntry {
  return {
    id: row.entry_id,
    year: row.year,
    status: row.status as RegisterStatus,
    statusFrom: row.status_from,
    statusTo: row.status_to,
    escapedOn: row.escaped_on,
    previousStatus: row.previous_status as HouseholdEntry['previousStatus'],
    priorityGroups: row.priority_groups as PriorityGroup[],
    deprivations: row.deprivations as Dimension[] | null,
    indicators: row.deprivation_indicators,
    deprivationCount: row.deprivation_count,
    members: row.members,
    women: row.women,
    children: row.children,
    elderly: row.elderly,
    recordedAt: row.recorded_at,
    who:
      row.sealed_key === null || row.sealed_who.length === 0
        ? null
        : identitySchema.parse(openJson(secrets.openPersonKey(row.sealed_key), row.sealed_who)),
  }
}

/** Names of these households, for lists that show only that. */
export async function namesOfHouseholds(
  { sql, secrets }: RegisterServices,
  ids: readonly string[],
): Promise<Map<string, HouseholdEntry>> {
  if (ids.length === 0) return new Map()
  const rows = await sql<(EntryRow & { household_id: string })[]>`
    select distinct on (e.household_id) e.*, e.id as entry_id, h.sealed_key from register_households e
    join households h on h.id = e.household_id where e.household_id = any (${[...ids]}::uuid[])
    order by e.household_id, e.status_from desc, e.id desc`
  return new Map(rows.map((row) => [row.household_id, entryOf(secrets, row)]))
}
