/**
 * Place names as people type them: without diacritics, with the tone on another vowel (`Thụy`, `Thuỵ`), with `i` for
 * `y` (`Quí`, `Quý`). Two spellings of one name fold to the same letters.
 */

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g
const MARKS = /\p{M}/gu

/** `Phường  Thuỵ Anh` → `phuong thuy anh`. */
export function foldName(words: string): string {
  return wordsOf(words)
    .map((word) => foldWord(word))
    .join(' ')
}

/** Letters and digits only, lower case, as separate words; diacritics stay. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
}

export function foldWord(word: string): string {
  const plain = word.normalize('NFD').replace(MARKS, '').replaceAll('đ', 'd')
  return plain.replace(/^(qu|[bcdghklmnpqrstvx]+)y$/, '$1i')
}

/** The word with its tone moved to the end, so that the place of the tone does not matter; for telling `Tiến` from `Tiền`. */
export function spellingOf(word: string): string {
  const parts = word.normalize('NFD')
  const tone = parts.match(TONES)?.join('') ?? ''
  return parts
    .replace(TONES, '')
    .normalize('NFC')
    .replace(/^(qu|[bcdđghklmnpqrstvx]+)y$/, '$1i')
    .concat(tone)
}
