import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../src/i18n.ts'
import { ASKED, ASKED_OF_TOPICS } from '../../src/knowledge/article.ts'
import { LONGEST_TEXT } from '../../src/knowledge/check-knowledge.ts'
import { answerFor } from '../../src/knowledge/find-answer.ts'
import { wordsOfAnswer } from '../../src/knowledge/words.ts'
import { productDefinitions } from '../support/definitions.ts'
import { aKnowledge, aProgramme, aTopic } from './builders.ts'

const TODAY = '2026-11-23'
const { knowledge, texts, understander, eligibility } = productDefinitions()
const SERVICES = understander
  .understand('')
  .topics.map(({ id }) => id)
  .filter((id) => id !== 'out_of_scope' && id !== 'smalltalk')
  .toSorted()
const COMBINATIONS = SERVICES.flatMap((topic) => ASKED_OF_TOPICS.map((intent) => ({ topic, intent })))

const inVietnamese = (topic: string, intent: (typeof ASKED)[number], day = TODAY, programmes?: string[]) =>
  wordsOfAnswer(texts, 'vi', answerFor(knowledge, { topic, intent, programmes }, day)).join('\n')

describe('Whoever asks about a service', () => {
  it('finds eighteen services to ask about', () => {
    expect(SERVICES).toHaveLength(18)
  })

  it.each(COMBINATIONS)('of $topic hears an answer to $intent with what it rests on', ({ topic, intent }) => {
    const answer = answerFor(knowledge, { topic, intent }, TODAY)

    expect(answer.standing).toBe('told')
    expect(answer.basis.length).toBeGreaterThan(0)
    expect(answer.entry).toMatch(new RegExp(`^${topic}\\.`))
  })

  it.each(COMBINATIONS)(
    'of $topic reads an answer to $intent that is short, in both languages',
    ({ topic, intent }) => {
      const answer = answerFor(knowledge, { topic, intent }, TODAY)

      for (const language of LANGUAGES) {
        const [own = ''] = wordsOfAnswer(texts, language, answer)
        expect(own.length).toBeGreaterThan(20)
        expect(own.length).toBeLessThanOrEqual(LONGEST_TEXT)
        expect(own).not.toContain('{{')
      }
    },
  )

  it.each(SERVICES)('of %s is addressed with respect', (topic) => {
    const told = ASKED_OF_TOPICS.map((intent) => inVietnamese(topic, intent)).join('\n')

    expect(told).toContain('uý vị')
    expect(told).not.toMatch(/(?:^|[\s(])(?:bạn|anh chị|ông bà|mày)(?=[\s,.])/i)
  })

  it('gets the same answer whenever the same is asked on the same day', () => {
    const question = fc.record({
      topic: fc.constantFrom(...SERVICES, 'nothing_of_ours'),
      intent: fc.constantFrom(...ASKED),
      programmes: fc.option(fc.subarray([...eligibility.programmes.keys()], { maxLength: 3 }), { nil: undefined }),
    })
    const day = fc.integer({ min: 0, max: 4000 }).map((days) => new Date(Date.UTC(2022, 5, 1) + days * 86_400_000))

    fc.assert(
      fc.property(question, day, (asked, on) => {
        const first = answerFor(knowledge, asked, on.toISOString().slice(0, 10))
        const second = answerFor(knowledge, asked, on.toISOString().slice(0, 10))

        expect(second).toEqual(first)
        expect(first.blocks.length).toBeGreaterThan(0)
        expect(first.standing !== 'told' || first.basis.length > 0).toBe(true)
        expect(wordsOfAnswer(texts, 'vi', first).join('')).not.toContain('{{')
      }),
      { numRuns: 300 },
    )
  })
})

describe('Amounts in an answer', () => {
  it('are those of the programme on the day, so the poverty line rises with the year 2027', () => {
    const last = inVietnamese('household_review', 'amount', '2026-12-31')
    const first = inVietnamese('household_review', 'amount', '2027-01-01')

    expect(last).toContain('1.500.000')
    expect(first).toContain('2.200.000')
    expect(first).not.toContain('1.500.000')
  })

  it('tell an old woman what the social pension gives at least', () => {
    const told = inVietnamese('social_assistance', 'amount', TODAY, ['social_pension'])

    expect(told).toContain('ít nhất 500.000 đồng một tháng')
  })

  it('leave to the office what nobody verified', () => {
    const told = inVietnamese('credit', 'amount', TODAY, ['loan_near_poor'])

    expect(told).toContain('mức do cơ quan xác nhận')
    expect(told).not.toContain('7,92')
  })

  it('change in the answer when they change in the programme', () => {
    const answer = answerFor(
      aKnowledge(aTopic(), aProgramme({ value: 81_000 })),
      { topic: 'electricity', intent: 'amount' },
      '2026-06-01',
    )

    expect(wordsOfAnswer(texts, 'vi', answer).join()).toContain('81.000 đồng một tháng')
  })

  it('are not told when the programme has none that was verified', () => {
    const unverified = aKnowledge(aTopic(), aProgramme({ confidence: 'unverified' }))

    const answer = answerFor(unverified, { topic: 'electricity', intent: 'amount' }, '2026-06-01')

    expect(answer.standing).toBe('amount_unverified')
    expect(wordsOfAnswer(texts, 'vi', answer).join()).toContain('do cơ quan xác nhận')
    expect(wordsOfAnswer(texts, 'vi', answer).join()).not.toContain('70.000')
  })

  it('are not told when one of the levels was never verified', () => {
    const [version] = aProgramme().versions
    const [benefit] = version?.benefit ?? []
    const amount = {
      name: 'amount',
      kind: 'exact' as const,
      value: 90_000,
      unit: 'VND/month',
      confidence: 'unverified' as const,
    }
    const mixed = aProgramme({ benefit: [{ ...benefit, amounts: [amount] }, benefit] })

    const answer = answerFor(aKnowledge(aTopic(), mixed), { topic: 'electricity', intent: 'amount' }, '2026-06-01')

    expect(answer.standing).toBe('amount_unverified')
  })

  it('are told as a span when the programme has several levels', () => {
    const [version] = aProgramme().versions
    const [benefit] = version?.benefit ?? []
    const amount = {
      name: 'amount',
      kind: 'exact' as const,
      value: 90_000,
      unit: 'VND/month',
      confidence: 'high' as const,
    }
    const levels = aProgramme({ benefit: [{ ...benefit, amounts: [amount] }, benefit] })

    const answer = answerFor(aKnowledge(aTopic(), levels), { topic: 'electricity', intent: 'amount' }, '2026-06-01')

    expect(wordsOfAnswer(texts, 'vi', answer).join()).toContain('70.000–90.000 đồng một tháng')
  })

  it('are not told when the programme is over', () => {
    const over = aKnowledge(aTopic(), aProgramme({ to: '2025-12-31' }))

    const answer = answerFor(over, { topic: 'electricity', intent: 'amount' }, '2026-06-01')

    expect(answer.standing).toBe('amount_unverified')
  })
})

describe('What an answer rests on', () => {
  const entry = { values: {}, text: 'how', intents: ['how_to_apply'] }
  const law = { document: 'Luật cũ', article: null, confidence: 'high', source: 'bản giấy', from: '2010-01-01' }

  it('is only what is in force on the day', () => {
    const basis = {
      old: { ...law, to: '2025-12-31' },
      now: { ...law, document: 'Luật mới', from: '2026-01-01', to: null },
    }
    const knowledge = aKnowledge(aTopic({ ...entry, basis: ['old', 'now'] }, { basis }))

    const cited = (day: string) =>
      answerFor(knowledge, { topic: 'electricity', intent: 'how_to_apply' }, day).basis.map(({ document }) => document)

    expect(cited('2025-12-31')).toEqual(['Luật cũ'])
    expect(cited('2026-01-01')).toEqual(['Luật mới'])
  })

  it('is never nothing: without a law in force an officer answers', () => {
    const knowledge = aKnowledge(aTopic({ ...entry, basis: ['old'] }, { basis: { old: { ...law, to: '2025-12-31' } } }))

    const answer = answerFor(knowledge, { topic: 'electricity', intent: 'how_to_apply' }, '2026-01-01')

    expect(answer.standing).toBe('missing')
  })
})

describe('An answer whose review is overdue', () => {
  it('still stands on the day by which it is to be reviewed', () => {
    const answer = answerFor(aKnowledge(aTopic()), { topic: 'electricity', intent: 'amount' }, '2026-12-31')

    expect(answer.standing).toBe('told')
  })

  it('says from the next day that an officer will confirm, without any figure', () => {
    const answer = answerFor(aKnowledge(aTopic()), { topic: 'electricity', intent: 'amount' }, '2027-01-01')

    expect(answer.standing).toBe('overdue')
    expect(wordsOfAnswer(texts, 'vi', answer).join()).toContain('Cán bộ sẽ xác nhận')
    expect(wordsOfAnswer(texts, 'vi', answer).join()).not.toMatch(/\d/)
  })
})

describe('A programme that is over', () => {
  it('is said to be over, with its last day, to somebody who asks for it by name', () => {
    const told = inVietnamese('information', 'how_to_apply', TODAY, ['smartphone_support'])

    expect(told).toContain('đã hết từ sau ngày 31/12/2025')
  })

  it('is not among those that a whole topic gives', () => {
    const { programmes } = answerFor(knowledge, { topic: 'livelihood', intent: 'amount' }, TODAY)

    expect(programmes).not.toContain('livelihood_project2')
  })
})
