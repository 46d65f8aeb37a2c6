import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from '../../../src/channels/zalo/split-text.ts'

describe('a long text on Zalo', () => {
  it('is cut between paragraphs, else between lines, else between words', () => {
    const parts = splitText('mười chữ\n\nhai dòng\ncuối cùng của bài', 18)

    expect(parts).toEqual(['mười chữ\n\nhai dòng', 'cuối cùng của bài'])
  })

  it('loses and splits no word, and no part is too long or empty', () => {
    const word = fc.string({ unit: fc.constantFrom('ư', 'ợ', 'a', '🙂', 'đ'), minLength: 1, maxLength: 12 })
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', '\n\n')), { minLength: 1, maxLength: 60 })

    fc.assert(
      fc.property(text, (pieces) => {
        const whole = pieces.map((piece) => piece.join('')).join('')
        const parts = splitText(whole, 40)

        expect(parts.every((part) => part !== '' && [...part].length <= 40)).toBe(true)
        expect(parts.join(' ').split(/\s+/)).toEqual(whole.normalize('NFC').trim().split(/\s+/))
      }),
    )
  })

  it('counts characters as Zalo does, composed', () => {
    const decomposed = 'ế'.normalize('NFD').repeat(2_000)

    const parts = splitText(decomposed)

    expect(parts.map((part) => [...part].length)).toEqual([2_000])
  })
})
