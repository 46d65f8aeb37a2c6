import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, normalise } from '../../src/understanding/normalise.ts'

describe('People type as they can', () => {
  it.each([
    ['hoox ngheof', 'ho ngheo', 'Telex keys left in the text'],
    ['ho65 ngheo2', 'ho ngheo', 'VNI keys left in the text'],
    ['HỘ  NGHÈO!!!', 'ho ngheo', 'capitals and signs'],
    ['hộ nghèo'.normalize('NFD'), 'ho ngheo', 'letters and marks apart'],
    ['hộ\u200b nghèo\ufeff', 'ho ngheo', 'invisible signs'],
    ['dc vay k', 'duoc vay khong', 'chat spelling'],
    ['bhyt', 'bao hiem y te', 'an abbreviation'],
    ['học ngềh', 'hoc nghe', 'two letters swapped'],
    ['ạ ờ alo cho tôi hỏi hộ nghèo ạ', 'ho ngheo', 'sounds of hesitation'],
    ['nghèooooo', 'ngheo', 'a letter held down'],
    ['76t 1tr2', '76 tuoi 1 trieu 2', 'units at the number'],
    ['đi đài loan', 'di dai loan', 'a place that looks like an English word'],
  ])('"%s" is read as "%s" (%s)', (typed, read) => {
    const { plain } = normalise(typed)

    expect(plain).toBe(read)
  })

  it('folds a name for searching and keeps its signs', () => {
    const folded = fold('  Nguyễn Thị Đào-Hoa ')

    expect(folded).toBe('nguyen thi dao-hoa')
  })

  it('never fails on broken text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { words, plain } = normalise(text)

        expect(plain).toBe(words.map((word) => word.plain).join(' '))
      }),
    )
  })
})
