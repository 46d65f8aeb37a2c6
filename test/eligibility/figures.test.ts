import { describe, expect, it } from 'vitest'
import { programmeFigures } from '../../src/eligibility/figures.ts'
import { grown, poor, tinyDefinitions, tinyProgramme } from './tiny-programme.ts'

describe('what the programme files hold', () => {
  it('is counted with its confidences, and what nobody is told', () => {
    const programme = tinyProgramme({
      versions: [
        {
          criteria: { any: [{ all: [grown, poor] }, { all: [poor, { id: 'merit', fact: 'merit', is: true }] }] },
          benefit: [
            {
              key: 'benefit',
              amounts: [
                { name: 'amount', kind: 'exact', of: 'standard' },
                { name: 'more', kind: 'exact', value: 1, confidence: 'unverified' },
                { name: 'local', kind: 'setByProvince' },
              ],
            },
          ],
          papers: [{ id: 'paper', confidence: 'unverified' }],
          time_limit: { days: 5, kind: 'working', confidence: 'low' },
        },
      ],
    })

    expect(programmeFigures(tinyDefinitions(programme))).toEqual([
      {
        programme: 'tiny',
        versions: 1,
        criteria: 3,
        citations: 1,
        high: 6,
        medium: 0,
        low: 1,
        unverified: 2,
        leftOut: 2,
        examples: 4,
      },
    ])
  })
})
