/** Cells and headings as people write them, brought to one form. Pure. */

/** Control characters, and the invisible ones that come along when text is copied from documents. */
const INVISIBLE = /[\p{Cc}\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/gu

/** One line, no invisible characters, single spaces. */
export function tidy(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').replace(INVISIBLE, '').replace(/ {2,}/g, ' ').trim()
}

/** Lower case words without diacritics or punctuation: `Họ và tên (chủ hộ)` → `ho va ten chu ho`. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Whether the words stand in the text as whole words. Both folded. */
export function hasWords(text: string, words: string): boolean {
  return ` ${text} `.includes(` ${words} `)
}

/**
 * Characters that no Vietnamese text in Unicode holds, but every text in a font of before (TCVN3, VNI), or one that was
 * read in the wrong encoding.
 */
const OLD_FONT = /[µ¸¶·¹¨»¾¼½¿ª«¬®©ÆËÎÏÑÖ×ÜÞßäåæçëîïñö÷øûüþŸ\ufffd]/

export function isOldFont(text: string): boolean {
  return OLD_FONT.test(text)
}
