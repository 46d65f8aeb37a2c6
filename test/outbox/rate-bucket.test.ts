import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateBucket } from '../../src/outbox/rate-bucket.ts'

describe('a channel that allows so many messages a second', () => {
  it('gets no more than that in any second, give or take a twentieth, whenever they are wanted', () => {
    const asks = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 200 }), wanted: fc.integer({ min: 0, max: 60 }) }),
      {
        minLength: 1,
        maxLength: 200,
      },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), asks, (rate, calls) => {
        let nowMs = 0
        const bucket = createRateBucket(rate, () => nowMs)
        const sends: number[] = []
        for (const { afterMs, wanted } of calls) {
          nowMs += afterMs
          for (let left = bucket.take(wanted); left > 0; left--) sends.push(nowMs)
        }

        const most = Math.max(
          0,
          ...sends.map((at) => sends.filter((other) => other >= at && other < at + 1_000).length),
        )
        expect(most).toBeLessThanOrEqual(rate + Math.max(1, rate * 0.05))
      }),
    )
  })

  it('is used to the full by a sender that asks again as soon as it may', () => {
    let nowMs = 0
    const bucket = createRateBucket(28, () => nowMs)
    let sent = 0

    while (nowMs < 60_000) {
      sent += bucket.take(1)
      nowMs += Math.max(1, bucket.waitMs())
    }

    expect(sent).toBeGreaterThanOrEqual(28 * 60 * 0.98)
    expect(sent).toBeLessThanOrEqual(28 * 60 + 2)
  })

  it('is given back what was not used', () => {
    const bucket = createRateBucket(40, () => 0)
    const taken = bucket.take(10)

    bucket.giveBack(1)

    expect(taken).toBe(2)
    expect(bucket.take(10)).toBe(1)
  })
})
