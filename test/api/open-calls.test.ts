import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '../../src/api/routes.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { createAssets } from '../../src/http/assets.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createServer, listen } from '../../src/http/server.ts'
import { readIndicators } from '../../src/reports/indicator.ts'
import { readUnderstanding } from '../../src/understanding/read-topics.ts'
import { broadcasting } from '../broadcasts/broadcast-builders.ts'
import { desk, MONDAY, sound } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { ROOT } from '../support/definitions.ts'

const { sql } = await createDatabase()
const eligibility = sound(readEligibility(join(ROOT, 'flows')))
const backlogs = async () => ({ inbox: { waiting: 0, oldestSeconds: 0 }, outbox: { waiting: 0, oldestSeconds: 0 } })
const app = await createServer({
  log: pino({ level: 'silent' }),
  publicUrl: undefined,
  assets: createAssets({}),
  health: { database: () => sql`select 1`, pendingMigrations: async () => [], channels: () => [], backlogs },
  metrics: createMetrics(),
  state: { backlogs, ticketsByStatus: async () => ({}) },
})
await app.register((scope) =>
  apiRoutes(scope, {
    ...desk,
    sql,
    clock: { now: () => MONDAY },
    log: pino({ level: 'silent' }),
    eligibility,
    reports: sound(readIndicators(join(ROOT, 'flows'))),
    broadcasting,
    understander: sound(readUnderstanding(join(ROOT, 'flows'))),
  }),
)
const address = await listen(app, { host: '127.0.0.1', port: 0 })
afterAll(() => app.close())

interface Answer {
  status: number
  type: string
  // Whatever the call answers; each test says what it expects.
  body: { [name: string]: unknown } & {
    determinations: Determination[]
    items: { [name: string]: unknown }[]
    errors: { path: string; detail: string }[]
  }
}
interface Determination {
  programme: string
  outcome: string
  basis: { document: string; article: string | null; from: string; to: string | null; confidence: string }[]
  [name: string]: unknown
}

async function call(path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${address}/api/v1${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, type, body: (await answer.json()) as Answer['body'] }
}

const screening = (body: object) => call('/screenings', { date: '2026-11-23', ...body })

