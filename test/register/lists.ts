import { localDay } from '../../src/clock.ts'
import type { Sql } from '../../src/db/client.ts'
import { newId } from '../../src/ids.ts'
import { type Applied, applyImport, revisionOf } from '../../src/register/apply-import.ts'
import { columnOf } from '../../src/register/columns.ts'
import type { RegisterStatus } from '../../src/register/household.ts'
import { findImport, storeImport } from '../../src/register/open-import.ts'
import { readOrder } from '../../src/register/read-order.ts'
import { namesOf } from '../../src/register/scope.ts'
import { readFileLines } from '../../src/spreadsheet/read-file.ts'
import { COMMUNE, desk, MONDAY } from '../desk/desk-builders.ts'

export const HEADINGS =
  'Mã hộ,Họ và tên,Quan hệ với chủ hộ,Ngày sinh,Giới tính,Số CCCD,Thôn,Diện hộ,Ngày thoát nghèo,Số giấy chứng nhận'

/** A commune's list as CSV, under the template's first headings unless told. */
export function listFile(lines: readonly string[], headings = HEADINGS): Buffer {
  return Buffer.from(`\ufeff${[headings, ...lines].join('\r\n')}\r\n`)
}

export interface ListOptions {
  year?: number
  covers?: RegisterStatus[]
  at?: Date
  commune?: string
  origin?: string | null
}

export async function readList(
  bytes: Uint8Array,
  { year = 2026, at = MONDAY, commune = COMMUNE, origin = null }: ListOptions = {},
) {
  const file = await readFileLines(bytes, (cell) => columnOf(cell) !== null)
  if ('fault' in file) throw new Error(JSON.stringify(file.fault))
  const read = readOrder(file, {
    bytes,
    year,
    today: localDay(at),
    commonStatus: null,
    childBelow: 16,
    elderlyFrom: 60,
    communeNames: namesOf(desk.territory, commune, origin),
  })
  if ('fault' in read) throw new Error(JSON.stringify(read.fault))
  return read
}

/** Hands a list over without confirming it; its id. */
export async function handOver(sql: Sql, bytes: Uint8Array, options: ListOptions = {}): Promise<string> {
  const { year = 2026, covers = ['poor', 'near_poor'], at = MONDAY, commune = COMMUNE, origin = null } = options
  const { rows, about } = await readList(bytes, options)
  const id = newId()
  const list = {
    id,
    communeCode: commune,
    origin,
    year,
    covers,
    officerId: newId(),
    about: { ...about, fileName: 'ds.csv' },
    rows,
  }
  await storeImport({ sql, secrets: desk.secrets }, list, at)
  return id
}

export async function confirm(sql: Sql, id: string, at = MONDAY, same = new Map<number, string>()): Promise<Applied> {
  const register = { sql, secrets: desk.secrets }
  const found = await findImport(register, id)
  if (found === null) throw new Error('No import')
  const revision = await revisionOf(register, found.communeCode)
  return applyImport(register, found, { officerId: newId(), revision, same }, at)
}

/** Hands over and confirms. */
export async function takeOver(sql: Sql, lines: readonly string[], options: ListOptions = {}) {
  const done = await confirm(sql, await handOver(sql, listFile(lines), options), options.at)
  if (done.kind !== 'done') throw new Error(done.kind)
  return done.counts
}

export async function emptyRegister(sql: Sql): Promise<void> {
  for (const table of [
    'register_links',
    'register_import_parts',
    'register_imports',
    'register_households',
    'households',
    'register_communes',
  ]) {
    await sql.unsafe(`delete from ${table}`)
  }
}

/** Everything the register holds, as one value. */
export async function wholeRegister(sql: Sql) {
  const entries = await sql`select household_id, year, status, status_from, status_to, escaped_on, fingerprint
    from register_households order by id`
  const households = await sql`select id, identity_hash, who_hash from households order by id`
  return { entries: [...entries], households: [...households] }
}
