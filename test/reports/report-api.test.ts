import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { claim } from '../../src/desk/claim.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { readFileLines } from '../../src/spreadsheet/read-file.ts'
import { anApi, signedIn } from '../api/api-server.ts'
import {
  aContact,
  anOfficer,
  aTicket,
  COMMUNE,
  COMMUNE_UNIT,
  desk,
  hoursLater,
  ticketNow,
} from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

type Sql = Awaited<ReturnType<typeof createDatabase>>['sql']

const supervisor = { unitId: null, roles: ['supervisor' as const] }
const OTHER = desk.territory.places.find((place) => place.to === null && place.code !== COMMUNE)?.code ?? ''

async function aRequest(
  sql: Sql,
  facts: Record<string, unknown>,
  options: { topic?: string; commune?: string; contact?: Awaited<ReturnType<typeof aContact>> } = {},
) {
  return aTicket(sql, options.contact ?? (await aContact(sql)), {
    topic: options.topic ?? 'legal_aid',
    communeCode: options.commune ?? COMMUNE,
    facts,
  })
}

async function settle(sql: Sql, number: string, result: 'granted' | 'refused' | 'duplicate' | 'advised') {
  const officer = await anOfficer(sql, { unitId: null, roles: ['administrator', 'supervisor'] })
  await claim(sql, desk, { number, officer, seen: (await ticketNow(sql, number)).lastSeq }, hoursLater(1))
  const seen = (await ticketNow(sql, number)).lastSeq
  const end = { result, reason: 'x', basis: null, nextStep: 'y', text: null }
  const outcome = await resolve(sql, desk, { number, officer, seen, ...end }, hoursLater(2))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
}

describe('an indicator of those who asked', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it('counts each person once, knows who is not meant, and never takes unknown for no', async () => {
    const twice = await aContact(sql)
    await settle(
      sql,
      (await aRequest(sql, { household_status: 'poor', sex: 'female' }, { contact: twice })).number,
      'refused',
    )
    await settle(
      sql,
      (await aRequest(sql, { household_status: 'poor', sex: 'female' }, { contact: twice })).number,
      'granted',
    )
    await aRequest(sql, { household_status: 'near_poor', sex: 'male' })
    await aRequest(sql, { household_status: 'none' })
    await aRequest(sql, {})
    const reader = await signedIn(sql, api, supervisor)

    const answer = await reader.get('/reports/indicators?from=2026-11-01&to=2026-11-30')

    expect(answer.statusCode).toBe(200)
    const { indicators, total, period } = answer.json()
    expect(period).toEqual({ from: '2026-11-01', to: '2026-11-30', state: 'running' })
    expect(total).toMatchObject({
      requests: 5,
      settled: 2,
      helped: 1,
      refused: 1,
      confirmed: 0,
      true_resolution_rate: 0,
    })
    expect(indicators.find(({ id }: { id: string }) => id === 'T15')).toMatchObject({
      requests: 5,
      asked: 2,
      served: 1,
      share: 50,
      in_need: null,
      share_of_need: null,
      asked_status_unknown: 1,
      asked_others: 1,
    })
    expect(indicators.find(({ id }: { id: string }) => id === 'T02')).toMatchObject({
      asked: 0,
      served: 0,
      share: null,
    })
    expect(indicators.find(({ id }: { id: string }) => id === 'T03')).toMatchObject({ asked: null, share: null })
  })
})

