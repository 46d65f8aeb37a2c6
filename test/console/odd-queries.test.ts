import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { aMatrixApp, type Things } from '../officers/matrix-app.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const { app, call, things } = await aMatrixApp(sql)
afterAll(() => app.close())

const matrix = readFileSync(join(import.meta.dirname, '../officers/role-matrix.yaml'), 'utf8')
const rows = z.array(z.looseObject({ call: z.string(), at: z.string().optional() })).parse(parse(matrix))
/** Where every page and every call that reads can be found, without what follows the question mark. */
const addresses = rows.flatMap((row) => {
  if (!row.call.startsWith('GET ')) return []
  const address = (row.at ?? row.call.slice(4)).split('?')[0] ?? ''
  return [address.replace(/\{(\w+)\}/g, (_, name: keyof Things) => things[name])]
})

const NAMES = [
  ...['q', 'cursor', 'before', 'after', 'limit', 'day', 'from', 'to', 'year', 'part', 'locale', 'on', 'was', 'kind'],
  ...['ticket', 'officer', 'action', 'unit', 'commune', 'department', 'topic', 'status', 'state', 'list', 'queue'],
  ...['shown', 'seen', 'done', 'back', 'template', 'programme', 'standing', 'area', 'overdue', 'urgent', 'late', 'key'],
]
/** Every address is asked hundreds of times; as lists the values differ less. */
const LIST_EVERY = 6
const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
const ODD = [
  ...[
    '',
    '0',
    '-1',
    '1.5',
    '9e15',
    '9007199254740993',
    '99999999999',
    'NaN',
    'null',
    '[]',
    '%',
    "'--",
    'x'.repeat(10_000),
  ],
  ...['0000-01-01', '0000', '9999-12-31', '2026-02-30', '10000-01-01', '2026-11-23', '\u0000', 'a\u0000b', '\ud83d'],
  ...['00000000-0000-4000-8000-000000000000', 'HY-2026-000001'],
  cursorOf('0000-01-01T00:00:00Z', 1),
  cursorOf('9999-12-31T00:00:00Z', 9_007_199_254_740_991),
  cursorOf('infinity', -1),
]

describe('an address that somebody typed wrongly', () => {
  it.each([
    ['/api/v1/tickets', { cursor: cursorOf('0000-01-01T00:00:00Z', 1) }, 422],
    ['/console/tickets', { cursor: cursorOf('0000-01-01T00:00:00Z', 1) }, 303],
    ['/api/v1/reports/indicators', { from: '0000-01-01' }, 422],
    ['/console/audit', { day: '0000-01-01' }, 200],
    [`/console/tickets/${things.ticket}/news`, {}, 200],
  ])('%s says so, and is no fault of ours', async (path, query, status) => {
    expect(await call('administrator', 'GET', `${path}?${new URLSearchParams(query)}`, null)).toBe(status)
  })

  it.each([2_147_483_648, 9_007_199_254_740_991])('is refused also where it is a form: seen %d', async (seen) => {
    const asJson = await call('administrator', 'POST', `/api/v1/tickets/${things.ticket}/claim`, { seen })
    const asForm = await call('administrator', 'POST', `/console/tickets/${things.ticket}/claim`, { seen })

    expect([asJson, asForm]).toEqual([422, 422])
  })

  it('never ends in a fault of ours, whatever stands behind the question mark', { timeout: 120_000 }, async () => {
    const part = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...ODD))
    const odd = fc.tuple(fc.constantFrom(...addresses), fc.array(part, { minLength: 1, maxLength: 4 }))

    await fc.assert(
      fc.asyncProperty(odd, async ([address, parts]) => {
        const status = await call('administrator', 'GET', `${address}?${new URLSearchParams(parts)}`, null)
        expect(status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
  })

  it.each(addresses)(
    '%s takes each odd value for each thing that it may be asked',
    { timeout: 60_000 },
    async (address) => {
      for (const [place, value] of ODD.entries()) {
        // All at once; some twice each: then they are lists.
        const all = new URLSearchParams(NAMES.map((name): [string, string] => [name, value]))
        const status = await call('administrator', 'GET', `${address}?${all}`, null)
        const isList = place % LIST_EVERY === 0
        const asLists = isList ? await call('administrator', 'GET', `${address}?${all}&${all}`, null) : status
        expect([status < 500, asLists < 500], value.slice(0, 40)).toEqual([true, true])
      }
    },
  )
})
