import { describe, expect, it } from 'vitest'
import { checkTemplates, staleTemplates } from '../../src/templates/check-templates.ts'
import { fillTemplate, isStale, type ReplyTemplate, templatesFileSchema } from '../../src/templates/template.ts'
import { productDefinitions } from '../support/definitions.ts'

const { eligibility, texts, replyTemplates, territory } = productDefinitions()
const TODAY = '2026-11-23'
const topics = new Set(territory.routing.topics.keys())
const TICKET = { number: 'HY-2026-000001', unit: 'UBND phường Phố Hiến' }

function aTemplate(wanted: Partial<ReplyTemplate> = {}): ReplyTemplate {
  return {
    id: 'pension',
    topic: 'social_assistance',
    programme: 'social_pension',
    version: '2025',
    text: 'social_pension',
    values: { amount: { programme: 'social_pension', amount: 'amount' } },
    ...wanted,
  }
}

describe('a reply template', () => {
  it('takes its figure and papers from the rules of the day', () => {
    const { text, flaw } = fillTemplate(aTemplate(), { eligibility, texts }, TICKET, 'vi', TODAY)

    expect(flaw).toBeNull()
    expect(text).toContain('ít nhất 500.000 đồng một tháng')
    expect(text).toContain('• Văn bản đề nghị hưởng trợ cấp')
    expect(text).not.toMatch(/\{\{|undefined/)
  })

  it('is flagged on a day on which another version of its rule is in force, or none', () => {
    const template = aTemplate()

    expect(isStale(template, eligibility, '2025-07-01')).toBe(false)
    expect(isStale(template, eligibility, '2025-06-30')).toBe(true)
    expect(isStale(aTemplate({ version: '2024' }), eligibility, TODAY)).toBe(true)
  })

  it('gives no words while a figure of it is not verified', () => {
    const values = { amount: { programme: 'monthly_allowance_single_parent', amount: 'amount' } }

    const { text, flaw } = fillTemplate(aTemplate({ values }), { eligibility, texts }, TICKET, 'vi', TODAY)

    expect([text, flaw]).toEqual([null, 'figure-missing'])
  })

  it('without a programme never grows old', () => {
    const template = aTemplate({
      programme: undefined,
      version: undefined,
      topic: undefined,
      text: 'received',
      values: {},
    })

    expect(isStale(template, eligibility, '2040-01-01')).toBe(false)
    expect(fillTemplate(template, { eligibility, texts }, TICKET, 'vi', TODAY).text).toContain('HY-2026-000001')
  })
})

describe('the check of the templates', () => {
  it('finds the product’s own sound, in both languages, and fit for today', () => {
    const filled = replyTemplates.flatMap((template) =>
      (['vi', 'en'] as const).map((language) =>
        fillTemplate(template, { eligibility, texts }, TICKET, language, TODAY),
      ),
    )

    expect(checkTemplates(replyTemplates, { eligibility, texts }, topics)).toEqual([])
    expect(staleTemplates(replyTemplates, eligibility, TODAY)).toEqual([])
    expect(filled.filter(({ flaw, text }) => flaw !== null || text === null)).toEqual([])
    expect(filled.map(({ text }) => text).join()).not.toMatch(/\{\{|undefined/)
  })

  it('names each template that the law has left behind, with the version now in force', () => {
    const stale = staleTemplates([aTemplate({ version: '2024' })], eligibility, TODAY)

    expect(stale).toHaveLength(1)
    expect(stale[0]?.where).toContain('pension')
    expect(stale[0]?.what).toContain('2025 is in force')
  })

  it('names whatever a template refers to and is not there', () => {
    const wrong = [
      aTemplate(),
      aTemplate({ topic: 'nowhere' }),
      aTemplate({ id: 'b', programme: 'no_such' }),
      aTemplate({ id: 'c', version: '1999' }),
      aTemplate({ id: 'd', text: 'no_text', values: {} }),
      aTemplate({ id: 'e', values: { amount: { programme: 'social_pension', amount: 'nothing' } } }),
      aTemplate({ id: 'f', values: {} }),
    ]

    const faults = checkTemplates(wrong, { eligibility, texts }, topics).map(({ what }) => what)

    expect(faults).toEqual(
      expect.arrayContaining([
        'this id is used twice',
        'there is no topic nowhere',
        'there is no programme no_such',
        expect.stringContaining('has no version 1999'),
        'text templates.no_text.body is missing in locales/vi',
        'social_pension has no such figure',
        expect.stringContaining('nothing fills {{amount}}'),
      ]),
    )
  })

  it('refuses a programme without the version it was written for', () => {
    const read = templatesFileSchema.safeParse({ templates: [{ id: 'a', programme: 'social_pension', text: 'a' }] })

    expect(read.success).toBe(false)
  })
})