describe('those in need', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it('are the households whose list says that they lack work, where a list says anything of that kind', async () => {
    const household = (status: string, deprivations: string[] | null, until: string | null = null) => sql`
      insert into register_households (household_id, commune_code, year, status, status_from, status_to, priority_groups,
        deprivations, members, sealed_who, fingerprint, import_id, recorded_at)
      values (gen_random_uuid(), ${COMMUNE}, 2026, ${status}, '2026-01-01', ${until}, '{}', ${deprivations}, 3, ''::bytea,
        gen_random_uuid()::text, gen_random_uuid(), now())`
    await household('poor', ['employment', 'housing'])
    await household('poor', ['housing'])
    await household('near_poor', null)
    await household('poor', ['employment'], '2026-06-30')
    const reader = await signedIn(sql, api, supervisor)

    const here = (await reader.get(`/reports/indicators?commune=${COMMUNE}`)).json()
    const elsewhere = (await reader.get(`/reports/indicators?commune=${OTHER}`)).json()

    expect(here.register).toMatchObject({
      statuses: [
        { status: 'poor', households: 2, members: 6 },
        { status: 'near_poor', households: 1, members: 3 },
      ],
      told: 2,
      lacking: { employment: 1, housing: 2 },
    })
    const inNeed = (report: { indicators: { id: string; in_need: number | null }[] }, id: string) =>
      report.indicators.find((one) => one.id === id)?.in_need
    expect([inNeed(here, 'T02'), inNeed(here, 'T15'), inNeed(elsewhere, 'T02')]).toEqual([1, null, null])
  })
})

describe('small groups of people', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it('are hidden, and what would give them away by subtraction with them', async () => {
    for (let count = 0; count < 7; count++) await aRequest(sql, { sex: 'female' })
    for (let count = 0; count < 2; count++) await aRequest(sql, { sex: 'male' })
    for (let count = 0; count < 9; count++) await aRequest(sql, {})
    const reader = await signedIn(sql, api, supervisor)

    const { by, total } = (await reader.get('/reports/indicators')).json()

    expect(total.requests).toBe(18)
    expect(by.gender).toMatchObject([
      { key: 'female', hidden: true, requests: null },
      { key: 'male', hidden: true, requests: null },
      { key: 'unknown', hidden: false, requests: 9 },
    ])
    expect(by.commune.find(({ key }: { key: string }) => key === COMMUNE)).toMatchObject({ requests: 18 })
  })
})

describe('the files', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it('say what the JSON says, in the same order, and hold no formula', async () => {
    await settle(sql, (await aRequest(sql, { household_status: 'poor', age: 70 })).number, 'granted')
    await aRequest(sql, { household_status: 'poor' }, { commune: OTHER, topic: 'credit' })
    const reader = await signedIn(sql, api, supervisor)
    const query = '?from=2026-01-01&to=2026-12-31'

    const json = (await reader.get(`/reports/indicators${query}`)).json()
    const csv = await reader.get(`/reports/indicators.csv${query}`)
    const xlsx = await reader.get(`/reports/indicators.xlsx${query}`)

    expect(csv.headers['content-type']).toContain('text/csv')
    expect(csv.headers['content-disposition']).toContain('bao-cao_2026-01-01_2026-12-31.csv')
    const lines = parse(csv.body, { bom: true }) as string[][]
    const workbook = await readFileLines(xlsx.rawPayload, (cell) => cell === 'Mã')
    if (!('lines' in workbook)) throw new Error(JSON.stringify(workbook))
    expect(
      workbook.lines.map(({ cells }) =>
        cells
          .map((cell) => String(cell ?? ''))
          .join('|')
          .replace(/\|+$/, ''),
      ),
    ).toEqual(lines.map((cells) => cells.join('|').replace(/\|+$/, '')))
    const [head = [], ...body] = lines
    const column = (name: string) => head.indexOf(name)
    const requests = (section: string) =>
      body.filter(([own]) => own === section).map((cells) => [cells[1], cells[column('Yêu cầu')]])
    const shown = (rows: { key: string; requests: number | null }[]) =>
      rows.map((row) => [row.key, row.requests === null ? 'ẩn (ít người)' : String(row.requests)])
    expect(requests('Xã, phường')).toEqual(shown(json.by.commune))
    expect(requests('Độ tuổi')).toEqual(shown(json.by.age_band))
    expect(requests('Lĩnh vực của kế hoạch')).toEqual(shown(json.dimensions))
    expect(
      body.filter(([own]) => own === 'Chỉ tiêu').map((cells) => [cells[1], cells[column('Người đã hỏi')]]),
    ).toEqual(
      json.indicators.map((one: { id: string; asked: number | null }) => [
        one.id,
        one.asked === null ? '' : String(one.asked),
      ]),
    )
    expect(csv.body).not.toMatch(/(^|,)"?[=+@]/m)
  })
})

