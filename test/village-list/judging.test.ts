import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EligibilityDefinitions } from '../../src/eligibility/programme.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { screen } from '../../src/eligibility/screen.ts'
import { newId } from '../../src/ids.ts'
import { forgetLists } from '../../src/village-list/forget-lists.ts'
import { createListJudge } from '../../src/village-list/judge-lists.ts'
import { codeOf, judgeRow } from '../../src/village-list/judge-row.ts'
import { findList, rowsOf, type VillageList } from '../../src/village-list/open-list.ts'
import type { PersonRow } from '../../src/village-list/read-row.ts'
import { storeList } from '../../src/village-list/store-list.ts'
import { anOfficer, COMMUNE_UNIT, desk, MONDAY, sound } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { ROOT } from '../support/definitions.ts'
import { csvFile, DAY, person, rowsIn, villageLines } from './files.ts'

const { sql } = await createDatabase()
const eligibility = sound(readEligibility(join(ROOT, 'flows')))
const officer = await anOfficer(sql)
const { secrets } = desk
const failures: unknown[] = []
const log = { warn: (line: unknown) => void failures.push(line), error: (line: unknown) => void failures.push(line) }

function aJudge(definitions: EligibilityDefinitions = eligibility) {
  return createListJudge({ sql, secrets, clock: { now: () => MONDAY }, log, eligibility: definitions })
}

/** A stored list of a village of so many, in parts of ten. */
async function aList(count: number, createdAt = MONDAY): Promise<string> {
  const rows = await rowsIn(csvFile(...villageLines(count)))
  const parts = Array.from({ length: Math.ceil(rows.length / 10) }, (_, at) => rows.slice(at * 10, at * 10 + 10))
  const about = { fileName: 'thon.csv', columns: [], unused: [], passed: [], sheet: '', otherSheets: [], common: {} }
  const list = { id: newId(), unitId: COMMUNE_UNIT, officerId: officer.id, judgedOn: DAY, about, parts }
  await storeList(sql, secrets, list, createdAt)
  return list.id
}

async function listNow(id: string): Promise<VillageList> {
  const list = await findList(sql, secrets, officer, id, MONDAY)
  if (list === null) throw new Error('no list')
  return list
}

async function keptRows(list: VillageList) {
  const rows = []
  for await (const some of rowsOf(sql, list)) rows.push(...some)
  return rows
}

beforeEach(async () => {
  failures.length = 0
  await sql`delete from village_list_parts`
  await sql`delete from village_lists`
})

describe('a list that was handed over', () => {
  it('ends with each line judged or listed, as a screening of each person alone would judge', async () => {
    const id = await aList(87)

    await aJudge().judgeDue()

    const list = await listNow(id)
    const rows = await keptRows(list)
    const people = rows.filter(({ row }) => row.kind === 'person')
    const anew = people.map(({ row }) => judgeRow(eligibility, row as PersonRow, DAY))
    expect(list).toMatchObject({ state: 'done', rowsTotal: 87, rowsJudged: 85, rowsFaulty: 2 })
    expect(rows.map(({ row }) => row.number)).toEqual(Array.from({ length: 87 }, (_, at) => at + 2))
    expect(people.map(({ outcomes }) => outcomes)).toEqual(
      anew.map((one) => (one.kind === 'judged' ? one.determinations.map(codeOf).join('') : '')),
    )
    expect(failures).toEqual([])
  })

  it('counts its people by programme and outcome', async () => {
    const list = await judged(60)

    const rows = await keptRows(list)
    const at = rows[0]?.programmes.indexOf('social_pension') ?? -1
    const counted = Map.groupBy(
      rows.filter(({ outcomes }) => outcomes !== ''),
      ({ outcomes }) => outcomes[at],
    )
    expect(list.counts.programmes.social_pension).toEqual(
      Object.fromEntries([...counted].map(([code, some]) => [code, some.length])),
    )
  })

  async function judged(count: number): Promise<VillageList> {
    const id = await aList(count)
    await aJudge().judgeDue()
    return listNow(id)
  }
})

describe('a process that ends while it judges', () => {
  it('leaves the rest to the next one, and no line is judged twice or forgotten', async () => {
    const id = await aList(60)
    const judge = aJudge(stoppingAfter(25, () => void judge.stop()))

    await judge.judgeDue()
    const between = await listNow(id)
    await judge.stop()
    await aJudge().judgeDue()

    const list = await listNow(id)
    expect(between.state).toBe('running')
    expect(between.rowsJudged).toBeGreaterThan(0)
    expect(between.rowsJudged).toBeLessThan(60)
    expect(list).toMatchObject({ state: 'done', rowsJudged: 59, rowsFaulty: 1 })
    expect(Object.values(list.counts.programmes.social_pension ?? {}).reduce((sum, one) => sum + one, 0)).toBe(59)
  })

  it('when it was killed, holds the list no longer than its lease', async () => {
    const id = await aList(20)
    const hold = (seconds: number) => sql`update village_lists set state = 'running', worker = ${newId()},
      lease_until = clock_timestamp() + make_interval(secs => ${seconds}) where id = ${id}`

    await hold(60)
    await aJudge().judgeDue()
    const held = await listNow(id)
    await hold(-1)
    await aJudge().judgeDue()

    expect(held).toMatchObject({ state: 'running', rowsJudged: 0 })
    expect(await listNow(id)).toMatchObject({ state: 'done', rowsJudged: 20 })
  })

  it('when it was only slow, keeps nothing that another one has meanwhile judged', async () => {
    const id = await aList(40)
    const other = aJudge()
    let others: Promise<void> = Promise.resolve()
    const slow = aJudge(
      stoppingAfter(5, () => {
        const lapse = sql`update village_lists set lease_until = clock_timestamp() - interval '1 second' where id = ${id}`
        others = lapse.then(() => other.judgeDue())
      }),
    )

    await slow.judgeDue()
    await others

    const { state, rowsJudged, counts } = await listNow(id)
    expect({ state, rowsJudged }).toEqual({ state: 'done', rowsJudged: 40 })
    expect(Object.values(counts.programmes.social_pension ?? {}).reduce((sum, one) => sum + one, 0)).toBe(40)
  })

  it('keeps nothing for a list that was deleted meanwhile', async () => {
    const id = await aList(30)
    let isDeleted = false
    const judge = aJudge(
      stoppingAfter(5, () => {
        isDeleted = true
        void sql`delete from village_lists where id = ${id}`.execute()
      }),
    )

    await judge.judgeDue()

    expect(isDeleted).toBe(true)
    expect(await findList(sql, secrets, officer, id, MONDAY)).toBeNull()
    expect(failures).toEqual([])
  })

  /** Calls back when so many people were judged. */
  function stoppingAfter(people: number, callback: () => void): EligibilityDefinitions {
    let left = people
    return {
      programmes: eligibility.programmes,
      get facts() {
        left -= 1
        if (left === 0) callback()
        return eligibility.facts
      },
    }
  }
})

