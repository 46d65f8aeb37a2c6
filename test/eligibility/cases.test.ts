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
const cases = readFileSync('test/cases/eligibility.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
  .filter((one) => all.programmes.has(one.programme))

/** Outcomes that answer what a case expects; help that an office picks people for is never promised. */
const ANSWERS = {
  eligible: ['eligible'],
  not_eligible: ['not_eligible', 'not_in_force'],
  depends: ['unknown', 'needs_officer'],
}

describe('a case of the collection', () => {
  it.each(cases.map((one) => [one.id, one.programme, one.expected, one] as const))('%s: %s is %s', (...row) => {
    const [, , , one] = row
    const found = programme(all, one.programme)
    const read = parseFacts(all, one.facts)

    const outcome = 'facts' in read ? determine(found, read.facts, one.date).outcome : read.faults

    const byOffice = found.kind === 'discretionary' && one.expected === 'eligible'
    expect(byOffice ? ['needs_officer'] : ANSWERS[one.expected]).toContain(outcome)
  })

  it('belongs to a good part of the programmes', () => {
    expect(cases.length).toBeGreaterThanOrEqual(17)
  })
})
