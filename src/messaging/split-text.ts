const graphemes = new Intl.Segmenter('vi', { granularity: 'grapheme' })
/** A letter with all its marks is shorter than this. */
const LONGEST_GRAPHEME = 64

/**
 * Cuts a long text at the end of a paragraph, else of a line, else between words; no part is empty
 * or longer than `max` UTF-16 units, so that it fits wherever code points are counted, too. Addresses, phone numbers and
 * dates, which a messenger makes into links, hold no space and stay whole. Only what has no space for a whole
 * message is cut elsewhere, between letters and never between a letter and its marks.
 */
export function splitText(text: string, max: number): string[] {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > max) {
    const at = placeToCut(rest, max)
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

/** As `splitText`, for where letters are counted as they are composed (NFC). */
export function splitComposed(text: string, max: number): string[] {
  return splitText(text.normalize('NFC'), max)
}

function placeToCut(text: string, max: number): number {
  // A cut in the first half would leave a stub, so there the next finer one is taken.
  for (const separator of ['\n\n', '\n']) {
    const at = text.lastIndexOf(separator, max)
    if (at > max / 2) return at
  }
  const space = Math.max(text.lastIndexOf(' ', max), text.lastIndexOf('\n', max))
  return space > 0 ? space : endOfLetter(text, max)
}

/** The last place up to `max` where a letter ends with all its marks; such a place near it, at least. */
function endOfLetter(text: string, max: number): number {
  const from = Math.max(0, max - LONGEST_GRAPHEME)
  const start = from > 0 && isMiddleOfCharacter(text, from) ? from + 1 : from
  let at = start
  for (const { segment, index } of graphemes.segment(text.slice(start, max + LONGEST_GRAPHEME))) {
    if (start + index + segment.length > max) break
    at = start + index + segment.length
  }
  if (at > start) return at
  return isMiddleOfCharacter(text, max) ? max - 1 : max
}

function isMiddleOfCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