describe('who may count what', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it('is the whole province for a supervisor and an auditor, the own commune for its desk, nothing for an editor', async () => {
    await aRequest(sql, {})
    await aRequest(sql, {}, { commune: OTHER })
    const officers = {
      auditor: await signedIn(sql, api, { unitId: null, roles: ['auditor'] }),
      commune: await signedIn(sql, api, { unitId: COMMUNE_UNIT, roles: ['commune_officer'] }),
      department: await signedIn(sql, api, { unitId: 'so_y_te', roles: ['department_officer'] }),
      editor: await signedIn(sql, api, { unitId: null, roles: ['editor'] }),
    }

    const auditor = await officers.auditor.get('/reports/indicators')
    const commune = await officers.commune.get('/reports/indicators')
    const department = await officers.department.get('/reports/indicators')
    const editor = await officers.editor.get('/reports/indicators')
    const elsewhere = await officers.commune.get(`/reports/indicators.csv?commune=${OTHER}`)
    const otherUnit = await officers.department.get('/reports/indicators?department=so_noi_vu')
    const nobody = await api.inject({ method: 'GET', url: '/api/v1/reports/indicators.xlsx' })

    expect(auditor.json().total.requests).toBe(2)
    expect(commune.json().total.requests).toBe(1)
    expect(commune.json().by.commune).toHaveLength(1)
    expect(department.json().total.requests).toBe(0)
    expect([editor, elsewhere, otherUnit].map(({ statusCode }) => statusCode)).toEqual([403, 403, 403])
    expect(nobody.statusCode).toBe(401)
  })

  it('leaves complaints about a unit out of what that unit sees', async () => {
    const before = await signedIn(sql, api, { unitId: COMMUNE_UNIT, roles: ['commune_officer'] })
    const count = async () => (await before.get('/reports/indicators')).json().total.requests
    const shown = await count()

    await aTicket(sql, await aContact(sql), { topic: 'complaint', complaintAbout: COMMUNE_UNIT })

    expect(await count()).toBe(shown)
  })
})

describe('a question that makes no sense', async () => {
  const { sql } = await createDatabase()
  const { api } = await anApi(sql)

  it.each([
    ['from=2026-13-01&to=nonsense', ['from', 'to']],
    ['from=2026-05-02&to=2026-05-01', ['to']],
    ['from=2010-01-01&to=2026-05-01', ['to']],
    ['commune=99999', ['commune']],
    ['commune=99999&department=nobody&from=2026-02-01&to=2026-01-01', ['to', 'commune', 'department']],
    ['locale=fr', ['locale']],
  ])('is refused with the name of each fault: %s', async (query, paths) => {
    const reader = await signedIn(sql, api, supervisor)

    const answer = await reader.get(`/reports/indicators?${query}`)

    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map(({ path }: { path: string }) => path)).toEqual(paths)
  })

  it('about a time to come is answered with nothing in it, and says so', async () => {
    const reader = await signedIn(sql, api, supervisor)

    const { period, total, by } = (await reader.get('/reports/indicators?from=2030-01-01&to=2030-12-31')).json()

    expect(period.state).toBe('future')
    expect(total).toMatchObject({
      requests: 0,
      true_resolution_rate: null,
      first_answer_median: null,
      rating_average: null,
    })
    expect(by.month).toEqual([])
  })
})

describe('a person who asks to be forgotten', async () => {
  const { sql } = await createDatabase()

  it('leaves no particulars in the figures', async () => {
    const { withdrawTickets } = await import('../../src/desk/citizen-says.ts')
    const contact = await aContact(sql)
    await aRequest(sql, { sex: 'female', age: 70, household_status: 'poor' }, { contact })

    await sql.begin((tx) => withdrawTickets(tx, contact.id, hoursLater(1)))

    const [row] = await sql`select gender, age_band, household_status, priority_groups, result, is_finished
      from ticket_dimensions where contact_id = ${contact.id}`
    expect(row).toEqual({
      gender: null,
      age_band: null,
      household_status: null,
      priority_groups: [],
      result: 'withdrawn',
      is_finished: true,
    })
  })
})
