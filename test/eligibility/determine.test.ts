import { describe, expect, it } from 'vitest'
import { determine } from '../../src/eligibility/determine.ts'
import { explain } from '../../src/eligibility/explain.ts'
import type { Facts } from '../../src/eligibility/facts.ts'
import { screen } from '../../src/eligibility/screen.ts'
import { definitions, programme } from './definitions.ts'

const all = definitions()
const judge = (id: string, facts: Facts, day = '2026-11-23') => determine(programme(all, id), facts, day)

describe('what is taken for granted', () => {
  it('is listed when it decided', () => {
    const found = judge('social_pension', { age: 76, pension: 'none' })

    expect([found.outcome, found.assumed]).toEqual(['eligible', ['written_request']])
  })

  it('is left out when it could not change the answer', () => {
    const found = judge('loan_poor_household', { household_status: 'near_poor' })

    expect([found.outcome, found.assumed]).toEqual(['not_eligible', []])
  })

  it('never holds against what the person said', () => {
    const found = judge('bhyt_free_card', { household_status: 'none', merit: true })

    expect([found.outcome, found.assumed]).toEqual(['eligible', []])
  })

  it('never holds against "I do not know"', () => {
    const found = judge('loan_poor_household', { household_status: 'poor', legal_residence: null })

    expect([found.outcome, found.missing]).toEqual(['unknown', ['legal_residence']])
  })

  it('covers the level of a benefit, too', () => {
    const found = judge('short_course_support', { household_status: 'poor', age: 30 }, '2024-03-01')

    expect(found.benefit?.values).toEqual({ amount: 3_000_000, meals: 30_000 })
    expect(found.assumed).toEqual(expect.arrayContaining(['disability', 'ethnic_minority']))
  })
})

describe('a hope', () => {
  it('that rests on what nobody said is marked', () => {
    const found = judge('loan_work_abroad', { age: 76, sex: 'female', household_status: 'poor' })

    expect([found.outcome, found.rests_on_assumptions]).toEqual(['eligible', true])
  })

  it('that rests on what the person said is not', () => {
    const found = judge('loan_work_abroad', { age: 30, overseas_contract: true })

    expect([found.outcome, found.rests_on_assumptions]).toEqual(['eligible', false])
  })

  it('is not what a refusal rests on', () => {
    expect(judge('monthly_allowance_disability', { age: 40 }).rests_on_assumptions).toBe(false)
  })
})

describe('an income', () => {
  it('above both lines needs no area', () => {
    expect(judge('household_poor', { income_per_capita: 2_100_000 }).outcome).toBe('not_eligible')
  })

  it('under both lines needs no area', () => {
    expect(judge('household_poor', { income_per_capita: 1_000_000, deprivation_count: 4 }).outcome).toBe('eligible')
  })

  it('between the lines leaves the area open', () => {
    const found = judge('household_poor', { income_per_capita: 1_700_000, deprivation_count: 4 })

    expect([found.outcome, found.missing]).toEqual(['unknown', ['area']])
  })

  it('is judged by the line of the day', () => {
    const facts = { area: 'rural', income_per_capita: 2_000_000, deprivation_count: 3 }

    const outcomes = ['2026-12-31', '2027-01-01'].map((day) => judge('household_poor', facts, day).outcome)

    expect(outcomes).toEqual(['not_eligible', 'eligible'])
  })
})

describe('a rule that nobody verified', () => {
  it('makes no promise to somebody who meets it', () => {
    const found = judge('learning_cost_support', { student_level: 'primary', household_status: 'poor' })

    expect([found.outcome, found.benefit?.verified]).toEqual(['needs_officer', false])
  })

  it('gives no amount away', () => {
    const found = judge('loan_near_poor', { household_status: 'near_poor' })

    expect(found.benefit).toEqual({
      key: 'programmes.loan_near_poor.benefit_office',
      values: {},
      amounts: [],
      verified: false,
    })
  })

  it('keeps papers back and says so', () => {
    const found = judge('loan_poor_household', { household_status: 'poor' })

    expect([found.papers, found.papers_to_confirm]).toEqual([[], true])
  })
})

describe('a day without a rule', () => {
  it('before the first version says that it had not begun, and cites its document', () => {
    const found = judge('social_pension', { age: 80, pension: 'none' }, '2025-06-30')

    expect([found.outcome, found.reason, found.basis.length]).toEqual(['not_in_force', 'not_begun', 2])
  })

  it('after the last version says that it ended', () => {
    const found = judge('household_poor', {}, '2031-01-01')

    expect([found.outcome, found.reason]).toEqual(['not_in_force', 'ended'])
  })
})

describe('an amount', () => {
  it('is the one of the day', () => {
    const facts = { age: 65, household_status: 'poor', has_support_obligor: false }

    const amounts = ['2024-06-30', '2024-07-01'].map(
      (day) => judge('monthly_allowance_elderly', facts, day).benefit?.values.amount,
    )

    expect(amounts).toEqual([540_000, 750_000])
  })
})

describe('a rate of interest', () => {
  it('that is a multiple of another has two decimals', () => {
    const found = judge('loan_work_abroad', { overseas_contract: true, household_status: 'none' }, '2026-11-23')

    expect(found.benefit?.amounts.filter(({ unit }) => unit.startsWith('percent')).map(({ value }) => value)).toEqual([
      100, 8.38,
    ])
  })
})

describe('a way to an office', () => {
  it('is not spoken of as something that may be granted', () => {
    const lines = explain(all, judge('water_sanitation_info', {})).map(({ key }) => key)

    expect(lines).toContain('reasons.headline.referral')
    expect(lines).not.toContain('reasons.line.if_granted')
  })

  it('differs in that from help that an office gives at its discretion', () => {
    const lines = explain(all, judge('fund_for_poor', { household_status: 'poor' })).map(({ key }) => key)

    expect(lines).toContain('reasons.line.if_granted')
  })
})

describe('two programmes of which only the better is paid', () => {
  const facts = { age: 76, household_status: 'poor', has_support_obligor: false, pension: 'none' }

  it('both stay granted and the lesser names the better', () => {
    const { determinations } = screen(all, facts, '2026-11-23', ['social_pension', 'monthly_allowance_elderly'])

    expect(determinations.map((one) => [one.outcome, one.superseded_by])).toEqual([
      ['eligible', 'monthly_allowance_elderly'],
      ['eligible', undefined],
    ])
  })

  it('name it also when only the lesser was asked for', () => {
    const { determinations } = screen(all, facts, '2026-11-23', ['social_pension'])

    expect(determinations.map((one) => one.superseded_by)).toEqual(['monthly_allowance_elderly'])
  })
})
