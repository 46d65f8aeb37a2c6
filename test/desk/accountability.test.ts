import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { histories, play } from './random-histories.ts'

const { sql } = await createDatabase()

describe('whatever happens to a ticket', () => {
  it('keeps exactly one accountable unit in force and, until there is a result, exactly one deadline', async () => {
    const kept = fc.asyncProperty(histories, async (history) => {
      expect(await play(sql, history)).toEqual([])
    })

    await expect(fc.assert(kept, { numRuns: 60 })).resolves.toBeUndefined()
  })
})
