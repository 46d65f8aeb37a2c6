import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { approveBroadcast, submitBroadcast } from '../../src/broadcasts/approve.ts'
import { freezeBroadcast } from '../../src/broadcasts/freeze.ts'
import { scheduleBroadcast } from '../../src/broadcasts/run.ts'
import { findBroadcast } from '../../src/broadcasts/store.ts'
import { beginFreezing, createBroadcastWorks } from '../../src/broadcasts/works.ts'
import { anOfficer, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aDraft, aPerson, services } from './broadcast-builders.ts'

const { sql } = await createDatabase()
const on = services(sql)
const editor = await anOfficer(sql, { roles: ['editor'], unitId: null })
const approver = await anOfficer(sql, { roles: ['approver'], unitId: null })
for (let count = 0; count < 5; count++) await aPerson(sql)

const seconds = (count: number) => new Date(MONDAY.getTime() + count * 1_000)

async function inLine(): Promise<string> {
  const { id } = await aDraft(on, editor)
  await submitBroadcast(on, { id, officer: editor }, MONDAY)
  await approveBroadcast(on, { id, officer: approver }, MONDAY)
  await scheduleBroadcast(on, { id, officer: approver }, MONDAY)
  return id
}

/** The works of one process, moved on by hand. */
function aProcess(clock: { at: Date }) {
  const process = createBroadcastWorks(on, { clock: { now: () => clock.at }, log: pino({ level: 'silent' }) })
  onTestFinished(() => process.stop())
  const run = async () => {
    for (const work of process.works) await work.run(clock.at)
  }
  return { run }
}

const standing = async (id: string) => {
  const [row] = await sql<{ rows: number }[]>`
    select count(*)::int as rows from broadcast_recipients where broadcast_id = ${id}`
  return { status: (await findBroadcast(sql, id))?.status, rows: row?.rows }
}

describe('a message in line', () => {
  it('is frozen and starts by itself', async () => {
    const id = await inLine()
    const { run } = aProcess({ at: MONDAY })

    await vi.waitFor(async () => {
      await run()
      expect(await standing(id)).toEqual({ status: 'sending', rows: 5 })
    })
  })

  it('whose freezing was killed is left to whoever may still be at it, and then taken up', async () => {
    const id = await inLine()
    await beginFreezing(on, MONDAY)
    let left = 1
    const signal = {
      get aborted() {
        return left-- <= 0
      },
    } as AbortSignal
    await freezeBroadcast(on, id, { now: () => MONDAY, batch: 2, signal })
    const clock = { at: seconds(2) }
    const { run } = aProcess(clock)
    await run()
    const early = await standing(id)

    clock.at = seconds(3)

    await vi.waitFor(async () => {
      await run()
      expect(await standing(id)).toEqual({ status: 'sending', rows: 5 })
    })
    expect(early).toEqual({ status: 'freezing', rows: 2 })
  })
})
