import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkEligibility, type EligibilityCheck } from '../../src/eligibility/check.ts'
import { leavesOf } from '../../src/eligibility/criteria.ts'
import { determine } from '../../src/eligibility/determine.ts'
import { explain } from '../../src/eligibility/explain.ts'
import { parseFacts } from '../../src/eligibility/facts.ts'
import { LANGUAGES, loadTexts } from '../../src/i18n.ts'
import { definitions, programme } from './definitions.ts'

const all = definitions()
const ids = readdirSync('flows/programmes')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))

describe('the programme files', () => {
  let checked: EligibilityCheck = { faults: [], proved: { versions: 0, situations: 0, people: 0 } }
  beforeAll(() => {
    checked = checkEligibility(all)
  }, 120_000)

  it.each(ids)('%s: every proof holds', (id) => {
    const own = checked.faults.filter(({ where }) => where.startsWith(`flows/programmes/${id}.yaml`))

    expect(own).toEqual([])
  })

  it('together have no fault', () => {
    expect(checked.faults).toEqual([])
  })

  it('have the outcome of everybody proved in every version', () => {
    const versions = [...all.programmes.values()].flatMap((one) => one.versions)

    expect(checked.proved.versions).toBe(versions.length)
    expect(checked.proved.situations).toBeGreaterThan(30 * versions.length)
  })
})

describe('the texts of a determination', () => {
  const texts = loadTexts('locales')
  const spoken = ids.flatMap((id) =>
    programme(all, id).examples.flatMap((example) => {
      const parsed = parseFacts(all, example.given)
      const facts = 'facts' in parsed ? parsed.facts : {}
      return explain(all, determine(programme(all, id), facts, example.date))
    }),
  )

  it.each(LANGUAGES)('are all there in %s, without a hole or an unread key', (language) => {
    const said = spoken.map((line) => texts.text(language, line.key, line.values))

    expect(said.length).toBeGreaterThan(500)
    expect(said.filter((text) => /\{\{|\$t\(|undefined|(^|[^\w.])(programmes|facts|reasons)\./.test(text))).toEqual([])
  })

  it.each(LANGUAGES)('say both ways of every criterion in %s', (language) => {
    const criteria = ids.flatMap((id) => programme(all, id).versions.flatMap((version) => leafIds(version.rule)))
    const keys = criteria.flatMap((id) => [`reasons.criteria.${id}.met`, `reasons.criteria.${id}.unmet`])

    expect(keys.filter((key) => !texts.has(language, key))).toEqual([])
    expect(keys.length).toBeGreaterThan(100)
  })

  it.each(LANGUAGES)('ask for every fact that may be asked in %s, with a short label for every answer', (language) => {
    const asked = [...all.facts.values()].filter((fact) => fact.ask)
    const keys = asked.flatMap(({ id, offer = [] }) => [
      `facts.${id}.ask`,
      `facts.${id}.label`,
      ...offer.map((value) => `facts.${id}.values.${value}`),
    ])
    const labels = asked.flatMap(({ id, offer = [] }) =>
      offer.map((value) => texts.text(language, `facts.${id}.values.${value}`)),
    )

    expect(keys.filter((key) => !texts.has(language, key))).toEqual([])
    expect(labels.filter((label) => label.length > 30)).toEqual([])
    expect(labels.length).toBeGreaterThan(50)
  })

  it.each(LANGUAGES)('name every assumption in %s', (language) => {
    const assumable = [...all.facts.values()].filter((fact) => fact.assumed !== undefined)

    expect(assumable.filter(({ id }) => !texts.has(language, `facts.${id}.assumed`))).toEqual([])
    expect(assumable.length).toBeGreaterThan(20)
  })

  it.each(LANGUAGES)('name every programme, paper and place in %s', (language) => {
    const keys = ids.flatMap((id) => [
      ...['name', 'change', 'benefit_office'].map((part) => `programmes.${id}.${part}`),
      ...programme(all, id).versions.flatMap((version) => [
        ...version.benefit.map((benefit) => `programmes.${id}.${benefit.key}`),
        ...version.papers.map((paper) => `programmes.papers.${paper.id}`),
        ...version.where.map((place) => `programmes.where.${place.id}`),
        ...version.decides.map((office) => `programmes.decides.${office.id}`),
      ]),
    ])

    expect(keys.filter((key) => !texts.has(language, key))).toEqual([])
  })
})

function leafIds(rule: Parameters<typeof leavesOf>[0]): string[] {
  return leavesOf(rule).map((leaf) => leaf.id)
}