describe('a screening by HTTP', () => {
  it('answers for every programme when none is named, in the agreed words', async () => {
    const { status, body } = await screening({ facts: { household_status: 'poor', age: 76, pension: 'none' } })

    const pension = body.determinations.find(({ programme }) => programme === 'social_pension')
    expect(status).toBe(200)
    expect(body.date).toBe('2026-11-23')
    expect(body.determinations.map(({ programme }) => programme)).toEqual([...eligibility.programmes.keys()])
    expect(Object.keys(body)).toEqual(['date', 'determinations', 'next_question'])
    expect(pension).toMatchObject({
      kind: 'entitlement',
      outcome: 'eligible',
      version: expect.any(String),
      decided_by: expect.arrayContaining([expect.any(String)]),
      missing: [],
      assumed: expect.any(Array),
      benefit: { text: expect.stringMatching(/\d{3}\.000 đồng/), values: { amount: expect.any(Number) } },
      papers: expect.any(Array),
      where: expect.any(String),
    })
  })

  it('answers for the named programmes alone, in their order, with the same outcomes', async () => {
    const facts = { household_status: 'near_poor', age: 8, student_level: 'primary' }

    const all = await screening({ facts })
    const some = await screening({ facts, programmes: ['tuition_exemption', 'social_pension'] })

    const outcomeOf = (answer: Answer, id: string) =>
      answer.body.determinations.find(({ programme }) => programme === id)?.outcome
    expect(some.body.determinations.map(({ programme }) => programme)).toEqual(['tuition_exemption', 'social_pension'])
    expect(outcomeOf(some, 'tuition_exemption')).toBe(outcomeOf(all, 'tuition_exemption'))
    expect(outcomeOf(some, 'social_pension')).toBe(outcomeOf(all, 'social_pension'))
  })

  it.each([
    '2022-06-01',
    '2024-06-30',
    '2025-06-30',
    '2025-07-01',
    '2026-11-23',
    '2027-01-01',
    '1990-01-01',
    '2090-01-01',
  ])('names a basis for every programme on %s, with days for its dates', async (date) => {
    const answers = await Promise.all(
      [{}, { household_status: 'poor', age: 80 }, { household_status: 'none', age: 5 }].map((facts) =>
        call('/screenings', { date, facts }),
      ),
    )

    const all = answers.flatMap(({ body }) => body.determinations)
    expect(all.length).toBe(3 * eligibility.programmes.size)
    expect(all.filter(({ basis }) => basis.length === 0)).toEqual([])
    expect(
      all.flatMap(({ basis }) => basis).filter(({ from, to }) => ![from, to ?? from].every((day) => ISO_DAY.test(day))),
    ).toEqual([])
  })

  it('takes null and "unknown" for what is not known', async () => {
    const [byNull, byWord] = await Promise.all([
      screening({ facts: { age: null, household_status: null, disability: null } }),
      screening({ facts: { age: 'unknown', household_status: 'unknown', disability: 'unknown' } }),
    ])

    expect(byWord.body).toEqual(byNull.body)
    expect(byNull.body.determinations.some(({ outcome }) => outcome === 'unknown')).toBe(true)
  })

  it('does not assume what was said to be unknown', async () => {
    const open = await screening({ facts: { disability: 'unknown' }, programmes: ['monthly_allowance_disability'] })
    const silent = await screening({ facts: {}, programmes: ['monthly_allowance_disability'] })

    expect(open.body.determinations[0]).toMatchObject({ outcome: 'unknown', missing: ['disability'] })
    expect(silent.body.determinations[0]).toMatchObject({ outcome: 'not_eligible', assumed: ['disability'] })
  })

  it('accepts known facts that the named programme has no use for', async () => {
    const { status, body } = await screening({ facts: { crop: 'hybrid_rice', age: 76 }, programmes: ['legal_aid'] })

    expect(status).toBe(200)
    expect(body.determinations).toHaveLength(1)
  })

  it('asks for the fact that settles most, and for none when all is settled', async () => {
    const open = await screening({ facts: {}, programmes: ['social_pension'] })
    const settled = await screening({ facts: { age: 30 }, programmes: ['social_pension'] })

    expect(open.body.next_question).toBe('age')
    expect(settled.body.next_question).toBeNull()
    expect(settled.body.determinations[0]).toMatchObject({ outcome: 'not_eligible', missing: [] })
  })

  it('names the better programme of those that exclude each other, and changes no outcome', async () => {
    const groups = Map.groupBy(
      [...eligibility.programmes.values()].filter((programme) => programme.exclusive),
      (programme) => programme.exclusive?.group,
    )
    const facts = { age: 80, household_status: 'poor', pension: 'none', disability: 'extremely_severe' }

    const { body } = await screening({ facts })

    const second = body.determinations.filter((one) => one.superseded_by !== undefined)
    expect(groups.size).toBeGreaterThan(0)
    expect(second.length).toBeGreaterThan(0)
    expect(new Set(second.map(({ outcome }) => outcome))).toEqual(new Set(['eligible']))
  })

  it('says in both languages what somebody may get, with figures as on the papers', async () => {
    const asked = { facts: { household_status: 'poor', age: 76, pension: 'none' }, programmes: ['social_pension'] }

    const vi = await screening({ ...asked, locale: 'vi' })
    const en = await screening({ ...asked, locale: 'en' })

    const benefit = (answer: Answer) => answer.body.determinations[0]?.benefit as { text: string; key: string }
    expect(benefit(vi).text).toMatch(/đồng/)
    expect(benefit(en).text).not.toMatch(/đồng/)
    expect(benefit(en).text).not.toBe(benefit(en).key)
    expect(benefit(en).text.match(/[\d.]{5,}/)?.[0]).toBe(benefit(vi).text.match(/[\d.]{5,}/)?.[0])
  })

  it('never states an amount that nobody verified', async () => {
    const outlines = [
      {
        household_status: 'poor',
        age: 80,
        pension: 'none',
        disability: 'extremely_severe',
        housing_state: 'collapsed',
      },
      { household_status: 'near_poor', age: 8, student_level: 'primary', area: 'rural' },
      { household_status: 'escaped_poverty', months_since_escape: 5, age: 40, previous_status: 'poor' },
    ]

    const answers = await Promise.all(outlines.map((facts) => screening({ facts })))

    const benefits = answers
      .flatMap(({ body }) => body.determinations)
      .flatMap((one) => (one.benefit as { text: string; key: string; verified: boolean; values: object } | null) ?? [])
    const unverified = benefits.filter(({ verified }) => !verified)
    expect(unverified.length).toBeGreaterThan(0)
    expect(unverified.filter(({ text }) => /\d{4,}|\d\.\d{3}/.test(text))).toEqual([])
    expect(benefits.filter(({ text, key }) => text === key || text.includes('{{'))).toEqual([])
  })

  it('stores nothing', async () => {
    await screening({ facts: { household_status: 'poor', age: 76 } })

    const [rows] = await sql`select (select count(*) from screenings) as screenings,
      (select count(*) from contacts) as contacts, (select count(*) from audit) as audit`
    expect({ ...rows }).toEqual({ screenings: 0, contacts: 0, audit: 0 })
  })
})

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/

