import { describe, expect, it } from 'vitest'
import { type Answer, repeatsIn } from './judge.ts'

const sent = (...parts: string[]): Answer => ({ parts, state: 'delivered', failure: null })
const refused = (text: string): Answer => ({ parts: [text], state: 'refused', failure: 'blocked' })

describe('what somebody received', () => {
  it.each([
    ['all of it, once', ['a', 'b'], [sent('a'), sent('b')], 0],
    ['one of them twice', ['a', 'a', 'b'], [sent('a'), sent('b')], 1],
    ['the same words by right', ['a', 'a'], [sent('a'), sent('a')], 0],
    ['the same words by right, and once more', ['a', 'a', 'a'], [sent('a'), sent('a')], 1],
    ['all but the last', ['a'], [sent('a'), sent('b')], null],
    ['all but the first', ['b'], [sent('a'), sent('b')], null],
    ['another order', ['b', 'a'], [sent('a'), sent('b')], null],
    ['one that comes again later', ['a', 'b', 'a'], [sent('a'), sent('b')], null],
    ['what nobody said', ['a', 'x'], [sent('a')], null],
    ['all but what was refused', ['a', 'c'], [sent('a'), refused('b'), sent('c')], 0],
    ['what arrived and was refused the second time', ['a', 'b', 'c'], [sent('a'), refused('b'), sent('c')], 0],
    ['a message of two parts', ['a', 'b'], [sent('a', 'b')], 0],
    ['a message of two parts that began anew', ['a', 'a', 'b'], [sent('a', 'b')], 1],
    ['half a message', ['a'], [sent('a', 'b')], null],
    ['choices as a list', ['a\n\n1. x'], [sent('a')], 0],
  ] as const)('%s', (_what, received, answers, repeats) => {
    expect(repeatsIn(received, answers)).toBe(repeats)
  })
})
