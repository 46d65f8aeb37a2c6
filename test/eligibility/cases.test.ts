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
const read = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case)
const collected = read('test/cases/eligibility.jsonl')
const written = read('test/eligibility/reference-cases.jsonl')
const cases = [...collected, ...written]

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
      const given = parseFacts(all, one.facts)

      const outcome = 'facts' in given ? determine(found, given.facts, one.date).outcome : given.faults

      const byOffice = found.kind === 'discretionary' && one.expected === 'eligible'
      expect(byOffice ? ['needs_officer'] : ANSWERS[one.expected]).toContain(outcome)
    },
  )
})

describe('the collections of judged people', () => {
  it('name every person once', () => {
    expect(new Set(cases.map((one) => one.id)).size).toBe(cases.length)
  })

  it('leave no programme untried', () => {
    const tried = new Set(written.map((one) => one.programme))

    expect([...all.programmes.keys()].filter((id) => !tried.has(id))).toEqual([])
  })

  it('are whole', () => {
    expect(collected.length).toBe(36)
  })
})
