/**
 * Takes a confirmed list over, in one transaction: a process that dies in the middle leaves the register as it was, and
 * the list waiting to be confirmed.
 */
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { newId } from '../ids.ts'
import { addDays } from '../profile/days.ts'
import { type Key, type Secrets, sealJson } from '../secrets.ts'
import type { HouseholdStanding, RegisterStatus } from './household.ts'
import { searchHashesOf } from './keys.ts'
import { type ImportCounts, type KeptHousehold, type KeptRow, type RegisterImport, rowsOf } from './open-import.ts'
import { type Change, type KnownHousehold, planImport } from './plan-import.ts'
import type { RegisterServices } from './services.ts'

export type Applied =
  | { kind: 'done'; counts: ImportCounts }
  /** Applied or discarded already. */
  | { kind: 'over' }
  /** The register is no longer the one that the officer was shown. */
  | { kind: 'stale' }

export interface Confirmation {
  officerId: string
  /** Of the register that was shown (`revisionOf`). */
  revision: number
  same: ReadonlyMap<number, string>
}

const ROWS_AT_ONCE = 500

/** How often the register of a commune was changed. */
export async function revisionOf({ sql }: RegisterServices, communeCode: string): Promise<number> {
  const [row] = await sql<{ revision: number }[]>`
    select revision from register_communes where commune_code = ${communeCode}`
  return row?.revision ?? 0
}

/** What a list would change now. */
export async function previewOf(
  { sql }: RegisterServices,
  found: RegisterImport,
  rows: readonly KeptRow[],
  same: ReadonlyMap<number, string>,
  now: Date,
): Promise<Change[]> {
  return plan(await knownHouseholds(sql, found.communeCode), found, rows, same, now)
}

export async function applyImport(
  { sql, secrets }: RegisterServices,
  found: RegisterImport,
  { officerId, revision, same }: Confirmation,
  now: Date,
): Promise<Applied> {
  const rows = await rowsOf(sql, found)
  return sql.begin(async (tx): Promise<Applied> => {
    const { communeCode } = found
    await tx`insert into register_communes (commune_code, revision) values (${communeCode}, 0) on conflict do nothing`
    const [commune] = await tx<{ revision: number }[]>`
      select revision from register_communes where commune_code = ${communeCode} for update`
    const [current] = await tx<{ state: string }[]>`
      select state from register_imports where id = ${found.id} for update`
    if (current?.state !== 'preview' || found.key === null) return { kind: 'over' }
    if ((commune?.revision ?? 0) !== revision) return { kind: 'stale' }

    const changes = plan(await knownHouseholds(tx, communeCode), found, rows, same, now)
    await write(tx, secrets, found, rows, changes, now)
    const counts = countsOf(changes)
    if (changes.some(({ kind }) => kind !== 'unchanged')) {
      await tx`update register_communes set revision = revision + 1 where commune_code = ${communeCode}`
    }
    await tx`update register_imports set state = 'applied', counts = ${tx.json(counts)}, decided_at = ${now},
      decided_by = ${officerId} where id = ${found.id}`
    const facts = { commune: communeCode, year: found.year, ...counts }
    await recordAudit(
      tx,
      { actorId: officerId, action: 'register-imported', subjectKind: 'register-import', subjectId: found.id, facts },
      now,
    )
    return { kind: 'done', counts }
  }) as Promise<Applied>
}

