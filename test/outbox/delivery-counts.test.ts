import { describe, expect, it } from 'vitest'
import { countDeliveries, readDeliveries, reasonOf } from '../../src/outbox/delivery-counts.ts'
import { readWaitingOut } from '../../src/outbox/waiting-out.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const NOW = new Date('2026-11-23T10:30:00+07:00')
const minutesBefore = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)

const settle = (minutesAgo: number, count = 1, state = 'delivered', failure: string | null = null) => sql`
  insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, state, failure, not_before,
    created_at, settled_at)
  select gen_random_uuid(), 1, 'zalo', 'one', 'talk', 'bot', 0, ${state}, ${failure}, ${minutesBefore(minutesAgo)},
    ${minutesBefore(minutesAgo)}, ${minutesBefore(minutesAgo)} from generate_series(1, ${count})`

async function lastDay() {
  const { lastHour, lastDay, byHour } = (await readDeliveries(sql, NOW)).get('zalo') ?? {}
  return { hour: lastHour?.delivered, day: lastDay?.delivered, byHour: byHour?.map(({ delivered }) => delivered) }
}

describe('what came of messages', () => {
  it('is the same whether it was counted before or not, however often', async () => {
    await sql`truncate outbox, delivery_counts`
    await settle(2, 3)
    await settle(200, 5)
    const uncounted = await lastDay()

    await countDeliveries(sql, minutesBefore(100))
    await countDeliveries(sql, minutesBefore(1))
    await Promise.all([countDeliveries(sql, NOW), countDeliveries(sql, NOW)])

    expect(await lastDay()).toEqual(uncounted)
    expect(uncounted).toMatchObject({ hour: 3, day: 8 })
  })

  it('takes in what another process writes down a moment late', async () => {
    await sql`truncate outbox, delivery_counts`
    await settle(6)
    await countDeliveries(sql, minutesBefore(5))
    await settle(6)

    expect(await lastDay()).toMatchObject({ hour: 2 })
  })

  it('is told from what was counted, without looking at the messages again', async () => {
    await sql`truncate outbox, delivery_counts`
    await settle(600, 40)
    await settle(1)
    await countDeliveries(sql, NOW)
    await sql`delete from outbox where settled_at < ${minutesBefore(60)}`

    expect(await lastDay()).toMatchObject({ hour: 1, day: 41 })
  })

  it('lies in 24 hours of the clock, the newest last', async () => {
    await sql`truncate outbox, delivery_counts`
    await settle(10, 1)
    await settle(60, 2)
    await settle(23 * 60, 4)
    await settle(24 * 60 + 35, 8)

    const { byHour = [], day } = await lastDay()

    expect(byHour).toHaveLength(24)
    expect([byHour[0], byHour[22], byHour[23]]).toEqual([4, 2, 1])
    expect(day).toBe(7)
  })

  it('forgets counts that are two days old', async () => {
    await sql`truncate outbox, delivery_counts`
    await settle(1)
    await countDeliveries(sql, NOW)

    await countDeliveries(sql, new Date(NOW.getTime() + 3 * 86_400_000))

    expect(await sql`select from delivery_counts`).toHaveLength(0)
  })

  it('goes by reasons of few words, whatever a channel says', () => {
    const reasons = [
      'blocked',
      'zalo -201',
      'answer 400: Bad Request: chat 12345',
      'status 418',
      'Đào 0912345678',
      null,
    ]

    expect(reasons.map(reasonOf)).toEqual(['blocked', 'zalo -201', 'answer 400', 'status 418', 'other', ''])
  })
})

describe('what waits to leave', () => {
  const wait = (priority: number, count: number, minutesAgo: number, account = 'one') => sql`
    insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at)
    select gen_random_uuid(), 1, 'zalo', ${account}, 'talk', 'bot', ${priority}, ${NOW}, ${minutesBefore(minutesAgo)}
    from generate_series(1, ${count})`

  it('is counted up to a bound in each lane, and the oldest of no lane is overlooked', async () => {
    await sql`truncate outbox`
    await wait(0, 30, 1)
    await wait(1, 30, 90)
    await wait(0, 1, 45, 'an account before')

    const zalo = (await readWaitingOut(sql, NOW, 10)).get('zalo')

    expect(zalo).toMatchObject({ waiting: 21, oldestSeconds: 5_400, oldestDueSeconds: 5_400, retrying: 0 })
  })
})
