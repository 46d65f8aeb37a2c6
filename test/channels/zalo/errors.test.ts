import { describe, expect, it } from 'vitest'
import { classOf, judge } from '../../../src/channels/zalo/errors.ts'
import type { Failure, Family } from '../../../src/channels/zalo/zalo-api.ts'

/** Three in the afternoon in Việt Nam. */
const NOW = new Date('2026-11-23T15:00:00+07:00')

const error = (code: number, message = '', family: Family = 'account'): Extract<Failure, { kind: 'error' }> => ({
  kind: 'error',
  family,
  code,
  message,
  retryAfterSeconds: null,
})
const outcomeOf = (failure: Failure) => judge(failure, NOW).outcome
const at = (moment: string) => new Date(`${moment}+07:00`)

describe('an answer of Zalo', () => {
  it.each([
    ['too many calls', error(-32), { kind: 'hold', until: at('2026-11-23T15:00:10') }],
    ['a fault of its own', error(-200), { kind: 'retry', parksAtLast: true }],
    ['night', error(-234), { kind: 'wait', until: at('2026-11-24T06:00:00') }],
    ['a quota that is used up', error(-211), { kind: 'wait', until: at('2026-11-24T00:05:00') }],
    ['the limit of the account for a day', error(-144), { kind: 'wait', until: at('2026-11-24T00:05:00') }],
    ['a quota of one person', error(-218), { kind: 'wait', until: at('2026-11-24T00:05:00') }],
    ['a person who left', error(-213), { kind: 'refused', reason: 'blocked' }],
    ['a person who wants none of it', error(-244), { kind: 'refused', reason: 'parked', detail: 'zalo -244' }],
    ['a closed window', error(-230), { kind: 'refused', reason: 'outside-window' }],
    ['a text too long', error(-210), { kind: 'refused', reason: 'bad-message', detail: 'zalo -210' }],
    ['an account that may not', error(-221), { kind: 'hold', until: at('2026-11-23T15:05:00') }],
    ['a package too small', error(-224), { kind: 'hold', until: at('2026-11-23T15:05:00') }],
    ['a breach of rules', error(-248), { kind: 'refused', reason: 'parked' }],
    ['a number nobody knows', error(-98_765), { kind: 'refused', reason: 'parked', detail: 'zalo -98765' }],
    [
      'a gateway that asks to wait',
      { kind: 'status', status: 429, retryAfterSeconds: 7 },
      { kind: 'hold', until: at('2026-11-23T15:00:07') },
    ],
    ['a gateway that fails', { kind: 'status', status: 502, retryAfterSeconds: null }, { kind: 'retry' }],
    [
      'a gateway that refuses',
      { kind: 'status', status: 403, retryAfterSeconds: null },
      { kind: 'refused', reason: 'parked' },
    ],
    ['a call that never left', { kind: 'not-sent', reason: 'ECONNREFUSED' }, { kind: 'retry' }],
    ['a call nobody answered', { kind: 'broken', reason: 'timed out' }, { kind: 'uncertain' }],
  ] as const)('means what it means: %s', (_what, failure, expected) => {
    expect(outcomeOf(failure)).toMatchObject(expected)
  })

  it.each([
    [-100, 'account', { kind: 'route', to: 'upload' }],
    [-100, 'template', { kind: 'retry' }],
    [-118, 'template', { kind: 'unreachable' }],
    [-118, 'account', { kind: 'unknown' }],
  ] as const)('is read by its family: %i of %s', (code, family, expected) => {
    expect(classOf(error(code, '', family))).toEqual(expected)
  })

  it.each([
    [-124, 'Access token is invalid', 'refresh'],
    [-124, 'Cannot reach the recipient', 'unreachable'],
    [-223, 'Out of article quota', 'hold'],
    [-223, 'OA is not authorised', 'alarm'],
  ] as const)('is read by its words where a number means two things: %i, %s', (code, message, expected) => {
    expect(classOf(error(code, message)).kind).toBe(expected)
  })

  it.each([-144, -204, -211, -224, -242, -248, -320, -98_765, -201])(
    'is told to an administrator when only they can mend it: %i',
    (code) => {
      expect(judge(error(code, 'why'), NOW).alarm).toEqual({ code: `zalo ${code}`, detail: 'why' })
    },
  )

  it.each([-32, -200, -213, -218, -230, -234, -244])(
    'is nobody’s worry when it passes or concerns one person: %i',
    (code) => {
      expect(judge(error(code), NOW).alarm).toBeNull()
    },
  )
})

describe('night', () => {
  it('ends in the same morning after midnight', () => {
    const { outcome } = judge(error(-133, '', 'template'), at('2026-11-24T02:00:00'))

    expect(outcome).toMatchObject({ kind: 'wait', until: at('2026-11-24T06:00:00') })
  })
})
