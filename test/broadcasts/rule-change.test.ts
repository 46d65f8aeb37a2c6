import { describe, expect, it } from 'vitest'
import { draftForFlip, draftsFor, flippedHouseholds, summariseFlips } from '../../src/broadcasts/rule-change.ts'
import { LANGUAGES } from '../../src/i18n.ts'
import { desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aPerson, eligibility, services } from './broadcast-builders.ts'

const change = { programme: 'social_pension', day: '2025-07-01' }
const { sql } = await createDatabase()
const said = { household_status: 'poor', pension: 'none' }
const elder = await aPerson(sql, { said, ages: [40, 76] })
await aPerson(sql, { said, ages: [30] })
await aPerson(sql, { said, ages: [77], consented: false })
await aPerson(sql, {})

describe('an office looks at what a new version of a programme changes', () => {
  it('finds the household of somebody of 76, and nobody without consent', async () => {
    const found: string[] = []

    for await (const { flipped } of flippedHouseholds(services(sql), change, { now: MONDAY }))
      found.push(...flipped.map(({ contactId }) => contactId))

    expect(found).toEqual([elder])
  })

  it('reads counts and reasons that name nobody', async () => {
    const summary = await summariseFlips(services(sql), change, { now: MONDAY })

    expect(summary.looked).toBe(3)
    expect(Object.values(summary.counts).reduce((sum, count) => sum + count)).toBe(1)
    expect(summary.reasons).toHaveLength(1)
    expect(summary.reasons[0]?.after.decidedBy).toContain('age_from')
    expect(JSON.stringify(summary)).not.toContain(elder)
  })

  it('gets a draft to exactly those households, with the day, the name and the documents', async () => {
    const summary = await summariseFlips(services(sql), change, { now: MONDAY })

    const [draft] = draftsFor({ eligibility, texts: desk.texts }, summary)

    expect(draft?.households).toBe(1)
    expect(draft?.content.audience).toEqual({ flip: { ...change, kinds: [draft?.kind] } })
    expect(draft?.content.texts.vi.text).toContain('01/07/2025')
    expect(draft?.content.texts.vi.text).toContain(desk.texts.text('vi', 'programmes.social_pension.name'))
    expect(draft?.content.buttons).toEqual([{ opens: 'programme', id: change.programme }])
  })

  it('gets no hole and no key in any draft of any programme', () => {
    const drafts = [...eligibility.programmes.values()].flatMap(({ id, versions }) =>
      versions.map(({ from }) =>
        draftForFlip({ eligibility, texts: desk.texts }, { programme: id, day: from }, 'newly_eligible'),
      ),
    )
    const words = drafts.flatMap((draft) => LANGUAGES.map((language) => draft?.texts[language]?.text ?? ''))

    expect(words.filter((text) => /\{\{|undefined|\$t\(|news\.rule|programmes\./.test(text) || text === '')).toEqual([])
    expect(words.length).toBeGreaterThan(100)
  })
})
