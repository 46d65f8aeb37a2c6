import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { previewOf } from '../../src/register/apply-import.ts'
import { eraseHousehold } from '../../src/register/erase-household.ts'
import { findHouseholds, openHousehold } from '../../src/register/find-households.ts'
import { findImport, rowsOf } from '../../src/register/open-import.ts'
import { COMMUNE, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { confirm, emptyRegister, handOver, listFile, readList, takeOver, wholeRegister } from './lists.ts'

const { sql } = await createDatabase()
const register = { sql, secrets: desk.secrets }

beforeEach(() => emptyRegister(sql))

const DAO = '1,Nguyễn Thị Đào,Chủ hộ,15/3/1950,Nữ,033150000111,Thôn Đông,Hộ nghèo,,GCN-01'
const SON = '1,Nguyễn Văn Con,Con,2/9/2015,Nam,,,,,'
const BINH = '2,Trần Văn Bình,Chủ hộ,1960,Nam,,Thôn Đoài,Cận nghèo,,'

const find = (words: string) => findHouseholds(register, { communes: [COMMUNE], words, status: null, after: null })
async function historyOf(words: string) {
  const { items } = await find(words)
  const household = await openHousehold(register, items[0]?.id ?? '')
  return household?.entries.map(({ year, status, statusFrom, statusTo }) => [year, status, statusFrom, statusTo])
}

describe('a commune that hands over its list', () => {
  it('finds its households by name without diacritics, by member and by number', async () => {
    await takeOver(sql, [DAO, SON, BINH])

    const found = await Promise.all(
      ['dao', 'nguyen van con', '033150000111', 'gcn-01', 'thon doai', 'khong ai'].map(find),
    )

    expect(found.map(({ items }) => items.map(({ entry }) => entry.who?.name))).toEqual([
      ['Nguyễn Thị Đào'],
      ['Nguyễn Thị Đào'],
      ['Nguyễn Thị Đào'],
      ['Nguyễn Thị Đào'],
      ['Trần Văn Bình'],
      [],
    ])
  })

  it('has its members counted without being named', async () => {
    await takeOver(sql, [DAO, SON])

    const [row] = await sql`select members, women, children, elderly, priority_groups from register_households`
    const [raw] = await sql`select h::text || e::text as all from households h, register_households e`

    expect(row).toEqual({
      members: 2,
      women: 1,
      children: 1,
      elderly: 1,
      priority_groups: ['children', 'elderly', 'women_headed'],
    })
    expect(raw?.all).not.toMatch(/Đào|Dao|033150000111|GCN|1950/)
  })

  it('sees that the same file again changes nothing', async () => {
    await takeOver(sql, [DAO, SON, BINH])
    const before = await wholeRegister(sql)

    const counts = await takeOver(sql, [DAO, SON, BINH])

    expect(counts).toEqual({ unchanged: 2 })
    expect(await wholeRegister(sql)).toEqual(before)
  })

  it('keeps the history of a household that escaped, and counts from the day of its escape', async () => {
    await takeOver(sql, [DAO, BINH], { year: 2025, at: new Date('2025-01-10T02:00:00Z') })

    const counts = await takeOver(sql, [DAO.replace('Hộ nghèo,', 'Thoát nghèo,20/12/2025'), BINH])

    expect(counts).toEqual({ changed: 1, carried: 1 })
    expect(await historyOf('dao')).toEqual([
      [2026, 'escaped_poverty', '2026-01-01', null],
      [2025, 'poor', '2025-01-01', '2025-12-31'],
    ])
    const [escaped] =
      await sql`select escaped_on, previous_status from register_households where status = 'escaped_poverty'`
    expect(escaped).toEqual({ escaped_on: '2025-12-20', previous_status: 'poor' })
  })

  it('lets a household that is not on the whole list any more leave, and come back', async () => {
    await takeOver(sql, [DAO, BINH], { year: 2025, at: new Date('2025-01-10T02:00:00Z') })
    const gone = await takeOver(sql, [BINH])
    const back = await takeOver(sql, [DAO, BINH], { year: 2027, at: new Date('2027-01-10T02:00:00Z') })

    const history = await historyOf('dao')

    expect([gone, back]).toEqual([
      { carried: 1, gone: 1 },
      { returned: 1, carried: 1 },
    ])
    expect(history).toEqual([
      [2027, 'poor', '2027-01-01', null],
      [2025, 'poor', '2025-01-01', '2025-12-31'],
    ])
  })

  it('takes nobody for gone by a list that only adds', async () => {
    await takeOver(sql, [DAO])

    const counts = await takeOver(sql, [BINH], { covers: [] })

    expect(counts).toEqual({ new: 1 })
    expect((await find('dao')).items[0]?.entry.statusTo).toBeNull()
  })

  it('shows each faulty line and takes the others over', async () => {
    const id = await handOver(
      sql,
      listFile([
        DAO,
        '2,Lê Thị Hoa,Chủ hộ,30/2/1950,Nữ,12345,,Hộ giàu,,',
        '3,Vũ Văn Thắng,Chủ hộ,1970,Nam,,,Thoát nghèo,,',
        '4,Nguyễn Thị Đào,Chủ hộ,15/3/1950,Nữ,,Thôn Đông,Hộ nghèo,,',
      ]),
    )

    const done = await confirm(sql, id)

    const found = await findImport(register, id)
    const rows = found === null ? [] : await rowsOf(sql, found)
    const faults = rows.flatMap((row) => (row.kind === 'faulty' ? row.faults.map((f) => [f.number, f.key]) : []))
    expect(faults).toEqual([
      [3, 'no_such_day'],
      [3, 'bad_identity'],
      [3, 'not_in_register'],
      [4, 'no_escape_date'],
      [5, 'twice'],
    ])
    expect(done).toEqual({ kind: 'done', counts: { new: 1 } })
  })

  it('does not take a household for gone whose line cannot be read', async () => {
    await takeOver(sql, [DAO, BINH])

    const counts = await takeOver(sql, [DAO, BINH.replace('1960', '31/2/1960')])

    expect(counts).toEqual({ unchanged: 1 })
  })

  it('asks about a namesake, and follows what the officer says', async () => {
    await takeOver(sql, [BINH], { year: 2025, at: new Date('2025-01-10T02:00:00Z') })
    const id = await handOver(sql, listFile([BINH.replace('1960', '3/4/1961')]))
    const found = await findImport(register, id)
    if (found === null) throw new Error('No import')
    const [change] = await previewOf(register, found, await rowsOf(sql, found), new Map(), MONDAY)
    const namesakes = change?.kind === 'new' ? change.namesakes : []

    const done = await confirm(sql, id, MONDAY, new Map([[2, namesakes[0] ?? '']]))

    expect(namesakes).toHaveLength(1)
    expect(done).toEqual({ kind: 'done', counts: { carried: 1 } })
  })

  it('reads deprivations from twelve columns under one heading, and says nothing where the list says nothing', async () => {
    const { rows } = await readList(
      listFile(
        ['Nguyễn Thị Đào,1950,nghèo,x,,x,', 'Trần Văn Bình,1960,nghèo,,,,'],
        'Chủ hộ,Năm sinh,Diện hộ,Thiếu hụt Việc làm,Dinh dưỡng,Nhà tiêu hợp vệ sinh,Ghi chú',
      ),
    )
    const without = await readList(listFile([DAO]))

    const lacks = [...rows, ...without.rows].map((row) =>
      row.kind === 'household' ? row.standing.deprivations : row.faults,
    )

    expect(lacks).toEqual([['employment', 'water_sanitation'], [], null])
  })

  it('knows a former commune by its name, and refuses a household of another', async () => {
    const old = desk.territory.places.find((place) => place.to !== null && place.successors.includes(COMMUNE))
    const { rows } = await readList(
      listFile(
        [`Nguyễn Thị Đào,1950,nghèo,${old?.type} ${old?.name}`, 'Trần Văn Bình,1960,nghèo,Xã Xa Lắm'],
        'Chủ hộ,Năm sinh,Diện hộ,Xã',
      ),
    )

    const kinds = rows.map((row) => (row.kind === 'faulty' ? row.faults.map(({ key }) => key) : row.kind))

    expect(kinds).toEqual(['household', ['other_commune']])
  })
})

describe('a process that dies while a list is taken over', () => {
  it('leaves the register as it was, and the list to be confirmed once more', async () => {
    await takeOver(sql, [BINH])
    const before = await wholeRegister(sql)
    const lines = Array.from(
      { length: 1_200 },
      (_, index) => `${index},Lê Thị Số ${index},Chủ hộ,1950,Nữ,,Thôn Đông,nghèo,,`,
    )
    const id = await handOver(sql, listFile(lines))
    await sql.unsafe(`create function die() returns trigger language plpgsql as $$ begin
      if (select count(*) from register_households) > 700 then raise exception 'power cut'; end if;
      return new; end $$; create trigger dies before insert on register_households for each row execute function die()`)

    const fate = await confirm(sql, id).catch(() => 'died')
    await sql.unsafe('drop trigger dies on register_households; drop function die()')

    expect(fate).toBe('died')
    expect(await wholeRegister(sql)).toEqual(before)
    expect(await confirm(sql, id)).toMatchObject({ kind: 'done', counts: { new: 1_200, gone: 1 } })
  })
})

describe('two officers of one commune', () => {
  it('do not take over what was worked out from a register that has changed since', async () => {
    const first = await handOver(sql, listFile([DAO]))
    const second = await handOver(sql, listFile([DAO, BINH]))
    const shown = await findImport(register, second)
    await confirm(sql, first)

    const twice = await confirm(sql, first)
    const { applyImport } = await import('../../src/register/apply-import.ts')
    const late =
      shown &&
      (await applyImport(register, shown, { officerId: shown.officerId, revision: 0, same: new Map() }, MONDAY))

    expect([twice.kind, late?.kind]).toEqual(['over', 'stale'])
  })
})

describe('any list', () => {
  const person = fc.record({
    name: fc.constantFrom('Lê Thị Hoa', 'Trần Văn Bình', 'Vũ Đức Thắng'),
    birth: fc.constantFrom('', '1950', '15/3/1950', '31/2/1950'),
    identity: fc.constantFrom('', '', '033150000111', '033150000222'),
    village: fc.constantFrom('', 'Đông', 'Đoài'),
    status: fc.constantFrom('nghèo', 'cận nghèo', 'thoát nghèo', ''),
    escaped: fc.constantFrom('', '20/12/2025', '1/6/2026'),
    certificate: fc.constantFrom('', 'A1', 'A2'),
  })
  const list = fc
    .array(person, { minLength: 1, maxLength: 12 })
    .map((people) =>
      people.map(
        (one, index) =>
          `${index},${one.name},Chủ hộ,${one.birth},,${one.identity},${one.village},${one.status},${one.escaped},${one.certificate}`,
      ),
    )
  const step = fc.record({ lines: list, year: fc.constantFrom(2025, 2026, 2027), whole: fc.boolean() })

  it('taken over twice is as if it was taken over once, and no household has two statuses on one day', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        await emptyRegister(sql)
        for (const { lines, year, whole } of steps) {
          const options = { year, covers: whole ? (['poor', 'near_poor'] as const).slice() : [] }
          await takeOver(sql, lines, options)
          const once = await wholeRegister(sql)

          const counts = await takeOver(sql, lines, options)

          expect(Object.keys(counts).filter((kind) => kind !== 'unchanged')).toEqual([])
          expect(await wholeRegister(sql)).toEqual(once)
        }
        const overlaps = await sql`select a.id from register_households a join register_households b
          on a.household_id = b.household_id and a.id < b.id
          where coalesce(a.status_to, 'infinity') >= a.status_from and coalesce(b.status_to, 'infinity') >= b.status_from
            and a.status_from <= coalesce(b.status_to, 'infinity') and b.status_from <= coalesce(a.status_to, 'infinity')`
        expect([...overlaps]).toEqual([])
      }),
      { numRuns: Number(process.env.CASES ?? 25) },
    )
  }, 60_000)
})

describe('a household that is erased', () => {
  it('cannot be found or read any more, while the numbers of reports stay', async () => {
    await takeOver(sql, [DAO, SON])
    const { items } = await find('dao')
    const id = items[0]?.id ?? ''

    await eraseHousehold(register, id, id, MONDAY)

    const household = await openHousehold(register, id)
    const [row] = await sql`select status, members, octet_length(sealed_who) as bytes from register_households`
    expect((await find('dao')).items).toEqual([])
    expect(household?.entries.map(({ who }) => who)).toEqual([null])
    expect(row).toEqual({ status: 'poor', members: 2, bytes: 0 })
  })
})