export function countsOf(changes: readonly Change[]): ImportCounts {
  const counts: ImportCounts = {}
  for (const { kind } of changes) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function plan(
  known: readonly KnownHousehold[],
  found: RegisterImport,
  rows: readonly KeptRow[],
  same: ReadonlyMap<number, string>,
  now: Date,
): Change[] {
  const listed = rows.flatMap((row) =>
    row.kind === 'household' ? [{ ...row, decisionDate: row.who.decisionDate }] : [],
  )
  const held = rows.flatMap((row) => (row.kind === 'faulty' ? [row.namesake] : []))
  const { year, origin, covers } = found
  return planImport(known, listed, { year, origin, covers, today: localDay(now), held, same })
}

/** Every household that the commune's lists ever named, besides those that were erased. */
async function knownHouseholds(
  tx: RegisterServices['sql'] | Transaction,
  communeCode: string,
): Promise<KnownHousehold[]> {
  const rows = await tx<
    {
      id: string
      origin: string | null
      identity_hash: string | null
      certificate_hash: string | null
      who_hash: string
      village_hash: string
      namesake_hash: string
      entries: {
        id: number
        year: number
        status: RegisterStatus
        from: string
        to: string | null
        fingerprint: string
      }[]
    }[]
  >`select h.id, h.origin, h.identity_hash, h.certificate_hash, h.who_hash, h.village_hash, h.namesake_hash,
      (select coalesce(json_agg(json_build_object('id', e.id, 'year', e.year, 'status', e.status, 'from', e.status_from,
        'to', e.status_to, 'fingerprint', e.fingerprint) order by e.status_from, e.id), '[]')
       from register_households e where e.household_id = h.id) as entries
    from households h where h.commune_code = ${communeCode} and h.erased_at is null order by h.id`
  return rows.map((row) => ({
    id: row.id,
    origin: row.origin,
    keys: {
      identity: row.identity_hash,
      certificate: row.certificate_hash,
      who: row.who_hash,
      village: row.village_hash,
      namesake: row.namesake_hash,
    },
    entries: row.entries,
  }))
}

async function write(
  tx: Transaction,
  secrets: Secrets,
  found: RegisterImport,
  rows: readonly KeptRow[],
  changes: readonly Change[],
  now: Date,
): Promise<void> {
  const listed = new Map(rows.flatMap((row) => (row.kind === 'household' ? [[row.number, row] as const] : [])))
  const keys = await keysOfKnown(tx, secrets, changes)
  const made: Record<string, unknown>[] = []
  const entries: Record<string, unknown>[] = []
  const touched: { id: string; row: KeptHousehold }[] = []
  const closing: { id: number; to: string }[] = []
  for (const change of changes) {
    if (change.kind === 'gone') {
      closing.push({ id: change.entryId, to: change.to })
      continue
    }
    const row = listed.get(change.number)
    if (row === undefined || change.kind === 'unchanged') continue
    const fresh = change.kind === 'new' ? { id: newId(), ...secrets.newPersonKey() } : null
    const householdId = fresh?.id ?? ('householdId' in change ? change.householdId : '')
    const key = fresh?.key ?? keys.get(householdId)
    if (key === undefined) continue
    if (fresh !== null) made.push(householdRow(secrets, found, fresh, row, now))
    else touched.push({ id: householdId, row })
    if (change.kind === 'updated') {
      await updateEntry(tx, change.entryId, key, row, found.id, now)
      continue
    }
    if ('closes' in change && change.closes !== null) closing.push({ id: change.closes, to: addDays(change.from, -1) })
    const before = change.kind === 'changed' && change.before !== 'escaped_poverty' ? change.before : null
    entries.push(entryRow(found, householdId, key, row, { ...change, before }, now))
  }
  for (let start = 0; start < closing.length; start += ROWS_AT_ONCE) {
    const some = closing.slice(start, start + ROWS_AT_ONCE)
    await tx`update register_households e set status_to = c.day::date
      from unnest(${list(
        tx,
        some.map(({ id }) => id),
      )}::bigint[], ${list(
        tx,
        some.map(({ to }) => to),
      )}::text[]) as c(id, day)
      where e.id = c.id`
  }
  for (let start = 0; start < made.length; start += ROWS_AT_ONCE) {
    await tx`insert into households ${tx(made.slice(start, start + ROWS_AT_ONCE))}`
  }
  for (let start = 0; start < entries.length; start += ROWS_AT_ONCE) {
    await tx`insert into register_households ${tx(entries.slice(start, start + ROWS_AT_ONCE))}`
  }
  for (let start = 0; start < touched.length; start += ROWS_AT_ONCE) {
    await updateHouseholds(tx, secrets, found, touched.slice(start, start + ROWS_AT_ONCE))
  }
}

async function keysOfKnown(tx: Transaction, secrets: Secrets, changes: readonly Change[]): Promise<Map<string, Key>> {
  const ids = changes.flatMap((change) =>
    'householdId' in change && change.kind !== 'unchanged' && change.kind !== 'gone' ? [change.householdId] : [],
  )
  const rows = await tx<{ id: string; sealed_key: Buffer }[]>`
    select id, sealed_key from households where id = any (${list(tx, ids)}::uuid[]) and sealed_key is not null`
  return new Map(rows.map(({ id, sealed_key }) => [id, secrets.openPersonKey(sealed_key)]))
}

function hashesOf(secrets: Secrets, { keys, who }: KeptHousehold) {
  return {
    search_hashes: searchHashesOf(secrets, who),
    identity_hash: keys.identity,
    certificate_hash: keys.certificate,
    who_hash: keys.who,
    village_hash: keys.village,
    namesake_hash: keys.namesake,
  }
}

function householdRow(
  secrets: Secrets,
  { communeCode, origin }: RegisterImport,
  { id, sealed }: { id: string; sealed: Buffer },
  row: KeptHousehold,
  now: Date,
) {
  return {
    id,
    commune_code: communeCode,
    origin,
    sealed_key: sealed,
    ...hashesOf(secrets, row),
    created_at: now,
    erased_at: null,
  }
}

/** By the signs of the newest list they are found from now on; an older list taken over later changes them too, harmlessly. */
async function updateHouseholds(
  tx: Transaction,
  secrets: Secrets,
  { origin }: RegisterImport,
  touched: readonly { id: string; row: KeptHousehold }[],
): Promise<void> {
  const signs = touched.map(({ id, row }) => ({ id, ...hashesOf(secrets, row) }))
  await tx`update households h set origin = coalesce(${origin}, h.origin), identity_hash = s.identity_hash,
      certificate_hash = s.certificate_hash, who_hash = s.who_hash, village_hash = s.village_hash,
      namesake_hash = s.namesake_hash,
      search_hashes = array(select jsonb_array_elements_text(s.search_hashes))
    from jsonb_to_recordset(${tx.json(signs)}) as s(id uuid, identity_hash text, certificate_hash text, who_hash text,
      village_hash text, namesake_hash text, search_hashes jsonb)
    where h.id = s.id`
}

function entryRow(
  found: RegisterImport,
  householdId: string,
  key: Key,
  row: KeptHousehold,
  { from, to, before }: { from: string; to: string | null; before: 'poor' | 'near_poor' | null },
  now: Date,
) {
  return {
    household_id: householdId,
    commune_code: found.communeCode,
    year: found.year,
    status_from: from,
    status_to: to,
    ...standingColumns(row.standing, before),
    sealed_who: sealJson(key, row.who),
    fingerprint: row.fingerprint,
    import_id: found.id,
    recorded_at: now,
  }
}

function standingColumns(standing: HouseholdStanding, before: 'poor' | 'near_poor' | null) {
  const { status, escapedOn, previousStatus, priorityGroups, deprivations, indicators, deprivationCount } = standing
  const { members, women, children, elderly } = standing
  return {
    status,
    escaped_on: escapedOn,
    previous_status: status === 'escaped_poverty' ? (previousStatus ?? before) : null,
    priority_groups: priorityGroups,
    deprivations,
    deprivation_indicators: indicators,
    deprivation_count: deprivationCount,
    members,
    women,
    children,
    elderly,
  }
}

async function updateEntry(
  tx: Transaction,
  id: number,
  key: Key,
  row: KeptHousehold,
  importId: string,
  now: Date,
): Promise<void> {
  const { previous_status, ...columns } = standingColumns(row.standing, null)
  const changed = { ...columns, sealed_who: sealJson(key, row.who), fingerprint: row.fingerprint, import_id: importId }
  await tx`update register_households set ${tx(changed)}, recorded_at = ${now},
    previous_status = coalesce(${previous_status}, previous_status) where id = ${id}`
}
