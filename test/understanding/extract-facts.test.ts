import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type ExtractedFacts, extractFacts } from '../../src/understanding/extract-facts.ts'
import { factPhrases, isAllowed } from '../../src/understanding/fact-phrases.ts'
import { fold } from '../../src/understanding/normalise.ts'
import { variantsOf } from '../../src/understanding/phrase-tree.ts'

const ROOT = join(import.meta.dirname, '../..')
const TODAY = '2026-11-23'
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const sentences = z
  .array(
    z.strictObject({
      text: z.string(),
      says: facts.default({}),
      of: z.array(facts).default([]),
      /** Written with slips: not tried in other spellings. */
      slips: z.boolean().default(false),
    }),
  )
  .parse(parse(readFileSync(join(import.meta.dirname, 'fact-sentences.yaml'), 'utf8')))

const valuesIn = (found: ExtractedFacts['facts']) => Object.fromEntries(found.map(({ fact, value }) => [fact, value]))
const taken = (text: string) => {
  const read = extractFacts(text, TODAY)
  return {
    says: valuesIn(read.facts),
    of: read.members.map((member) => ({ label: member.label, ...valuesIn(member.facts) })),
  }
}

describe('A person tells of their household in a sentence', () => {
  it.each(sentences)('"$text"', ({ text, says, of }) => {
    const read = taken(text)

    expect(read).toEqual({ says, of })
  })

  it.each([
    ['without diacritics', fold],
    ['in capitals', (text: string) => text.toUpperCase()],
    ['with letters and marks apart', (text: string) => text.normalize('NFD')],
    ['with letters and marks in one', (text: string) => text.normalize('NFC')],
  ])('says the same %s', (_, typed) => {
    const differing = sentences
      .filter(
        ({ slips, text, says, of }) =>
          !slips && JSON.stringify(taken(typed(text))) !== JSON.stringify(taken(text)) && (says || of),
      )
      .map(({ text }) => text)

    expect(differing).toEqual([])
  })

  it('sees how much of the table gives nothing', () => {
    const silent = sentences.filter(({ says, of }) => Object.keys(says).length + of.length === 0)

    expect(sentences.length).toBeGreaterThanOrEqual(110)
    expect(silent.length).toBeGreaterThanOrEqual(35)
  })
})

describe('The phrases of the file', () => {
  const file = z
    .object({
      facts: z.array(
        z.object({ gives: facts, says: z.string(), from: z.number().default(1), to: z.number().default(99) }),
      ),
    })
    .parse(parse(readFileSync(join(ROOT, 'flows/fact-phrases.yaml'), 'utf8')))

  it('say what they are for when they stand alone', () => {
    const silent = file.facts.flatMap(({ gives, says, from, to }) => {
      const number = Object.values(gives).includes('#birth') ? 1950 : Math.min(Math.max(from * 10, 3), to)
      return says.split('\n').flatMap((line) => {
        const variants = variantsOf(line.trim()).filter((variant) => variant !== '')
        return [variants[0], variants.at(-1)].filter((variant) => {
          const text = (variant ?? '').replace('#', String(number)).replace(/[$!]/g, '')
          const read = extractFacts(text, TODAY)
          const said = { ...valuesIn(read.facts), ...valuesIn(read.members.flatMap((member) => member.facts)) }
          return (
            Object.entries(gives).some(([fact, value]) =>
              String(value).startsWith('#') ? said[fact] === undefined : said[fact] !== value,
            ) && text !== ''
          )
        })
      })
    })

    expect(silent).toEqual([])
  })
})

describe('Whom the facts are about', () => {
  it.each([
    ['mẹ tôi 76 tuổi, hộ nghèo', 'mẹ'],
    ['tôi 62 tuổi, nuôi cháu 5 tuổi', 'self'],
    ['hộ nghèo', 'household'],
    ['con học đại học vay vốn', 'con'],
    ['xin trợ cấp cho bà cụ', 'bà cụ'],
  ])('"%s" is about %s', (text, about) => {
    const read = extractFacts(text, TODAY)

    expect(read.about).toBe(about)
  })

  it('keeps the words in which a fact was said', () => {
    const read = extractFacts('Mẹ tôi BẢY MƯƠI SÁU tuổi', TODAY)

    expect(read.members[0]?.facts).toEqual([{ fact: 'age', value: 76, words: 'BẢY MƯƠI SÁU tuổi' }])
  })

  it('offers what a general question suggests and takes none of it as said', () => {
    const read = extractFacts('hộ nghèo có được vay vốn không', TODAY)

    expect({ facts: read.facts, hints: valuesIn(read.hints) }).toEqual({
      facts: [],
      hints: { household_status: 'poor' },
    })
  })

  it('leaves a fact out that is said in two ways', () => {
    const read = extractFacts('tôi 60 tuổi. tôi 61 tuổi', TODAY)

    expect(read.facts).toEqual([])
  })
})

describe('Whatever anybody tells', () => {
  const pieces = sentences.flatMap(({ text }) => text.split(' '))
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.constantFrom(...pieces, '99999', '1/2', '-5', '\ud800', '\u200b', '.', ',', '?', '1e9', '٧'), {
        maxLength: 60,
      })
      .map((parts) => parts.join(' ')),
  )

  it('never fails, and takes only values that the fact can have', () => {
    const { definitions } = factPhrases()
    fc.assert(
      fc.property(anything, (text) => {
        const read = extractFacts(text, TODAY)

        const all = [...read.facts, ...read.hints, ...read.members.flatMap((member) => member.facts)]
        const impossible = all.filter(({ fact, value }) => {
          const definition = definitions.get(fact)
          return definition === undefined || !isAllowed(definition, value)
        })
        expect(impossible).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('is read at once, however long it is', () => {
    const text = 'mẹ tôi 76 tuổi hộ nghèo không lương hưu, con 4 tuổi học mẫu giáo, vay 50 triệu '
      .repeat(130)
      .slice(0, 10_000)
    extractFacts(text, TODAY)
    const start = performance.now()

    extractFacts(text, TODAY)

    expect(performance.now() - start).toBeLessThan(50)
  })
})
