import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pickWay, type Way } from '../../src/messaging/reach.ts'

const NOW = new Date('2026-11-23T02:00:00Z')
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)
const way = (id: string, channel: string, usedAt: Date | null, isUnreachable = false): Way => ({
  id,
  channel,
  usedAt,
  isUnreachable,
})

describe('an answer to somebody with several chats', () => {
  it('goes where they spoke last', () => {
    const ways = [way('t', 'telegram', ago(90)), way('z', 'zalo', ago(5))]

    expect(pickWay(ways, 't', NOW)).toBe('z')
  })

  it('does not go to a chat that they blocked', () => {
    const ways = [way('t', 'telegram', ago(90)), way('z', 'zalo', ago(5), true)]

    expect(pickWay(ways, 'z', NOW)).toBe('t')
  })

  it('goes to the page while it is in use', () => {
    const ways = [way('t', 'telegram', ago(90)), way('w', 'web', ago(5))]

    expect(pickWay(ways, 't', NOW)).toBe('w')
  })

  it('goes to the phone once the page was left, since a page cannot call anybody', () => {
    const ways = [way('t', 'telegram', ago(9_000)), way('w', 'web', ago(61))]

    expect(pickWay(ways, 'w', NOW)).toBe('t')
  })

  it('goes to the page when there is nothing else', () => {
    const ways = [way('t', 'telegram', ago(5), true), way('w', 'web', ago(9_000))]

    expect(pickWay(ways, 't', NOW)).toBe('w')
  })

  it('goes where the request came from when nothing was said anywhere', () => {
    const ways = [way('t', 'telegram', null), way('z', 'zalo', null)]

    expect(pickWay(ways, 'z', NOW)).toBe('z')
  })

  it('always goes to one of the chats, whatever their order', () => {
    const anyWay = fc.record({
      id: fc.uuid(),
      channel: fc.constantFrom('web', 'telegram', 'zalo'),
      usedAt: fc.option(
        fc.nat(100_000).map((minutes) => ago(minutes)),
        { nil: null },
      ),
      isUnreachable: fc.boolean(),
    })
    const ways = fc.uniqueArray(anyWay, { selector: ({ id }) => id, minLength: 1, maxLength: 6 })

    fc.assert(
      fc.property(ways, (some) => {
        const own = some[0]?.id ?? ''
        const picked = some.find(({ id }) => id === pickWay(some, own, NOW))

        expect(picked).toBeDefined()
        expect(picked?.isUnreachable === true && some.some(({ isUnreachable }) => !isUnreachable)).toBe(false)
      }),
    )
  })
})