describe('two processes at one list', () => {
  it('judge each line once', async () => {
    const id = await aList(120)

    await Promise.all([aJudge().judgeDue(), aJudge().judgeDue()])

    expect(await listNow(id)).toMatchObject({ state: 'done', rowsJudged: 118, rowsFaulty: 2 })
  })
})

describe('a list that cannot be judged', () => {
  it('with a key that is gone says so, and does not keep the others', async () => {
    const broken = await aList(10)
    await sql`update village_lists set sealed_key = ${Buffer.alloc(60)} where id = ${broken}`
    const sound = await aList(10)

    await aJudge().judgeDue()

    const states = await sql<{ id: string; state: string }[]>`select id, state from village_lists`
    expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
      [broken]: 'failed',
      [sound]: 'done',
    })
  })

  it('has a line that the rules stumble over: the line is listed and the others are judged', async () => {
    const id = await aList(10)
    let calls = 0
    const stumbling: EligibilityDefinitions = {
      programmes: eligibility.programmes,
      get facts() {
        calls += 1
        if (calls === 1) throw new Error('a fault of the rules')
        return eligibility.facts
      },
    }

    await aJudge(stumbling).judgeDue()

    const list = await listNow(id)
    const [first] = await keptRows(list)
    expect(list).toMatchObject({ state: 'done', rowsJudged: 9, rowsFaulty: 1 })
    expect(first?.row).toMatchObject({ kind: 'faulty', number: 2, faults: [{ key: 'broken' }] })
  })

  it('has a value that no household has: the line is listed', async () => {
    const row = await person('Tuổi,Số khẩu', '30,90')

    expect(judgeRow(eligibility, row, DAY)).toMatchObject({
      kind: 'impossible',
      row: { number: 2, faults: [{ key: 'impossible', column: 'household_size', value: '90' }] },
    })
  })
})

describe('somebody whose year of birth alone is known', () => {
  it('gets a definite outcome only where both ages agree', async () => {
    const row = await person('Năm sinh,Lương hưu', '1951,không', { household_status: 'none' })
    const [young, old] = row.ages.map((age) => screen(eligibility, { ...row.facts, age }, DAY).determinations)

    const judged = judgeRow(eligibility, row, DAY)

    const outcomes = judged.kind === 'judged' ? judged.determinations : []
    const pension = outcomes.find(({ programme }) => programme === 'social_pension')
    const differing = young?.filter((one, at) => one.outcome !== old?.[at]?.outcome).map(({ programme }) => programme)
    expect(row.ages).toEqual([74, 75])
    expect(pension).toMatchObject({ outcome: 'unknown', benefit: null })
    expect(pension?.missing).toContain('age')
    expect(differing).toContain('social_pension')
    expect(
      outcomes
        .filter((one, at) => one.outcome !== young?.[at]?.outcome || one.outcome !== old?.[at]?.outcome)
        .map(({ programme }) => programme),
    ).toEqual(differing)
  })
})

describe('what is kept of a list', () => {
  it('cannot be read without its key', async () => {
    await aList(20)
    await aJudge().judgeDue()

    const parts = await sql<{ sealed_rows: Buffer }[]>`select sealed_rows from village_list_parts`
    const [head] = await sql<{ sealed_about: Buffer }[]>`select sealed_about from village_lists`
    const bytes = Buffer.concat([...parts.map((part) => part.sealed_rows), head?.sealed_about ?? Buffer.alloc(0)])
    expect(bytes.length).toBeGreaterThan(1_000)
    expect(['Nguyễn', 'Đào', 'thon.csv', 'household_status', '1950'].filter((words) => bytes.includes(words))).toEqual(
      [],
    )
  })

  it('goes after thirty days, with its rows, and not a day earlier', async () => {
    const daysAgo = (days: number) => new Date(MONDAY.getTime() - days * 86_400_000)
    await aList(10, daysAgo(30.1))
    const young = await aList(10, daysAgo(29.9))

    const gone = await forgetLists(sql, MONDAY)

    expect(gone).toBe(1)
    expect(await sql`select distinct list_id from village_list_parts`).toEqual([{ list_id: young }])
    expect(await sql`select id from village_lists`).toEqual([{ id: young }])
  })
})
