import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { createBulkRate, createSharedRate, type SharedRate } from '../../src/outbox/shared-rate.ts'
import { createDatabase } from '../support/database.ts'

const { sql, url } = await createDatabase()
let accounts = 0
const aLane = () => ({ channel: 'telegram', account: `bot-${++accounts}` })

/** Sends as fast as it may until the time is over. Returns when each send left. */
async function sendAll(rate: SharedRate, wanted: number, until: number): Promise<number[]> {
  const sends: number[] = []
  while (performance.now() < until) {
    const room = await rate.acquire(wanted)
    for (let count = 0; count < room; count++) sends.push(performance.now())
    await pause(room === 0 ? Math.max(1, rate.waitMs()) : 0)
  }
  return sends
}

const mostInASecond = (sends: readonly number[]) =>
  Math.max(0, ...sends.map((at) => sends.filter((other) => other >= at && other < at + 1_000).length))

describe('a channel that allows so many messages a second', () => {
  it('gets no more than that from several processes together, and nearly all of it', async () => {
    const lane = aLane()
    const other = connect({ url, max: 2 })
    const until = performance.now() + 3_000
    const rates = [sql, other].map((pool) => createSharedRate(pool, lane, 60))

    const sends = (await Promise.all(rates.map((rate, place) => sendAll(rate, place === 0 ? 1 : 10, until)))).flat()
    await other.end()

    expect(mostInASecond(sends)).toBeLessThanOrEqual(60 * 1.1)
    expect(sends.length).toBeGreaterThanOrEqual(60 * 3 * 0.9)
  })

  it('lets many who come at once have what there is, and no more', async () => {
    const rate = createSharedRate(sql, aLane(), 100)
    const begunAt = performance.now()

    const rooms = await Promise.all(Array.from({ length: 400 }, () => rate.acquire(1)))

    const together = rooms.reduce((sum, room) => sum + room, 0)
    expect(together).toBeGreaterThanOrEqual(5)
    expect(together).toBeLessThanOrEqual(6 + (performance.now() - begunAt) / 10)
  })

  it('is given back what was not used, and lent what was sent too much', async () => {
    const rate = createSharedRate(sql, aLane(), 100)
    const first = await rate.acquire(5)
    rate.giveBack(3)
    const again = await rate.acquire(3)
    rate.owe(2)
    await pause(52)

    const afterDebt = await rate.acquire(10)

    expect([first, again]).toEqual([5, 3])
    expect(afterDebt).toBeLessThanOrEqual(4)
  })

  it('has a rate of its own for each account', async () => {
    const [one, two] = [createSharedRate(sql, aLane(), 1), createSharedRate(sql, aLane(), 1)]

    expect([await one.acquire(5), await two.acquire(5), await one.acquire(5)]).toEqual([1, 1, 0])
  })
})

describe('a channel that is our own', () => {
  it('has no limit', async () => {
    expect(await createSharedRate(sql, aLane(), Number.POSITIVE_INFINITY).acquire(1_000)).toBe(1_000)
  })
})

describe('messages to many at the same rate', () => {
  /** Asks for all there is until the time is over. Returns when each may leave. */
  async function leaveAll(rate: ReturnType<typeof createBulkRate>, until: number): Promise<number[]> {
    const moments: number[] = []
    while (performance.now() < until) {
      const { afterMs } = await rate.acquire(50)
      const at = performance.now()
      moments.push(...afterMs.map((ms) => at + ms))
      await pause(rate.waitMs())
    }
    return moments
  }

  it('use nearly all of it, though they are asked for now and then, and no second holds more', async () => {
    const lane = aLane()
    const begunAt = performance.now()

    const both = await Promise.all([sql, sql].map((pool) => leaveAll(createBulkRate(pool, lane, 60), begunAt + 3_000)))

    const moments = both.flat().filter((at) => at < begunAt + 3_000)
    expect(moments.length).toBeGreaterThanOrEqual(60 * 3 * 0.85)
    expect(mostInASecond(moments)).toBeLessThanOrEqual(60 * 1.1)
  })

  it('leave talk its own, and pay for what it sends', async () => {
    const lane = aLane()
    const until = performance.now() + 2_500
    const talk = createSharedRate(sql, lane, 60)
    const leaving = leaveAll(createBulkRate(sql, lane, 60), until)
    const rooms: number[] = []
    while (performance.now() < until) {
      await pause(100)
      rooms.push(await talk.acquire(1))
    }

    const moments = await leaving

    expect(rooms.filter((room) => room === 0)).toEqual([])
    expect(moments.length + rooms.length).toBeLessThanOrEqual(60 * 2.5 * 1.08 + 4)
  })
})
