import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planSending } from '../../src/broadcasts/plan.ts'
import { endOfWork, isQuiet, nextDecentMoment } from '../../src/broadcasts/quiet-hours.ts'
import { broadcasting } from './broadcast-builders.ts'

const quiet = broadcasting.rules.quietHours
const at = (text: string) => new Date(`2026-11-${text}:00+07:00`)
const zalo = (tariff: 'free' | 'paid' | 'template', count: number) => ({
  channel: 'zalo',
  account: 'oa',
  tariff,
  count,
})

describe('the night', () => {
  it('is quiet from nine in the evening to seven in the morning', () => {
    const quietAt = ['23T20:59', '23T21:00', '24T06:59', '24T07:00'].map((text) => isQuiet(quiet, at(text)))

    expect(quietAt).toEqual([false, true, true, false])
  })

  it('is waited for to end', () => {
    expect(nextDecentMoment(quiet, at('23T23:15'))).toEqual(at('24T07:00'))
    expect(nextDecentMoment(quiet, at('23T03:00'))).toEqual(at('23T07:00'))
    expect(nextDecentMoment(quiet, at('23T12:00'))).toEqual(at('23T12:00'))
  })

  it('does not count as working time, however long the work', () => {
    const hours = fc.integer({ min: 0, max: 200 })
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 23 }), (work, start) => {
        const from = at(`23T${String(start).padStart(2, '0')}:00`)

        const end = endOfWork(quiet, from, work * 3_600)

        let worked = 0
        for (let hour = from.getTime(); hour < end.getTime(); hour += 3_600_000) {
          if (!isQuiet(quiet, new Date(hour))) worked++
        }
        expect(worked).toBe(work)
      }),
    )
  })
})

describe('the plan of a message', () => {
  it('says by which channel, at what known cost, for how long and until when', () => {
    const preview = {
      reached: [
        zalo('free', 600),
        zalo('template', 300),
        { channel: 'telegram', account: 'bot', tariff: 'free' as const, count: 200 },
      ],
      visits: { unreachable: 3, 'outside-window': 4 },
    }

    const plan = planSending(preview, broadcasting, {
      startAt: at('23T20:59'),
      notAfter: at('24T07:00'),
      templatePrice: 150,
    })

    expect(plan).toMatchObject({
      channels: [
        { channel: 'zalo', free: 600, paid: 0, template: 300, cost: 45_000, withoutPrice: 0, seconds: 45 },
        { channel: 'telegram', free: 200, cost: 0, seconds: 10 },
      ],
      visits: 7,
      cost: 45_000,
      startsAt: at('23T20:59'),
      isTooLate: false,
    })
  })

  it('does not guess a price that nobody knows', () => {
    const plan = planSending({ reached: [zalo('paid', 5)], visits: {} }, broadcasting, {
      startAt: at('23T08:00'),
      notAfter: null,
      templatePrice: null,
    })

    expect(plan).toMatchObject({ cost: 0, withoutPrice: 5 })
  })

  it('says when it would end too late', () => {
    const plan = planSending({ reached: [zalo('free', 20 * 3_600)], visits: {} }, broadcasting, {
      startAt: at('23T20:30'),
      notAfter: at('24T07:15'),
      templatePrice: null,
    })

    expect(plan).toMatchObject({ isTooLate: true, endsAt: at('24T07:30') })
  })
})
