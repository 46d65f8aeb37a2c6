import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { LANGUAGES, loadTexts } from '../../src/i18n.ts'
import {
  type Answers,
  applyingQuestions,
  nextRequestQuestion,
  type RequestType,
  urgentHotlines,
} from '../../src/requests/request-type.ts'
import { theRequest, theRequests } from './requests.ts'

const ROOT = join(import.meta.dirname, '../..')
const TODAY = '2026-11-23'
/** Characters of a button that every channel shows whole. */
const LABEL_LENGTH = 40

function asked(type: RequestType, answers: Answers): string[] {
  return applyingQuestions(type, answers).map((question) => question.id)
}

describe('somebody who asks for legal aid', () => {
  it('is asked about the matter first, and for contact and papers last', () => {
    const type = theRequest('legal_aid')

    expect(nextRequestQuestion(type, {})?.id).toBe('matter')
    expect(asked(type, {}).slice(-3)).toEqual(['contact_phone', 'contact_time', 'papers'])
  })

  it('is asked for the day once a court date is set', () => {
    const type = theRequest('legal_aid')

    expect(asked(type, { court_date_set: true })).toContain('court_date')
    expect(asked(type, { court_date_set: true })).not.toContain('urgency')
  })

  it('is asked how soon help is needed when no court date is set or known', () => {
    const type = theRequest('legal_aid')

    expect(asked(type, { court_date_set: false })).toContain('urgency')
    expect(asked(type, { court_date_set: null })).toContain('urgency')
    expect(asked(type, { court_date_set: null })).not.toContain('court_date')
  })

  it('is not asked for another entitled group when the household is poor', () => {
    const type = theRequest('legal_aid')

    expect(asked(type, { household_status: 'poor' })).not.toContain('group')
    expect(asked(type, { household_status: 'near_poor' })).toContain('group')
    expect(asked(type, { household_status: null })).toContain('group')
  })

  it('is urgent up to seven days before the court date, not on the eighth nor after it', () => {
    const type = theRequest('legal_aid')

    expect(urgentHotlines(type, { court_date: '2026-11-23' }, TODAY)).toEqual(['court_date'])
    expect(urgentHotlines(type, { court_date: '2026-11-30' }, TODAY)).toEqual(['court_date'])
    expect(urgentHotlines(type, { court_date: '2026-12-01' }, TODAY)).toEqual([])
    expect(urgentHotlines(type, { court_date: '2026-11-22' }, TODAY)).toEqual([])
  })

  it('is asked how soon help is needed when the day in court is not known, and is urgent', () => {
    const type = theRequest('legal_aid')
    const answers = { court_date_set: true, court_date: null }

    expect(asked(type, answers)).toContain('urgency')
    expect(asked(type, { ...answers, court_date: '2027-02-01' })).not.toContain('urgency')
    expect(urgentHotlines(type, answers, TODAY)).toEqual(['court_date'])
  })

  it('is urgent when help is needed within the week', () => {
    const type = theRequest('legal_aid')

    expect(urgentHotlines(type, { court_date_set: false, urgency: 'week' }, TODAY)).toEqual(['court_date'])
    expect(urgentHotlines(type, { court_date_set: false, urgency: 'month' }, TODAY)).toEqual([])
  })

  it('is shown the right hotline for violence at home and for trafficking', () => {
    const type = theRequest('legal_aid')

    expect(urgentHotlines(type, { matter: 'domestic_violence' }, TODAY)).toEqual(['violence'])
    expect(urgentHotlines(type, { matter: 'trafficking' }, TODAY)).toEqual(['trafficking'])
    expect(urgentHotlines(type, { matter: 'civil_land' }, TODAY)).toEqual([])
  })
})

describe('somebody who wants to learn a trade', () => {
  it('names the trade only when it is none of those offered', () => {
    const type = theRequest('training')

    expect(asked(type, { trade: 'other' })).toContain('trade_other')
    expect(asked(type, { trade: 'sewing' })).not.toContain('trade_other')
  })

  it('is not asked for another group when the household is poor or near-poor', () => {
    const type = theRequest('training')

    expect(asked(type, { household_status: 'near_poor' })).not.toContain('group')
    expect(asked(type, { household_status: 'none' })).toContain('group')
  })
})

describe('somebody who complains', () => {
  it('says which field only when a department is meant', () => {
    const type = theRequest('complaint')

    expect(asked(type, { complaint_about: 'department' })).toContain('complaint_field')
    expect(asked(type, { complaint_about: 'commune_officer' })).not.toContain('complaint_field')
    expect(asked(type, { complaint_about: null })).not.toContain('complaint_field')
  })
})

describe('somebody in danger', () => {
  it('may leave every question unanswered', () => {
    expect(theRequest('urgent').questions.every((question) => question.skip)).toBe(true)
  })
})

describe('every request', () => {
  const texts = loadTexts(join(ROOT, 'locales'))

  it('ends after each question was skipped or answered', () => {
    for (const type of theRequests().values()) {
      const answers: Record<string, null> = {}
      for (let next = nextRequestQuestion(type, answers); next; next = nextRequestQuestion(type, answers)) {
        expect(answers).not.toHaveProperty(next.id)
        answers[next.id] = null
      }
    }
  })

  it('has words for its name, its questions and its options in each language', () => {
    const missing = [...theRequests().values()].flatMap((type) => {
      const keys = type.questions.flatMap(({ text, expect: { kind, ...rest } }) => [
        `${text}.ask`,
        `${text}.label`,
        ...('options' in rest && kind === 'option' ? rest.options.map((value) => `${text}.options.${value}`) : []),
      ])
      return LANGUAGES.flatMap((language) =>
        [`requests.${type.id}.name`, ...keys].filter((key) => !texts.has(language, key)),
      )
    })

    expect(missing).toEqual([])
  })

  it('has options that fit on a button and differ from each other', () => {
    const questions = [...theRequests().values()].flatMap((type) => type.questions)
    const labels = LANGUAGES.flatMap((language) =>
      questions.map(({ text, expect: kind }) =>
        kind.kind === 'option' ? kind.options.map((value) => texts.text(language, `${text}.options.${value}`)) : [],
      ),
    )

    expect(labels.flat().filter((label) => label.length > LABEL_LENGTH)).toEqual([])
    expect(labels.filter((these) => new Set(these).size !== these.length)).toEqual([])
  })

  it('gives the screening only values that its facts take', () => {
    const read = readEligibility(join(ROOT, 'flows'))
    const facts = 'value' in read ? read.value.facts : new Map()
    const wrong = [...theRequests().values()]
      .flatMap((type) => type.questions)
      .flatMap(({ fact, expect: kind }) =>
        fact !== undefined && kind.kind === 'option'
          ? kind.options
              .filter((value) => !facts.get(fact)?.values?.includes(value))
              .map((value) => `${fact}: ${value}`)
          : [],
      )

    expect(facts.size).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })
})
