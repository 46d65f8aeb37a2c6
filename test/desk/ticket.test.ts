import { describe, expect, it } from 'vitest'
import { isTakenFrom, mayDo, nextPromise, STATUSES, statusAfter, VERBS } from '../../src/desk/ticket.ts'
import { desk, MONDAY } from './desk-builders.ts'

const calendar = desk.calendars.of('so_y_te')
const promises = { firstAnswerMinutes: 480, urgentMinutes: 240, resultDays: 10 }
const filed = {
  status: 'open' as const,
  urgent: false,
  createdAt: MONDAY,
  firstAnsweredAt: null,
  pausedMinutes: 0,
  promises,
}

describe('the moves of a ticket', () => {
  it('are these and no others', () => {
    const table = VERBS.map((verb) => [verb, STATUSES.flatMap((from) => moveText(verb, from)).join(' ')])

    expect(Object.fromEntries(table)).toEqual({
      claim: 'open→assigned',
      release: 'assigned→open pending→open',
      reply: 'open→open assigned→assigned pending→pending resolved→resolved',
      note: 'open→open assigned→assigned pending→pending resolved→resolved closed→closed',
      ask: 'assigned→pending pending→pending',
      'hand-off': 'open→open assigned→assigned pending→pending',
      accept: 'open→assigned assigned→assigned pending→pending',
      return: 'open→open assigned→assigned pending→pending',
      resolve: 'open→resolved assigned→resolved pending→resolved',
      merge: 'open→resolved assigned→resolved pending→resolved',
      assign: 'open→assigned assigned→assigned pending→pending',
      reopen: 'resolved→assigned closed→assigned',
    })
  })

  it('leave a ticket that somebody has to that officer, but for notes', () => {
    const held = { status: 'assigned' as const, assigneeId: 'one' }

    const refused = VERBS.filter((verb) => isTakenFrom(verb, held, 'another', 'accountable'))

    expect(refused).toEqual(['claim', 'release', 'reply', 'ask', 'hand-off', 'resolve', 'merge'])
  })

  it('let a supervisor step in for the officer who has it, except by claiming', () => {
    const held = { status: 'assigned' as const, assigneeId: 'one' }

    expect(isTakenFrom('reply', held, 'another', 'over-all')).toBe(false)
    expect(isTakenFrom('claim', held, 'another', 'over-all')).toBe(true)
  })

  it('are closed to who only reads', () => {
    expect(VERBS.filter((verb) => mayDo(verb, 'reads-only'))).toEqual([])
  })
})

describe('the next deadline', () => {
  it('is the first answer within eight working hours of the filing', () => {
    const next = nextPromise(filed, calendar)

    // 3.5 hours in the morning and 3.5 in the afternoon of Monday, the last one on Tuesday from 7:30.
    expect(next).toEqual({ promise: 'first_answer', dueAt: new Date('2026-11-24T08:30:00+07:00') })
  })

  it('is sooner for an urgent ticket', () => {
    const next = nextPromise({ ...filed, urgent: true }, calendar)

    expect(next).toEqual({ promise: 'first_answer', dueAt: new Date('2026-11-23T14:00:00+07:00') })
  })

  it('is the result, ten working days after the filing, once somebody has answered', () => {
    const next = nextPromise({ ...filed, status: 'assigned', firstAnsweredAt: MONDAY }, calendar)

    expect(next).toEqual({ promise: 'result', dueAt: new Date('2026-12-07T17:00:00+07:00') })
  })

  it('moves by the working time spent waiting for the citizen', () => {
    const waited = { ...filed, status: 'assigned' as const, firstAnsweredAt: MONDAY, pausedMinutes: 90 }

    const next = nextPromise(waited, calendar)

    expect(next.dueAt).toEqual(new Date('2026-12-08T09:00:00+07:00'))
  })

  it('is none once there is a result', () => {
    expect(nextPromise({ ...filed, status: 'resolved' }, calendar)).toEqual({ promise: null, dueAt: null })
  })
})

function moveText(verb: (typeof VERBS)[number], from: (typeof STATUSES)[number]): string[] {
  const to = statusAfter(verb, from)
  return to === null ? [] : [`${from}→${to}`]
}
