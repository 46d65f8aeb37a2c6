import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROLES } from '../../src/officers/permissions.ts'
import { createDatabase } from '../support/database.ts'
import { aMatrixApp, type Things, WHO, type Who } from './matrix-app.ts'

const status = z.int()
const rowSchema = z.strictObject({
  call: z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \//),
  at: z.string().startsWith('/').optional(),
  with: z.union([z.literal('photo'), z.record(z.string(), z.unknown())]).optional(),
  nobody: status,
  others: status.optional(),
  ...Object.fromEntries(ROLES.map((role) => [role, status.optional()])),
})
type Row = z.infer<typeof rowSchema> & Partial<Record<Who, number>>

const table: Row[] = z
  .array(rowSchema)
  .parse(parse(readFileSync(join(import.meta.dirname, 'role-matrix.yaml'), 'utf8')))
const { sql } = await createDatabase()
const { routes, call, things } = await aMatrixApp(sql)

function addressOf(row: Row): string {
  const path = row.at ?? row.call.split(' ')[1] ?? ''
  return path.replace(/\{(\w+)\}/g, (_, name: keyof Things) => things[name])
}

async function answersTo(row: Row): Promise<Record<string, number>> {
  const [method = ''] = row.call.split(' ')
  const answers: Record<string, number> = {}
  for (const who of WHO) answers[who] = await call(who, method, addressOf(row), row.with ?? null)
  return answers
}

function promised(row: Row): Record<string, number | undefined> {
  return Object.fromEntries(WHO.map((who) => [who, row[who] ?? row.others]))
}

describe('the table of roles', () => {
  it('names every route that the server knows, once, and no other', () => {
    expect(table.map((row) => row.call).sort()).toEqual(routes)
  })

  it.each(table.map((row) => [row.call, row] as const))('is kept by %s', async (_, row) => {
    expect(await answersTo(row)).toEqual(promised(row))
  })
})
