import { describe, expect, it } from 'vitest'
import { newId } from '../src/ids.ts'
import { createStateOfWork } from '../src/state-of-work.ts'
import { aContact, aTicket } from './desk/desk-builders.ts'
import { createDatabase } from './support/database.ts'

async function aService(options: { countAtMost?: number } = {}) {
  const { sql } = await createDatabase()
  const clock = { ms: 0 }
  const state = createStateOfWork(sql, { clockMs: () => clock.ms, ...options })
  const arrive = (count: number, secondsAgo = 0) => sql`
    insert into inbox (contact_id, channel, account, external_id, received_at)
    select gen_random_uuid(), 'web', 'web', gen_random_uuid()::text, now() - make_interval(secs => ${secondsAgo})
    from generate_series(1, ${count})`
  const queue = (account: string, sendClass: 'talk' | 'bulk', secondsAgo: number) => sql`
    insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at)
    values (${newId()}, 1, 'telegram', ${account}, ${sendClass}, 'bot', ${sendClass === 'bulk' ? 1 : 0}, now(),
      now() - make_interval(secs => ${secondsAgo}))`
  return { sql, clock, state, arrive, queue }
}

describe('whoever asks how much waits', () => {
  it('hears how many and for how long, in both directions', async () => {
    const { state, arrive, queue } = await aService()
    await arrive(1, 90)
    await arrive(2)
    await queue('a', 'talk', 10)
    await queue('a', 'bulk', 400)
    await queue('b', 'talk', 70)

    const { inbox, outbox } = await state.backlogs()

    expect([inbox.waiting, outbox.waiting]).toEqual([3, 3])
    expect(inbox.oldestSeconds).toBeCloseTo(90, 0)
    expect(outbox.oldestSeconds).toBeCloseTo(400, 0)
  })

  it('hears of none when nothing waits', async () => {
    const { state } = await aService()

    expect(await state.backlogs()).toEqual({
      inbox: { waiting: 0, oldestSeconds: 0 },
      outbox: { waiting: 0, oldestSeconds: 0 },
    })
    expect(await state.ticketsByStatus()).toEqual({})
  })

  it('and asks again and again gets the same answer for a second, so that asking costs nothing', async () => {
    const { state, clock, arrive } = await aService()
    await state.backlogs()
    await arrive(5)

    clock.ms = 999
    const soon = await state.backlogs()
    clock.ms = 1_001
    const later = await state.backlogs()

    expect([soon.inbox.waiting, later.inbox.waiting]).toEqual([0, 5])
  })

  it('hears "so many or more" of a backlog that would take long to count', async () => {
    const { state, arrive } = await aService({ countAtMost: 10 })
    await arrive(25, 60)

    const { inbox } = await state.backlogs()

    expect(inbox.waiting).toBe(10)
    expect(inbox.oldestSeconds).toBeCloseTo(60, 0)
  })

  it('gets an answer again as soon as the database is back', async () => {
    const { sql, state, arrive } = await aService()
    await arrive(2)
    await sql`alter table inbox rename to inbox_away`
    const away = await state.backlogs().catch(() => 'away')
    await sql`alter table inbox_away rename to inbox`

    const back = await state.backlogs()

    expect(away).toBe('away')
    expect(back.inbox.waiting).toBe(2)
  })
})

describe('whoever asks how many tickets there are', () => {
  it('hears it by status: few are counted, many estimated', async () => {
    const { sql, state } = await aService({ countAtMost: 10 })
    for (let count = 0; count < 24; count++) await aTicket(sql, await aContact(sql))
    await sql`update tickets set status = 'closed' where id <= 20`
    await sql`analyze tickets`

    const counts = await state.ticketsByStatus()

    expect(counts).toEqual({ open: 4, closed: 20 })
  })
})
