import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { determine } from '../../src/eligibility/determine.ts'
import { parseFacts } from '../../src/eligibility/facts.ts'
import { definitions, programme } from './definitions.ts'

interface Case {
  id: string
  facts: Record<string, unknown>
  date: string
  programme: string
  expected: 'eligible' | 'not_eligible' | 'depends'
}

const all = definitions()
const cases = readFileSync('test/eligibility/reference-cases.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

/** Outcomes that answer what a case expects; help that an office picks people for is never promised. */
const ANSWERS = {
  eligible: ['eligible'],
  not_eligible: ['not_eligible', 'not_in_force'],
  depends: ['unknown', 'needs_officer'],
}

describe('a person judged by the law of a day', () => {
  it.each(cases.map((one) => [one.id, one.programme, one.date, one.expected, one] as const))(
    '%s: %s on %s is %s',
    (...row) => {
      const [, , , , one] = row
      const found = programme(all, one.programme)
      const read = parseFacts(all, one.facts)

      const outcome = 'facts' in read ? determine(found, read.facts, one.date).outcome : read.faults

      const byOffice = found.kind === 'discretionary' && one.expected === 'eligible'
      expect(byOffice ? ['needs_officer'] : ANSWERS[one.expected]).toContain(outcome)
    },
  )
})

describe('the collection of judged people', () => {
  it('names every person once', () => {
    const ids = new Set(cases.map((one) => one.id))

    expect(ids.size).toBe(cases.length)
  })

  it('leaves no programme untried', () => {
    const tried = new Set(cases.map((one) => one.programme))

    const untried = [...all.programmes.keys()].filter((id) => !tried.has(id))

    expect(untried).toEqual([])
  })
})
