import { describe, expect, it } from 'vitest'
import { keepLastUpdates, readLastUpdates } from '../../src/messaging/last-updates.ts'
import { createDatabase } from '../support/database.ts'
import { silent } from '../support/spine.ts'

const { sql } = await createDatabase()
const EIGHT = new Date('2026-11-23T08:00:00+07:00')
const NINE = new Date('2026-11-23T09:00:00+07:00')

describe('when something last came in', () => {
  it('is known after a restart, and the latest of all processes counts', async () => {
    const late = keepLastUpdates({ sql, log: silent, lastUpdateAt: (id) => (id === 'zalo' ? NINE : null) })
    const early = keepLastUpdates({ sql, log: silent, lastUpdateAt: (id) => (id === 'zalo' ? EIGHT : null) })

    await late.stop()
    await early.stop()

    expect(await readLastUpdates(sql)).toEqual(new Map([['zalo', NINE]]))
  })
})
