import { describe, expect, it } from 'vitest'
import { knownValue, parseFacts } from '../../src/eligibility/facts.ts'
import { definitions } from './definitions.ts'

const all = definitions()

describe('facts that come from outside', () => {
  it('are taken as they are when they are possible', () => {
    const read = parseFacts(all, { age: 76, household_status: 'poor', merit: false })

    expect(read).toEqual({ facts: { age: 76, household_status: 'poor', merit: false } })
  })

  it('count as not known when they are null or "unknown"', () => {
    const read = parseFacts(all, { age: null, disability: 'unknown', household_status: 'unknown', pension: 'unknown' })

    expect(read).toEqual({ facts: { age: null, disability: null, household_status: null, pension: null } })
  })

  it('are each named when they cannot be', () => {
    const read = parseFacts(all, { age: 130, merit: 'yes', household_status: 'rich', shoe_size: 42, child_age: 1.5 })

    expect('faults' in read && read.faults.map((fault) => fault.where)).toEqual([
      'facts.age',
      'facts.merit',
      'facts.household_status',
      'facts.shoe_size',
      'facts.child_age',
    ])
  })

  it('are accepted when no programme uses them', () => {
    const read = parseFacts(all, { year_of_study: 2, condition: 'đau khớp' })

    expect(read).toEqual({ facts: { year_of_study: 2, condition: 'đau khớp' } })
  })

  it('say nothing wrong of a name that every object has', () => {
    const read = parseFacts(all, { constructor: 1, toString: 1 })

    expect('faults' in read && read.faults.map((fault) => fault.where)).toEqual(['facts.constructor', 'facts.toString'])
  })
})

describe('a fact that follows from others', () => {
  const valueOfFact = (id: string, facts: Parameters<typeof knownValue>[1]) => {
    const fact = all.facts.get(id)
    return fact === undefined ? 'no such fact' : knownValue(fact, facts)
  }

  it('is the income of the household shared by its members', () => {
    expect(valueOfFact('income_per_capita', { household_income: 3_900_000, household_size: 2 })).toBe(1_950_000)
  })

  it('gives way to what was said', () => {
    expect(valueOfFact('income_per_capita', { income_per_capita: 1, household_income: 4, household_size: 2 })).toBe(1)
  })

  it('is working age from 15 years on', () => {
    expect([valueOfFact('of_working_age', { age: 15 }), valueOfFact('of_working_age', { age: 14 })]).toEqual([
      true,
      false,
    ])
  })

  it('is not known when its source is said to be unknown', () => {
    expect(valueOfFact('of_working_age', { age: null })).toBeNull()
  })

  it('is not known when nothing was said', () => {
    expect(valueOfFact('of_working_age', {})).toBeUndefined()
  })
})
