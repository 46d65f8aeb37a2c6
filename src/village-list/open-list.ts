/** What an officer sees of the lists of the own unit. Every opening of a list is recorded. */
import { recordAudit } from '../audit/record.ts'
import type { Sql } from '../db/client.ts'
import { and, asc, desc, drizzleOn, eq, gt, type InferSelectModel } from '../db/drizzle.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'
import { type Key, openJson, type Secrets } from '../secrets.ts'
import { type About, aboutSchema, type Counts, countsSchema, type KeptRow, openPart } from './part.ts'
import { villageListParts, villageLists } from './tables.ts'

export type ListState = 'waiting' | 'running' | 'done' | 'failed'

export interface VillageList {
  id: string
  unitId: string
  state: ListState
  /** Nobody works on it at the moment: its process ended, another one will go on. */
  isResting: boolean
  judgedOn: string
  rowsTotal: number
  rowsJudged: number
  rowsFaulty: number
  counts: Counts
  createdAt: Date
  about: About
  key: Key
}

/** The unit whose lists an officer may make and see; null when none: lists belong to units, not to offices above them. */
export function listUnitOf(officer: Officer): string | null {
  const scope = scopeOf(officer)
  return scope.kind === 'unit' ? scope.unitId : null
}

const MOST_LISTS = 50
const PARTS_AT_ONCE = 10

/** Lists of the unit, the newest first. */
export async function listsOf(sql: Sql, secrets: Secrets, unitId: string, now: Date): Promise<VillageList[]> {
  const rows = await drizzleOn(sql)
    .select()
    .from(villageLists)
    .where(eq(villageLists.unitId, unitId))
    .orderBy(desc(villageLists.createdAt))
    .limit(MOST_LISTS)
  return rows.flatMap((row) => fromRow(secrets, row, now) ?? [])
}

/** One list of the officer's unit; null when there is none of this id there. */
export async function findList(
  sql: Sql,
  secrets: Secrets,
  officer: Officer,
  id: string,
  now: Date,
): Promise<VillageList | null> {
  const unitId = listUnitOf(officer)
  if (unitId === null) return null
  const [row] = await drizzleOn(sql)
    .select()
    .from(villageLists)
    .where(and(eq(villageLists.id, id), eq(villageLists.unitId, unitId)))
  return row === undefined ? null : fromRow(secrets, row, now)
}

/** Records that an officer saw people of a list. */
export async function recordListRead(sql: Sql, officerId: string, list: VillageList, now: Date): Promise<void> {
  const entry = { actorId: officerId, action: 'village-list-read', subjectKind: 'village-list', subjectId: list.id }
  await recordAudit(sql, entry, now)
}

/** Null when its key is not one of this product's: nothing of the list can be shown then, and it must not hide the others. */
function fromRow(secrets: Secrets, row: InferSelectModel<typeof villageLists>, now: Date): VillageList | null {
  const key = openKey(secrets, row.sealedKey)
  if (key === null) return null
  const { id, unitId, judgedOn, rowsTotal, rowsJudged, rowsFaulty, createdAt } = row
  const state = row.state as ListState
  return {
    id,
    unitId,
    state,
    isResting: state === 'running' && (row.leaseUntil === null || row.leaseUntil < now),
    judgedOn,
    rowsTotal,
    rowsJudged,
    rowsFaulty,
    counts: countsSchema.parse(row.counts),
    createdAt,
    about: aboutSchema.parse(openJson(key, row.sealedAbout)),
    key,
  }
}

function openKey(secrets: Secrets, sealed: Uint8Array): Key | null {
  try {
    return secrets.openPersonKey(sealed)
  } catch {
    return null
  }
}

/** A row with the programmes that its letters stand for. */
export interface OpenedRow extends KeptRow {
  programmes: readonly string[]
}

/** The rows of a list in the order of the file, opened a few parts at a time. */
export async function* rowsOf(sql: Sql, list: VillageList): AsyncGenerator<OpenedRow[]> {
  let after = -1
  for (;;) {
    const parts = await drizzleOn(sql)
      .select()
      .from(villageListParts)
      .where(and(eq(villageListParts.listId, list.id), gt(villageListParts.part, after)))
      .orderBy(asc(villageListParts.part))
      .limit(PARTS_AT_ONCE)
    for (const { part, sealedRows } of parts) {
      const { programmes, rows } = openPart(list.key, sealedRows)
      after = part
      yield rows.map((row) => ({ ...row, programmes }))
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (parts.length < PARTS_AT_ONCE) return
  }
}