describe('a screening that cannot be', () => {
  it('has every wrong part named in one answer', async () => {
    const { status, type, body } = await call('/screenings', {
      date: '2026-02-30',
      locale: 'fr',
      facts: { age: 'old', colour: 'red', household_status: 'rich', household_size: 0, merit: 'yes', child_age: 2.5 },
      programmes: ['social_pension', 'free_money'],
    })

    expect(status).toBe(422)
    expect(type).toContain('application/problem+json')
    expect(body).toMatchObject({ title: 'Invalid values', status: 422 })
    expect(body.errors.map(({ path }) => path).sort()).toEqual([
      'date',
      'facts.age',
      'facts.child_age',
      'facts.colour',
      'facts.household_size',
      'facts.household_status',
      'facts.merit',
      'locale',
      'programmes.1',
    ])
    expect(body.errors.every(({ detail }) => detail.length > 5)).toBe(true)
  })

  it.each([
    ['an impossible age', { facts: { age: 130 } }, ['facts.age']],
    ['an age below nothing', { facts: { age: -1 } }, ['facts.age']],
    ['a day that does not exist', { date: '2025-02-29', facts: {} }, ['date']],
    ['a day in another form', { date: '23/11/2026', facts: {} }, ['date']],
    ['no facts at all', {}, ['facts']],
    ['facts in a list', { facts: ['poor'] }, ['facts']],
    ['a fact that holds another object', { facts: { age: { years: 3 } } }, ['facts.age']],
    ['the name of something every object has', { facts: { constructor: 1 } }, ['facts.constructor']],
    ['programmes that are no list', { facts: {}, programmes: 'all' }, ['programmes']],
    ['a programme that is no name', { facts: {}, programmes: [3] }, ['programmes.0']],
  ])('names %s', async (_, body, paths) => {
    const { status, body: problem } = await call('/screenings', body)

    expect(status).toBe(422)
    expect(problem.errors.map(({ path }) => path)).toEqual(paths)
  })

  it.each([
    ['a list in place of the body', []],
    ['a number in place of the body', 3],
    ['nothing in place of the body', null],
  ])('is told of %s', async (_, body) => {
    const { status, body: problem } = await call('/screenings', body)

    expect(status).toBe(422)
    expect(problem.errors.length).toBeGreaterThan(0)
  })
})

describe('free text by HTTP', () => {
  it('gives all twenty topics, the best first, with intent and decision', async () => {
    const { status, body } = await call('/understand', { text: 'ho ngheo co dc vay von ko' })

    const topics = body.topics as { id: string; score: number }[]
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['topics', 'intent', 'decision'])
    expect(topics).toHaveLength(20)
    expect(topics.map(({ score }) => score)).toEqual(topics.map(({ score }) => score).toSorted((a, b) => b - a))
    expect(topics[0]?.id).toBe('credit')
    expect(['accept', 'ask', 'out_of_scope', 'smalltalk']).toContain(body.decision)
  })

  it.each([
    ['empty', ''],
    ['only spaces and signs', ' \n?!… 😀'],
    ['ten thousand characters long', 'vay vốn '.repeat(1_250)],
    ['without a letter of ours', 'Ω≈ç√∫˜µ 你好'],
  ])('takes a text that is %s', async (_, text) => {
    const { status, body } = await call('/understand', { text })

    expect(status).toBe(200)
    expect(body.topics).toHaveLength(20)
  })

  it.each([
    ['a number', { text: 7 }],
    ['nothing', {}],
    ['more than anybody types', { text: 'x'.repeat(20_001) }],
  ])('names the fault of %s', async (_, sent) => {
    const { status, body } = await call('/understand', sent)

    expect(status).toBe(422)
    expect(body.errors.map(({ path }) => path)).toEqual(['text'])
  })
})

