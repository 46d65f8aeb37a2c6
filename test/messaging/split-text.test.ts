import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitComposed, splitText } from '../../src/messaging/split-text.ts'

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

  it('keeps a letter with its marks, and a person of several signs, in one piece', () => {
    const marked = 'ệ'.normalize('NFD')
    const family = '👨‍👩‍👧'

    const parts = [...splitText(marked.repeat(10), 7), ...splitText(family.repeat(3), 10)]

    expect(parts.join('')).toBe(marked.repeat(10) + family.repeat(3))
    expect(parts.every((part) => [marked, family].some((one) => part.length % one.length === 0))).toBe(true)
  })

  it('keeps an address whole where it fits into a message', () => {
    const address = 'https://hungyen.gov.vn/thu-tuc/bao-tro-xa-hoi?id=1234567890'

    const parts = splitText(`Xem tại ${address} nhé`, 62)

    expect(parts.some((part) => part.includes(address))).toBe(true)
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

describe('a long text', () => {
  it('is cut between paragraphs, else between lines, else between words', () => {
    const parts = splitComposed('mười chữ\n\nhai dòng\ncuối cùng của bài', 18)

    expect(parts).toEqual(['mười chữ\n\nhai dòng', 'cuối cùng của bài'])
  })

  it('loses and splits no word, and no part is too long or empty', () => {
    const word = fc.string({ unit: fc.constantFrom('ư', 'ợ', 'a', '🙂', 'đ'), minLength: 1, maxLength: 12 })
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', '\n\n')), { minLength: 1, maxLength: 60 })

    fc.assert(
      fc.property(text, (pieces) => {
        const whole = pieces.map((piece) => piece.join('')).join('')
        const parts = splitComposed(whole, 40)

        expect(parts.every((part) => part !== '' && [...part].length <= 40)).toBe(true)
        expect(parts.join(' ').split(/\s+/)).toEqual(whole.normalize('NFC').trim().split(/\s+/))
      }),
    )
  })

  it('is counted as it is composed', () => {
    const decomposed = 'ế'.normalize('NFD').repeat(2_000)

    const parts = splitComposed(decomposed, 2_000)

    expect(parts.map((part) => [...part].length)).toEqual([2_000])
  })
})
