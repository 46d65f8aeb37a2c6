import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkKnowledge, missingKnowledgeTexts, overdueReviews } from '../../src/knowledge/check-knowledge.ts'
import { readKnowledge } from '../../src/knowledge/read-knowledge.ts'
import { productDefinitions } from '../support/definitions.ts'
import { aKnowledge, aTopic, textsWith } from './builders.ts'

const TODAY = '2026-06-01'
const { knowledge, texts, eligibility, understander } = productDefinitions()
const services = understander
  .understand('')
  .topics.map(({ id }) => id)
  .filter((id) => id !== 'out_of_scope' && id !== 'smalltalk')

const faultsOf = (file: ReturnType<typeof aTopic>, change: Record<string, string> = {}, topics = ['electricity']) =>
  checkKnowledge(aKnowledge(file), { texts: textsWith(change), topics }, TODAY).map(
    ({ where, what }) => `${where}: ${what}`,
  )

describe('The answers of the product', () => {
  it('are complete, cited, short, and without figures of their own', () => {
    expect(checkKnowledge(knowledge, { texts, topics: services }, '2026-11-23')).toEqual([])
  })

  it('have every text in both languages', () => {
    expect(missingKnowledgeTexts(knowledge, texts)).toEqual([])
  })

  it('were all reviewed not long ago', () => {
    expect(overdueReviews(knowledge, '2026-11-23')).toEqual([])
  })
})

describe('An editor is told', () => {
  const money = 'knowledge.electricity.amount'

  it.each([
    'Được 59.520 đồng, {{amount}}',
    'Được 2 triệu, {{amount}}',
    'Được 70%, {{amount}}',
    'Được hai triệu, {{amount}}',
    'You get 50000, {{amount}}',
  ])('that a figure does not belong into a text: %s', (text) => {
    expect(faultsOf(aTopic(), { [money]: text }).join()).toContain('is a figure; take it from the programme')
  })

  it.each(['Nộp trước ngày 31/12/2025: {{amount}}', 'Từ năm 2025/2026, mẫu số 01: {{amount}}'])(
    'nothing about days and numbers of forms: %s',
    (text) => {
      expect(faultsOf(aTopic(), { [money]: text }).join()).not.toContain('is a figure')
    },
  )

  it('which combination of service and question has no answer', () => {
    const faults = faultsOf(aTopic())

    expect(faults).toContain(
      'flows/knowledge/electricity.yaml: nothing answers how_to_apply on 2026-06-01; write an entry with a basis in force then',
    )
    expect(faults.join()).not.toContain('nothing answers amount')
  })

  it('from which day an entry that ends leaves a hole', () => {
    const faults = faultsOf(aTopic({ to: '2026-07-31' }))

    expect(faults.join()).toContain('nothing answers amount on 2026-08-01')
    expect(faults.join()).not.toContain('nothing answers amount on 2026-06-01')
  })

  it('that a programme, a basis or an amount does not exist', () => {
    const values = {
      amount: { programme: 'lamp_money', amount: 'oil' },
      other: { programme: 'gone', amount: 'amount' },
    }

    const faults = faultsOf(aTopic({ values, basis: ['nd', 'nowhere'] })).join('\n')

    expect(faults).toContain('amount.amount: lamp_money has nothing of that name')
    expect(faults).toContain('amount.other: there is no programme gone')
    expect(faults).toContain('amount: there is no basis nowhere')
  })

  it('that two entries answer the same', () => {
    const [entry] = aTopic().entries
    const faults = faultsOf(aTopic({}, { entries: [entry, { ...entry, id: 'again' }] }))

    expect(faults.join()).toContain('both answer amount')
  })

  it('that a text takes a value which the entry does not give', () => {
    const faults = faultsOf(aTopic(), { [money]: 'Mức {{amount}} vào {{day}}' })

    expect(faults.join()).toContain('day stands either in the text or in amount, not in both')
  })

  it('that an answer is too long to be read', () => {
    const faults = faultsOf(aTopic({ values: {} }), { [money]: 'rất dài '.repeat(80) })

    expect(faults.join()).toContain('450 are the most')
  })

  it('as a warning, not a fault, that a review is overdue', () => {
    const late = aKnowledge(aTopic({ review_by: '2026-05-31' }))

    expect(overdueReviews(late, TODAY).map(({ what }) => what)).toEqual([
      'amount: its review was due on 2026-05-31; look at it again and set reviewed and review_by',
    ])
    expect(faultsOf(aTopic({ review_by: '2026-05-31' })).join()).not.toContain('review')
  })

  it('the file and line of what cannot be read', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cau-noi-knowledge-'))
    mkdirSync(join(directory, 'knowledge'))
    writeFileSync(
      join(directory, 'knowledge', 'asked.yaml'),
      'asked: { office_now: a, deadlines: b, whom_to_see: c }\n',
    )
    writeFileSync(join(directory, 'knowledge', 'jobs.yaml'), 'topic: jobs\nbasis: {}\nentries: []\n')

    const read = readKnowledge(directory, eligibility)
    rmSync(directory, { recursive: true })

    expect('faults' in read && read.faults.map(({ where }) => where)).toEqual([expect.stringMatching(/jobs\.yaml:3$/)])
  })
})
