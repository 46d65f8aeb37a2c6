import type { Sql } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import type { Role } from './permissions.ts'
import { officers } from './tables.ts'

export interface OfficerLine {
  id: string
  username: string
  name: string
  roles: Role[]
  unitId: string | null
  disabledAt: Date | null
  hasTotp: boolean
  mustChangePassword: boolean
  createdAt: Date
  /** Of the sessions still kept; null when none is. */
  lastSeenAt: Date | null
}

export interface OfficerFilter {
  /** Part of the name or user name, with or without diacritics. */
  q?: string | undefined
  unitId?: string | undefined
  role?: string | undefined
  /** Disabled ones too. */
  all?: boolean | undefined
}

/** A page by name; `cursor` is what the page before gave. A cursor that is none begins anew. */
export async function listOfficers(
  sql: Sql,
  filter: OfficerFilter,
  page: { cursor?: string | undefined; limit: number },
): Promise<{ items: OfficerLine[]; nextCursor: string | null }> {
  const after = readCursor(page.cursor)
  const pattern = `%${foldForSearch(filter.q ?? '').replace(/[\\%_]/g, '\\$&')}%`
  const rows = await sql<(OfficerLine & { searchName: string })[]>`
    select o.id, o.username, o.name, o.roles, o.unit_id as "unitId", o.disabled_at as "disabledAt",
      o.totp_confirmed_at is not null as "hasTotp", o.must_change_password as "mustChangePassword",
      o.created_at as "createdAt", o.search_name as "searchName",
      (select max(coalesce(s.last_seen_at, s.created_at)) from officer_sessions s where s.officer_id = o.id) as "lastSeenAt"
    from officers o
    where ${filter.q ? sql`o.search_name like ${pattern}` : sql`true`}
      and ${filter.unitId === undefined ? sql`true` : sql`o.unit_id = ${filter.unitId}`}
      and ${filter.role === undefined ? sql`true` : sql`${filter.role} = any (o.roles)`}
      and ${filter.all ? sql`true` : sql`o.disabled_at is null`}
      and ${after === null ? sql`true` : sql`(o.search_name, o.id) > (${after[0]}, ${after[1]}::uuid)`}
    order by o.search_name, o.id limit ${page.limit + 1}`
  const items = rows.slice(0, page.limit)
  const last = items.at(-1)
  const nextCursor =
    rows.length > page.limit && last
      ? Buffer.from(JSON.stringify([last.searchName, last.id])).toString('base64url')
      : null
  return { items: items.map(({ searchName: _, ...line }) => line), nextCursor }
}

export async function findOfficer(sql: Sql, id: string): Promise<OfficerLine | null> {
  if (!UUID.test(id)) return null
  const [row] = await drizzleOn(sql).select().from(officers).where(eq(officers.id, id))
  if (!row) return null
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    roles: row.roles as Role[],
    unitId: row.unitId,
    disabledAt: row.disabledAt,
    hasTotp: row.totpConfirmedAt !== null,
    mustChangePassword: row.mustChangePassword,
    createdAt: row.createdAt,
    lastSeenAt: null,
  }
}

/** How many enabled officers each unit has. */
export async function officersPerUnit(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ unit: string; count: number }[]>`
    select unit_id as unit, count(*)::int as count from officers where unit_id is not null and disabled_at is null group by unit_id`
  return new Map(rows.map(({ unit, count }) => [unit, count]))
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function readCursor(cursor: string | undefined): [string, string] | null {
  if (cursor === undefined) return null
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(read)) return null
    const [name, id]: unknown[] = read
    return typeof name === 'string' && typeof id === 'string' && UUID.test(id) ? [name, id] : null
  } catch {
    return null
  }
}

/** As the column `search_name` is made. */
function foldForSearch(text: string): string {
  return text
    .trim()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
}