describe('the definitions by HTTP', () => {
  it('are every programme with its versions, criteria, basis and confidence', async () => {
    const { body } = await call('/programmes')

    const versions = body.items.flatMap((item) => item.versions as Version[])
    const criteria = versions.flatMap((version) => version.criteria)
    expect(body.items.map(({ id }) => id)).toEqual([...eligibility.programmes.keys()])
    expect(versions.length).toBeGreaterThan(body.items.length)
    expect(versions.filter(({ criteria, basis }) => criteria.length === 0 || basis.length === 0)).toEqual([])
    expect(criteria.filter(({ basis }) => basis.length === 0)).toEqual([])
    expect(criteria.filter(({ confidence }) => !CONFIDENCES.includes(confidence))).toEqual([])
    expect(criteria.filter(({ fact }) => !eligibility.facts.has(fact))).toEqual([])
    expect(versions.filter(({ from, to }) => !ISO_DAY.test(from) || (to !== null && !ISO_DAY.test(to)))).toEqual([])
    expect(JSON.stringify(body)).not.toContain('"source"')
  })

  it('put the criteria of a version together as its file does', async () => {
    const { body } = await call('/programmes')

    const pension = body.items.find(({ id }) => id === 'social_pension')
    const version = ((pension?.versions ?? []) as Version[]).at(-1)
    const ids = new Set(version?.criteria.map(({ id }) => id))
    const named = JSON.stringify(version?.rule).match(/"[a-z_0-9]+"(?!:)/g) ?? []
    expect(new Set(named.map((id) => id.slice(1, -1)))).toEqual(ids)
  })

  it('are the facts with their kinds, limits and names', async () => {
    const { body } = await call('/facts')

    const age = body.items.find(({ id }) => id === 'age')
    expect(body.items).toHaveLength(eligibility.facts.size)
    expect(age).toMatchObject({ type: 'int', subject: 'person', min: 0, max: 120, name: { vi: 'tuổi' } })
  })

  it('are the twenty topics, the units of all times and the communes of today', async () => {
    const [topics, units, communes] = await Promise.all(['/topics', '/units', '/communes'].map((path) => call(path)))

    expect(topics?.body.items).toHaveLength(20)
    expect(topics?.body.items.filter(({ id, name }) => (name as { vi: string }).vi === id)).toEqual([])
    expect(units?.body.items.some(({ in_force }) => in_force === false)).toBe(true)
    expect(communes?.body.items).toHaveLength(104)
  })

  it('find a commune by an old name, and nothing by nonsense', async () => {
    const [old, nonsense, wrong] = await Promise.all([
      call('/communes?q=Trung%20Ngh%C4%A9a'),
      call('/communes?q=zzzzqq'),
      call(`/communes?q=${'a'.repeat(201)}`),
    ])

    expect(old?.body.items[0]).toMatchObject({ via: 'Trung Nghĩa', unit: expect.any(String) })
    expect(nonsense?.body.items).toEqual([])
    expect(wrong?.status).toBe(422)
  })
})

interface Version {
  from: string
  to: string | null
  criteria: { id: string; fact: string; confidence: string; basis: unknown[] }[]
  rule: unknown
  basis: unknown[]
}
const CONFIDENCES = ['high', 'medium', 'low', 'unverified']

describe('the description of the open calls', () => {
  it('has each of them with what it takes and what it answers', async () => {
    const answer = await fetch(`${address}/api/openapi.json`)

    const { openapi, paths } = (await answer.json()) as {
      openapi: string
      paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>>
    }
    const path = (name: string) => paths[`/api/v1/${name}`]
    expect(openapi).toMatch(/^3\.1/)
    expect(path('screenings')?.post?.requestBody).toBeDefined()
    expect(Object.keys(path('screenings')?.post?.responses ?? {})).toEqual(expect.arrayContaining(['200', '422']))
    expect(path('understand')?.post?.requestBody).toBeDefined()
    expect(
      ['programmes', 'facts', 'topics', 'units', 'communes'].filter((name) => !path(name)?.get?.responses['200']),
    ).toEqual([])
  })
})

describe('somebody who calls often', () => {
  it('gets forty calls in one burst answered, twice what is promised for a second', async () => {
    const burst = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? call('/understand', { text: 'vay vốn' }) : screening({ facts: { age: 76 } }),
    )

    const statuses = (await Promise.all(burst)).map(({ status }) => status)

    expect(statuses).toEqual(Array<number>(40).fill(200))
  })
})
