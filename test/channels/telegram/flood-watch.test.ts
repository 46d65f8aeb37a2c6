import { describe, expect, it } from 'vitest'
import { createFloodWatch, type FloodWatch } from '../../../src/channels/telegram/flood-watch.ts'
import type { DeliveryOutcome } from '../../../src/messaging/channel.ts'

const START = Date.parse('2026-11-23T02:00:00Z')
const at = (seconds: number) => new Date(START + seconds * 1_000)
const flood = (seconds: number): DeliveryOutcome => ({ kind: 'hold', until: at(seconds + 7), reason: 'flood limit' })
const delivered: DeliveryOutcome = { kind: 'delivered', externalId: '1' }

function refuses(watch: FloodWatch, chat: string, seconds: number): string {
  return watch.judge(chat, flood(seconds), at(seconds)).kind
}

describe('a chat that is told to slow down', () => {
  it('waits alone as long as Telegram says, again and again, while the others get their messages', () => {
    const watch = createFloodWatch()

    const first = watch.judge('chatterer', flood(0), at(0))
    const again = refuses(watch, 'chatterer', 1)
    watch.judge('other', delivered, at(2))
    const another = refuses(watch, 'another', 3)

    expect(first).toEqual({ kind: 'wait', until: at(7), reason: 'flood limit' })
    expect([again, another]).toEqual(['wait', 'wait'])
  })

  it('means that all wait when the next chat is told so too, and nothing went through in between', () => {
    const watch = createFloodWatch()

    const kinds = [refuses(watch, 'one', 0), refuses(watch, 'two', 1)]

    expect(kinds).toEqual(['wait', 'hold'])
  })

  it('means that all wait when many are told so within a short time', () => {
    const watch = createFloodWatch()

    const kinds = ['one', 'two', 'three'].map((chat, place) => {
      watch.judge('other', delivered, at(place))
      return refuses(watch, chat, place)
    })

    expect(kinds).toEqual(['wait', 'wait', 'hold'])
  })

  it('has nothing to do with a chat that was told so long ago', () => {
    const watch = createFloodWatch()

    const kinds = [refuses(watch, 'one', 0), refuses(watch, 'two', 11), refuses(watch, 'one', 22)]

    expect(kinds).toEqual(['wait', 'wait', 'wait'])
  })
})

describe('any other answer of Telegram', () => {
  it('means what it says', () => {
    const watch = createFloodWatch()
    const alarm: DeliveryOutcome = { kind: 'hold', until: at(60), reason: 'token refused' }

    const outcome = watch.judge('one', alarm, at(0))

    expect(outcome).toEqual(alarm)
  })
})
