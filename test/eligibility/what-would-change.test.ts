import { describe, expect, it } from 'vitest'
import { whatWouldChange } from '../../src/eligibility/what-would-change.ts'
import { productDefinitions } from '../support/definitions.ts'

const DAY = '2026-11-23'
const changes = (programme: string, facts: Record<string, string | number | boolean>) => {
  const found = productDefinitions().eligibility.programmes.get(programme)
  return found ? whatWouldChange(found, facts, DAY) : []
}

describe('somebody who is refused', () => {
  it('learns the age that settles it, and the status that would', () => {
    expect(changes('social_pension', { age: 72, household_status: 'none', pension: 'none' })).toEqual([
      { fact: 'household_status', how: 'review', values: ['poor', 'near_poor'], isCertain: true },
      { fact: 'age', how: 'time', values: [75], isCertain: true },
    ])
  })

  it('learns the nearest age only', () => {
    const [age] = changes('social_pension', { age: 60, household_status: 'poor', pension: 'none' })

    expect(age).toEqual({ fact: 'age', how: 'time', values: [70], isCertain: true })
  })

  it('is never told of something that one could only answer differently', () => {
    const found = changes('social_pension', { age: 80, pension: 'pension', pension_amount: 3_000_000 })

    expect(found).toEqual([])
  })

  it('hears of a paper that would do', () => {
    expect(changes('social_pension', { age: 80, pension: 'none', written_request: false })).toEqual([
      { fact: 'written_request', how: 'paper', values: [true], isCertain: true },
    ])
  })
})

describe('somebody who is not refused', () => {
  it('hears of no change', () => {
    expect(changes('social_pension', { age: 80, pension: 'none' })).toEqual([])
    expect(changes('social_pension', { age: 80 })).toEqual([])
  })
})
