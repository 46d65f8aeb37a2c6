/** A list as it was handed over: its rows stay sealed under a key of their own, and are forgotten after some days. */
import { z } from 'zod'
import type { Sql, Transaction } from '../db/client.ts'
import { type Key, openJson, type Secrets, sealJson } from '../secrets.ts'
import { faultySchema, listedSchema, REGISTER_STATUSES, type RegisterRow, type RegisterStatus } from './household.ts'
import { fingerprintOf, type HouseholdKeys, keysOf, namesakeOf } from './keys.ts'
import { HOUSEHOLDS_A_PART } from './read-register-list.ts'
import type { RegisterServices } from './services.ts'

export type ImportState = 'preview' | 'applied' | 'discarded'

const aboutSchema = z.object({
  fileName: z.string(),
  columns: z.array(z.object({ id: z.string(), heading: z.string(), letter: z.string() })),
  unused: z.array(z.string()),
  passed: z.array(z.object({ number: z.number(), text: z.string(), why: z.string() })),
  sheet: z.string(),
  otherSheets: z.array(z.string()),
})
export type AboutImport = z.output<typeof aboutSchema>

const countsSchema = z.record(z.string(), z.number())
export type ImportCounts = z.output<typeof countsSchema>

export interface RegisterImport {
  id: string
  communeCode: string
  origin: string | null
  year: number
  covers: RegisterStatus[]
  officerId: string
  officerName: string
  state: ImportState
  households: number
  faulty: number
  counts: ImportCounts
  createdAt: Date
  decidedAt: Date | null
  /** Null once its rows were forgotten. */
  about: AboutImport | null
  key: Key | null
}

const keysSchema = z.object({
  identity: z.string().nullable(),
  certificate: z.string().nullable(),
  who: z.string(),
  village: z.string(),
  namesake: z.string(),
})
const partSchema = z.array(
  z.discriminatedUnion('kind', [
    listedSchema.extend({ keys: keysSchema, fingerprint: z.string() }),
    faultySchema.extend({ namesake: z.string() }),
  ]),
)
/** A row with the hashes by which it is compared with the register. */
export type KeptRow = z.output<typeof partSchema>[number]
export type KeptHousehold = Extract<KeptRow, { kind: 'household' }> & { keys: HouseholdKeys }

export interface NewImport {
  /** Made with the form, so that a form sent twice makes one import. */
  id: string
  communeCode: string
  origin: string | null
  year: number
  covers: readonly RegisterStatus[]
  officerId: string
  about: AboutImport
  rows: readonly RegisterRow[]
}

/** Keeps a list to be looked at and confirmed, whole or not at all. False: one of this id is there already. */
export async function storeImport({ sql, secrets }: RegisterServices, list: NewImport, now: Date): Promise<boolean> {
  const { key, sealed } = secrets.newPersonKey()
  const parts: Buffer[] = []
  for (let start = 0; start < list.rows.length; start += HOUSEHOLDS_A_PART) {
    const rows = list.rows.slice(start, start + HOUSEHOLDS_A_PART).map((row) => kept(secrets, row))
    parts.push(sealJson(key, rows))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const faulty = list.rows.filter(({ kind }) => kind === 'faulty').length
  return sql.begin(async (tx) => {
    const made =
      await tx`insert into register_imports (id, commune_code, origin, year, covers, officer_id, state, sealed_key,
        sealed_about, households, faulty, counts, created_at)
      values (${list.id}, ${list.communeCode}, ${list.origin}, ${list.year}, ${[...list.covers]}, ${list.officerId},
        'preview', ${sealed}, ${sealJson(key, list.about)}, ${list.rows.length - faulty}, ${faulty}, '{}', ${now})
      on conflict do nothing returning id`
    if (made.length === 0) return false
    for (const [part, sealedRows] of parts.entries()) {
      await tx`insert into register_import_parts (import_id, part, sealed_rows) values (${list.id}, ${part}, ${sealedRows})`
    }
    return true
  })
}

function kept(secrets: Secrets, row: RegisterRow): KeptRow {
  if (row.kind === 'faulty') return { ...row, namesake: namesakeOf(secrets, row.name) }
  return { ...row, keys: keysOf(secrets, row.who), fingerprint: fingerprintOf(secrets, row) }
}

interface ImportRow {
  id: string
  commune_code: string
  origin: string | null
  year: number
  covers: string[]
  officer_id: string
  officer_name: string | null
  state: string
  sealed_key: Buffer | null
  sealed_about: Buffer
  households: number
  faulty: number
  counts: unknown
  created_at: Date
  decided_at: Date | null
}

export async function findImport({ sql, secrets }: RegisterServices, id: string): Promise<RegisterImport | null> {
  const [row] = await sql<ImportRow[]>`
    select i.*, o.name as officer_name from register_imports i left join officers o on o.id = i.officer_id
    where i.id = ${id}`
  return row === undefined ? null : fromRow(secrets, row)
}

const IMPORTS_A_PAGE = 20

/** The newest first; `before`: only those older than this moment. */
export async function importsOf(
  { sql, secrets }: RegisterServices,
  communes: readonly string[] | null,
  before: Date | null,
): Promise<{ items: RegisterImport[]; next: Date | null }> {
  const rows = await sql<ImportRow[]>`
    select i.*, o.name as officer_name from register_imports i left join officers o on o.id = i.officer_id
    where ${communes === null ? sql`true` : sql`i.commune_code = any (${[...communes]}::text[])`}
      and ${before === null ? sql`true` : sql`i.created_at < ${before}`}
    order by i.created_at desc limit ${IMPORTS_A_PAGE + 1}`
  const items = rows.slice(0, IMPORTS_A_PAGE).map((row) => fromRow(secrets, row))
  return { items, next: rows.length > IMPORTS_A_PAGE ? (items.at(-1)?.createdAt ?? null) : null }
}

function fromRow(secrets: Secrets, row: ImportRow): RegisterImport {
  const key = row.sealed_key === null ? null : secrets.openPersonKey(row.sealed_key)
  return {
    id: row.id,
    communeCode: row.commune_code,
    origin: row.origin,
    year: row.year,
    covers: z.array(z.enum(REGISTER_STATUSES)).parse(row.covers),
    officerId: row.officer_id,
    officerName: row.officer_name ?? '',
    state: row.state as ImportState,
    households: row.households,
    faulty: row.faulty,
    counts: countsSchema.parse(row.counts),
    createdAt: row.created_at,
    decidedAt: row.decided_at,
    about: key === null ? null : aboutSchema.parse(openJson(key, row.sealed_about)),
    key,
  }
}

/** All rows of a list, in the order of the file; lets others work in between. */
export async function rowsOf(
  sql: Sql | Transaction,
  { id, key }: Pick<RegisterImport, 'id' | 'key'>,
): Promise<KeptRow[]> {
  if (key === null) return []
  const parts = await sql<{ sealed_rows: Buffer }[]>`
    select sealed_rows from register_import_parts where import_id = ${id} order by part`
  const rows: KeptRow[] = []
  for (const { sealed_rows } of parts) {
    rows.push(...partSchema.parse(openJson(key, sealed_rows)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return rows
}

export async function discardImport(
  { sql }: RegisterServices,
  id: string,
  officerId: string,
  now: Date,
): Promise<boolean> {
  const done =
    await sql`update register_imports set state = 'discarded', decided_at = ${now}, decided_by = ${officerId},
    sealed_key = null where id = ${id} and state = 'preview'`
  await sql`delete from register_import_parts p using register_imports i
    where p.import_id = ${id} and i.id = p.import_id and i.state = 'discarded'`
  return done.count > 0
}
