import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOf, FLIP_KINDS, type Flip, flipsOf, kindOfHousehold, type Side } from '../../src/broadcasts/flips.ts'
import { type Determination, judgeAnew } from '../../src/eligibility/determine.ts'
import type { Facts } from '../../src/eligibility/facts.ts'
import { programmeOn } from '../../src/eligibility/on-day.ts'
import { Person } from '../../src/eligibility/person.ts'
import { addDays } from '../../src/profile/days.ts'
import { someFacts } from '../eligibility/some-facts.ts'
import { eligibility } from './broadcast-builders.ts'

const changes = [...eligibility.programmes.values()].flatMap(changesOf)
const HOPEFUL = ['eligible', 'needs_officer']

/** One member on one day, judged by itself and without anything that is kept of others. */
function bruteForce(id: string, facts: Facts, day: string): Determination {
  const programme = eligibility.programmes.get(id)
  if (!programme) throw new Error(id)
  return judgeAnew(programmeOn(programme, day), new Person(facts, eligibility.facts)).determination
}

function isFlip(before: Determination, after: Determination): boolean {
  const isHopeful = (one: Determination) => HOPEFUL.includes(one.outcome) && !one.rests_on_assumptions
  const isRefused = ({ outcome }: Determination) => outcome === 'not_eligible' || outcome === 'not_in_force'
  if (isHopeful(before) !== isHopeful(after)) return true
  if (!isHopeful(after)) return before.outcome === 'not_eligible' && before.assumed.length === 0 && !isRefused(after)
  const areVerified = before.benefit?.verified === true && after.benefit?.verified === true
  const sorted = ({ benefit }: Determination) => JSON.stringify(Object.entries(benefit?.values ?? {}).sort())
  return areVerified && sorted(before) !== sorted(after)
}

const side = (outcome: Side['outcome'], amount: number | null = null): Side => ({
  outcome,
  version: '1',
  decidedBy: [],
  isAssumed: false,
  amounts: amount === null ? null : { amount },
})
const flip = (kind: Flip['kind']): Flip => ({
  member: 'self',
  kind,
  before: side('unknown'),
  after: side('unknown'),
  wouldHelp: [],
})

describe('a change of the rules', () => {
  it('concerns exactly those whom the rules of both days, judged one by one, tell apart', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.array(someFacts(eligibility), { minLength: 1, maxLength: 3 }),
        (change, people) => {
          const members = people.map((facts, index) => ({ id: String(index), facts }))

          const flips = flipsOf(eligibility, change, members)

          const expected = members.filter(({ facts }) =>
            isFlip(
              bruteForce(change.programme, facts, addDays(change.day, -1)),
              bruteForce(change.programme, facts, change.day),
            ),
          )
          expect(flips.map(({ member }) => member)).toEqual(expected.map(({ id }) => id))
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  it('is told to an elder of 76 of whom the pension law of July 2025 speaks, with what decided', () => {
    const elder = { age: 76, household_status: 'poor', pension: 'none' }
    const change = { programme: 'social_pension', day: '2025-07-01' }

    const [found] = flipsOf(eligibility, change, [{ id: 'self', facts: elder }])

    expect(found?.kind).toBe('newly_eligible')
    expect(found?.before.outcome).toBe('not_in_force')
    expect(found?.after.decidedBy).toContain('age_from')
  })

  it('is told to whoever loses a support, with what would lead away from the refusal', () => {
    const change = { programme: 'monthly_allowance_elderly', day: '2025-07-01' }
    const elder = { age: 85, household_status: 'near_poor', pension: 'none' }

    const [found] = flipsOf(eligibility, change, [{ id: 'self', facts: elder }])

    expect(found?.kind).toBe('no_longer')
    expect(found?.after.decidedBy.length).toBeGreaterThan(0)
  })

  it('is told to nobody of whom nothing is known', () => {
    const flips = changes.flatMap((change) => flipsOf(eligibility, change, [{ id: 'self', facts: {} }]))

    expect(flips).toEqual([])
  })

  it('is no change for somebody of 30', () => {
    const change = { programme: 'monthly_allowance_elderly', day: '2025-07-01' }

    expect(flipsOf(eligibility, change, [{ id: 'self', facts: { age: 30, household_status: 'poor' } }])).toEqual([])
  })

  it('is told by its weightiest side where members of one household flip in different ways', () => {
    expect(kindOfHousehold([flip('to_check'), flip('no_longer'), flip('newly_eligible')])).toBe('newly_eligible')
    expect(kindOfHousehold([])).toBeNull()
    expect(FLIP_KINDS).toHaveLength(4)
  })

  it('begins on the days on which a version begins, or ends without another', () => {
    const elderly = eligibility.programmes.get('monthly_allowance_elderly')

    const days = elderly ? changesOf(elderly).map(({ day }) => day) : []

    expect(days).toContain('2025-07-01')
    expect([...days]).toEqual([...days].sort())
  })
})
