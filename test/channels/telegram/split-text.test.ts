import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from '../../../src/channels/telegram/split-text.ts'

describe('a text that is too long for one message', () => {
  it('is cut between paragraphs where it can be', () => {
    const parts = splitText(`${'a'.repeat(60)}\n\n${'b'.repeat(60)}`, 100)

    expect(parts).toEqual(['a'.repeat(60), 'b'.repeat(60)])
  })

  it('is cut between words where a paragraph is too long', () => {
    const parts = splitText('giấy khai sinh của con', 12)

    expect(parts).toEqual(['giấy khai', 'sinh của con'])
  })

  it('is never cut in the middle of a character', () => {
    const parts = splitText('🙂'.repeat(10), 5)

    expect(parts.join('')).toBe('🙂'.repeat(10))
    expect(parts.every((part) => part.isWellFormed())).toBe(true)
  })

  it('loses nothing but the space at the cuts, and no part is empty or too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 4, max: 60 }), (text, max) => {
        const parts = splitText(text, max)

        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        expect(parts.every((part) => part.length > 0 && part.length <= max)).toBe(true)
      }),
    )
  })
})
