import { describe, expect, it } from 'vitest'
import { worthKeeping } from '../../src/profile/keep.ts'
import { EMPTY_PROFILE, type Profile, renewed, SELF, valuesOf } from '../../src/profile/profile.ts'
import { type VerifiedFacts, withoutVerified, withVerified } from '../../src/profile/verified.ts'
import { productDefinitions } from '../support/definitions.ts'

const { facts } = productDefinitions().eligibility
const TODAY = '2026-11-23'
const VERIFIED: VerifiedFacts = { values: { household_status: 'near_poor' }, day: '2026-10-01', year: 2026 }

const said = (value: string, day: string): Profile => ({
  household: { household_status: { value, source: 'said', day, expires: '2027-12-31' } },
  members: [],
})
const statusIn = (profile: Profile) => profile.household.household_status

describe('somebody whose certificate an officer has seen', () => {
  it('is judged by the register, whatever they said before', () => {
    const profile = withVerified(said('poor', '2026-09-01'), VERIFIED)

    expect(statusIn(profile)).toMatchObject({ value: 'near_poor', source: 'register', year: 2026 })
    expect(valuesOf(facts, profile, SELF, TODAY).household_status).toBe('near_poor')
  })

  it('is believed when they say later that it changed', () => {
    const profile = withVerified(said('poor', '2026-11-01'), VERIFIED)

    expect(statusIn(profile)).toMatchObject({ value: 'poor', source: 'said' })
  })

  it('does not make the register’s word their own by agreeing to it', () => {
    const profile = withVerified(EMPTY_PROFILE, VERIFIED)

    const agreed = renewed(facts, profile, SELF, ['household_status'], TODAY)

    expect(statusIn(agreed)?.source).toBe('register')
  })

  it('never has it stored with what they said', () => {
    const profile = withVerified(EMPTY_PROFILE, VERIFIED)

    expect(worthKeeping(facts, profile, TODAY).household).toEqual({})
    expect(withoutVerified(profile).household).toEqual({})
  })

  it('has the months since an escape go on', () => {
    const escaped = {
      values: { household_status: 'escaped_poverty', months_since_escape: 10 },
      day: '2026-08-20',
      year: 2026,
    }

    const profile = withVerified(EMPTY_PROFILE, escaped)

    expect(valuesOf(facts, profile, SELF, TODAY).months_since_escape).toBe(13)
  })
})
