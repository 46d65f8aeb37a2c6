import { describe, expect, it } from 'vitest'
import { drizzleOn, eq } from '../src/db/drizzle.ts'
import { createLog } from '../src/log.ts'
import { officers } from '../src/officers/tables.ts'
import { createDatabase } from './support/database.ts'

const { sql } = await createDatabase({ max: 2 })
const SECRET = 'Nguyễn Thị Đào\n    at 12 (ngõ 3:4:5)\u0000'

async function logged(error: unknown): Promise<{ text: string; err: Record<string, unknown> }> {
  let text = ''
  const write = (line: string) => {
    text += line
  }
  createLog('info', { write }).error({ err: error }, 'failed')
  return { text, err: JSON.parse(text).err }
}

const failureOf = (work: PromiseLike<unknown>) => Promise.resolve(work).then(String, (error: unknown) => error)

describe('an error in the log', () => {
  it.each([
    ['of a statement', () => sql`select id from officers where username = ${SECRET}`],
    ['of a statement made by drizzle', () => drizzleOn(sql).select().from(officers).where(eq(officers.name, SECRET))],
  ])('%s tells its code and place, and none of the values', async (_, work) => {
    const error = await failureOf(work())

    const { text, err } = await logged(error)

    expect(text).not.toContain('Đào')
    expect(text).not.toContain('ngõ')
    expect(text).toContain('22021')
    expect(err).not.toHaveProperty('query')
    expect(Array.isArray(err.frames)).toBe(true)
  })

  it('of text that is no JSON does not quote it', async () => {
    const error = await failureOf(Promise.resolve('Đào nói').then((text) => JSON.parse(text)))

    const { text, err } = await logged(error)

    expect(text).not.toContain('Đào')
    expect(err.name).toBe('SyntaxError')
  })

  it('of our own keeps its words and its cause', async () => {
    const error = new TypeError('no unit', { cause: Object.assign(new Error('away'), { code: 'ECONNREFUSED' }) })

    const { err } = await logged(error)

    expect(err).toMatchObject({ name: 'TypeError', message: 'no unit', cause: { code: 'ECONNREFUSED' } })
  })
})
