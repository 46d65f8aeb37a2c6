import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { drizzleOn } from '../../src/db/drizzle.ts'
import { isPassingFault, isUnstorableText } from '../../src/db/faults.ts'
import { officers } from '../../src/officers/tables.ts'

describe('a database that is away', () => {
  it('is a fault that passes, also when drizzle asked', async () => {
    const gone = connect({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 })

    const plain = await gone`select 1`.catch((error: unknown) => error)
    const wrapped = await drizzleOn(gone)
      .select()
      .from(officers)
      .catch((error: unknown) => error)
    await gone.end({ timeout: 0 })

    expect([isPassingFault(plain), isPassingFault(wrapped)]).toEqual([true, true])
  })
})

describe('a text with a NUL character', () => {
  it('is told from other faults, whoever wraps it', () => {
    const fault = new Error('Failed query', { cause: Object.assign(new Error('invalid byte'), { code: '22021' }) })

    expect([isUnstorableText(fault), isPassingFault(fault)]).toEqual([true, false])
  })

  it('is looked for no further than an error that is its own cause', () => {
    const circle = new Error('round and round')
    circle.cause = circle

    expect(isUnstorableText(circle)).toBe(false)
  })
})
