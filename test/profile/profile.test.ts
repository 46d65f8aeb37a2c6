import { describe, expect, it } from 'vitest'
import type { FactDefinition } from '../../src/eligibility/facts.ts'
import { keptUntil, mergeProfiles, worthKeeping } from '../../src/profile/keep.ts'
import {
  confirmed,
  EMPTY_PROFILE,
  keptFact,
  type Profile,
  renewed,
  SELF,
  valuesOf,
  withFact,
  withMember,
  withValues,
} from '../../src/profile/profile.ts'

const fact = (id: string, more: Partial<FactDefinition>): [string, FactDefinition] => [
  id,
  { id, order: 0, type: 'int', subject: 'p', sensitive: false, special: false, named: false, ask: true, ...more },
]
const facts = new Map([
  fact('household_status', { type: 'enum', values: ['poor', 'near_poor', 'none'], subject: 'h', keeps: 365 }),
  fact('months_since_escape', { subject: 'h', max: 36, keeps: 365, advances: 'months' }),
  fact('age', { max: 120, keeps: 1_095, advances: 'years' }),
  fact('disability', { type: 'enum', values: ['none', 'severe'], sensitive: true }),
])
const DAY = '2026-10-23'

/** A household whose people were spoken of on one day. */
function aFamily(values: Record<string, Record<string, string | number | null>>, day = DAY): Profile {
  return Object.entries(values).reduce(
    (family, [member, said]) => withValues(facts, withMember(family, member, member), member, said, day),
    EMPTY_PROFILE,
  )
}

describe('what was said of a household', () => {
  it('is shared by its members, while an age stays with its own', () => {
    const family = aFamily({
      self: { household_status: 'poor', age: 41 },
      mother: { age: 76, household_status: 'poor' },
    })

    expect(valuesOf(facts, family, SELF, DAY)).toEqual({ household_status: 'poor', age: 41 })
    expect(valuesOf(facts, family, 'mother', DAY)).toEqual({ household_status: 'poor', age: 76 })
  })

  it('is forgotten fact by fact when its days are over', () => {
    const family = aFamily({ self: { household_status: 'poor', age: 41 } })

    expect(valuesOf(facts, family, SELF, '2027-10-23')).toEqual({ household_status: 'poor', age: 42 })
    expect(valuesOf(facts, family, SELF, '2027-10-24')).toEqual({ age: 42 })
  })

  it('goes on with time: ages by years, the time since leaving poverty by months, up to what is possible', () => {
    const family = aFamily({ self: { age: 69, months_since_escape: 10 } })

    expect(valuesOf(facts, family, SELF, '2027-10-22')).toEqual({ age: 69, months_since_escape: 21 })
    expect(valuesOf(facts, family, SELF, '2027-10-23')).toEqual({ age: 70, months_since_escape: 22 })
    expect(valuesOf(facts, aFamily({ self: { months_since_escape: 34 } }), SELF, '2027-09-23')).toEqual({
      months_since_escape: 36,
    })
  })

  it('keeps its day when nothing new was said, and takes the day of a correction', () => {
    const family = aFamily({ self: { household_status: 'poor', age: 41 } })

    const after = withValues(facts, family, SELF, { household_status: 'near_poor', age: 41 }, '2026-11-23')

    expect(after.household.household_status).toMatchObject({ value: 'near_poor', day: '2026-11-23' })
    expect(after.members[0]?.facts.age).toMatchObject({ value: 41, day: DAY })
  })

  it('loses what was taken back', () => {
    const family = aFamily({ self: { household_status: 'poor', age: 41 } })

    const after = withValues(facts, family, SELF, { age: 41 }, DAY)

    expect(valuesOf(facts, after, SELF, DAY)).toEqual({ age: 41 })
  })

  it('begins its time anew when it still holds', () => {
    const family = aFamily({ self: { age: 69 } })

    const after = renewed(facts, family, SELF, ['age'], '2028-11-01')

    expect(after.members[0]?.facts.age).toMatchObject({ value: 71, day: '2028-11-01' })
  })
})

describe('what may outlive the talk', () => {
  const said = withMember(
    aFamily({ self: { household_status: 'poor', disability: 'severe', age: null } }),
    'guest',
    'Khách',
  )

  it('is neither sensitive nor unknown, and nobody of whom nothing is known', () => {
    const kept = worthKeeping(facts, said, DAY)

    expect(kept).toEqual({ household: { household_status: expect.objectContaining({ value: 'poor' }) }, members: [] })
  })

  it('is nothing from a sentence that nobody confirmed', () => {
    const age = facts.get('age') as FactDefinition
    const heard = withFact(EMPTY_PROFILE, SELF, age, keptFact(age, 76, 'sentence', DAY))

    expect(worthKeeping(facts, heard, DAY).members).toEqual([])
    expect(worthKeeping(facts, confirmed(heard, SELF), DAY).members).toHaveLength(1)
  })

  it('ends with the last of its facts', () => {
    expect(keptUntil(worthKeeping(facts, said, DAY))).toBe('2027-10-23')
    expect(keptUntil(EMPTY_PROFILE)).toBeNull()
  })
})

describe('two states of one household', () => {
  it('are brought together by the later word on each fact', () => {
    const stored = aFamily({ self: { household_status: 'poor', age: 41 } }, '2026-11-01')
    const spoken = aFamily({ self: { household_status: 'near_poor' }, mother: { age: 76 } }, DAY)

    const both = mergeProfiles(stored, spoken)

    expect(both.household.household_status?.value).toBe('poor')
    expect(both.members.map(({ id }) => id)).toEqual([SELF, 'mother'])
  })
})
