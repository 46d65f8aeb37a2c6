import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/eligibility/determine.ts'
import type { Facts, FactValue } from '../../src/eligibility/facts.ts'
import { planQuestion } from '../../src/eligibility/plan-questions.ts'
import { compileProgramme } from '../../src/eligibility/programme.ts'
import { screen } from '../../src/eligibility/screen.ts'
import { definitions } from './definitions.ts'
import { amounts, poor, tinyFacts, tinyFile } from './tiny-programme.ts'

const all = definitions()
const DAY = '2026-11-23'

/** The questions a person is asked one after the other; an answer that is not given is "I don't know". */
function questions(answers: Facts, programmes?: string[]): string[] {
  const said: Record<string, FactValue | null> = {}
  const asked: string[] = []
  for (let next = nextOf(said, programmes); next !== null; next = nextOf(said, programmes)) {
    asked.push(next)
    said[next] = answers[next] ?? null
  }
  return asked
}

function nextOf(said: Facts, programmes?: string[]): string | null {
  return screen(all, said, DAY, programmes).nextQuestion
}

describe('the questions of a whole screening', () => {
  it('begin with the status of the household', () => {
    expect(nextOf({})).toBe('household_status')
  })

  it('ask an old person of a poor household about pension and supporters, not about school', () => {
    const asked = questions({ household_status: 'poor', age: 76, pension: 'none', has_support_obligor: true })

    expect(asked.slice(0, 2)).toEqual(['household_status', 'age'])
    expect(asked).toEqual(expect.arrayContaining(['pension', 'has_support_obligor']))
    expect(asked).not.toContain('student_level')
    expect(asked).not.toContain('compulsory_si')
  })

  it('do not ask in which group of preschool a child of five is, nor for its pension', () => {
    const asked = questions({ household_status: 'poor', age: 5, student_level: 'preschool' })

    expect(asked).not.toContain('school_stage')
    expect(asked).not.toContain('pension')
  })

  it('hold nothing sensitive', () => {
    const asked = questions({ household_status: 'near_poor', age: 35, student_level: 'none', area: 'rural' })

    expect(asked.filter((id) => all.facts.get(id)?.sensitive)).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
  })

  it('ask in the country, not in town, for latrine and water', () => {
    const asked = ['rural', 'urban'].map((area) => questions({ household_status: 'poor', age: 40, area }))

    expect(asked.map((some) => some.includes('has_sanitary_latrine'))).toEqual([true, false])
  })

  it('leave out what concerns few people', () => {
    const asked = questions({ household_status: 'poor', age: 20, student_level: 'vocational', sex: 'male' })

    expect(asked.filter((id) => all.facts.get(id)?.named)).toEqual([])
  })

  it('leave out what makes sense only after a question that is not asked', () => {
    const asked = questions({ household_status: 'near_poor', age: 30 })

    expect(asked).not.toContain('ui_months_last_24')
    expect(asked).not.toContain('months_since_discharge')
  })

  it('are no more than eleven for anybody, even with many of them unknown', () => {
    const anybody = fc.record({
      household_status: fc.constantFrom('poor', 'near_poor', 'escaped_poverty', 'average_living', 'none'),
      age: fc.integer({ min: 0, max: 100 }),
      months_since_escape: fc.integer({ min: 0, max: 60 }),
      area: fc.constantFrom('rural', 'urban'),
      sex: fc.constantFrom('male', 'female'),
      student_level: fc.constantFrom('preschool', 'primary', 'university', 'vocational', 'none'),
      occupation: fc.constantFrom('farmer', 'other'),
      pension: fc.constantFrom('none', 'pension'),
      has_support_obligor: fc.boolean(),
    })

    fc.assert(
      fc.property(anybody, (answers) => {
        expect(questions(answers).length).toBeLessThanOrEqual(11)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the questions about one programme', () => {
  it('may be sensitive', () => {
    const asked = questions(
      { household_status: 'poor', single_parent: true, marital_status: 'widowed', child_age: 5 },
      ['monthly_allowance_single_parent'],
    )

    expect(asked.toSorted()).toEqual(['child_age', 'household_status', 'marital_status', 'single_parent'])
  })

  it('may be about what concerns few people', () => {
    const asked = questions({ employed: false, ui_months_last_24: 12 }, ['ui_training_support'])

    expect(asked).toEqual(['employed', 'ui_months_last_24'])
  })

  it('end when what the person does not know keeps it open whatever else is said', () => {
    const facts = new Map([...tinyFacts].map(([id, fact]) => [id, { ...fact, ask: true }]))
    const inTown = { id: 'in_town', fact: 'area', is: 'urban' }
    const either = { any: [{ all: [inTown, poor] }, { all: [{ not: inTown }, { not: poor }] }] }
    const programme = compileProgramme(tinyFile({ versions: [{ criteria: either }] }), facts, amounts)

    const next = [{}, { area: null }].map((said) => planQuestion(facts, said, [judge(programme, said, DAY)], true))

    expect(next).toEqual(['status', null])
  })

  it('end as soon as the answer is settled', () => {
    expect(questions({ household_status: 'none' }, ['monthly_allowance_single_parent']).at(-1)).toBe('household_status')
  })
})

describe('a question', () => {
  const someone = fc.dictionary(
    fc.constantFrom('household_status', 'age', 'student_level', 'school_stage', 'pension', 'sex', 'area'),
    fc.constant(null),
  )

  it('is never asked again when the person did not know', () => {
    fc.assert(
      fc.property(someone, (said) => {
        const next = nextOf(said)

        expect(Object.keys(said)).not.toContain(next)
      }),
    )
  })

  it('is only asked while it can change an open outcome', () => {
    const answers = fc.record(
      {
        household_status: fc.constantFrom('poor', 'near_poor', 'escaped_poverty', 'none', null),
        age: fc.option(fc.integer({ min: 0, max: 100 })),
        student_level: fc.constantFrom('preschool', 'primary', 'university', 'none', null),
        sex: fc.constantFrom('male', 'female', null),
        pension: fc.constantFrom('none', 'pension', null),
      },
      { requiredKeys: [] },
    )

    fc.assert(
      fc.property(answers, (said) => {
        const { determinations, nextQuestion } = screen(all, said as Facts, DAY)
        const open = determinations.filter((one) => one.outcome === 'unknown').flatMap((one) => one.missing)

        expect([...open, null]).toContain(nextQuestion)
      }),
    )
  })
})
