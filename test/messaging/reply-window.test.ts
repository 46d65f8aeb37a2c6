import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { remindAt, standingAt } from '../../src/messaging/reply-window.ts'

const RULES = { freeHours: 48, talkHours: 168, templateDays: 365 }
const LAST = new Date('2026-11-23T10:00:00+07:00')
const known = { lastAt: LAST, paidRemaining: 12 }
const hoursOn = (hours: number) => new Date(LAST.getTime() + hours * 3_600_000)

describe('words to a person', () => {
  it.each([
    [0, { kind: 'free', until: hoursOn(48) }],
    [47.99, { kind: 'free', until: hoursOn(48) }],
    [48, { kind: 'paid', until: hoursOn(168), remaining: 12 }],
    [167.9, { kind: 'paid', until: hoursOn(168), remaining: 12 }],
    [168, { kind: 'template', until: hoursOn(365 * 24) }],
    [365 * 24, { kind: 'closed' }],
  ])('meet the right thing %d hours after theirs', (hours, expected) => {
    expect(standingAt(RULES, known, hoursOn(hours))).toEqual(expected)
  })

  it('meet nobody knows what when nothing was heard of them', () => {
    expect(standingAt(RULES, null, LAST)).toEqual({ kind: 'unknown' })
  })
})

describe('the word before free talk ends', () => {
  it.each([
    ['some hours before', '2026-11-23T14:00:00', '2026-11-25T10:00:00'],
    ['in the evening before when that would be early in the morning', '2026-11-23T10:00:00', '2026-11-24T20:00:00'],
    ['in the evening before when that would be late', '2026-11-24T02:00:00', '2026-11-25T20:00:00'],
    ['in the evening before when that would be after midnight', '2026-11-23T05:00:00', '2026-11-24T20:00:00'],
  ])('comes %s', (_when, last, expected) => {
    expect(remindAt(RULES, new Date(`${last}+07:00`))).toEqual(new Date(`${expected}+07:00`))
  })

  it('never comes at night, too late, or more than half a day early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (minutes) => {
        const last = new Date(LAST.getTime() + minutes * 60_000)
        const at = remindAt(RULES, last)
        const leadHours = (last.getTime() - at.getTime()) / 3_600_000 + RULES.freeHours
        const localHour = new Date(at.getTime() + 7 * 3_600_000).getUTCHours()

        expect(localHour >= 7 && localHour < 21).toBe(true)
        expect(leadHours).toBeGreaterThanOrEqual(4)
        expect(leadHours).toBeLessThanOrEqual(16)
      }),
    )
  })
})
