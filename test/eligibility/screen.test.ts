import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, judgeAnew } from '../../src/eligibility/determine.ts'
import type { Facts } from '../../src/eligibility/facts.ts'
import { programmeOn } from '../../src/eligibility/on-day.ts'
import { Person } from '../../src/eligibility/person.ts'
import { decideAll, screen } from '../../src/eligibility/screen.ts'
import { definitions } from './definitions.ts'
import { someFacts } from './some-facts.ts'

const all = definitions()
const day = fc.constantFrom('2022-06-01', '2025-08-01', '2026-11-23')

describe('the outcome of a programme', () => {
  it('is the same with and without its reasons', () => {
    fc.assert(
      fc.property(someFacts(all), day, (facts, on) => {
        const { determinations } = screen(all, facts, on)

        expect(decideAll(all, facts, on)).toEqual(determinations.map(({ outcome }) => outcome))
      }),
      { numRuns: 200 },
    )
  })

  it('is the same asked for alone and among all', () => {
    fc.assert(
      fc.property(someFacts(all), day, fc.constantFrom(...all.programmes.keys()), (facts, on, id) => {
        const among = screen(all, facts, on).determinations.find((one) => one.programme === id)

        expect(screen(all, facts, on, [id]).determinations).toEqual([among])
      }),
      { numRuns: 100 },
    )
  })

  it('is told as to nobody before, whoever came before', () => {
    const facts: Facts = { household_status: 'poor', age: 76, pension: 'none' }
    const others: Facts[] = [
      { ...facts, age: 75 },
      { ...facts, pension: null },
      { ...facts, province: 'Hà Nội' },
    ]
    for (const other of others) screen(all, other, '2026-11-23')

    const differing = [...all.programmes.values()].filter((programme) => {
      const anew = judgeAnew(programmeOn(programme, '2026-11-23'), new Person(facts, all.facts)).determination
      return JSON.stringify(judge(programme, facts, '2026-11-23').determination) !== JSON.stringify(anew)
    })

    expect(differing).toEqual([])
  })
})

describe('a value that a fact cannot have', () => {
  it('is named, not judged', () => {
    expect(() => screen(all, { household_status: 'rich' }, '2026-11-23')).toThrow('rich is no possible value')
  })
})
