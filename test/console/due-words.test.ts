import { describe, expect, it } from 'vitest'
import { dueWords, momentWords, shortMomentWords } from '../../src/console/due-words.ts'

const now = new Date('2026-11-24T15:20:00+07:00')
const running = (dueAt: string) => ({ dueAt: new Date(dueAt), pausedAt: null })

describe('a deadline', () => {
  it('of this afternoon is told in hours and marked as near', () => {
    const words = dueWords(running('2026-11-24T16:30:00+07:00'), now, 'vi')

    expect(words).toEqual({
      state: 'soon',
      key: 'console.due.left',
      values: { span: '1 giờ' },
      moment: '16:30, thứ Ba, 24/11/2026',
    })
  })

  it('that has passed says for how long', () => {
    const words = dueWords(running('2026-11-22T10:00:00+07:00'), now, 'vi')

    expect(words).toMatchObject({ state: 'overdue', values: { span: '2 ngày' }, moment: '10:00, Chủ nhật, 22/11/2026' })
  })

  it('that has only just passed is overdue by a minute, not by nothing', () => {
    const words = dueWords(running('2026-11-24T15:19:59+07:00'), now, 'en')

    expect(words).toMatchObject({ state: 'overdue', values: { span: '1 minute' } })
  })

  it('that stands still has no moment', () => {
    const words = dueWords({ dueAt: now, pausedAt: new Date('2026-11-23T14:05:00+07:00') }, now, 'vi')

    expect(words).toMatchObject({ state: 'paused', values: { since: '14:05, thứ Hai, 23/11/2026' }, moment: null })
  })

  it('is over with the work', () => {
    const words = dueWords({ dueAt: null, pausedAt: null }, now, 'vi')

    expect(words).toMatchObject({ state: 'none', moment: null })
  })
})

describe('a moment', () => {
  it('is that of Hưng Yên wherever the machine stands', () => {
    const words = momentWords(new Date('2026-12-31T18:30:00Z'), 'en')

    expect(words).toBe('01:30, Friday, 01/01/2027')
  })

  it('of today needs no day', () => {
    const words = [
      shortMomentWords(new Date('2026-11-24T00:05:00+07:00'), now),
      shortMomentWords(new Date('2026-11-23T23:55:00+07:00'), now),
    ]

    expect(words).toEqual(['00:05', '23:55 23/11/2026'])
  })
})
