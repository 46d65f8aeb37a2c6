import { describe, expect, it } from 'vitest'
import { checkRequests } from '../../src/requests/check-requests.ts'
import type { RequestType } from '../../src/requests/request-type.ts'
import { aQuestion, aRequest } from './requests.ts'

const KNOWN = { topics: new Set(['jobs']), facts: new Set(['age']), programmes: new Set(['loan']) }

function faultsOf(type: RequestType): string[] {
  return checkRequests(new Map([[type.id, type]]), KNOWN).map((fault) => fault.what)
}

describe('the check of the request files', () => {
  it('finds nothing in a sound request', () => {
    const later = aQuestion('when', { when: [{ question: 'willing', is: true }] })
    const type = aRequest({ programme: 'loan', questions: [aQuestion('willing', { fact: 'age' }), later] })

    expect(faultsOf(type)).toEqual([])
  })

  it('lets a request take the topic of the talk', () => {
    expect(faultsOf(aRequest({ topic: 'chosen' }))).toEqual([])
  })

  it('finds a topic, a programme and a fact that do not exist', () => {
    const type = aRequest({ topic: 'job', programme: 'lone', questions: [aQuestion('willing', { fact: 'aged' })] })

    expect(faultsOf(type)).toEqual([
      'there is no topic job',
      'there is no programme lone',
      'question willing names aged, which is no fact',
    ])
  })

  it('finds a question that is asked twice', () => {
    const type = aRequest({ questions: [aQuestion('willing'), aQuestion('willing')] })

    expect(faultsOf(type)).toEqual(['question willing stands there twice'])
  })

  it('finds a question that depends on one asked later', () => {
    const type = aRequest({
      questions: [aQuestion('when', { when: [{ question: 'willing', is: true }] }), aQuestion('willing')],
    })

    expect(faultsOf(type)).toEqual(['question when depends on willing, which is not asked before it'])
  })

  it('finds a question that depends on none of the request', () => {
    const type = aRequest({ questions: [aQuestion('when', { when: [{ question: 'wiling', is: true }] })] })

    expect(faultsOf(type)).toEqual(['question when depends on wiling, which is no question'])
  })

  it('finds a condition on an answer that nobody can give', () => {
    const trade = aQuestion('trade', { expect: { kind: 'option', options: ['sewing', 'other'] } })
    const name = aQuestion('name', { when: [{ question: 'trade', is: 'others' }] })

    expect(faultsOf(aRequest({ questions: [trade, name] }))).toEqual([
      'question name waits for trade to be others, which is no answer to it',
    ])
  })

  it('takes "not known" as an answer only where that may be said', () => {
    const when = [{ question: 'willing', is: ['false', 'null'] }]
    const closed = aRequest({ questions: [aQuestion('willing'), aQuestion('why', { when })] })
    const open = aRequest({ questions: [aQuestion('willing', { unknown: true }), aQuestion('why', { when })] })

    expect(faultsOf(closed)).toEqual(['question why waits for willing to be null, which is no answer to it'])
    expect(faultsOf(open)).toEqual([])
  })

  it('finds urgent rules about no question, no answer, no hotline or no date', () => {
    const type = aRequest({
      urgent: [
        { question: 'danger', is: true, hotline: 'violence' },
        { question: 'willing', is: 'yes', hotline: 'violence' },
        { question: 'willing', is: true, hotline: 'fire' },
        { question: 'willing', withinDays: 7, hotline: 'court_date' },
        { question: 'willing', hotline: 'court_date' },
      ],
    })

    expect(faultsOf(type)).toEqual([
      'an urgent rule looks at danger, which is no question',
      'an urgent rule waits for willing to be yes, which is no answer to it',
      'there is no hotline fire',
      'withinDays on willing, which is no date',
      'the urgent rule on willing needs either is or withinDays',
    ])
  })
})
